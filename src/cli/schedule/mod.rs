mod what_if;

use estate::date::{Period, add_months, day_before, parse_date};
use estate::model::Kind;
use estate::model::contract::Contract;
use estate::model::schedule::Schedule;
use estate::report::Report;
use estate::reports::{self, GroupBy, Steps};
use estate::snapshot::Snapshot;

use super::context::{Context, find};
use super::failure::{Exit, Failure};

/// Show depreciation: the plan of one item or contract, or the register of all
///
/// The plan lists every fiscal year of every book: opening value, charge, accumulated depreciation
/// and net book value. Of a contract it lists what is billed, the expense and what is prepaid; of a
/// lease, the right of use and the liability (IFRS 16). With --all, the register shows what each
/// item cost and is worth at --as-of.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    group = clap::ArgGroup::new("span").args(["period", "forecast"]),
    after_long_help = "Examples:
  estate schedule srv-web-01                     the plan, all books
  estate schedule srv-web-01 --monthly           month by month
  estate schedule what-if --cost \"900 EUR\" --life 3y --start 2024-01-01
  estate schedule srv-web-01 --book tax          one book
  estate schedule dell-prosupport                what a contract bills, and what is prepaid
  estate schedule --all --as-of 2025-12-31       what everything was worth on that day
  estate schedule --all --period FY2025          opening, movements and closing by class
  estate schedule --all --forecast 5 --by service   charges to come, by service
  estate schedule --all --format csv -o nbv.csv  the same for a spreadsheet"
)]
pub struct Args {
    #[command(subcommand)]
    what_if: Option<Verb>,
    /// An item, a schedule or a contract
    #[arg(required_unless_present = "all")]
    id: Option<String>,
    /// Every item in the books
    #[arg(long, conflicts_with = "id")]
    all: bool,
    /// The register of a period instead of a day: FY2025, 2025-03 or 2025-01-01..2025-06-30
    #[arg(long, value_name = "PERIOD", requires = "all")]
    period: Option<String>,
    /// Charges of the next N fiscal years, that of --as-of first, and items to replace in them
    #[arg(long, value_name = "YEARS", requires = "all", conflicts_with = "period",
          value_parser = clap::value_parser!(u8).range(1..=30))]
    forecast: Option<u8>,
    /// What a row stands for with --period or --forecast: item, class, service, department or location [default: class]
    #[arg(long, value_name = "GROUP", requires = "span")]
    by: Option<String>,
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
        let by = args.by.as_deref().map_or(Ok(GroupBy::Class), group_by)?;
        let report = match (&args.period, args.forecast) {
            (Some(period), _) => {
                reports::roll_forward(&snapshot, period_named(&snapshot, period)?, &book, by)
            }
            (None, Some(years)) => reports::forecast(&snapshot, context.as_of, &book, years.into(), by),
            (None, None) => reports::register(&snapshot, context.as_of, &book),
        };
        context.show(&report)?;
        return Ok(if report.has_holes() { Exit::Findings } else { Exit::Done });
    };
    if let Some(book) = &args.book {
        book_or_default(&snapshot, Some(book))?;
    }
    let steps = if args.monthly { Steps::Months } else { Steps::Years };
    let report = match planned(&snapshot, &id)? {
        Planned::Schedule(schedule) => {
            let title = format!("Depreciation of {}", schedule.item().unwrap_or(&id));
            let base = context.report("schedule", title, &snapshot);
            reports::schedule(base, &snapshot, schedule, args.book.as_deref(), steps)
        }
        Planned::Contract(contract) => {
            of_contract(context, &snapshot, contract, args.book.as_deref(), steps)?
        }
    };
    context.show(&report)?;
    Ok(Exit::Done)
}

/// The plan of a lease in the book that keeps it, of any other contract what it bills.
fn of_contract(
    context: &Context,
    snapshot: &Snapshot,
    contract: Contract<'_>,
    book: Option<&str>,
    steps: Steps,
) -> anyhow::Result<Report> {
    if contract.0.field("price").is_none() {
        return Err(Failure::nothing(format!("contract {} has no price to plan", contract.id()))
            .hint(format!(
                "set one, such as `estate set {} \"price.amount=1200.00 EUR\" price.per=year`",
                contract.id()
            ))
            .into());
    }
    let measured = contract.lease().filter(|lease| lease.exemption().is_none());
    Ok(match measured.filter(|lease| book.is_none_or(|book| book == lease.book)) {
        Some(lease) => {
            let base = context.report("lease_plan", format!("Lease of {}", contract.id()), snapshot);
            reports::lease(base, snapshot, contract, lease.book, steps)
        }
        None => {
            let base = context.report("prepaid_plan", format!("Bills of {}", contract.id()), snapshot);
            reports::prepaid_plan(base, snapshot, contract, context.as_of, steps)
        }
    })
}

/// What has a plan.
enum Planned<'s> {
    Schedule(Schedule<'s>),
    Contract(Contract<'s>),
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

/// The schedule or contract that is named, or the schedule of the item that is named.
fn planned<'s>(snapshot: &'s Snapshot, name: &str) -> anyhow::Result<Planned<'s>> {
    let own = snapshot.named(name).into_iter().find(|record| record.kind() == Kind::Schedule);
    if let Some(record) = own {
        return Ok(Planned::Schedule(Schedule(record)));
    }
    let record = find(snapshot, name)?;
    if record.kind() == Kind::Contract {
        return Ok(Planned::Contract(Contract(record)));
    }
    let of_item = snapshot.schedules().find(|schedule| schedule.item() == Some(record.id()));
    of_item.map(Planned::Schedule).ok_or_else(|| {
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
