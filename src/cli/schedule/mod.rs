mod what_if;

use estate::date::{Period, add_months, day_before, parse_date};
use estate::model::Kind;
use estate::model::schedule::Schedule;
use estate::reports::{self, GroupBy, Steps};
use estate::snapshot::Snapshot;

use super::context::{Context, find};
use super::failure::{Exit, Failure};

/// Show depreciation: the plan of one item, or the register of all
///
/// The plan lists every fiscal year of every book: opening value, charge, accumulated depreciation
/// and net book value. With --all, the register shows what each item cost and is worth at --as-of.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_long_help = "Examples:
  estate schedule srv-web-01                     the plan, all books
  estate schedule srv-web-01 --monthly           month by month
  estate schedule what-if --cost \"900 EUR\" --life 3y --start 2024-01-01
  estate schedule srv-web-01 --book tax          one book
  estate schedule --all --as-of 2025-12-31       what everything was worth on that day
  estate schedule --all --period FY2025          opening, movements and closing by class
  estate schedule --all --format csv -o nbv.csv  the same for a spreadsheet"
)]
pub struct Args {
    #[command(subcommand)]
    what_if: Option<Verb>,
    /// An item or a schedule
    #[arg(required_unless_present = "all")]
    id: Option<String>,
    /// Every item in the books
    #[arg(long, conflicts_with = "id")]
    all: bool,
    /// The register of a period instead of a day: FY2025, 2025-03 or 2025-01-01..2025-06-30
    #[arg(long, value_name = "PERIOD", requires = "all")]
    period: Option<String>,
    /// What a row of the register of a period stands for: item, class, department or location
    #[arg(long, value_name = "GROUP", requires = "period", default_value = "class")]
    by: String,
    /// A row a month instead of a fiscal year
    #[arg(long, conflicts_with = "all")]
    monthly: bool,
    /// One book alone [default for --all: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
}

#[derive(clap::Subcommand)]
enum Verb {
    WhatIf(Box<what_if::Args>),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if let Some(Verb::WhatIf(args)) = args.what_if {
        return what_if::run(context, *args);
    }
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let Some(id) = args.id else {
        let book = book_or_default(&snapshot, args.book.as_deref())?;
        let report = match &args.period {
            None => reports::register(&snapshot, context.as_of, &book),
            Some(period) => {
                let period = period_named(&snapshot, period)?;
                reports::roll_forward(&snapshot, period, &book, group_by(&args.by)?)
            }
        };
        context.show(&report)?;
        return Ok(if report.has_holes() { Exit::Findings } else { Exit::Done });
    };
    if let Some(book) = &args.book {
        book_or_default(&snapshot, Some(book))?;
    }
    let schedule = schedule_of(&snapshot, &id)?;
    let base =
        context.report("schedule", format!("Depreciation of {}", schedule.item().unwrap_or(&id)), &snapshot);
    let steps = if args.monthly { Steps::Months } else { Steps::Years };
    context.show(&reports::schedule(base, &snapshot, schedule, args.book.as_deref(), steps))?;
    Ok(Exit::Done)
}

fn group_by(name: &str) -> anyhow::Result<GroupBy> {
    GroupBy::named(name).ok_or_else(|| {
        let known: Vec<&str> = GroupBy::ALL.into_iter().map(GroupBy::name).collect();
        Failure::usage(format!("the register is not grouped by `{name}`"))
            .hint(format!("choose one of: {}", known.join(", ")))
            .into()
    })
}

/// A fiscal year by name, a month, or two dates.
pub fn period_named(snapshot: &Snapshot, text: &str) -> anyhow::Result<Period> {
    let wrong = || {
        Failure::usage(format!("there is no period `{text}`"))
            .hint("write a fiscal year (FY2025), a month (2025-03) or two dates (2025-01-01..2025-06-30)")
    };
    if let Some(year) = snapshot.settings().and_then(|settings| settings.calendar.by_id(text)) {
        return Ok(year.period);
    }
    if let Some((start, end)) = text.split_once("..") {
        let date = |text: &str| parse_date(text).map_err(|_| wrong());
        let period = Period { start: date(start)?, end: date(end)? };
        return if period.start <= period.end { Ok(period) } else { Err(wrong().into()) };
    }
    let start = parse_date(&format!("{text}-01")).map_err(|_| wrong())?;
    let next = add_months(start, 1).map_err(|_| wrong())?;
    Ok(Period { start, end: day_before(next) })
}

/// The schedule that is named, or the schedule of the item that is named.
fn schedule_of<'s>(snapshot: &'s Snapshot, name: &str) -> anyhow::Result<Schedule<'s>> {
    let own = snapshot.named(name).into_iter().find(|record| record.kind() == Kind::Schedule);
    if let Some(record) = own {
        return Ok(Schedule(record));
    }
    let record = find(snapshot, name)?;
    let of_item = snapshot.schedules().find(|schedule| schedule.item() == Some(record.id()));
    of_item.ok_or_else(|| {
        Failure::nothing(format!("{} has no depreciation schedule", record.record_id()))
            .hint(format!("add one with `estate add schedule {} --item {}`", record.id(), record.id()))
            .into()
    })
}

/// A book of the settings: the one named, or the default one.
pub fn book_or_default(snapshot: &Snapshot, book: Option<&str>) -> anyhow::Result<String> {
    let settings = snapshot.settings().ok_or_else(|| {
        Failure::failed("the settings are missing or have errors").hint("`estate audit` shows them")
    })?;
    let known: Vec<&str> = settings.books.keys().map(String::as_str).collect();
    match book {
        Some(book) if settings.books.contains_key(book) => Ok(book.to_owned()),
        Some(book) => Err(Failure::usage(format!("there is no book `{book}`"))
            .hint(format!("the books are: {}", known.join(", ")))
            .into()),
        None => Ok(settings.default_book().unwrap_or_default().to_owned()),
    }
}
