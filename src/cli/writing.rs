//! Every verb that writes: the edit, the gate, the dry run, the commit.

use anyhow::Context as _;
use estate::audit;
use estate::diff;
use estate::edit::Edit;
use estate::finding::{Finding, Level};
use estate::graph;
use estate::model::{Kind, Place, is_valid_id};
use estate::render::escape;
use estate::render::findings::{self, FindingFormat, FindingsView, LeftOut};
use estate::report::counted;
use estate::signature::{self, PrivateKey};
use estate::snapshot::Snapshot;
use estate::store::{Recovered, Store, StoreError, Transaction};
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::signing::tell_signed;

/// Options of every verb that writes.
#[derive(clap::Args)]
pub struct WriteArgs {
    /// Show what would change, and write nothing
    #[arg(short = 'n', long, help_heading = "Writing")]
    pub dry_run: bool,
    /// Write the files without a commit
    #[arg(long, help_heading = "Writing")]
    pub no_commit: bool,
    /// The commit's message instead of the one made up
    #[arg(short, long, value_name = "TEXT", help_heading = "Writing")]
    pub message: Option<String>,
    /// The change record that this belongs to, written as a trailer of the commit
    #[arg(long, value_name = "ID", help_heading = "Writing")]
    pub change: Option<String>,
}

impl WriteArgs {
    /// Whether one of them is used.
    pub fn is_given(&self) -> bool {
        self.dry_run || self.no_commit || self.message.is_some() || self.change.is_some()
    }
}

/// How much of the estate an edit is made from.
pub enum Scope<'a> {
    Whole,
    /// The records of these ids alone, as many as there are of each.
    Records(&'a [&'a str]),
}

/// An edit, and how the user is told of it.
pub struct Writing {
    pub edit: Edit,
    /// What was done: `added srv-web-09 (and its schedule)`.
    done: String,
    /// What is said where there is nothing to change.
    unchanged: String,
    /// The command that a user may want next, such as `estate show srv-01`.
    next: Option<String>,
    /// What to look after now, one line each.
    warnings: Vec<String>,
    /// A tag for the commit, and the key that signs it.
    tag: Option<(String, Option<PrivateKey>)>,
}

impl Writing {
    pub fn new(edit: Edit, done: impl Into<String>) -> Self {
        let unchanged = "nothing to change".to_owned();
        Self { edit, done: done.into(), unchanged, next: None, warnings: Vec::new(), tag: None }
    }

    pub fn unchanged(mut self, text: impl Into<String>) -> Self {
        self.unchanged = text.into();
        self
    }

    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    pub fn tag(mut self, tag: impl Into<String>, key: Option<PrivateKey>) -> Self {
        self.tag = Some((tag.into(), key));
        self
    }

    pub fn warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings = warnings;
        self
    }
}

/// The gate's answer, as a cause to tell from other failures: what was written can be mended.
#[derive(Debug, thiserror::Error)]
#[error("nothing was written")]
pub struct Refused;

/// Begins to write, and tells what a killed command had left and is put right now.
pub fn begin_writing<'s>(context: &Context, store: &'s Store) -> anyhow::Result<Transaction<'s>> {
    let transaction = store.begin()?;
    match transaction.recovered() {
        Some(Recovered::Followed(commit)) => context.say(&format!(
            "a command was killed after it had committed {commit}; its files are up to date now"
        )),
        Some(Recovered::TakenBack(commit)) => context.say(&format!(
            "a merge of {commit} was killed while its files were being written; they are as in HEAD again"
        )),
        None => {}
    }
    Ok(transaction)
}

/// Makes an edit from the estate on disk and writes it: one commit, or nothing.
pub fn write(
    context: &Context,
    args: &WriteArgs,
    scope: Scope<'_>,
    make: impl FnOnce(&Snapshot) -> anyhow::Result<Writing>,
) -> anyhow::Result<Exit> {
    write_to(context, &context.store()?, args, scope, make)
}

/// The same, in an estate that may be only beginning.
pub fn write_to(
    context: &Context,
    store: &Store,
    args: &WriteArgs,
    scope: Scope<'_>,
    make: impl FnOnce(&Snapshot) -> anyhow::Result<Writing>,
) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("--rev and --known-on are for reading; the past cannot be written").into());
    }
    // A dry run needs no right to write: it also works on a read-only disk.
    let transaction = if args.dry_run { None } else { Some(begin_writing(context, store)?) };
    let made_from = load(store, &scope)?;
    let mut writing = make(&made_from)?;
    if let Some(message) = &args.message {
        writing.edit.summary = message.clone();
    }
    if let Some(change) = &args.change {
        refer_to_change(store, change, &mut writing)?;
    }
    let edit = &writing.edit;
    if edit.is_empty() {
        context.say(&escape::terminal(&writing.unchanged));
        return Ok(Exit::Done);
    }
    let (before, after, whole) = judged(store, &scope, edit, &made_from)?;
    let mut errors = audit::new_errors(&before, &after, context.as_of, whole);
    // Files alone are no commit yet: whoever makes it names the change.
    if args.change.is_none() && !args.no_commit {
        let paths = edit.files().map(|(path, _)| path);
        errors.extend(audit::missing_change_reference(&made_from, "this commit", paths));
        errors.retain(|finding| finding.level == Level::Error);
    }
    if !errors.is_empty() {
        return refuse(context, &errors, &after);
    }
    let Some(transaction) = transaction else {
        let report = diff::report(&diff::diff(&before, &after), &before, &after, diff::Detail::All);
        context.show(&report)?;
        context.say("dry run: nothing was written");
        return Ok(Exit::Done);
    };
    finish(context, args, &transaction, &writing, &made_from)
}

/// Names the change in a trailer of the commit. One that has no record is worth a word: the reference
/// leads nowhere.
fn refer_to_change(store: &Store, change: &str, writing: &mut Writing) -> anyhow::Result<()> {
    let id = change.to_ascii_lowercase();
    if !is_valid_id(&id) {
        return Err(Failure::usage(format!("--change: `{change}` cannot be the id of a change"))
            .hint("an id is letters, digits and hyphens, such as CHG-0042")
            .into());
    }
    let path = Place::new(Kind::Change, None, &id).path();
    let is_there = writing.edit.files().any(|(edited, text)| edited == path && text.is_some())
        || store.read_file(&path)?.is_some();
    if !is_there {
        let places = store.record_places()?;
        let changes = places.iter().filter(|place| place.kind == Kind::Change);
        let near = suggest::did_you_mean(&id, changes.map(|place| place.id.as_str()));
        let near = near.unwrap_or_else(|| format!("`estate add change {id}` makes it"));
        writing.warnings.push(format!("there is no change record `{id}`: {near}"));
    }
    writing.edit.trailers.push(("Change".to_owned(), change.to_owned()));
    Ok(())
}

/// Both sides of the edit as the gate needs them, and whether they are the whole estate.
fn judged(
    store: &Store,
    scope: &Scope<'_>,
    edit: &Edit,
    made_from: &Snapshot,
) -> anyhow::Result<(Snapshot, Snapshot, bool)> {
    let after = made_from.with(edit);
    if matches!(scope, Scope::Whole) {
        return Ok((made_from.clone(), after, true));
    }
    if audit::needs_whole_estate(edit, made_from, &after) {
        let before = store.worktree()?;
        let after = before.with(edit);
        return Ok((before, after, true));
    }
    let (before, after) = with_neighbours(store, scope, edit)?;
    Ok((before, after, false))
}

fn finish(
    context: &Context,
    args: &WriteArgs,
    transaction: &Transaction<'_>,
    writing: &Writing,
    made_from: &Snapshot,
) -> anyhow::Result<Exit> {
    let edit = &writing.edit;
    let done = if args.no_commit {
        transaction.write_files(edit, made_from)?;
        format!("{}: {} written, not committed", writing.done, counted(edit.len(), "file"))
    } else {
        if writing.tag.is_some() && signature::find(edit.summary.as_bytes()).is_some() {
            return Err(StoreError::SignatureInMessage.into());
        }
        let committed = transaction.commit(edit, made_from)?;
        if let Some((tag, key)) = &writing.tag {
            transaction.tag(tag, &committed, &edit.summary, key.as_ref())?;
        }
        format!("{} → {} on {}", writing.done, committed.short(), committed.branch)
    };
    let next = writing.next.as_ref().map(|next| format!("; next: {next}")).unwrap_or_default();
    context.say(&escape::terminal(&format!("{done}{next}")));
    if let Some((_, Some(key))) = &writing.tag {
        tell_signed(context, transaction.store(), key);
    }
    for warning in &writing.warnings {
        context.say(&escape::terminal(&format!("warning: {warning}")));
    }
    Ok(Exit::Done)
}

fn load(store: &Store, scope: &Scope<'_>) -> anyhow::Result<Snapshot> {
    Ok(match scope {
        Scope::Whole => store.worktree()?,
        Scope::Records(ids) => {
            let paths: Vec<String> = ids.iter().flat_map(|id| store.locate(id)).collect();
            store.worktree_of(&paths, &[])?
        }
    })
}

/// The edited records before and after, with the ids of what they refer to known.
fn with_neighbours(store: &Store, scope: &Scope<'_>, edit: &Edit) -> anyhow::Result<(Snapshot, Snapshot)> {
    let before = load(store, scope)?;
    let after = before.with(edit);
    let mut known: Vec<String> = Vec::new();
    for snapshot in [&before, &after] {
        for record in snapshot.records() {
            for reference in graph::references(record, snapshot) {
                known.extend(store.locate(reference.id));
            }
        }
    }
    known.sort();
    known.dedup();
    let paths: Vec<String> = before.records().map(|record| record.path().to_owned()).collect();
    known.retain(|path| !paths.contains(path));
    let before = store.worktree_of(&paths, &known)?;
    let after = before.with(edit);
    Ok((before, after))
}

pub fn refuse(context: &Context, errors: &[Finding], after: &Snapshot) -> anyhow::Result<Exit> {
    let header = vec![("rev", after.version().to_string())];
    let rules = super::audit::rule_infos(after);
    let files = after.records().count();
    let left_out = LeftOut::default();
    let view = FindingsView { findings: errors, rules: &rules, header, prefix: "", files, left_out };
    let text = findings::findings(&view, FindingFormat::Text, &context.style());
    eprint!("{text}");
    Err(Failure::failed("the change would break rules that hold now")
        .hint("mend what the findings name, or write the files alone with your editor"))
    .context(Refused)
}
