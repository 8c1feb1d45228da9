mod comment;
mod init;

use clap::Subcommand;

use super::context::Context;
use super::failure::Exit;

/// Make the audit a gate of your hosting service
///
/// Three places are worth a gate: a commit (pre-commit), a pull or merge request, of which what
/// merging would give is audited, and the main branch itself.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Init(init::Args),
    Comment(comment::Args),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.what {
        What::Init(args) => init::run(context, &args),
        What::Comment(args) => comment::run(context, &args),
    }
}
