//! The last operation on a branch, and what takes it back.

use std::collections::BTreeSet;

use git2::{Oid, Repository};

use super::changes::{Changes, differing};
use super::transaction::branch_name;
use super::tree_files::TreeFiles;
use super::{Store, StoreError};

/// How the log of a branch tells our commits from others.
pub(super) const OURS: &str = "estate: ";

/// The trailer of a commit that takes another one back.
pub const UNDOES: &str = "Undoes";

/// A commit that this tool made on the current branch, and the way back.
pub struct Operation {
    pub id: String,
    pub summary: String,
    pub is_merge: bool,
    /// The tip of the branch now.
    pub head: String,
    pub reversal: Changes,
}

impl Store {
    /// The last operation on the current branch that has not been taken back; with `undone`, the last
    /// one that takes another back, unless an operation of its own came after it.
    ///
    /// # Errors
    /// [`StoreError::NothingToUndo`] or [`StoreError::NothingToRedo`], or [`StoreError::ChangedSince`] where a later commit changed
    /// one of its files.
    pub fn last_operation(&self, undone: bool) -> Result<Operation, StoreError> {
        let git = self.git()?;
        let branch = branch_name(git)?;
        let head = self.commit_at("HEAD")?;
        let mut taken_back = BTreeSet::new();
        for entry in git.reflog(&branch)?.iter() {
            let message = String::from_utf8_lossy(entry.message_bytes().unwrap_or_default()).into_owned();
            let Some(summary) = message.strip_prefix(OURS) else { continue };
            let (old, new) = (entry.id_old(), entry.id_new());
            // What was reset away is not there to be undone.
            let is_there = new == head.id() || git.graph_descendant_of(head.id(), new).unwrap_or(false);
            if !is_there || taken_back.contains(&new) {
                continue;
            }
            match undoes(git, new) {
                // An undo of an undo is no candidate itself: it only makes the first one not to have been.
                Some(id) if !undone || undoes(git, id).is_some() => drop(taken_back.insert(id)),
                None if undone => {
                    let why = format!("`{summary}` came after whatever was taken back");
                    return Err(StoreError::NothingToRedo(why));
                }
                None if old.is_zero() => {
                    return Err(StoreError::NothingToUndo(format!("`{summary}` began the history")));
                }
                _ => {
                    return Ok(Operation {
                        id: new.to_string(),
                        summary: summary.to_owned(),
                        is_merge: git.find_commit(new)?.parent_count() > 1,
                        head: head.id().to_string(),
                        reversal: self.reversal(git, old, new)?,
                    });
                }
            }
        }
        let log = format!("the log of {branch} in this clone holds no");
        Err(match undone {
            true => StoreError::NothingToRedo(format!("{log}thing that was taken back")),
            false => StoreError::NothingToUndo(format!("{log} other operation")),
        })
    }

    /// What brings the files that an operation touched back to what they were before.
    fn reversal(&self, git: &Repository, old: Oid, new: Oid) -> Result<Changes, StoreError> {
        let tree = |id: Oid| git.find_commit(id).and_then(|commit| commit.tree());
        let head = self.commit_at("HEAD")?;
        let mut files = TreeFiles::of(git, &head.tree()?);
        let mut reversal = Changes::with_modes();
        for (path, [before, after]) in differing(git, Some(&tree(old)?), &tree(new)?)? {
            if files.id(&path)? != after.map(|file| file.id) {
                let by = self.last_change(&path, &head.id().to_string(), Some(&new.to_string()))?;
                let by = by.map(|commit| format!("{} {}: {}", commit.short(), commit.author, commit.summary));
                return Err(StoreError::ChangedSince { path, by: by.unwrap_or_default() });
            }
            reversal.put(&path, before);
        }
        Ok(reversal)
    }
}

/// The commit that a commit takes back, by its trailer.
fn undoes(git: &Repository, id: Oid) -> Option<Oid> {
    let commit = git.find_commit(id).ok()?;
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let line = message.lines().rev().find_map(|line| line.strip_prefix(UNDOES)?.strip_prefix(": "));
    Oid::from_str(line?.trim()).ok()
}
