use estate::date::{Date, parse_date};
use estate::diff::{self, Change, Detail};
use estate::history::{overlap, own_change};
use estate::model::{Record, RecordId};
use estate::query::{Field, Scope};
use estate::report::{Cell, Column, Report, Section};
use estate::snapshot::Version;
use estate::store::{CommitInfo, Step, Store};

use super::completions::record_ids;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::named;

/// Show the history of the estate, or of one record by field
///
/// Without an ID: the commits that touched the estate, newest first, with how many records each
/// changed. With an ID: every change of the record, field by field, also while its file lay in
/// another folder or it had another id. What a merge brought together is shown where it was made; a
/// merge itself only where it left something as none of its sides had it.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate log -n 10                     the last ten commits
  estate log --stat -n 1               the records of the last commit
  estate log srv-web-01                a record's history
  estate log dell-prosupport --field price.amount --json
  estate log --change CHG-0042         what was done for a change
  estate log --since 2026-01-01 --author martin")]
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
    /// Only commits dated on this day or after
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Only commits whose author's name or address contains this, whatever the case
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,
    /// Only commits that name this change in a trailer `Change: ID`, whatever the case
    #[arg(long, value_name = "ID")]
    change: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let only = Only::new(&args)?;
    let store = context.store()?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let (mut report, nothing) = match &args.id {
        None => {
            let hint = store.is_shallow().then(|| SHALLOW.to_owned());
            let report = commits(context, &store, &only, limit, args.stat)?;
            (report, Failure::nothing(only.nothing()).hint_if(hint))
        }
        Some(name) => {
            let record = named::in_history(context, &store, name, revision(context))?;
            let report = history(context, &store, &record, &only, limit, args.field.as_deref())?;
            (report, no_history(&store, &record, &only, args.field.as_deref())?)
        }
    };
    if store.is_shallow() {
        report = report.note(SHALLOW);
    }
    let is_nothing = report.sections.iter().all(|section| section.rows.is_empty());
    if !is_nothing || context.format_name().is_some() {
        context.show(&report)?;
    }
    if is_nothing { Err(nothing.into()) } else { Ok(Exit::Done) }
}

/// What is said of the history of a shallow clone.
pub const SHALLOW: &str =
    "truncated: the clone is shallow, and older commits are not in it; `git fetch --unshallow` brings them";

/// The commits that are wanted.
struct Only {
    since: Option<Date>,
    author: Option<String>,
    change: Option<String>,
}

impl Only {
    fn new(args: &Args) -> Result<Only, Failure> {
        let since = args.since.as_deref().map(parse_date).transpose();
        Ok(Only {
            since: since.map_err(|error| Failure::usage(format!("--since: {error}")))?,
            author: args.author.as_ref().map(|author| author.to_lowercase()),
            change: args.change.clone(),
        })
    }

    fn admits(&self, commit: &CommitInfo) -> bool {
        let is_since = |since: &Date| parse_date(&commit.date).is_ok_and(|date| date >= *since);
        let is_by = |author: &String| {
            [&commit.author, &commit.email].iter().any(|text| text.to_lowercase().contains(author))
        };
        let names = |change: &String| commit.changes.iter().any(|named| named.eq_ignore_ascii_case(change));
        self.since.as_ref().is_none_or(is_since)
            && self.author.as_ref().is_none_or(is_by)
            && self.change.as_ref().is_none_or(names)
    }

    fn is_all(&self) -> bool {
        self.since.is_none() && self.author.is_none() && self.change.is_none()
    }

    /// Why no commit is shown.
    fn nothing(&self) -> String {
        let since = self.since.map(|since| format!("dated {since} or after"));
        let author = self.author.as_ref().map(|author| format!("by `{author}`"));
        let change = self.change.as_ref().map(|change| format!("with the trailer `Change: {change}`"));
        let wanted: Vec<String> = [since, author, change].into_iter().flatten().collect();
        match wanted.is_empty() {
            true => "no commit touched the estate".to_owned(),
            false => format!("no commit {} touched the estate", wanted.join(" and ")),
        }
    }
}

/// Why a record has no history to show.
fn no_history(store: &Store, record: &RecordId, only: &Only, field: Option<&str>) -> anyhow::Result<Failure> {
    if !only.is_all() {
        return Ok(Failure::nothing(format!("no such commit changed {record}"))
            .hint(format!("`estate log {record}` shows those that did")));
    }
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

pub fn revision(context: &Context) -> &str {
    context.rev.as_deref().unwrap_or("HEAD")
}

/// Where the history ends, with the commit's id: a branch moves on.
fn version(context: &Context, store: &Store) -> anyhow::Result<Version> {
    let name = revision(context);
    Ok(Version::Commit { id: store.resolve(name)?, name: name.to_owned() })
}

fn commits(
    context: &Context,
    store: &Store,
    only: &Only,
    limit: usize,
    stat: bool,
) -> anyhow::Result<Report> {
    let columns = vec![
        Column::new("commit", "Commit"),
        Column::new("date", "Date"),
        Column::new("author", "Author"),
        Column::new("changes", "Changes"),
        Column::new("summary", "Summary"),
    ];
    let mut section = Section::new("commits", "Commits", columns).tree();
    let (mut shown, mut is_cut) = (0, false);
    let each = |commit: CommitInfo, paths: Vec<estate::store::PathChange>| {
        if shown == limit {
            is_cut = true;
            return false;
        }
        shown += 1;
        let sides = paths.iter().map(|change| (change.path.as_str(), change.in_old, change.in_new));
        let touched = diff::touched(sides);
        let changes = Cell::text(diff::tally(&touched));
        let (id, date, author) = (Cell::id(commit.short()), commit.date.as_str(), commit.author.as_str());
        section.push(vec![id, date.into(), author.into(), changes, summary(&commit)]);
        for (record, kind) in touched.iter().filter(|_| stat) {
            section.push_at(1, vec![Cell::id(record.as_str()), Cell::Empty, Cell::Empty, kind.name().into()]);
        }
        true
    };
    store.commits(revision(context), |commit| only.admits(commit), each)?;
    let report = Report::new("log", "History of the estate")
        .header("rev", version(context, store)?.to_string())
        .section(section);
    Ok(if is_cut { report.note(newest(limit)) } else { report })
}

/// The commit's first line with the changes that it names: `Retire srv-web-01 [CHG-0042]`.
pub fn summary(commit: &CommitInfo) -> Cell {
    match commit.changes.is_empty() {
        true => Cell::text(commit.summary.as_str()),
        false => Cell::text(format!("{} [{}]", commit.summary, commit.changes.join(", "))),
    }
}

fn newest(limit: usize) -> String {
    format!("only the newest: --limit {limit}")
}

fn history(
    context: &Context,
    store: &Store,
    record: &RecordId,
    only: &Only,
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
    let detail = if field.is_some() { Detail::All } else { Detail::Fields };
    let (mut shown, mut is_cut) = (0, false);
    store.record_history(record, revision(context), estate.schemas(), |step| {
        if let Some(record) =
            step.after.as_deref().filter(|_| step.is_cut && field.is_none() && only.is_all())
        {
            section.push(beginning(&step.commit(), record));
        }
        if !step.is_change() {
            return true;
        }
        let commit = step.commit();
        let change = own(step, &estate).filter(|_| only.admits(&commit));
        let Some(change) = change.and_then(|change| of_field(change, field)) else { return true };
        if shown == limit {
            is_cut = true;
            return false;
        }
        shown += 1;
        for cells in diff::rows(&change, detail) {
            section.push(row(&commit, cells));
        }
        true
    })?;
    let report = Report::new("record_log", format!("History of {record}"))
        .header("rev", version(context, store)?.to_string())
        .section(section);
    Ok(if is_cut { report.note(newest(limit)) } else { report })
}

/// The row of a record that a shallow clone begins with: it was so in this commit, and who made it so
/// is not known.
fn beginning(commit: &CommitInfo, record: &Record) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty, Cell::id(commit.short()), Cell::Empty, Cell::text("truncated")];
    cells.extend([Cell::Empty, Cell::Empty, record.text("name").into(), Cell::Empty]);
    cells.push(Cell::text("it was there already"));
    cells
}

fn own(step: &Step<'_>, estate: &estate::snapshot::Snapshot) -> Option<Change> {
    let before: Vec<Option<&Record>> = step.before.iter().map(|before| before.record.as_deref()).collect();
    own_change(step.after.as_deref(), &before, estate)
}

/// The change with its fields at or below this one; `None` where there are none.
fn of_field(mut change: Change, field: Option<&str>) -> Option<Change> {
    let Some(field) = field else { return Some(change) };
    change.fields.retain(|changed| overlap(&changed.route, field));
    (!change.fields.is_empty()).then_some(change)
}

/// The cells of a change without the record, which is the same in every row.
fn row(commit: &CommitInfo, change: Vec<Cell>) -> Vec<Cell> {
    let mut cells =
        vec![commit.date.as_str().into(), Cell::id(commit.short()), commit.author.as_str().into()];
    cells.extend(change.into_iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, cell)| cell));
    cells.push(summary(commit));
    cells
}
