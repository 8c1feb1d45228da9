use std::collections::HashMap;

use estate::date::{Date, Period, parse_date};
use estate::model::Kind;
use estate::reports::{self, Origins};
use estate::snapshot::Snapshot;
use estate::store::{Provenance, Store};
use estate::suggest;
use estate::value::{Amount, Costing, Line, service_cost};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::schedule::book_or_default;

/// Say what a service costs in a period, line by line
///
/// The cost is the depreciation of its components and their part of the contracts that cover them,
/// by share, as a tree: each line names the record and field it comes from and the commit that set
/// it. What has no price is shown as a hole, and the command then exits with 1 unless
/// --allow-holes is given.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate value web-shop                                    the fiscal year of --as-of
  estate value web-shop --depth 1                          its components, without what is below
  estate value web-shop --from 2026-01-01 --to 2026-03-31  a quarter
  estate value web-shop --fiscal-year FY2025 --format md   for a document
  estate value web-shop --rev v1.0                         as the repository said then")]
pub struct Args {
    /// The service
    service: String,
    #[command(flatten)]
    period: PeriodArgs,
    /// The book whose depreciation counts [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
    /// Show so many levels of components below the service, and no lines below them
    #[arg(long, value_name = "LEVELS")]
    depth: Option<u8>,
    /// Exit with 0 although some lines have no price
    #[arg(long)]
    allow_holes: bool,
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
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let service = snapshot.service(&args.service).ok_or_else(|| {
        let hint = suggest::did_you_mean(&args.service, snapshot.ids(Kind::Service));
        Failure::nothing(format!("there is no service `{}`", args.service))
            .hint(hint.unwrap_or_else(|| "`estate list service` lists them".to_owned()))
    })?;
    let period = args.period.resolve(&snapshot, context.as_of)?;
    let book = book_or_default(&snapshot, args.book.as_deref())?;
    let costing = Costing::new(&snapshot, period, &book);
    let lines = service_cost(&costing, service)?;
    let base = context
        .report("value", format!("Cost of {}: {}", service.id(), service.name()), &snapshot)
        .header("period", period.to_string())
        .header("book", book.as_str());
    let whole = lines.iter().all(|line| !matches!(line.amount, Amount::Missing(_) | Amount::AtLeast(_)));
    let origins = origins(context, &store, &snapshot, &lines);
    context.show(&reports::value(base, service, &lines, args.depth, &origins))?;
    Ok(if whole || args.allow_holes { Exit::Done } else { Exit::Findings })
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
