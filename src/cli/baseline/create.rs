use std::path::PathBuf;

use estate::audit;
use estate::finding::Level;
use estate::manifest::{Content, Manifest};
use estate::render::escape;
use estate::report::counted;
use estate::store::Store;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::signing::{key_of, tell_signed};
use super::super::writing::begin_writing;
use super::{Baseline, PREFIX, baselines};

/// The longest name, as of a record.
const MOST_CHARACTERS: usize = 64;

/// Keep the last commit, or that of --rev or --known-on, as a baseline
///
/// Sets an annotated tag with a manifest. A baseline rests on a commit: what is not committed is
/// refused, unless an older version is named. A baseline never changes; a second one needs a name of
/// its own.
///
/// --sign signs the tag with a private key of OpenSSH (ed25519 or ecdsa-sha2-nistp256, without a
/// passphrase), as `git tag -s` does where gpg.format is ssh. No program and no agent is asked. With any
/// other key let git sign: `git tag -s` with the same name and the message that -n shows.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate baseline create 2026-q4
  estate baseline create before-the-move -m 'Agreed on by the change board'
  estate baseline create end-of-2025 --known-on 2025-12-31
  estate baseline create 2026-q4 --sign ~/.ssh/baselines
  estate baseline create 2026-q4 -n > message && git tag -s baseline/2026-q4 -F message")]
pub struct Args {
    /// Letters, digits, `.`, `-` and `_`; the tag is baseline/NAME
    name: String,
    /// What it is for
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
    /// Sign it with the private key in this file, or on the standard input for `-`
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,
    /// Show the tag's message, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub fn run(context: &Context, store: &Store, args: Args) -> anyhow::Result<Exit> {
    let name = args.name.strip_prefix(PREFIX).unwrap_or(&args.name);
    refuse_name(name)?;
    let key = args.sign.as_deref().map(key_of).transpose()?;
    let known = baselines(store)?;
    if known.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
        return Err(Failure::failed(format!("there is a baseline `{name}` already"))
            .hint("a baseline never changes: choose another name")
            .into());
    }
    let revision = context.rev.as_deref().unwrap_or("HEAD");
    let commit = store.resolve(revision)?;
    if context.rev.is_none()
        && let Some(change) = store.changed_on_disk("HEAD")?.first()
    {
        return Err(Failure::failed(format!("{} has changes that are not committed", change.path))
            .hint("commit or discard them first, or name the version: --rev HEAD")
            .into());
    }
    let content = Content::of(|each| store.each_file(&commit, each))?;
    if content.records.is_empty() {
        return Err(Failure::nothing(format!("{revision} holds no record")).into());
    }
    let purpose = args.message.as_deref().map(str::trim).filter(|message| !message.is_empty());
    let manifest = Manifest {
        purpose: purpose.map_or_else(|| format!("Configuration baseline {name}"), str::to_owned),
        records: content.counted(),
        digest: content.digest,
        commit: commit.clone(),
        follows: before(store, &known, &commit)?,
    };
    if args.dry_run {
        context.answer(&manifest.text())?;
        context.say("dry run: nothing was written");
        return Ok(Exit::Done);
    }
    begin_writing(context, store)?.tag_commit(
        &format!("{PREFIX}{name}"),
        &commit,
        &manifest.text(),
        key.as_ref(),
    )?;
    let short = commit.get(..10).unwrap_or(&commit);
    context.say(&escape::terminal(&format!(
        "{PREFIX}{name} is on {short} with {} records; next: git push origin {PREFIX}{name}",
        content.records.iter().map(|(_, count)| count).sum::<usize>()
    )));
    if let Some(key) = &key {
        tell_signed(context, store, key);
    }
    let audit = audit::audit(&store.at(&commit)?, context.as_of);
    let errors = audit.findings.iter().filter(|finding| finding.level == Level::Error).count();
    if errors > 0 {
        context.say(&format!("warning: the audit finds {} in it", counted(errors, "error")));
    }
    Ok(Exit::Done)
}

fn refuse_name(name: &str) -> Result<(), Failure> {
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_known)
        && name.len() <= MOST_CHARACTERS
        && !name.contains("..")
        && !name.ends_with('.')
        && !name.ends_with(".lock");
    match is_good {
        true => Ok(()),
        false => Err(Failure::usage(format!("`{}` is no name for a baseline", escape::terminal(name)))
            .hint("begin with a letter or digit, and go on with letters, digits, `.`, `-` and `_`: before-the-move, 2026-q4")),
    }
}

/// The newest baseline that the commit holds all of.
fn before(store: &Store, known: &[Baseline], commit: &str) -> anyhow::Result<Option<(String, String)>> {
    for baseline in known.iter().rev().filter(|baseline| baseline.manifest.is_some()) {
        if let Some(on) = &baseline.tag.commit
            && store.leads_to(on, commit)?
        {
            return Ok(Some((baseline.tag.name.clone(), baseline.tag.id.clone())));
        }
    }
    Ok(None)
}
