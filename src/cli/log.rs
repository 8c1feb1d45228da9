use super::context::Context;
use super::failure::Exit;
/// Log
#[derive(clap::Args)]
pub struct Args {}
pub fn run(_context: &Context, _args: Args) -> anyhow::Result<Exit> {
    Ok(Exit::Nothing)
}
