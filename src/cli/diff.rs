use estate::diff::{self, Change, Detail};
use estate::model::RecordId;
use estate::render::escape;
use estate::report::Report;
use estate::reports::{Request, value_change};
use estate::snapshot::Snapshot;
use estate::store::{PathChange, Store};
use estate::suggest;

use super::completions::record_ids;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::named;
use super::schedule::book_or_default;
use super::value::PeriodArgs;

/// Show what changed between two versions, by record and field
///
/// Values are compared as their schema says: money by its amount, dates in days, lists of
/// relations whatever their order. A record is the same wherever its file lies; comments, quoting
/// and the order of fields are formatting. Losses come first, then what changes money.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate diff                          what is not committed yet
  estate diff HEAD~5                   since five commits ago, with what is not committed
  estate diff v1.0..v2.0 --stat        between two versions, a line a record
  estate diff main --record srv-web-01
  estate diff main --value             with the effect on values and costs
  estate diff --exit-code              for scripts: 1 where anything differs")]
pub struct Args {
    /// The older version: a branch, tag or commit, or A..B for both
    #[arg(value_name = "A", default_value = "HEAD")]
    before: String,
    /// The newer version [default: the files on disk]
    #[arg(value_name = "B")]
    after: Option<String>,
    /// Show a line a record
    #[arg(long, conflicts_with_all = ["full", "name_only"])]
    stat: bool,
    /// Show every field of records that came or went, too
    #[arg(long, conflicts_with = "name_only")]
    full: bool,
    /// Show the records' names alone
    #[arg(long)]
    name_only: bool,
    /// This record alone
    #[arg(long, value_name = "ID", add = record_ids())]
    record: Option<String>,
    /// Items of this class alone
    #[arg(long)]
    class: Option<String>,
    /// Add what the change does to net book values, service costs and contracts
    #[arg(long)]
    value: bool,
    #[command(flatten)]
    period: PeriodArgs,
    /// The book whose depreciation counts for --value [default: the default book of the settings]
    #[arg(long, value_name = "BOOK", requires = "value")]
    book: Option<String>,
    /// Exit with 1 where anything differs
    #[arg(long)]
    exit_code: bool,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        let hint = "name the versions as arguments: `estate diff A B`";
        return Err(Failure::usage("--rev names one version, and a diff has two").hint(hint).into());
    }
    let (old, new) = versions(&args)?;
    let store = context.store()?;
    let (before, after) = changed(&store, old, new)?;
    let mut changes = diff::diff(&before, &after);
    if let Some(name) = &args.record {
        select_record(&store, name, &mut changes)?;
    }
    if let Some(class) = &args.class {
        select_class(class, &[&before, &after], &mut changes)?;
    }
    let detail = match (args.stat, args.full) {
        (true, _) => Detail::Records,
        (_, true) => Detail::All,
        _ => Detail::Fields,
    };
    // As in git, no difference is no text; a program gets its document all the same.
    if changes.is_empty() && context.format_name().is_none() {
        context.say(&format!("nothing changed from {} to {}", before.version(), after.version()));
        return Ok(Exit::Done);
    }
    if args.name_only && context.format_name().is_none() {
        let line = |change: &Change| format!("{}\n", escape::terminal(&change.record.to_string()));
        context.answer(&changes.iter().map(line).collect::<String>())?;
    } else {
        let detail = if args.name_only { Detail::Records } else { detail };
        let report = diff::report(&changes, &before, &after, detail);
        context.show(&if args.value { valued(context, &store, &args, report)? } else { report })?;
    }
    Ok(if args.exit_code && !changes.is_empty() { Exit::Findings } else { Exit::Done })
}

/// Both versions are read whole.
fn valued(context: &Context, store: &Store, args: &Args, report: Report) -> anyhow::Result<Report> {
    let (old, new) = versions(args)?;
    let before = store.at(old)?;
    let after = match new {
        Some(new) => store.at(new)?,
        None => store.worktree()?,
    };
    with_value(context, report, &before, &after, &args.period, args.book.as_deref())
}

/// Adds what the change does to the figures. Both versions are valued for one day, period and book:
/// those of the newer one.
pub fn with_value(
    context: &Context,
    report: Report,
    before: &Snapshot,
    after: &Snapshot,
    period: &PeriodArgs,
    book: Option<&str>,
) -> anyhow::Result<Report> {
    let book = book_or_default(after, book)?;
    let period = period.resolve(after, context.as_of)?;
    let request = |snapshot| Request { snapshot, as_of: context.as_of, period, book: &book };
    let section = value_change(&request(before), &request(after));
    Ok(report
        .header("as_of", context.as_of.to_string())
        .header("period", period.to_string())
        .header("book", book.as_str())
        .section(section))
}

/// The two versions; `None` is the files on disk. As in git, an end of `A..B` that is left out is
/// HEAD.
fn versions(args: &Args) -> Result<(&str, Option<&str>), Failure> {
    let Some((old, new)) = args.before.split_once("..") else {
        return Ok((&args.before, args.after.as_deref()));
    };
    if args.after.is_some() || new.starts_with('.') {
        return Err(Failure::usage(format!("`{}` is not a pair of versions", args.before))
            .hint("write A..B, or A and B as two arguments"));
    }
    let head = |end| if str::is_empty(end) { "HEAD" } else { end };
    Ok((head(old), Some(head(new))))
}

/// Both versions of the files that differ: the cost follows the change.
fn changed(store: &Store, old: &str, new: Option<&str>) -> anyhow::Result<(Snapshot, Snapshot)> {
    let differing = match new {
        Some(new) => store.changed_paths(old, new)?,
        None => store.changed_on_disk(old)?,
    };
    let there = |is_there: fn(&PathChange) -> bool| -> Vec<String> {
        differing.iter().filter(|change| is_there(change)).map(|change| change.path.clone()).collect()
    };
    let before = store.at_of(old, &there(|change| change.in_old))?;
    let new_paths = there(|change| change.in_new);
    let after = match new {
        Some(new) => store.at_of(new, &new_paths)?,
        None => store.worktree_of(&new_paths, &[])?,
    };
    Ok((before, after))
}

fn select_record(store: &Store, name: &str, changes: &mut Vec<Change>) -> Result<(), Failure> {
    let meant: Vec<RecordId> = named::candidates(name);
    changes.retain(|change| meant.contains(&change.record));
    if changes.is_empty() && store.locate(named::id(name)).is_empty() {
        return Err(named::unknown(store, name));
    }
    Ok(())
}

fn select_class(class: &str, sides: &[&Snapshot], changes: &mut Vec<Change>) -> Result<(), Failure> {
    changes.retain(|change| change.class.as_deref() == Some(class));
    let classes = || sides.iter().flat_map(|side| side.schemas().classes());
    if changes.is_empty() && !classes().any(|known| known == class) {
        let hint = suggest::did_you_mean(class, classes());
        return Err(Failure::usage(format!("there is no class `{class}`"))
            .hint(hint.unwrap_or_else(|| "`estate schema` lists the classes".to_owned())));
    }
    Ok(())
}
