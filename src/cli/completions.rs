use std::ffi::OsStr;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;
use estate::store::Store;

use super::context::Context;
use super::failure::{Exit, Failure};

/// The variable by which a shell asks for completions; see [`super::main`].
pub const VARIABLE: &str = "ESTATE_COMPLETE";

/// Print the script that completes commands, options and record ids
///
/// The script asks estate itself, so it stays right when estate changes, and it knows the ids of
/// the estate in the current folder.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate completions bash > ~/.local/share/bash-completion/completions/estate
  estate completions zsh > ~/.zfunc/_estate
  estate completions fish > ~/.config/fish/completions/estate.fish")]
pub struct Args {
    /// bash, zsh, fish, elvish or powershell
    #[arg(value_parser = ["bash", "zsh", "fish", "elvish", "powershell"])]
    shell: String,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let shells = Shells::builtins();
    let shell = shells
        .completer(&args.shell)
        .ok_or_else(|| Failure::usage(format!("there are no completions for {}", args.shell)))?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "estate", "estate", "estate", &mut script)?;
    context.answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Completes an argument by the ids of the records in the current folder's estate, read off the
/// names of the files; `kind/` completes by kind.
pub fn record_ids() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| ids_of_current_folder(&current.to_string_lossy()))
}

fn ids_of_current_folder(typed: &str) -> Vec<CompletionCandidate> {
    let places = std::env::current_dir()
        .ok()
        .and_then(|folder| Store::discover(&folder).ok())
        .and_then(|store| store.record_places().ok())
        .unwrap_or_default();
    let name = |place: estate::model::Place| match typed.contains('/') {
        true => format!("{}/{}", place.kind, place.id),
        false => place.id,
    };
    let mut ids: Vec<String> = places.into_iter().map(name).filter(|id| id.starts_with(typed)).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(CompletionCandidate::new).collect()
}
