use estate::report::{Cell, Column, Report, Section};
use estate::store::Store;

use super::super::context::Context;
use super::super::failure::Exit;
use super::baselines;

/// List the baselines, the oldest first
#[derive(clap::Args)]
pub struct Args {}

pub fn run(context: &Context, store: &Store, Args {}: Args) -> anyhow::Result<Exit> {
    let columns = vec![
        Column::new("baseline", "Baseline"),
        Column::new("date", "Date"),
        Column::new("by", "By"),
        Column::new("commit", "Commit"),
        Column::number("records", "Records"),
        Column::new("signed", "Signed"),
        Column::new("purpose", "Purpose"),
    ];
    let mut section = Section::new("baselines", "Baselines", columns);
    for baseline in baselines(store)? {
        let commit = baseline.tag.commit.as_deref().unwrap_or("");
        let manifest = baseline.manifest.as_ref();
        // How many of each kind, the tag itself says.
        let records = manifest.and_then(|manifest| manifest.records.split(' ').next()?.parse().ok());
        let purpose = manifest.and_then(|manifest| manifest.purpose.lines().next());
        section.push(vec![
            Cell::id(baseline.name.as_str()),
            Cell::text(baseline.tag.date.as_str()),
            Cell::text(baseline.tag.by.as_str()),
            Cell::text(commit.get(..10).unwrap_or(commit)),
            records.map_or_else(|| Cell::missing("no manifest"), Cell::Int),
            Cell::text(baseline.signed()),
            Cell::text(purpose.unwrap_or("no manifest: not made by `estate baseline create`")),
        ]);
    }
    if section.rows.is_empty() && context.format_name().is_none() {
        context.say("there are no baselines; `estate baseline create NAME` makes one");
        return Ok(Exit::Done);
    }
    context.show(&Report::new("baselines", "Configuration baselines").section(section))?;
    Ok(Exit::Done)
}
