mod verify;

use std::path::PathBuf;

use estate::edits::{Closure, close, reopen};
use estate::store::Store;

use super::context::{Context, today};
use super::failure::{Exit, Failure};
use super::schedule::{book_or_default, period_named};
use super::signing::{SignatureArgs, key_of};
use super::writing::{Scope, WriteArgs, Writing, write_to};

/// Close a period, so that its figures cannot change unseen
///
/// Writes a record with the totals of every book, and for each item its figures and a digest over
/// them and over the terms that made them, and tags the commit. From then on a change to a closed
/// figure is refused: what turns up late is dated in the first open period. --verify computes the
/// closed periods again, from the commit that they were closed from and from the files of today, and
/// names whatever is no longer as it was closed. An event that is learned of later names the first
/// open day as `posted`, and what it changes in the closed periods is charged on that day.
///
/// --sign signs the tag with a private key of OpenSSH (ed25519 or ecdsa-sha2-nistp256, without a
/// passphrase), and --verify says of every closing who signed it, by the keys that the base branch pins:
/// `estate baseline verify --help` says which signatures count.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate close FY2025                        close a fiscal year in every book
  estate close 2026-03 --book accounting     a month, in one book
  estate close FY2025 -n                     show the record, and write nothing
  estate close FY2025 --sign ~/.ssh/closings   with a signed tag
  estate close --verify                      check every closed period
  estate close --reopen FY2025 --reason 'invoice found late' --confirm FY2025")]
pub struct Args {
    /// A fiscal year (FY2025) or a month (2025-03)
    #[arg(value_name = "PERIOD", required_unless_present = "verify")]
    period: Option<String>,
    /// This book alone; may be repeated [default: every book]
    #[arg(long, value_name = "BOOK")]
    book: Vec<String>,
    /// Check what is closed instead of closing
    #[arg(long, conflicts_with_all = ["reopen", "book"])]
    verify: bool,
    /// Open a closed period again
    #[arg(long, requires = "reason", requires = "confirm")]
    reopen: bool,
    /// Why the period is opened again
    #[arg(long, value_name = "TEXT", requires = "reopen")]
    reason: Option<String>,
    /// The period once more, to show that it is meant
    #[arg(long, value_name = "PERIOD", requires = "reopen")]
    confirm: Option<String>,
    /// Sign the tag with the private key in this file, or on the standard input for `-`
    #[arg(long, value_name = "KEYFILE", conflicts_with_all = ["verify", "reopen"])]
    sign: Option<PathBuf>,
    #[command(flatten)]
    signatures: SignatureArgs,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    if args.verify {
        return verify::run(context, &store, args.period.as_deref(), &args.signatures);
    }
    if args.signatures.is_given() {
        let hint = "add --verify to check closings, or --sign KEYFILE to sign one";
        return Err(Failure::usage("only --verify judges signatures").hint(hint).into());
    }
    let name = args.period.as_deref().unwrap_or("");
    if args.write.no_commit && !args.write.dry_run {
        return Err(Failure::usage("a closing is a commit with a tag: --no-commit makes none").into());
    }
    if args.reopen {
        return run_reopen(context, &store, &args, name);
    }
    refuse_changes(&store)?;
    let key = args.sign.as_deref().map(key_of).transpose()?;
    let commit = store.resolve("HEAD")?;
    let (on, by) = (today()?, &author(&store)?);
    write_to(context, &store, &args.write, Scope::Whole, |snapshot| {
        let some_books = !args.book.is_empty();
        let books = match some_books {
            true => args.book.iter().map(|book| book_or_default(snapshot, Some(book))).collect(),
            false => book_or_default(snapshot, None).map(|_| {
                snapshot.settings().into_iter().flat_map(|known| known.books.keys().cloned()).collect()
            }),
        };
        let books: Vec<String> = books?;
        if name.contains("..") {
            return Err(Failure::usage(format!("`{name}` cannot be closed"))
                .hint("close a fiscal year (FY2025) or a month (2025-03)")
                .into());
        }
        let period = period_named(snapshot, name)?;
        let closure = Closure { name, period, books: &books, some_books, on, by, computed_from: &commit };
        let (edit, tag) = close(snapshot, &closure).map_err(refused)?;
        let done = format!("closed {name} in {} (tag {tag})", books.join(" and "));
        Ok(Writing::new(edit, done).tag(tag, key).next(format!("estate close --verify {name}")))
    })
}

fn run_reopen(context: &Context, store: &Store, args: &Args, name: &str) -> anyhow::Result<Exit> {
    if args.confirm.as_deref() != Some(name) {
        return Err(Failure::usage("--confirm does not repeat the period")
            .hint(format!("to open {name} again, add --confirm {name}"))
            .into());
    }
    let reason = args.reason.as_deref().map(str::trim).unwrap_or("");
    if reason.is_empty() {
        return Err(Failure::usage("--reason is empty")
            .hint("whoever reads the accounts must learn why they were opened again")
            .into());
    }
    let (on, by) = (today()?, &author(store)?);
    write_to(context, store, &args.write, Scope::Whole, |snapshot| {
        let period = period_named(snapshot, name)?;
        let some_books = !args.book.is_empty();
        let closure = Closure { name, period, books: &args.book, some_books, on, by, computed_from: "" };
        let edit = reopen(snapshot, &closure, reason).map_err(refused)?;
        Ok(Writing::new(edit, format!("opened {name} again")).next(format!("estate close {name}")))
    })
}

fn refused(error: estate::edits::EditError) -> Failure {
    Failure::failed(error.message).hint_if(error.help)
}

/// The figures are those of a commit, so that anybody can compute them again.
fn refuse_changes(store: &Store) -> anyhow::Result<()> {
    match store.changed_on_disk("HEAD")?.first() {
        None => Ok(()),
        Some(change) => Err(Failure::failed(format!("{} has changes that are not committed", change.path))
            .hint("a closing rests on a commit: commit or discard the changes first")
            .into()),
    }
}

/// Who closes or reopens: `Ada Lovelace <ada@helio.example>`.
fn author(store: &Store) -> anyhow::Result<String> {
    let (name, email) = store.author()?;
    Ok(format!("{name} <{email}>"))
}
