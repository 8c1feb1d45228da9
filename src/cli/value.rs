use std::collections::HashMap;

use clap::ValueEnum;
use estate::date::{Date, Duration, Period, add_months, day_before, parse_date};
use estate::model::Kind;
use estate::model::settings::Allocation;
use estate::money::Percent;
use estate::report::Report;
use estate::reports::{self, Origins, YearCost};
use estate::snapshot::Snapshot;
use estate::store::{Provenance, Store};
use estate::suggest;
use estate::value::{AllCosts, Amount, Basis, Cut, Line, Valuation, explain};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::schedule::book_or_default;

/// Say what services cost in a period, line by line, and who pays
///
/// The cost of a service is the depreciation of its components, their part of the contracts that
/// cover them, electricity, hours and expenses, by share or driver, and its part of the services it
/// rests on, as a tree: each line names the record and field it comes from and the commit that set
/// it. Costs come in and are shared in whole cents, so that what is charged is what it costs.
/// What has no price is shown as a hole, and the command then exits with 1 unless --allow-missing
/// is given.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate value web-shop                                    the fiscal year of --as-of
  estate value web-shop --depth 1                          its components, without what is below
  estate value web-shop --by month --from 2026-01-01 --to 2026-03-31
  estate value --all                                       every service, and what nobody bears
  estate value --all --by consumer                         what each consumer pays in all
  estate value --statement sales --fiscal-year FY2025      its internal invoice
  estate value web-shop --horizon 5y --inflation 2%        total cost of ownership
  estate value --all --allocation reciprocal               services charge one another at once")]
pub struct Args {
    /// The service
    #[arg(required_unless_present_any = ["all", "statement"])]
    service: Option<String>,
    /// Every service, and the costs that no service bears
    #[arg(long, conflicts_with = "service")]
    all: bool,
    /// The internal invoice of a consumer: a line for each service that it pays for
    #[arg(long, value_name = "CONSUMER", conflicts_with_all = ["service", "all", "by", "horizon"])]
    statement: Option<String>,
    /// How to tell the costs apart [default: component]
    #[arg(long, value_name = "PART", conflicts_with = "horizon")]
    by: Option<By>,
    #[command(flatten)]
    period: PeriodArgs,
    /// The book whose depreciation counts [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
    /// How services charge one another: direct, step_down or reciprocal [default: as in the settings]
    #[arg(long, value_name = "METHOD")]
    allocation: Option<String>,
    /// Add the imputed cost of capital at this yearly rate of the mean net book value
    #[arg(long, value_name = "RATE")]
    cost_of_capital: Option<String>,
    /// Total cost of ownership, year by year from the first day of the period
    #[arg(long, value_name = "DURATION")]
    horizon: Option<String>,
    /// Tell the costs of the horizon in money of its first year, too
    #[arg(long, value_name = "RATE", requires = "horizon")]
    inflation: Option<String>,
    /// Show so many levels of components below the service, and no lines below them
    #[arg(long, value_name = "LEVELS", conflicts_with_all = ["all", "statement", "horizon"])]
    depth: Option<u8>,
    /// Say for each line in which file and line its field stands
    #[arg(long, conflicts_with_all = ["all", "statement", "horizon"])]
    explain: bool,
    /// Exit with 0 although some parts have no price
    #[arg(long, alias = "allow-holes")]
    allow_missing: bool,
}

/// How costs are told apart.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Component,
    Consumer,
    #[value(name = "cost_pool", alias = "cost-pool")]
    CostPool,
    Month,
}

impl By {
    fn cut(self) -> Cut {
        match self {
            By::Component | By::Consumer => Cut::Whole,
            By::CostPool => Cut::Pools,
            By::Month => Cut::Months,
        }
    }

    fn title(self) -> &'static str {
        match self {
            By::Component => "Component",
            By::Consumer => "Consumer",
            By::CostPool => "Cost pool",
            By::Month => "Month",
        }
    }
}

/// The period of costs.
#[derive(clap::Args)]
pub struct PeriodArgs {
    /// First day of the period
    #[arg(long, value_name = "DATE", requires = "to")]
    from: Option<String>,
    /// Last day of the period
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<String>,
    /// A fiscal year by name, such as FY2025 [default: the one of --as-of]
    #[arg(long, value_name = "YEAR", conflicts_with = "from")]
    fiscal_year: Option<String>,
}

impl PeriodArgs {
    pub fn resolve(&self, snapshot: &Snapshot, as_of: Date) -> anyhow::Result<Period> {
        if let (Some(from), Some(to)) = (&self.from, &self.to) {
            let date = |flag: &str, text: &str| {
                parse_date(text).map_err(|error| Failure::usage(format!("{flag}: {error}")))
            };
            let period = Period { start: date("--from", from)?, end: date("--to", to)? };
            if period.end < period.start {
                return Err(Failure::usage(format!("--to {to} is before --from {from}")).into());
            }
            return Ok(period);
        }
        let settings = snapshot.settings().ok_or_else(|| {
            Failure::failed("the settings are missing or have errors").hint("give --from and --to")
        })?;
        let year = match &self.fiscal_year {
            Some(id) => settings.calendar.by_id(id),
            None => settings.calendar.year_of(as_of),
        };
        let named = self.fiscal_year.clone().unwrap_or_else(|| as_of.to_string());
        let none = || {
            Failure::usage(format!("the settings know no fiscal year {named}")).hint("write it like FY2025")
        };
        Ok(year.ok_or_else(none)?.period)
    }
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if args.all && args.by == Some(By::Component) {
        let hint = "name a service, or give --by consumer, cost_pool or month";
        return Err(Failure::usage("components are those of one service").hint(hint).into());
    }
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    if let Some(id) = args.service.as_deref().filter(|id| snapshot.service(id).is_none()) {
        let hint = suggest::did_you_mean(id, snapshot.ids(Kind::Service));
        return Err(Failure::nothing(format!("there is no service `{id}`"))
            .hint(hint.unwrap_or_else(|| "`estate list service` lists them".to_owned()))
            .into());
    }
    let period = args.period.resolve(&snapshot, context.as_of)?;
    let book = book_or_default(&snapshot, args.book.as_deref())?;
    let basis = Basis {
        allocation: args.allocation.as_deref().map(allocation).transpose()?,
        cost_of_capital: args
            .cost_of_capital
            .as_deref()
            .map(|text| rate("--cost-of-capital", text))
            .transpose()?,
        cut: args.by.map_or(Cut::Whole, By::cut),
        ..Basis::new(period, &book)
    };
    let report = match &args.horizon {
        Some(horizon) => ownership(context, &snapshot, basis, &args, horizon)?,
        None => costs(context, &store, &snapshot, basis, &args)?,
    };
    context.show(&report)?;
    Ok(if args.allow_missing || !report.has_holes() { Exit::Done } else { Exit::Findings })
}

fn costs(
    context: &Context,
    store: &Store,
    snapshot: &Snapshot,
    basis: Basis<'_>,
    args: &Args,
) -> anyhow::Result<Report> {
    let base = |name: &'static str, title: String, allocation: Allocation| {
        context
            .report(name, title, snapshot)
            .header("period", basis.period.to_string())
            .header("book", basis.book)
            .header("allocation", allocation.name())
    };
    let Some(id) = &args.service else {
        let costs = AllCosts::of(snapshot, basis).map_err(Failure::failed)?;
        let base = |name, title: &str| base(name, title.to_owned(), costs.services.allocation);
        if let Some(consumer) = &args.statement {
            let base = base("statement", &format!("Statement of {consumer}"));
            let statement = reports::statement(base, &costs.services, consumer, basis.period);
            return Ok(statement.ok_or_else(|| {
                let hint = suggest::did_you_mean(consumer, snapshot.ids(Kind::Party));
                Failure::nothing(format!("no service is charged to `{consumer}`")).hint(
                    hint.unwrap_or_else(|| "`estate value --all --by consumer` lists who pays".to_owned()),
                )
            })?);
        }
        let title = "Cost of all services";
        return Ok(match args.by {
            None | Some(By::Component) => reports::value_all(base("value_all", title), &costs),
            Some(By::Consumer) => reports::value_by_consumer(base("value_consumers", title), &costs),
            Some(by) => reports::value_all_cut(base("value_parts", title), &costs.services, by.title()),
        });
    };
    let valued = Valuation::of_service(snapshot, basis, id).map_err(Failure::failed)?;
    let (valuation, at) = valued.ok_or_else(|| Failure::failed("the service is gone"))?;
    let base = |name, title| base(name, title, valuation.allocation);
    let service = valuation.service(at).ok_or_else(|| Failure::failed("the service is gone"))?;
    let title = format!("Cost of {}: {}", service.id(), service.name());
    let charges = valuation.charges(at)?;
    let consumers = reports::charged_to(&charges, &valuation.cost(at)?);
    Ok(match args.by {
        Some(By::Consumer) => base("value_consumers", title).section(consumers),
        Some(by @ (By::CostPool | By::Month)) => {
            base("value_parts", title).section(reports::value_cut(&valuation, at, by.title()))
        }
        None | Some(By::Component) => {
            let lines = explain(&valuation, at, args.depth)?;
            let origins = origins(context, store, snapshot, &lines);
            let holes = valuation.services.get(at).map_or(0, |sum| sum.holes);
            let places = args.explain.then_some(snapshot);
            let measures = reports::measures(&valuation, at, service, basis.period, &charges);
            reports::value(base("value", title), &lines, holes, &origins, places)
                .section(consumers)
                .section(measures)
        }
    })
}

/// The cost of a service, or of all, in each year of a horizon.
fn ownership(
    context: &Context,
    snapshot: &Snapshot,
    basis: Basis<'_>,
    args: &Args,
    horizon: &str,
) -> anyhow::Result<Report> {
    let start = basis.period.start;
    let length: Duration = horizon.parse().map_err(|error| Failure::usage(format!("--horizon: {error}")))?;
    let end = length.after(start).map(day_before)?;
    let inflation = args.inflation.as_deref().map(|text| rate("--inflation", text)).transpose()?;
    let mut years: Vec<YearCost> = Vec::new();
    for number in 0..=MOST_YEARS {
        let first = add_months(start, number * 12)?;
        if first > end {
            break;
        }
        if number == MOST_YEARS {
            return Err(Failure::usage(format!("--horizon: at most {MOST_YEARS}y")).into());
        }
        let last = day_before(add_months(start, (number + 1) * 12)?).min(end);
        let period = Period { start: first, end: last };
        let basis = Basis { period, ..basis };
        let cost = match &args.service {
            None => AllCosts::of(snapshot, basis).map_err(Failure::failed)?.amount(),
            Some(id) => match Valuation::of_service(snapshot, basis, id).map_err(Failure::failed)? {
                Some((valuation, at)) => valuation.cost(at)?,
                None => Amount::Missing("the service is gone".to_owned()),
            },
        };
        years.push((period, cost.figure()));
    }
    let of = args.service.as_deref().unwrap_or("all services");
    Ok(context
        .report("value_horizon", format!("Total cost of ownership of {of} over {horizon}"), snapshot)
        .header("book", basis.book)
        .header("inflation", args.inflation.as_deref().unwrap_or("none"))
        .section(reports::total_cost_of_ownership(&years, inflation))
        .note("contracts go on as they renew, and rates hold as long as no other is on record"))
}

/// Longest horizon in years.
const MOST_YEARS: u32 = 50;

fn allocation(name: &str) -> Result<Allocation, Failure> {
    let names = || Allocation::ALL.into_iter().map(Allocation::name);
    Allocation::from_name(&name.replace('-', "_")).ok_or_else(|| {
        let hint = suggest::did_you_mean(name, names());
        Failure::usage(format!("there is no method of allocation `{name}`")).hint(
            hint.unwrap_or_else(|| format!("the methods are: {}", names().collect::<Vec<_>>().join(", "))),
        )
    })
}

fn rate(flag: &str, text: &str) -> Result<Percent, Failure> {
    text.parse().map_err(|_| Failure::usage(format!("{flag}: `{text}` is not a rate such as 2.5%")))
}

/// The commits behind the lines. An estate outside git has figures all the same.
fn origins(context: &Context, store: &Store, snapshot: &Snapshot, lines: &[Line]) -> Origins {
    let wanted = lines.iter().map(|line| (line.origin.record.clone(), line.origin.field.clone()));
    let found: HashMap<_, _> = store.origins(snapshot, wanted).unwrap_or_else(|error| {
        context.say(&format!("note: the commits behind the figures are not known: {error}"));
        HashMap::new()
    });
    let shown = |provenance: Provenance| match provenance {
        Provenance::Commit(commit) => format!("{} {}", commit.short(), commit.date),
        Provenance::Uncommitted => "not committed".to_owned(),
    };
    found.into_iter().map(|(field, provenance)| (field, shown(provenance))).collect()
}
