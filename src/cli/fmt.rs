use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use estate::edit::Edit;
use estate::edits::formatted;
use estate::model::Record;
use estate::render::escape;
use estate::report::{Cell, Column, Section, counted};
use estate::schema::Schemas;
use estate::snapshot::Snapshot;
use estate::store::Store;
use rayon::prelude::*;

use super::context::{self, Context};
use super::failure::{Exit, Failure};
use super::writing::{Scope, WriteArgs, Writing, write};

/// Write records in their canonical form
///
/// Keys in the order of the schema, two spaces an indentation, no quotes that nobody needs, no
/// empty lines but single ones, lines that end in LF. Comments stay with what they are about, and
/// what the record says does not change. A file that is no YAML is left alone; `estate audit` says
/// why. Exits with 1 where there is such a file, and with --check where a file is not in that form.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate fmt                                      every record, one commit
  estate fmt inventory/contracts srv-web-01       a folder and a record
  estate fmt -n                                   what would change
  estate fmt --check                              for CI: list the files, write none
  estate fmt --no-commit inventory/items/server   what is not committed yet, too")]
pub struct Args {
    /// Files or folders, or ids of records; all records where none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// List the files that are not in canonical form, and write nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    write: WriteArgs,
}

/// What formatting comes to.
#[derive(Default)]
struct Outcome {
    edit: Edit,
    /// Files that are left alone, and why.
    left: Vec<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    if args.check {
        let snapshot = context.snapshot(&store)?;
        let outcome = outcome(context, &store, &snapshot, &args.paths)?;
        let mut section = Section::new("files", "Not in canonical form", vec![Column::new("path", "File")]);
        for (path, _) in outcome.edit.files() {
            section.push(vec![Cell::text(path)]);
        }
        context.show(&context.report("fmt", "Files to format", &snapshot).section(section))?;
        return Ok(exit(context, &outcome, !outcome.edit.is_empty()));
    }
    let mut left = Outcome::default();
    let done = write(context, &args.write, Scope::Whole, |snapshot| {
        let outcome = outcome(context, &store, snapshot, &args.paths)?;
        let count = outcome.edit.len();
        let what = counted(count, "record");
        let mut edit = outcome.edit;
        if count > 0 {
            edit.summary = format!("Format {what}");
        }
        left.left = outcome.left;
        Ok(Writing::new(edit, format!("formatted {what}")).unchanged("every file is in canonical form"))
    })?;
    let failed = exit(context, &left, false);
    Ok(if done == Exit::Done { failed } else { done })
}

/// Says which files are left alone.
fn exit(context: &Context, outcome: &Outcome, failed: bool) -> Exit {
    for left in &outcome.left {
        context.say(&escape::terminal(&format!("left alone: {left}")));
    }
    if failed || !outcome.left.is_empty() { Exit::Findings } else { Exit::Done }
}

fn outcome(
    context: &Context,
    store: &Store,
    snapshot: &Snapshot,
    paths: &[PathBuf],
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    let records = chosen(context, store, snapshot, paths)?;
    let texts: Vec<Result<String, String>> =
        records.par_iter().map(|record| text_of(record, snapshot.schemas())).collect();
    for (record, text) in records.into_iter().zip(texts) {
        match text {
            Ok(text) if text == record.source().text() => {}
            Ok(text) => outcome.edit.write(record.path(), text),
            Err(why) => outcome.left.push(why),
        }
    }
    Ok(outcome)
}

/// The text in canonical form, or where and why there is none.
fn text_of(record: &Record, schemas: &Schemas) -> Result<String, String> {
    match record.findings().first().filter(|_| record.root().is_none()) {
        Some(finding) => Err(format!("{}: {}", finding.location, finding.message)),
        None => formatted(record, schemas).map_err(|error| format!("{}: {error}", record.path())),
    }
}

/// The records that the user means, each once, ordered by path.
fn chosen<'s>(
    context: &Context,
    store: &Store,
    snapshot: &'s Snapshot,
    paths: &[PathBuf],
) -> anyhow::Result<Vec<&'s Record>> {
    if paths.is_empty() {
        return Ok(snapshot.records().collect());
    }
    let mut wanted = BTreeSet::new();
    for path in paths {
        let name = path.to_string_lossy();
        let within = path_in_estate(context, store, path);
        let below: Vec<&str> = snapshot
            .records()
            .map(Record::path)
            .filter(|file| within.as_deref().is_some_and(|within| is_within(file, within)))
            .collect();
        match below.as_slice() {
            [] if is_path(&name) => {
                return Err(Failure::nothing(format!("there is no record at {name}"))
                    .hint("give a file or a folder below inventory/, or the id of a record")
                    .into());
            }
            [] => {
                context::find(snapshot, &name)?;
                wanted.extend(snapshot.named(&name).into_iter().map(Record::path));
            }
            _ => wanted.extend(below),
        }
    }
    Ok(wanted.into_iter().filter_map(|path| snapshot.by_path(path)).collect())
}

fn is_path(name: &str) -> bool {
    name.starts_with('.') || name.ends_with(".yaml") || name.ends_with('/') || name.starts_with("inventory")
}

/// Whether a file is the one at the path, or lies in the folder there; the empty path is the estate.
fn is_within(file: &str, path: &str) -> bool {
    path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path of the user relative to the estate's root; `None` where it leads elsewhere. What is not on
/// disk, as with --rev, is taken as written.
fn path_in_estate(context: &Context, store: &Store, path: &Path) -> Option<String> {
    let Ok(there) = context.directory().join(path).canonicalize() else {
        return Some(path.to_string_lossy().into_owned());
    };
    let below = there.strip_prefix(store.root().canonicalize().ok()?).ok()?;
    Some(below.to_string_lossy().replace('\\', "/"))
}
