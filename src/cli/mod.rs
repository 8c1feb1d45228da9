//! The command line: one file a verb, arguments and run side by side.
//!
//! stdout is the answer, stderr the conversation. Only this layer knows clap, anyhow, the clock,
//! the environment and the terminal.

#![expect(clippy::disallowed_methods, reason = "this is where the clock and the environment are read")]
#![expect(clippy::print_stderr, reason = "this is where people are spoken to")]

mod audit;
mod context;
mod diff;
mod explain;
mod failure;
mod list;
mod schema;
mod show;
mod writing;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use context::{Context, GlobalArgs};
use failure::{Exit, report_failure};

/// One trusted record of the IT estate: configuration, contracts, depreciation and service cost,
/// as YAML files in a git repository.
#[derive(Parser)]
#[command(
    name = "estate",
    version,
    propagate_version = true,
    max_term_width = 100,
    infer_subcommands = false
)]
pub struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    verb: Verb,
}

/// Every verb: one line here, one file beside.
#[derive(Subcommand)]
enum Verb {
    Audit(audit::Args),
    Diff(diff::Args),
    Explain(explain::Args),
    List(list::Args),
    Schema(schema::Args),
    Show(show::Args),
}

impl Verb {
    fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self {
            Verb::Audit(args) => audit::run(context, args),
            Verb::Diff(args) => diff::run(context, args),
            Verb::Explain(args) => explain::run(context, args),
            Verb::List(args) => list::run(context, args),
            Verb::Schema(args) => schema::run(context, args),
            Verb::Show(args) => show::run(context, args),
        }
    }
}

/// Parses the arguments, runs the verb and answers its exit code.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let parsed =
        Cli::command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        // Help and version go to stdout with 0, wrong usage to stderr with 2.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let machine = cli.global.wants_json();
    let outcome = Context::new(&cli.global).and_then(|context| cli.verb.run(&context));
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => report_failure(&error, machine),
    }
}
