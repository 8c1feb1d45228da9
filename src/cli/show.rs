use std::io::IsTerminal;

use estate::graph;
use estate::model::{Kind, Record};
use estate::query::Card;
use estate::render::{self, escape};
use estate::snapshot::Snapshot;
use estate::store::{CommitInfo, Store, StoreError};

use super::completions::record_ids;
use super::context::Context;
use super::failure::Exit;
use super::named;

/// How far back the last change of a record is looked for: each commit costs the reading of the
/// folders that it changed.
const MAX_COMMITS: usize = 200;

/// Show a record in full
///
/// Its fields with the names of the records that they refer to, the depreciation schedule of an
/// item, and the last commit that changed it, if it is not long ago. Only these files are read;
/// --referrers also shows what uses the record (services, contracts that cover it, other items) and
/// reads the whole estate for that.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate show srv-web-01
  estate show schedule/srv-web-01            where an item has the same id
  estate show srv-web-01 --referrers         with the services and contracts that use it
  estate show srv-web-01 --rev HEAD~3 --raw  the file as it was")]
pub struct Args {
    /// The record's id, or kind/id where several kinds have the id
    #[arg(value_name = "ID", add = record_ids())]
    id: String,
    /// Print the file as it is
    #[arg(long)]
    raw: bool,
    /// Also show what refers to the record; reads the whole estate
    #[arg(long, conflicts_with = "raw")]
    referrers: bool,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let snapshot = load(context, &store, &args)?;
    let found = snapshot.named(&args.id);
    let Some((record, others)) = found.split_first() else {
        return Err(named::unknown(&store, &args.id).into());
    };
    // The schedule that an item shares its id with is shown with it.
    let own = |other: &&&Record| (record.kind(), other.kind()) == (Kind::Item, Kind::Schedule);
    for other in others.iter().filter(|other| !own(other)) {
        context.say(&format!("there is also {}", escape::terminal(&other.record_id().to_string())));
    }
    if args.raw {
        context.answer(&raw(record))?;
        return Ok(Exit::Done);
    }
    let mut card = Card::new(record, &snapshot);
    if args.referrers {
        card = card.with_referrers();
    }
    let revision = context.rev.as_deref().unwrap_or("HEAD");
    let change = last_change(&store, &snapshot, record, revision)?;
    if let Some((commit, _)) = &change {
        let (id, author) = (commit.short().to_owned(), commit.author.clone());
        card.last_change = vec![
            ("commit", id),
            ("author", author),
            ("date", commit.date.clone()),
            ("summary", commit.summary.clone()),
        ];
    }
    let report = context.report("show", record.text("name").unwrap_or(record.id()), &snapshot);
    let document = card.json(&report.header);
    let mut report = report
        .header("record", record.record_id().to_string())
        .header("path", record.path())
        .section(card.section());
    report.notes = notes(record, change.as_ref());
    if change.is_none() && store.head().is_some() {
        report.notes.push(format!(
            "in none of the last {MAX_COMMITS} commits: `estate log {}` looks further",
            record.record_id()
        ));
    }
    match render::document(&document, context.format()?) {
        Some(document) => context.answer(&document)?,
        None => context.show(&report)?,
    }
    Ok(Exit::Done)
}

fn load(context: &Context, store: &Store, args: &Args) -> anyhow::Result<Snapshot> {
    if context.rev.is_some() || args.referrers {
        return context.snapshot(store);
    }
    let mut paths = store.locate(named::id(&args.id));
    let alone = store.worktree_of(&paths, &[])?;
    for record in alone.named(&args.id) {
        for reference in graph::references(record, &alone) {
            paths.extend(store.locate(reference.id));
        }
    }
    Ok(store.worktree_of(&paths, &[])?)
}

/// The file's text; on a terminal with everything written out that a terminal would obey.
fn raw(record: &Record) -> String {
    let text = record.source().text();
    match std::io::stdout().is_terminal() {
        true => text.lines().map(|line| format!("{}\n", escape::terminal(line))).collect(),
        false => text.to_owned(),
    }
}

/// The newest commit that changed the record, and the file's text since. An estate need not lie in
/// git to be read.
fn last_change(
    store: &Store,
    snapshot: &Snapshot,
    record: &Record,
    revision: &str,
) -> Result<Option<(CommitInfo, String)>, StoreError> {
    let (mut newest, mut looked_at) = (None, 0);
    let walked = store.record_history(&record.record_id(), revision, snapshot.schemas(), |step| {
        looked_at += 1;
        if step.is_change() {
            let text = step.after.as_ref().map(|record| record.source().text().to_owned());
            newest = Some((step.commit(), text.unwrap_or_default()));
        }
        newest.is_none() && looked_at < MAX_COMMITS
    });
    match walked {
        Ok(()) => Ok(newest),
        Err(StoreError::NotARepository(_) | StoreError::NoCommit) => Ok(None),
        Err(error) => Err(error),
    }
}

fn notes(record: &Record, change: Option<&(CommitInfo, String)>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(finding) = record.findings().first() {
        notes.push(format!("{}: {}; `estate audit` says more", finding.location, finding.message));
    }
    if change.is_some_and(|(_, committed)| committed != record.source().text()) {
        notes.push(format!("changed since that commit: `estate diff --record {}`", record.record_id()));
    }
    notes
}
