use clap::CommandFactory;
use estate::suggest;

use super::Cli;
use super::context::Context;
use super::failure::{Exit, Failure};

/// Print the manual page of estate or of a verb
///
/// The page is written in roff, the language of man(1), from the same text as --help.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate man | man -l -                 read it
  estate man list > estate-list.1       the page of a verb")]
pub struct Args {
    /// A verb, such as list
    verb: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    // Gives every verb the options that hold for all of them.
    command.build();
    let command = match &args.verb {
        None => command,
        Some(verb) => page_of(&command, verb)?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    context.answer(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

fn page_of(command: &clap::Command, verb: &str) -> Result<clap::Command, Failure> {
    command.find_subcommand(verb).cloned().ok_or_else(|| {
        let verbs = command.get_subcommands().map(clap::Command::get_name);
        let hint = suggest::did_you_mean(verb, verbs);
        Failure::usage(format!("there is no verb `{verb}`"))
            .hint(hint.unwrap_or_else(|| "`estate --help` lists them".to_owned()))
    })
}
