//! `estate import openslo`, beside the other sources of `estate import`.

use std::path::PathBuf;

use estate::openslo::{read, take};
use estate::render::escape;
use estate::yaml::MAX_FILE_BYTES;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::foreign::read_file;
use super::writing::{self, Scope, WriteArgs, Writing};

/// Import service levels from OpenSLO documents
///
/// Each objective of a document of kind SLO (openslo/v1) with a calendar month, quarter or year becomes an
/// availability level of the service of that id. A level of the same id gets the target and the window
/// and keeps the rest. Rolling windows and thresholds are rejected; indicators, alert policies and time
/// slices are left aside. Exits with 1 where documents were rejected, and then writes nothing unless
/// --skip-rejected says to take the others.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import openslo slos.yaml -n
  estate export openslo web-shop | estate import openslo -")]
pub struct OpensloArgs {
    /// The file, of one document or several; - reads the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take in what can be taken in, although other documents are rejected
    #[arg(long)]
    skip_rejected: bool,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn import(context: &Context, args: &OpensloArgs) -> anyhow::Result<Exit> {
    let bytes = read_file(&args.file, MAX_FILE_BYTES as u64)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::failed("the file is not UTF-8"))?;
    let (objectives, mut rejections) = read(&text);
    if objectives.is_empty() && rejections.is_empty() {
        return Err(Failure::nothing("the file holds no document of kind SLO").into());
    }
    let mut refused = false;
    let written = writing::write(context, &args.write, Scope::Whole, |snapshot| {
        let edit = take(snapshot, &objectives, &mut rejections).map_err(Failure::from)?;
        for rejection in &rejections {
            let line = format!("rejected: {}: {}", rejection.origin, rejection.reason);
            context.say(&escape::terminal(&line));
        }
        refused = !rejections.is_empty();
        if refused && !args.skip_rejected {
            return Err(Failure::failed("documents were rejected, so nothing was written")
                .hint("mend them, or take in the others with --skip-rejected")
                .into());
        }
        let done = edit.summary.clone();
        Ok(Writing::new(edit, done))
    });
    match written {
        Err(_) if refused && !args.skip_rejected => {
            context.say("documents were rejected, so nothing was written; mend them, or take in the others with --skip-rejected");
            Ok(Exit::Findings)
        }
        Ok(exit) => Ok(if refused { Exit::Findings } else { exit }),
        Err(error) => Err(error),
    }
}
