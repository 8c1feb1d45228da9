//! The two versions of a diff, as a user names them.

use estate::date::parse_date;
use estate::snapshot::Snapshot;
use estate::store::{PathChange, Store};

use super::context::Context;
use super::failure::Failure;

/// A version of the estate.
pub enum Named {
    Commit(String),
    /// The files as they are staged for the next commit.
    Staged,
    Worktree,
}

impl Named {
    /// `worktree`, `staged`, the commit known on a date, or whatever git takes for a commit.
    fn read(context: &Context, store: &Store, name: &str) -> anyhow::Result<Named> {
        Ok(match (name, parse_date(name)) {
            ("worktree", _) => Named::Worktree,
            ("staged", _) => Named::Staged,
            (_, Ok(day)) => Named::Commit(context.known_on(store, "HEAD", day)?),
            _ => Named::Commit(name.to_owned()),
        })
    }

    /// Both versions of a diff. As in git, an end of `A..B` that is left out is HEAD; without a
    /// second version it is the files on disk.
    pub fn pair(
        context: &Context,
        store: &Store,
        before: &str,
        after: Option<&str>,
    ) -> anyhow::Result<(Named, Named)> {
        let read = |name: &str| Named::read(context, store, name);
        let Some((old, new)) = before.split_once("..") else {
            return Ok((read(before)?, read(after.unwrap_or("worktree"))?));
        };
        if after.is_some() || new.starts_with('.') {
            return Err(Failure::usage(format!("`{before}` is not a pair of versions"))
                .hint("write A..B, or A and B as two arguments")
                .into());
        }
        let head = |end| if str::is_empty(end) { "HEAD" } else { end };
        Ok((read(head(old))?, read(head(new))?))
    }

    /// The whole estate at this version.
    pub fn load(&self, store: &Store) -> anyhow::Result<Snapshot> {
        Ok(match self {
            Named::Commit(revision) => store.at(revision)?,
            Named::Staged => store.staged(None)?.snapshot,
            Named::Worktree => store.worktree()?,
        })
    }
}

/// Both versions of what differs: the cost follows the change. What is staged is read whole.
///
/// # Errors
/// Also where a file cannot be read, as in a clone without all contents: what nobody sees may differ.
pub fn differing(store: &Store, old: &Named, new: &Named) -> anyhow::Result<(Snapshot, Snapshot)> {
    let (before, after) = sides(store, old, new)?;
    for side in [&before, &after] {
        let mut findings = side.records().flat_map(|record| record.findings());
        if let Some(finding) = findings.find(|finding| finding.rule == "unreadable-file") {
            let message = format!("{} at {}: {}", finding.location, side.version(), finding.message);
            return Err(Failure::failed(message).hint_if(finding.help.clone()).into());
        }
    }
    Ok((before, after))
}

fn sides(store: &Store, old: &Named, new: &Named) -> anyhow::Result<(Snapshot, Snapshot)> {
    let paths = |differing: &[PathChange], is_there: fn(&PathChange) -> bool| -> Vec<String> {
        differing.iter().filter(|change| is_there(change)).map(|change| change.path.clone()).collect()
    };
    let with_disk = |commit: &str| -> anyhow::Result<(Snapshot, Snapshot)> {
        let differing = store.changed_on_disk(commit)?;
        let (old, new) =
            (paths(&differing, |change| change.in_old), paths(&differing, |change| change.in_new));
        Ok((store.at_of(commit, &old)?, store.worktree_of(&new, &[])?))
    };
    match (old, new) {
        (Named::Commit(old), Named::Commit(new)) => Ok(store.compared(old, new)?.into()),
        (Named::Commit(commit), Named::Worktree) => with_disk(commit),
        (Named::Worktree, Named::Commit(commit)) => with_disk(commit).map(|(commit, disk)| (disk, commit)),
        _ => Ok((old.load(store)?, new.load(store)?)),
    }
}
