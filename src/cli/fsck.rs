use estate::finding::Level;
use estate::model::closing::Closing;
use estate::report::{Cell, Column, Report, Section, counted};

use super::baseline;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::writing::begin_writing;

/// Check the repository and what estate keeps in it
///
/// Looks for what commands that were cut short left behind (temporary files, locks, half a write),
/// for references that lead nowhere, for signatures of baselines and closings that do not count, for
/// commits and objects that are missing or damaged, for work that no branch holds any more, for names
/// that some file systems cannot tell apart, for links where files belong, and for schemas that cannot
/// be used. `estate audit` checks what the records say, and whether each lies in the file of its id.
/// Exits with 1 where something is wrong; notes do not count.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate fsck
  estate fsck --fix        delete temporary files that were left behind
  estate fsck --json       for programs")]
pub struct Args {
    /// Finish or take back what a command that was cut short began to write, and delete its temporary
    /// files; nothing else is touched
    #[arg(long)]
    fix: bool,
    /// The branch or commit whose inventory/signers.yaml says who may sign [default: as of `estate baseline
    /// verify`]
    #[arg(long, value_name = "REV")]
    signers_from: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("the repository is checked as it is; --rev is for records").into());
    }
    let store = context.store()?;
    if args.fix {
        let deleted = begin_writing(context, &store)?.delete_stale_files()?;
        context.say(&format!("deleted {}", counted(deleted, "temporary file")));
    }
    let health = store.health(&[baseline::PREFIX, Closing::TAGS], args.signers_from.as_deref())?;
    let columns = vec![
        Column::new("level", "Level"),
        Column::new("check", "Check"),
        Column::new("at", "Where"),
        Column::new("message", "What"),
        Column::new("help", "How to mend it"),
    ];
    let mut section = Section::new("findings", "Findings", columns);
    for ailment in &health.ailments {
        section.push(vec![
            Cell::text(ailment.level.name()),
            Cell::text(ailment.check),
            Cell::id(ailment.at.as_str()),
            Cell::text(ailment.message.as_str()),
            Cell::text(ailment.help),
        ]);
    }
    let checked = format!(
        "checked {} files, {} commits and {} references",
        health.files, health.commits, health.references
    );
    match health.ailments.is_empty() && context.format_name().is_none() {
        true => context.say(&format!("{checked}: all is well")),
        false => {
            context.show(&Report::new("fsck", "Health of the repository").section(section).note(checked))?
        }
    }
    let is_ill = health.ailments.iter().any(|ailment| ailment.level > Level::Note);
    Ok(if is_ill { Exit::Findings } else { Exit::Done })
}
