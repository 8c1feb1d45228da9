mod journal;

use clap::Subcommand;

use super::context::Context;
use super::failure::Exit;

/// Write the estate for other programs
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Journal(journal::Args),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.what {
        What::Journal(args) => journal::run(context, &args),
    }
}
