use std::path::{Path, PathBuf};

use anyhow::Context as _;
use estate::merge::{self, undecided};
use estate::model::Place;
use estate::schema::{Schemas, Shape};
use estate::store::{Store, write_file};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::open_merge::shape_of;

/// Merge one record by field, as git's merge driver
///
/// Git runs it for each file that it is set up for and that both branches changed; --wiring prints
/// how. Disjoint fields are merged, sets and keyed lists united, and what both sides changed stays
/// in the file between markers, one pair a field. Then it exits with 1, `git merge` stops, and
/// `estate conflicts`, `estate resolve` and `estate merge --continue` go on from there. Hosting
/// services ignore merge drivers: there, `estate audit --merge-with` is the check.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate merge-driver --wiring                 what to set up
  git merge feature                            then, by field
  estate merge feature                         the same without any set-up, with an audit of the result")]
pub struct Args {
    /// Print what sets git up to use it
    #[arg(long)]
    wiring: bool,
    /// The common ancestor's version (%O)
    #[arg(value_name = "BASE", required_unless_present = "wiring", conflicts_with = "wiring")]
    base: Option<PathBuf>,
    /// Our version (%A), which the result replaces
    #[arg(value_name = "OURS", required_unless_present = "wiring")]
    ours: Option<PathBuf>,
    /// Their version (%B)
    #[arg(value_name = "THEIRS", required_unless_present = "wiring")]
    theirs: Option<PathBuf>,
    /// The file's path in the repository (%P)
    #[arg(value_name = "PATH", required_unless_present = "wiring")]
    path: Option<String>,
}

const WIRING: &str = "\
# 1. In .gitattributes beside inventory/, for everyone, or in .git/info/attributes, for this clone:
inventory/**/*.yaml merge=estate

# 2. Once in each clone, for git takes no program from a repository:
git config merge.estate.name \"records by field\"
git config merge.estate.driver \"estate merge-driver %O %A %B %P\"
";

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let (Some(base), Some(ours), Some(theirs), Some(path)) = (args.base, args.ours, args.theirs, args.path)
    else {
        context.answer(WIRING)?;
        return Ok(Exit::Done);
    };
    let base = read(context, &base)?;
    let (our, their) = (read(context, &ours)?, read(context, &theirs)?);
    if [&base, &our, &their].into_iter().any(|text| merge::is_marked(text)) {
        return Err(Failure::failed(format!("a version of {path} holds the markers of an unfinished merge"))
            .hint("decide between its sides in a commit of its own, then merge")
            .into());
    }
    // Of a file that both sides added there is no ancestor: git gives an empty one.
    let base = Some(base.as_str()).filter(|text| !text.is_empty());
    let shape = shape(context, &path);
    let merged = match &shape {
        Some(shape) => merge::merge3(base, Some(&our), Some(&their), shape, &undecided),
        None => merge::merge_lines(base, Some(&our), Some(&their), &undecided),
    };
    let text = merged.text(["ours", "theirs"]).unwrap_or_default();
    write_file(&context.directory().join(&ours), text.as_bytes())?;
    Ok(if merged.conflicts.is_empty() { Exit::Done } else { Exit::Findings })
}

fn read(context: &Context, path: &Path) -> anyhow::Result<String> {
    let path = context.directory().join(path);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::failed(format!("{} is not UTF-8 text", path.display())).into())
}

/// The shape of the record at a path of the repository. Without an estate around, as in a bare
/// test of the driver, the path and the shipped schemas must do.
fn shape(context: &Context, path: &str) -> Option<Shape> {
    let top = context.directory();
    let folder = top.join(path).ancestors().find(|folder| folder.is_dir()).map(Path::to_owned);
    let store = folder.and_then(|folder| Store::discover(&folder).ok());
    let (schemas, prefix) = match &store {
        Some(store) => (store.worktree_of(&[], &[]).ok()?.schemas().clone(), store.prefix()),
        None => (Schemas::shipped(), ""),
    };
    shape_of(&Place::of(path.strip_prefix(prefix)?)?, &schemas)
}
