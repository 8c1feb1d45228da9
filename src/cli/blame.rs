use estate::diff;
use estate::history::{Blame, overlap};
use estate::model::{Record, RecordId};
use estate::report::{Cell, Column, Report, Section};
use estate::snapshot::Snapshot;
use estate::store::{CommitInfo, Step, Store};
use estate::suggest;

use super::completions::record_ids;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::log::{SHALLOW, revision};
use super::named;

/// Show for each field of a record who set it, when, in which commit and for which change
///
/// A field is followed through moves of the file and changes of the record's id; where branches were
/// merged, to the side that brought its value. Formatting sets nothing. The change is what the
/// commit names in a trailer `Change: CHG-0042`.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate blame srv-web-01
  estate blame dell-prosupport --field price
  estate blame srv-web-01 --known-on 2025-12-31 --json")]
pub struct Args {
    /// The record's id, or kind/id where several kinds have the id
    #[arg(value_name = "ID", add = record_ids())]
    id: String,
    /// This field alone, and the fields below it
    #[arg(long, value_name = "ROUTE")]
    field: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let record = named::in_history(context, &store, &args.id, revision(context))?;
    let disk = store.worktree_of(&store.locate(&record.id), &[])?;
    let on_disk = disk.by_id(&record).filter(|_| context.rev.is_none());
    let mut blamed = blame(&store, &record, on_disk, &disk, revision(context))?;
    if blamed.fields.is_empty() {
        return Err(nothing(context, &record, on_disk).into());
    }
    if let Some(field) = &args.field {
        let routes: Vec<String> = blamed.fields.iter().map(|field| field.route.clone()).collect();
        blamed.fields.retain(|blamed| overlap(&blamed.route, field));
        if blamed.fields.is_empty() {
            let hint = suggest::did_you_mean(field, routes.iter().map(String::as_str));
            return Err(Failure::nothing(format!("{record} has no field `{field}`")).hint_if(hint).into());
        }
    }
    let mut report = report(context, &record, &disk, &blamed);
    if blamed.fields.iter().any(|field| matches!(field.origin, Origin::BeforeTheCut)) {
        report = report.note(SHALLOW);
    }
    context.show(&report)?;
    Ok(Exit::Done)
}

/// A record's fields, each with where its value comes from.
#[derive(Default)]
struct Blamed {
    /// The version that is blamed; empty for the files on disk.
    commit: String,
    fields: Vec<BlamedField>,
}

struct BlamedField {
    route: String,
    value: String,
    origin: Origin,
}

enum Origin {
    Uncommitted,
    Commit(CommitInfo),
    /// The shallow clone ends before the commit that set it.
    BeforeTheCut,
}

/// Blames the record as it lies on disk, or as of `revision`.
fn blame(
    store: &Store,
    record: &RecordId,
    on_disk: Option<&Record>,
    estate: &Snapshot,
    revision: &str,
) -> anyhow::Result<Blamed> {
    let mut blamed = Blamed::default();
    let mut blame: Option<Blame<'_>> = None;
    let settle = |blamed: &mut Blamed, routes: Vec<String>, origin: &dyn Fn() -> Origin| {
        for field in blamed.fields.iter_mut().filter(|field| routes.contains(&field.route)) {
            field.origin = origin();
        }
    };
    store.record_history(record, revision, estate.schemas(), |step| {
        let blame = blame.get_or_insert_with(|| {
            let committed = step.after.as_deref();
            let Some(shown) = on_disk.or(committed) else {
                return Blame::new(&step.commit_id(), Vec::new(), estate);
            };
            blamed = Blamed { commit: step.commit_id(), fields: fields_of(shown, estate) };
            let pending = committed.map_or_else(Vec::new, |committed| kept(committed, shown, estate));
            Blame::new(&step.commit_id(), pending, estate)
        });
        let before: Vec<(&str, Option<&Record>)> =
            step.before.iter().map(|before| (before.commit.as_str(), before.record.as_deref())).collect();
        let set_here = blame.step(&step.commit_id(), step.after.as_deref(), &before);
        settle(&mut blamed, set_here, &|| origin(step));
        !blame.is_done()
    })?;
    Ok(blamed)
}

fn origin(step: &Step<'_>) -> Origin {
    if step.is_cut { Origin::BeforeTheCut } else { Origin::Commit(step.commit()) }
}

/// The fields, as yet without a commit.
fn fields_of(record: &Record, estate: &Snapshot) -> Vec<BlamedField> {
    let field = |(route, value)| BlamedField { route, value, origin: Origin::Uncommitted };
    diff::parts(record, estate).into_iter().map(field).collect()
}

/// The fields of `shown` that stand so in the committed version.
fn kept(committed: &Record, shown: &Record, estate: &Snapshot) -> Vec<String> {
    let changed = diff::field_changes(committed, shown, estate, estate);
    let is_kept = |route: &String| !changed.iter().any(|change| overlap(&change.route, route));
    diff::parts(shown, estate).into_iter().map(|(route, _)| route).filter(is_kept).collect()
}

fn nothing(context: &Context, record: &RecordId, on_disk: Option<&Record>) -> Failure {
    let finding = on_disk.and_then(|record| record.findings().first());
    match finding {
        Some(finding) => Failure::failed(format!("{}: {}", finding.location, finding.message))
            .hint("`estate audit` says more; a file that cannot be read has no fields to blame"),
        None => Failure::nothing(format!("there is no {record} in {}", revision(context)))
            .hint(format!("`estate log {record}` shows what became of it")),
    }
}

fn report(context: &Context, record: &RecordId, disk: &Snapshot, blamed: &Blamed) -> Report {
    let columns = vec![
        Column::new("field", "Field"),
        Column::new("value", "Value"),
        Column::new("date", "Date"),
        Column::new("commit", "Commit"),
        Column::new("author", "Author"),
        Column::new("reference", "For change"),
        Column::new("summary", "Summary"),
    ];
    let mut section = Section::new("fields", "Fields", columns);
    for field in &blamed.fields {
        let mut cells = vec![Cell::text(field.route.as_str()), Cell::text(field.value.as_str())];
        cells.extend(match &field.origin {
            Origin::Commit(commit) => [
                commit.date.as_str().into(),
                Cell::id(commit.short()),
                commit.author.as_str().into(),
                Cell::text(commit.changes.join(", ")),
                commit.summary.as_str().into(),
            ],
            Origin::Uncommitted => unknown("not committed"),
            Origin::BeforeTheCut => unknown("before this shallow clone begins"),
        });
        section.push(cells);
    }
    let version = match &context.rev {
        Some(_) => blamed.commit.get(..10).unwrap_or_default().to_owned(),
        None => disk.version().to_string(),
    };
    Report::new("blame", format!("Who set the fields of {record}")).header("rev", version).section(section)
}

fn unknown(why: &str) -> [Cell; 5] {
    [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::text(why)]
}
