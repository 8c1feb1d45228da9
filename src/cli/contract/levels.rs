use estate::contract::{Ledger, Outcome, Question, levels};
use estate::model::contract::Contract;
use estate::reports;

use super::{named, period_asked};
use crate::cli::completions::record_ids;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};

/// Compare service levels with what was promised, and say what a miss gives back
///
/// By calendar month, quarter or year, as each level says: availability from a measurement on record or
/// from outages, times to own and to resolve from incidents, within the level's business hours and
/// without what was excluded. The budget is the outage that the target allows. Penalties follow the
/// rate, step and cap of the level: due to customers, to claim from suppliers. What nobody recorded is
/// not measured, never 100%. Exits with 1 where a level was missed.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract levels                                  every contract, the fiscal year so far
  estate contract levels lyon-colo-cage --period 2026-10
  estate contract levels --period FY2026 --format csv
  estate report back-to-back                              promises against those under them")]
pub struct Args {
    /// The contract [default: every one that promises levels]
    #[arg(value_name = "CONTRACT", add = record_ids())]
    id: Option<String>,
    /// The days: FY2026, 2026-03 or 2026-01-01..2026-06-30 [default: the fiscal year of --as-of]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only windows in which a level was missed
    #[arg(long)]
    missed: bool,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let snapshot = context.snapshot(&context.store()?)?;
    let period = period_asked(context, &snapshot, args.period.as_deref())?;
    let contracts: Vec<Contract<'_>> = match &args.id {
        Some(id) => vec![named(&snapshot, id)?],
        None => snapshot.contracts().collect(),
    };
    let ledger = Ledger::of(&snapshot, context.as_of);
    let question = Question { snapshot: &snapshot, ledger: &ledger, period, as_of: context.as_of };
    let mut rows: Vec<_> = contracts.iter().flat_map(|contract| levels(*contract, &question)).collect();
    if rows.is_empty() {
        let what = args.id.as_ref().map_or("no contract".to_owned(), |id| format!("the contract {id}"));
        return Err(Failure::nothing(format!("{what} promises no service level in {period}"))
            .hint("`service_levels` of a contract holds its promises; the period must have begun by --as-of")
            .into());
    }
    let missed = rows.iter().filter(|row| row.outcome == Outcome::Missed).count();
    if args.missed {
        rows.retain(|row| row.outcome == Outcome::Missed);
    }
    let report = context
        .report("contract.levels", "Service levels", &snapshot)
        .header("period", period.to_string())
        .header("missed", missed.to_string());
    context.show(&reports::levels(report, &rows))?;
    Ok(if missed > 0 { Exit::Findings } else { Exit::Done })
}
