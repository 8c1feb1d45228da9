mod journal;
mod openslo;

use clap::Subcommand;

use super::context::Context;
use super::failure::Exit;

/// Write the estate for other programs
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate export journal --period FY2025 --syntax hledger -o fy2025.journal
  estate export openslo -o slos.yaml       the levels that services promise
  estate export openslo web-shop")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Journal(journal::Args),
    Openslo(openslo::Args),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.what {
        What::Journal(args) => journal::run(context, &args),
        What::Openslo(args) => openslo::run(context, &args),
    }
}
