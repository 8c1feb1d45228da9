use estate::diff::{self, Detail};
use estate::store::Store;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::versions::{Named, differing};
use super::{PREFIX, baselines, named};

/// Show what changed since a baseline, or between two
///
/// `estate diff baseline/NAME` has more to choose from: one record or class, the effect on values.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate baseline diff before-the-move              up to the files on disk
  estate baseline diff before-the-move 2026-q4      between two baselines
  estate baseline diff before-the-move HEAD --stat  a line a record")]
pub struct Args {
    /// The baseline
    name: String,
    /// Another baseline, or a version as `estate diff` takes it [default: the files on disk]
    #[arg(value_name = "OTHER")]
    other: Option<String>,
    /// Show a line a record
    #[arg(long)]
    stat: bool,
    /// Exit with 1 where anything differs
    #[arg(long)]
    exit_code: bool,
}

pub fn run(context: &Context, store: &Store, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        let hint = "name the other version as an argument: `estate baseline diff NAME REV`";
        return Err(Failure::usage("--rev names one version, and a diff has two").hint(hint).into());
    }
    let known = baselines(store)?;
    // In full, so that nothing else of that name is meant.
    let full = |name: &str| format!("refs/tags/{PREFIX}{name}");
    let before = full(&named(&known, &args.name)?.name);
    let after =
        args.other.map(|other| named(&known, &other).map_or(other.clone(), |known| full(&known.name)));
    let (old, new) = Named::pair(context, store, &before, after.as_deref())?;
    let (before, after) = differing(store, &old, &new)?;
    let changes = diff::diff(&before, &after);
    if changes.is_empty() && context.format_name().is_none() {
        context.say(&format!("nothing changed from {} to {}", before.version(), after.version()));
        return Ok(Exit::Done);
    }
    let detail = if args.stat { Detail::Records } else { Detail::Fields };
    context.show(&diff::report(&changes, &before, &after, detail))?;
    Ok(if args.exit_code && !changes.is_empty() { Exit::Findings } else { Exit::Done })
}
