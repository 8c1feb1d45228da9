use estate::merge::Conflict;
use estate::report::{Cell, Column, Report, Section, counted};
use estate::store::Store;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::open_merge::{Open, open_files};

/// List what a merge left to you, by record and field
///
/// For each field on which both branches disagree: what it was when they parted, what each side
/// says, and who said so last. It lists what git itself left open in a merge, rebase or cherry-pick,
/// too. Exits with 1 while something is open.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate conflicts                                what is open, with both sides
  estate resolve srv-web-01 owner --theirs        closes one
  estate conflicts --json                         for programs")]
pub struct Args {}

pub fn run(context: &Context, _: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("conflicts are in the files on disk; --rev is of the past").into());
    }
    let store = context.store()?;
    let open = open_files(&store)?;
    show(context, &store, &open)
}

/// Shows what is open, and says what to do next.
pub fn show(context: &Context, store: &Store, open: &[Open]) -> anyhow::Result<Exit> {
    let is_open = open.iter().any(Open::is_undecided);
    if !is_open && context.format_name().is_none() {
        let merging = !store.merge_heads()?.is_empty();
        context.say(match merging {
            true => "nothing is open; next: estate merge --continue",
            false => "nothing is in conflict",
        });
        return Ok(Exit::Done);
    }
    context.show(&report(store, open)?)?;
    if is_open {
        context
            .say("next: estate resolve RECORD FIELD --ours|--theirs|--value V, then estate merge --continue");
    }
    Ok(if is_open { Exit::Findings } else { Exit::Done })
}

fn report(store: &Store, open: &[Open]) -> anyhow::Result<Report> {
    let columns = vec![
        Column::new("record", "Record"),
        Column::new("field", "Field"),
        Column::new("why", "Why"),
        Column::new("base", "Before"),
        Column::new("ours", "Ours"),
        Column::new("theirs", "Theirs"),
        Column::new("ours_commit", "Ours by"),
        Column::new("theirs_commit", "Theirs by"),
    ];
    let mut section = Section::new("conflicts", "Conflicts", columns);
    let heads = store.merge_heads()?;
    let (ours, theirs) = (store.head(), heads.first());
    let base = theirs.map(|theirs| store.merge_base(theirs, &["HEAD"])).transpose()?;
    for open in open {
        let by = |tip: Option<&String>| -> anyhow::Result<Cell> {
            let (Some(tip), Some(base)) = (tip, &base) else { return Ok(Cell::Empty) };
            let commit = store.last_change(&open.file.path, tip, Some(base))?;
            Ok(commit.map_or(Cell::Empty, |commit| {
                Cell::text(format!(
                    "{} {} {}: {}",
                    commit.short(),
                    commit.date,
                    commit.author,
                    commit.summary
                ))
            }))
        };
        let (ours_by, theirs_by) = (by(ours.as_ref())?, by(theirs)?);
        let mut row = |field: Cell, why: &str, texts: [&Option<String>; 3]| {
            let [base, ours, theirs] = texts.map(|text| text.clone().map_or(Cell::Empty, Cell::Text));
            let (ours_by, theirs_by) = (ours_by.clone(), theirs_by.clone());
            section.push(vec![
                Cell::id(open.name.as_str()),
                field,
                why.into(),
                base,
                ours,
                theirs,
                ours_by,
                theirs_by,
            ]);
        };
        if let Some(trouble) = &open.trouble {
            row(
                Cell::Empty,
                &format!("{trouble}: mend {} in an editor, then `git add` it", open.file.path),
                [&None; 3],
            );
        }
        for conflict in &open.conflicts {
            let field = Some(conflict.field.as_str()).filter(|field| !field.is_empty());
            let texts = [&conflict.base, &conflict.ours, &conflict.theirs];
            row(field.map_or(Cell::Empty, Cell::text), why(conflict), texts);
        }
    }
    let title = counted(section.rows.len(), "conflict");
    Ok(Report::new("conflicts", title).section(section))
}

fn why(conflict: &Conflict) -> &'static str {
    match (&conflict.base, &conflict.ours, &conflict.theirs) {
        (_, None, _) => "ours took it away, theirs changed it",
        (_, _, None) => "ours changed it, theirs took it away",
        (None, ..) => "both added it",
        _ => "both changed it",
    }
}
