//! The command line: one file a verb, arguments and run side by side.
//!
//! stdout is the answer, stderr the conversation. Only this layer knows clap, anyhow, the clock,
//! the environment and the terminal.

#![expect(clippy::disallowed_methods, reason = "this is where the clock and the environment are read")]
#![expect(clippy::print_stderr, reason = "this is where people are spoken to")]

mod add;
mod ask;
mod audit;
mod baseline;
mod blame;
mod ci;
mod close;
mod completions;
mod conflicts;
mod context;
mod contract;
mod diff;
mod diff_driver;
mod edit;
mod editor;
mod explain;
mod export;
mod failure;
mod find;
mod fmt;
mod foreign;
mod fsck;
mod graph;
mod impact;
mod import;
mod import_openslo;
mod init;
mod invest;
mod list;
mod log;
mod man;
mod merge;
mod merge_driver;
mod merging;
mod named;
mod open_merge;
mod progress;
mod recalled;
mod report;
mod resolve;
mod retire;
mod schedule;
mod schema;
mod score;
mod set;
mod show;
mod signing;
mod subject;
mod target;
mod undo;
mod unset;
mod value;
mod verify;
mod versions;
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

/// The enum of verbs with its dispatch, from one line a verb.
macro_rules! verbs {
    ($($verb:ident = $module:ident;)*) => {
        #[derive(Subcommand)]
        enum Verb { $($verb(Box<$module::Args>)),* }

        impl Verb {
            fn run(self, context: &Context) -> anyhow::Result<Exit> {
                match self { $(Verb::$verb(args) => $module::run(context, *args)),* }
            }
        }
    };
}

// Every verb: one line here, one file beside.
verbs! {
    Add = add;
    Audit = audit;
    Baseline = baseline;
    Blame = blame;
    Ci = ci;
    Close = close;
    Completions = completions;
    Conflicts = conflicts;
    Contract = contract;
    Diff = diff;
    DiffDriver = diff_driver;
    Edit = edit;
    Explain = explain;
    Export = export;
    Find = find;
    Graph = graph;
    Impact = impact;
    Fmt = fmt;
    Fsck = fsck;
    Import = import;
    Init = init;
    Invest = invest;
    List = list;
    Log = log;
    Man = man;
    Merge = merge;
    MergeDriver = merge_driver;
    Report = report;
    Resolve = resolve;
    Retire = retire;
    Schedule = schedule;
    Schema = schema;
    Set = set;
    Show = show;
    Undo = undo;
    Unset = unset;
    Value = value;
    Verify = verify;
}

/// Parses the arguments, runs the verb and answers its exit code.
pub fn main() -> ExitCode {
    // Answers the shell and ends the process where the shell asks for completions.
    clap_complete::CompleteEnv::with_factory(Cli::command).var(completions::VARIABLE).complete();
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
