use estate::contract::{Ledger, Question, Verdict, check, is_followed};
use estate::model::contract::Contract;
use estate::reports;

use super::{named, period_asked};
use crate::cli::completions::record_ids;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};

/// Check what happened under contracts against what was agreed
///
/// Invoices against the price by the days they are for (wrong amount, wrong index, twice, missing,
/// outside the contract, in another currency, for items that are gone or not covered), readings
/// against entitlements, and spending against commitments. From the first invoice on record on, a bill
/// is awaited for 30 days after its day, and missing then. Exits with 1 where something is not as agreed.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract check                                 every contract, the fiscal year so far
  estate contract check dell-prosupport                 one contract, also what is as agreed
  estate contract check --period FY2025 --format csv
  estate contract check --period 2026-01-01..2026-06-30 --all")]
pub struct Args {
    /// The contract [default: every one that has facts]
    #[arg(value_name = "CONTRACT", add = record_ids())]
    id: Option<String>,
    /// The days to check: FY2026, 2026-03 or 2026-01-01..2026-06-30 [default: the fiscal year of
    /// --as-of]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Also show what is as agreed
    #[arg(long)]
    all: bool,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let snapshot = context.snapshot(&context.store()?)?;
    let period = period_asked(context, &snapshot, args.period.as_deref())?;
    let ledger = Ledger::of(&snapshot, context.as_of);
    let contracts: Vec<Contract<'_>> = match &args.id {
        Some(id) => vec![named(&snapshot, id)?],
        None => snapshot.contracts().filter(|contract| is_followed(*contract, &ledger)).collect(),
    };
    if contracts.is_empty() {
        return Err(Failure::nothing("no contract has an invoice, a reading or a notice to check")
            .hint("record what happens with `estate contract record`, or name a contract")
            .into());
    }
    let question = Question { snapshot: &snapshot, ledger: &ledger, period, as_of: context.as_of };
    let checks: Vec<_> = contracts.iter().map(|contract| check(*contract, &question)).collect();
    let verdicts = || checks.iter().flat_map(|check| check.verdicts());
    let findings = verdicts().filter(|verdict| Verdict::is_finding(*verdict)).count();
    let report = context
        .report("contract.check", "Contracts against what happened", &snapshot)
        .header("period", period.to_string())
        .header("contracts", contracts.len().to_string())
        .header("findings", findings.to_string());
    context.show(&reports::contract_check(report, &checks, args.all || args.id.is_some()))?;
    Ok(if findings > 0 { Exit::Findings } else { Exit::Done })
}
