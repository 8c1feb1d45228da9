use estate::audit;
use estate::diff;
use estate::edit::Edit;
use estate::render::escape;
use estate::snapshot::Version;
use estate::store::UNDOES;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::writing::{begin_writing, refuse};

/// Take back the last operation on this branch
///
/// The last commit that estate made on the current branch is reversed by a new one, which changes
/// exactly its files back; run again, it goes one operation further back. Commits of other tools are
/// passed over. --redo brings back what was taken back last. Refused where a later commit changed one
/// of the files, or where the estate would break rules. History is kept: each is a commit of its own.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate undo -n       what would be taken back
  estate undo
  estate undo --redo   bring it back
  estate undo -m 'Take back the retirement: the buyer withdrew'")]
pub struct Args {
    /// Bring back what was taken back last, until another operation follows
    #[arg(long)]
    redo: bool,
    /// Show what would change, and write nothing
    #[arg(short = 'n', long, help_heading = "Writing")]
    dry_run: bool,
    /// The commit's message instead of the one made up
    #[arg(short, long, value_name = "TEXT", help_heading = "Writing")]
    message: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("--rev is for reading; the past cannot be written").into());
    }
    let store = context.store()?;
    let transaction = if args.dry_run { None } else { Some(begin_writing(context, &store)?) };
    let operation = store.last_operation(args.redo)?;
    let before = store.at(&operation.head)?;
    let version = Version::Edited(Box::new(before.version().clone()));
    let after = store.changed(&operation.head, &operation.reversal, version)?;
    let errors = audit::new_errors(&before, &after, context.as_of, true);
    if !errors.is_empty() {
        return refuse(context, &errors, &after);
    }
    let short = operation.id.get(..10).unwrap_or(&operation.id);
    // What an undo is called says what it was of.
    let of = operation.summary.strip_prefix("Undo \"").and_then(|of| of.strip_suffix('"'));
    let ([does, did], noun, of) = match (args.redo, of) {
        (true, Some(of)) => (["bring", "brought"], "Redo", of),
        _ => (["take", "took"], "Undo", operation.summary.as_str()),
    };
    let what = format!("`{of}` ({short})");
    let changes = diff::diff(&before, &after);
    let Some(transaction) = transaction else {
        context.show(&diff::report(&changes, &before, &after, diff::Detail::Fields))?;
        context.say(&escape::terminal(&format!("dry run: would {does} back {what}; nothing was written")));
        return Ok(Exit::Done);
    };
    let mut edit = Edit::new(args.message.unwrap_or_else(|| format!("{noun} \"{of}\"")));
    edit.trailers.push((UNDOES.to_owned(), operation.id.clone()));
    let done = transaction.commit_changes(&operation.reversal, &[&operation.head], &edit.message())?;
    let (id, branch, summary) = (done.short(), &done.branch, diff::summary(&changes));
    context.say(&escape::terminal(&format!("{did} back {what} → {id} on {branch}: {summary}")));
    if operation.is_merge {
        context.say(
            "note: merging that branch again will not bring its changes back; `estate undo --redo` will",
        );
    }
    Ok(Exit::Done)
}
