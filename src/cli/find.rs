use estate::query::{Hit, search};
use estate::report::{Cell, Column, Section};

use super::context::Context;
use super::failure::{Exit, Failure};

/// Find records by a text in any of their fields
///
/// Looks in ids, names, serial numbers and every other field, whatever the case. Ids come first,
/// then names, then other texts, and last the records that merely refer to one found. Exits with
/// 4 where nothing contains the text.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate find 7XK2L93              whose serial number is this?
  estate find web front            several words are one text
  estate find dell --limit 10")]
pub struct Args {
    /// The text
    #[arg(required = true, value_name = "TEXT")]
    words: Vec<String>,
    /// Show at most so many fields
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let text = args.words.join(" ");
    if text.trim().is_empty() {
        return Err(Failure::usage("an empty text is in every record")
            .hint("`estate list` lists them")
            .into());
    }
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let hits = search(&snapshot, text.trim());
    if hits.is_empty() && context.format_name().is_none() {
        return Err(nothing(&text));
    }
    let columns = vec![
        Column::new("record", "Record"),
        Column::new("name", "Name"),
        Column::new("field", "Field"),
        Column::new("value", "Value"),
        Column::new("place", "Place"),
    ];
    let mut section = Section::new("hits", "Hits", columns);
    let shown = args.limit.unwrap_or(usize::MAX).min(hits.len());
    hits.iter().take(shown).for_each(|hit| section.push(row(hit)));
    let mut report = context
        .report("find", format!("Records with `{text}`"), &snapshot)
        .header("count", hits.len().to_string())
        .section(section);
    if shown < hits.len() {
        report = report.note(format!("the first {shown} of {} are shown", hits.len()));
    }
    context.show(&report)?;
    if hits.is_empty() { Err(nothing(&text)) } else { Ok(Exit::Done) }
}

fn row(hit: &Hit<'_>) -> Vec<Cell> {
    vec![
        Cell::id(hit.record.record_id().to_string()),
        hit.record.text("name").into(),
        Cell::text(hit.route.to_string()),
        Cell::text(hit.value.as_str()),
        Cell::id(format!("{}:{}", hit.location.path, hit.location.line)),
    ]
}

fn nothing(text: &str) -> anyhow::Error {
    Failure::nothing(format!("no record contains `{text}`"))
        .hint("a shorter part of the text may find more")
        .into()
}
