mod create;
mod diff;
mod list;
mod verify;

use clap::Subcommand;
use estate::manifest::Manifest;
use estate::signature;
use estate::store::{Store, Tag};
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};

/// What the names of the tags begin with.
pub const PREFIX: &str = "baseline/";

/// Keep named versions of the whole estate, and see what became of them
///
/// A configuration baseline is a version that was agreed on: before a migration, for an audit, at the
/// end of a year. It is an annotated tag `baseline/NAME` with a manifest: how many records of each
/// kind, a SHA-256 digest over all files, and the baseline before. It may be signed with an SSH key.
/// Tags travel with `git push --tags`.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate baseline create before-the-move -m 'Agreed on by the change board'
  estate baseline list
  estate baseline diff before-the-move       what changed since
  estate baseline verify                     are all of them what they were?")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Create(create::Args),
    List(list::Args),
    Diff(diff::Args),
    Verify(verify::Args),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    match args.what {
        What::Create(args) => create::run(context, &store, args),
        What::List(args) => list::run(context, &store, args),
        What::Diff(args) => diff::run(context, &store, args),
        What::Verify(args) => verify::run(context, &store, args),
    }
}

/// A tag `baseline/…`, and what it says that it holds.
struct Baseline {
    name: String,
    tag: Tag,
    /// `None` where the tag is not one that `baseline create` made.
    manifest: Option<Manifest>,
}

impl Baseline {
    /// How the tag is signed; `no` where it is not. Whether by the right one, `verify` says.
    fn signed(&self) -> &'static str {
        signature::find(&self.tag.object).map_or("no", |(_, format)| format.name())
    }
}

/// All baselines, the oldest first.
fn baselines(store: &Store) -> anyhow::Result<Vec<Baseline>> {
    let mut found = Vec::new();
    for full in store.tags(PREFIX)? {
        let Some(tag) = store.tag(&full)? else { continue };
        let name = full.strip_prefix(PREFIX).unwrap_or(&full).to_owned();
        let manifest = Manifest::from_text(&tag.message);
        found.push(Baseline { name, tag, manifest });
    }
    found.sort_by_key(|baseline| baseline.tag.seconds);
    Ok(found)
}

/// The one of this name, with or without the prefix of its tag.
fn named<'b>(baselines: &'b [Baseline], name: &str) -> Result<&'b Baseline, Failure> {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    baselines.iter().find(|baseline| baseline.name == name).ok_or_else(|| {
        let names = baselines.iter().map(|baseline| baseline.name.as_str());
        let known = "`estate baseline list` shows those there are; `git fetch --tags` brings those of others";
        Failure::nothing(format!("there is no baseline `{name}`"))
            .hint(suggest::did_you_mean(name, names).unwrap_or_else(|| known.to_owned()))
    })
}
