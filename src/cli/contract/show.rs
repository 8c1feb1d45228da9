use estate::reports;

use super::named;
use crate::cli::completions::record_ids;
use crate::cli::context::Context;
use crate::cli::failure::Exit;

/// Show a contract: its dates, its prices over time, what it covers and what has happened
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract show lyon-colo-cage
  estate contract show lyon-colo-cage --as-of 2025-06-30   as it was agreed by that day
  estate show lyon-colo-cage                               the fields of its record instead")]
pub struct Args {
    /// The contract
    #[arg(value_name = "CONTRACT", add = record_ids())]
    id: String,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let snapshot = context.snapshot(&context.store()?)?;
    let contract = named(&snapshot, &args.id)?;
    let report = context.report("contract.show", contract.name(), &snapshot);
    context.show(&reports::contract(report, &snapshot, contract, context.as_of))?;
    Ok(Exit::Done)
}
