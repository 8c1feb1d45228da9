//! The command line: one file a verb, arguments and run side by side.
//!
//! stdout is the answer, stderr the conversation. Only this layer knows clap, anyhow, the clock,
//! the environment and the terminal.

mod add;
mod ask;
mod audit;
mod context;
mod diff;
mod edit;
mod editor;
mod explain;
mod failure;
mod init;
mod list;
mod retire;
mod schema;
mod set;
mod show;
mod target;
mod unset;
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
    Add(Box<add::Args>),
    Audit(audit::Args),
    Diff(diff::Args),
    Edit(edit::Args),
    Explain(explain::Args),
    Init(init::Args),
    List(list::Args),
    Retire(retire::Args),
    Schema(schema::Args),
    Set(set::Args),
    Show(show::Args),
    Unset(unset::Args),
}

impl Verb {
    fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self {
            Verb::Add(args) => add::run(context, *args),
            Verb::Audit(args) => audit::run(context, args),
            Verb::Diff(args) => diff::run(context, args),
            Verb::Edit(args) => edit::run(context, args),
            Verb::Explain(args) => explain::run(context, args),
            Verb::Init(args) => init::run(context, args),
            Verb::List(args) => list::run(context, args),
            Verb::Retire(args) => retire::run(context, args),
            Verb::Schema(args) => schema::run(context, args),
            Verb::Set(args) => set::run(context, args),
            Verb::Show(args) => show::run(context, args),
            Verb::Unset(args) => unset::run(context, args),
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
