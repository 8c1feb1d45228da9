use estate::diff::{self, Change, Detail};
use estate::edit::Edit;
use estate::model::{Kind, Place, RecordId};
use estate::query::{Field, Scope};
use estate::report::{Cell, Column, Report, Section};
use estate::snapshot::{Snapshot, Version};
use estate::source::Source;
use estate::store::{CommitInfo, FileVersion, Store};

use super::completions::record_ids;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::named;

/// Show the history of the estate, or of one record by field
///
/// Without an ID: the commits that touched the estate, newest first, with how many records each
/// changed. With an ID: every change of the record, field by field, also while its file lay in
/// another folder. Merges are not shown; what they brought together is.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate log -n 10                     the last ten commits
  estate log --stat -n 1               the records of the last commit
  estate log srv-web-01                a record's history
  estate log dell-prosupport --field price.amount --json")]
pub struct Args {
    /// A record's id, or kind/id where several kinds have the id
    #[arg(value_name = "ID", add = record_ids())]
    id: Option<String>,
    /// Show at most so many commits
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// Name the records that each commit touched
    #[arg(long, conflicts_with = "id")]
    stat: bool,
    /// Show this field alone, and the fields below it
    #[arg(long, value_name = "ROUTE", requires = "id")]
    field: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let (report, nothing) = match &args.id {
        None => {
            (commits(context, &store, limit, args.stat)?, Failure::nothing("no commit touched the estate"))
        }
        Some(name) => {
            let record = record(context, &store, name)?;
            let report = history(context, &store, &record, limit, args.field.as_deref())?;
            (report, no_history(&store, &record, args.field.as_deref())?)
        }
    };
    let is_nothing = report.sections.iter().all(|section| section.rows.is_empty());
    if !is_nothing || context.format_name().is_some() {
        context.show(&report)?;
    }
    if is_nothing { Err(nothing.into()) } else { Ok(Exit::Done) }
}

/// Why a record has no history to show.
fn no_history(store: &Store, record: &RecordId, field: Option<&str>) -> anyhow::Result<Failure> {
    let Some(field) = field else {
        return Ok(Failure::nothing(format!("{record} is in no commit"))
            .hint("`git status` shows whether it is new"));
    };
    let estate = store.worktree_of(&[], &[])?;
    let unknown =
        Scope::named(record.kind.name(), &estate).and_then(|scope| Field::find(field, &scope).err());
    Ok(Failure::nothing(format!("no commit changed `{field}` of {record}"))
        .hint_if(unknown.and_then(|error| error.hint)))
}

fn revision(context: &Context) -> &str {
    context.rev.as_deref().unwrap_or("HEAD")
}

/// Where the history ends, with the commit's id: a branch moves on.
fn version(context: &Context, store: &Store) -> anyhow::Result<Version> {
    let name = revision(context);
    Ok(Version::Commit { id: store.resolve(name)?, name: name.to_owned() })
}

fn commits(context: &Context, store: &Store, limit: usize, stat: bool) -> anyhow::Result<Report> {
    let columns = vec![
        Column::new("commit", "Commit"),
        Column::new("date", "Date"),
        Column::new("author", "Author"),
        Column::new("changes", "Changes"),
        Column::new("summary", "Summary"),
    ];
    let mut section = Section::new("commits", "Commits", columns).tree();
    let (mut shown, mut is_cut) = (0, false);
    store.commits(revision(context), |commit, paths| {
        if shown == limit {
            is_cut = true;
            return false;
        }
        shown += 1;
        let sides = paths.iter().map(|change| (change.path.as_str(), change.in_old, change.in_new));
        let touched = diff::touched(sides);
        let changes = Cell::text(diff::tally(&touched));
        let (id, date, author) = (Cell::id(commit.short()), commit.date.as_str(), commit.author.as_str());
        section.push(vec![id, date.into(), author.into(), changes, commit.summary.as_str().into()]);
        for (record, kind) in touched.iter().filter(|_| stat) {
            section.push_at(1, vec![Cell::id(record.as_str()), Cell::Empty, Cell::Empty, kind.name().into()]);
        }
        true
    })?;
    let report = Report::new("log", "History of the estate")
        .header("rev", version(context, store)?.to_string())
        .section(section);
    Ok(if is_cut { report.note(newest(limit)) } else { report })
}

fn newest(limit: usize) -> String {
    format!("only the newest: --limit {limit}")
}

fn history(
    context: &Context,
    store: &Store,
    record: &RecordId,
    limit: usize,
    field: Option<&str>,
) -> anyhow::Result<Report> {
    let columns = vec![
        Column::new("date", "Date"),
        Column::new("commit", "Commit"),
        Column::new("author", "Author"),
        Column::new("change", "Change"),
        Column::new("field", "Field"),
        Column::new("before", "Before"),
        Column::new("after", "After"),
        Column::number("delta", "Delta"),
        Column::new("summary", "Summary"),
    ];
    let mut section = Section::new("changes", "Changes", columns);
    let estate = store.worktree_of(&[], &[])?;
    let (mut shown, mut is_cut) = (0, false);
    store.file_history(record, revision(context), usize::MAX, |version| {
        let mut changes = changes(&version, &estate);
        if let Some(field) = field {
            changes.iter_mut().for_each(|change| keep_field(change, field));
            changes.retain(|change| !change.fields.is_empty());
        }
        if shown == limit && !changes.is_empty() {
            is_cut = true;
            return false;
        }
        shown += usize::from(!changes.is_empty());
        let detail = if field.is_some() { Detail::All } else { Detail::Fields };
        for cells in changes.iter().flat_map(|change| diff::rows(change, detail)) {
            section.push(row(&version.commit, cells));
        }
        true
    })?;
    let report = Report::new("record_log", format!("History of {record}"))
        .header("rev", version(context, store)?.to_string())
        .section(section);
    Ok(if is_cut { report.note(newest(limit)) } else { report })
}

/// What a commit did to the record: at most one change. `estate` knows the schemas.
fn changes(version: &FileVersion, estate: &Snapshot) -> Vec<Change> {
    let with_only = |side: &Option<Source>| {
        let mut edit = Edit::new("");
        for source in [&version.before, &version.after].into_iter().flatten() {
            edit.delete(source.path());
        }
        if let Some(source) = side {
            edit.write(source.path(), source.text());
        }
        estate.with(&edit)
    };
    diff::diff(&with_only(&version.before), &with_only(&version.after))
}

fn keep_field(change: &mut Change, field: &str) {
    change.fields.retain(|changed| {
        let rest = changed.route.strip_prefix(field);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    });
}

/// The cells of a change without the record, which is the same in every row.
fn row(commit: &CommitInfo, change: Vec<Cell>) -> Vec<Cell> {
    let mut cells =
        vec![commit.date.as_str().into(), Cell::id(commit.short()), commit.author.as_str().into()];
    cells.extend(change.into_iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, cell)| cell));
    cells.push(commit.summary.as_str().into());
    cells
}

/// The record of this name: on disk, or in the past where it is there no more.
fn record(context: &Context, store: &Store, name: &str) -> anyhow::Result<RecordId> {
    let candidates = named::candidates(name);
    let on_disk: Vec<RecordId> = store
        .locate(named::id(name))
        .iter()
        .filter_map(|path| Place::of(path))
        .map(|place| RecordId { kind: place.kind, id: place.id })
        .collect();
    let mut found = candidates.iter().filter(|record| on_disk.contains(record));
    if let Some(record) = found.next() {
        // An item and its schedule share their id as a rule.
        let others = found.filter(|other| (record.kind, other.kind) != (Kind::Item, Kind::Schedule));
        others.for_each(|other| context.say(&format!("there is also {other}")));
        return Ok(record.clone());
    }
    for record in candidates {
        let mut is_known = false;
        store.file_history(&record, revision(context), usize::MAX, |_| {
            is_known = true;
            false
        })?;
        if is_known {
            return Ok(record);
        }
    }
    Err(named::unknown(store, name).into())
}
