use estate::reports;

use crate::cli::context::Context;
use crate::cli::failure::Exit;

/// List contracts with the end of the term, the last day for notice and the price of the value date
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract list
  estate contract list --as-of 2027-01-01      as it will be if nobody does anything
  estate contract list --all --format csv      with those that have ended")]
pub struct Args {
    /// Also those that ended before the value date
    #[arg(long)]
    all: bool,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let snapshot = context.snapshot(&context.store()?)?;
    let report = context.report("contract.list", "Contracts", &snapshot);
    context.show(&reports::contracts(report, &snapshot, context.as_of, args.all))?;
    Ok(Exit::Done)
}
