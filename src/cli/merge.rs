use estate::diff;
use estate::edit::Edit;
use estate::finding::{Finding, Level};
use estate::render::escape;
use estate::render::findings::{self, FindingFormat, FindingsView, LeftOut};
use estate::snapshot::Snapshot;
use estate::store::{Committed, Recovered, Relation, Store, StoreError};

use super::conflicts;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::merging::{broken, by_whom, merge_files};
use super::open_merge::{Open, open_files};
use super::writing::{WriteArgs, begin_writing};

/// Merge a branch by record and field, and audit the result
///
/// Records are merged field by field, wherever their files lie; all other files by lines, as git
/// does. The result is audited: a rule that neither branch breaks alone, such as a serial number
/// that both gave out, stops the merge, and nothing is committed. What both branches changed is left
/// to you: `estate conflicts` lists it, `estate resolve` closes it, --continue commits, --abort takes
/// all of it back. Exits with 1 where something is left or broken.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate merge feature -n              what it would change, and what would be in conflict
  estate merge feature
  estate merge origin/main --change CHG-0042
  estate merge --continue              commit, when nothing is open any more
  estate merge --abort                 as if it had not begun")]
#[command(group(clap::ArgGroup::new("what").required(true).args(["revision", "go_on", "abort"])))]
pub struct Args {
    /// The branch, tag or commit to merge into the current branch
    #[arg(value_name = "REV")]
    revision: Option<String>,
    /// Commit the merge that was left open
    #[arg(long = "continue")]
    go_on: bool,
    /// Take back the merge that was left open
    #[arg(long, conflicts_with_all = ["dry_run", "no_commit", "message", "change"])]
    abort: bool,
    /// The lowest level of a finding that stops the merge, where neither branch has it alone
    #[arg(long, value_name = "LEVEL", default_value = "warning", value_parser = ["error", "warning", "note"])]
    fail_on: String,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("--rev is for reading; name the branch to merge as an argument").into());
    }
    let store = context.store()?;
    if args.abort {
        let transaction = begin_writing(context, &store)?;
        if let Some(Recovered::TakenBack(_)) = transaction.recovered() {
            return Ok(Exit::Done);
        }
        let files = transaction.abort_merge()?;
        let files = if files == 1 { "1 file is".to_owned() } else { format!("{files} files are") };
        context.say(&format!("took the merge back; {files} as in HEAD"));
        return Ok(Exit::Done);
    }
    let threshold = Level::from_name(&args.fail_on).unwrap_or(Level::Warning);
    match &args.revision {
        Some(revision) => begin(context, &store, revision, threshold, &args.write),
        None => conclude(context, &store, threshold, &args.write),
    }
}

fn begin(
    context: &Context,
    store: &Store,
    revision: &str,
    threshold: Level,
    write: &WriteArgs,
) -> anyhow::Result<Exit> {
    // A dry run needs no right to write.
    let transaction = if write.dry_run { None } else { Some(begin_writing(context, store)?) };
    let mut merging = store.merging(revision)?;
    let branch = store.branch()?;
    if merging.relation == Relation::Contained {
        context.say(&escape::terminal(&format!("{branch} holds all of {revision} already")));
        return Ok(Exit::Done);
    }
    let (ours, theirs) = (store.at(&merging.ours)?, store.at(&merging.theirs)?);
    let message = message(write, format!("Merge {revision} into {branch}"));
    if merging.relation == Relation::Ahead && !write.no_commit {
        let Some(transaction) = transaction else { return dry_run(context, &ours, &theirs) };
        let log = format!("Merge {revision} into {branch}, which was behind");
        let done = transaction.fast_forward(&merging.ours, &merging.theirs, &log)?;
        say_done(context, &format!("moved {branch} on to {revision}"), &ours, &theirs, &done);
        return Ok(Exit::Done);
    }
    if merging.is_criss_cross {
        context.say("note: the branches have several common ancestors; one of them counts");
    }
    let names = [branch.as_str(), revision];
    let open = merge_files(store, &mut merging, [&ours, &theirs], names)?;
    if !open.is_empty() {
        let Some(transaction) = transaction else {
            context.answer(
                &open.iter().map(|line| format!("{}\n", escape::terminal(line))).collect::<String>(),
            )?;
            context.say("dry run: these would be in conflict; nothing was written");
            return Ok(Exit::Findings);
        };
        transaction.open(&merging, &message)?;
        context.say(&escape::terminal(&format!("{revision} and {branch} disagree; nothing is committed")));
        return conflicts::show(context, store, &open_files(store)?);
    }
    let merged = merging.snapshot()?;
    let broken = broken(context, &[&ours, &theirs], &merged, threshold);
    let is_broken = !broken.is_empty();
    if is_broken {
        show_broken(context, by_whom(store, &merging, broken, names)?, &merged)?;
    }
    match transaction {
        None if is_broken => say_refused(context, "the merge would not be committed"),
        None => return dry_run(context, &ours, &merged),
        Some(transaction) if write.no_commit => {
            transaction.open(&merging, &message)?;
            context.say("the merge is in the files, not committed; next: estate merge --continue");
        }
        Some(_) if is_broken => say_refused(context, "nothing was committed"),
        Some(transaction) => {
            let done = merging.commit(&transaction, &message)?;
            say_done(context, &format!("merged {revision}"), &ours, &merged, &done);
        }
    }
    Ok(if is_broken { Exit::Findings } else { Exit::Done })
}

fn conclude(context: &Context, store: &Store, threshold: Level, write: &WriteArgs) -> anyhow::Result<Exit> {
    let transaction = begin_writing(context, store)?;
    let open = open_files(store)?;
    if open.iter().any(Open::is_undecided) {
        context.say("something is open still; nothing is committed");
        return conflicts::show(context, store, &open);
    }
    let conclusion = transaction.conclusion()?;
    let parents: Result<Vec<Snapshot>, StoreError> =
        conclusion.parents.iter().map(|parent| store.at(parent)).collect();
    let parents = parents?;
    let merged = &conclusion.snapshot;
    let broken = broken(context, &parents.iter().collect::<Vec<_>>(), merged, threshold);
    if !broken.is_empty() {
        show_broken(context, broken, merged)?;
        context.say("nothing was committed: mend what the findings name, then estate merge --continue");
        return Ok(Exit::Findings);
    }
    let ours = parents.first().unwrap_or(merged);
    if write.dry_run {
        return dry_run(context, ours, merged);
    }
    let message = message(write, conclusion.message.trim_end());
    let done = transaction.conclude(&conclusion, &message)?;
    say_done(context, "concluded the merge", ours, merged, &done);
    Ok(Exit::Done)
}

fn message(write: &WriteArgs, made_up: impl Into<String>) -> String {
    let mut edit = Edit::new(write.message.clone().unwrap_or_else(|| made_up.into()));
    edit.trailers.extend(write.change.iter().map(|change| ("Change".to_owned(), change.clone())));
    edit.message()
}

fn dry_run(context: &Context, before: &Snapshot, after: &Snapshot) -> anyhow::Result<Exit> {
    context.show(&diff::report(&diff::diff(before, after), before, after, diff::Detail::Fields))?;
    context.say("dry run: nothing was written");
    Ok(Exit::Done)
}

fn say_done(context: &Context, what: &str, before: &Snapshot, after: &Snapshot, done: &Committed) {
    let changes = diff::summary(&diff::diff(before, after));
    let (id, branch) = (done.short(), &done.branch);
    context.say(&escape::terminal(&format!(
        "{what} → {id} on {branch}: {changes}; next: estate diff HEAD~1 HEAD"
    )));
}

fn say_refused(context: &Context, what: &str) {
    context.say(&format!(
        "{what}: together the branches break rules that neither breaks alone; mend one of them and merge \
         again, or merge with --no-commit and mend the files"
    ));
}

fn show_broken(context: &Context, broken: Vec<Finding>, merged: &Snapshot) -> anyhow::Result<()> {
    let name = context.format_name().and_then(FindingFormat::named);
    let view = FindingsView {
        findings: &broken,
        rules: &super::audit::rule_infos(merged),
        header: context.header(merged),
        prefix: "",
        files: merged.records().count(),
        left_out: LeftOut::default(),
    };
    context.answer(&findings::findings(&view, name.unwrap_or(FindingFormat::Text), &context.style()))
}
