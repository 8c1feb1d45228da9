//! What a command that was killed in the middle of writing leaves behind, and how the next one
//! puts it right.
//!
//! Before the branch moves, the commit is noted in `.git/estate/journal`; the note goes when files
//! and index agree with the branch. A note that is still there while nobody holds the right to write
//! is of a command that was killed: either the branch never moved and nothing happened, or it moved
//! and the files must follow.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git2::{DiffOptions, Oid, Repository};

use super::durable::{is_temporary, write_file};
use super::index::UserIndex;
use super::transaction::{Transaction, branch_name, tip_of};
use super::{StoreError, slashes};
use crate::edit::Edit;

/// How long to wait for a git command that holds a lock.
const LOCK_FILE_WAIT: Duration = Duration::from_secs(3);

/// The note of the commit that is being made.
pub(super) struct Journal {
    pub path: PathBuf,
}

impl Journal {
    pub fn of(git: &Repository) -> Self {
        Self { path: git.path().join("estate").join("journal") }
    }

    pub fn write(&self, branch: &str, commit: Oid) -> Result<(), StoreError> {
        write_file(&self.path, format!("{commit} {branch}\n").as_bytes())
    }

    /// The note need not leave the disk at once: to follow it twice changes nothing.
    pub fn clear(&self) -> Result<(), StoreError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("delete", &self.path, error))
            }
            _ => Ok(()),
        }
    }

    fn read(&self) -> Option<(Oid, String)> {
        let text = fs::read_to_string(&self.path).ok()?;
        let (commit, branch) = text.trim_end().split_once(' ')?;
        Some((Oid::from_str(commit).ok()?, branch.to_owned()))
    }

    /// Deletes a lock that the killed command held: one that is not older than the note, and that
    /// outlasts any git command that may hold it now.
    fn unlock(&self, lock: &Path) -> Result<(), StoreError> {
        let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
        match (changed(lock), changed(&self.path)) {
            (Ok(locked), Ok(noted)) if locked >= noted && wait_for(lock).is_err() => {
                fs::remove_file(lock).map_err(|error| StoreError::io("delete", lock, error))
            }
            _ => Ok(()),
        }
    }
}

impl Transaction<'_> {
    /// Puts right what a killed command left; answers the commit whose files were brought up to date.
    pub(super) fn recover(&self) -> Result<Option<Oid>, StoreError> {
        let git = self.git()?;
        let journal = Journal::of(git);
        let Some((commit, branch)) = journal.read() else {
            journal.clear()?;
            return Ok(None);
        };
        journal.unlock(&branch_lock(git, &branch))?;
        journal.unlock(&index_lock(git))?;
        let here = branch_name(git).is_ok_and(|here| here == branch);
        let moved = here && tip_of(git, &branch)? == Some(commit);
        if moved {
            let edit = self.not_yet_followed(git, commit)?;
            edit.files().for_each(|(path, _)| self.remove_temporary_files(path));
            self.refresh(&edit)?;
            UserIndex::read(self.store, git)?.refresh(&edit)?;
        }
        journal.clear()?;
        Ok(moved.then_some(commit))
    }

    /// The files of the commit that still hold what they held before it, in the worktree or in the
    /// index. What somebody has changed since is theirs.
    fn not_yet_followed(&self, git: &Repository, commit: Oid) -> Result<Edit, StoreError> {
        let commit = git.find_commit(commit)?;
        let before = commit.parents().next().map(|parent| parent.tree()).transpose()?;
        let mut options = DiffOptions::new();
        let diff = git.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), Some(&mut options))?;
        let index = UserIndex::read(self.store, git)?;
        let mut edit = Edit::default();
        for delta in diff.deltas() {
            let git_path = delta.new_file().path().map(slashes).unwrap_or_default();
            let Some(path) = self.store.path_of(&git_path) else { continue };
            let text = |id: Oid| match id.is_zero() {
                true => Ok(None),
                false => self.store.blob_text(id).map(Some),
            };
            let (old, new) = (text(delta.old_file().id())?, text(delta.new_file().id())?);
            let disk = self.store.read_file(path)?;
            let staged = index.id(&git_path).unwrap_or(Oid::ZERO_SHA1);
            let ours = [delta.old_file().id(), delta.new_file().id()].contains(&staged);
            if !ours || (disk != old && disk != new) {
                continue;
            }
            match new.map(String::from_utf8) {
                None => edit.delete(path),
                Some(Ok(new)) => edit.write(path, new),
                Some(Err(_)) => {}
            }
        }
        Ok(edit)
    }

    /// What was to become the file at `path`, and everything else that was not finished beside it.
    fn remove_temporary_files(&self, path: &str) {
        let file = self.store.disk_path(path);
        let beside = file.parent().and_then(|folder| fs::read_dir(folder).ok());
        for entry in beside.into_iter().flatten().flatten().filter(|entry| is_temporary(&entry.file_name())) {
            // One that stays does no harm: no listing of records shows it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

pub(super) fn index_lock(git: &Repository) -> PathBuf {
    git.path().join("index.lock")
}

pub(super) fn branch_lock(git: &Repository, branch: &str) -> PathBuf {
    git.commondir().join(format!("{branch}.lock"))
}

/// Waits until no git command holds this lock.
pub(super) fn wait_for(lock: &Path) -> Result<(), StoreError> {
    let begun = Instant::now();
    while lock.symlink_metadata().is_ok() {
        if begun.elapsed() > LOCK_FILE_WAIT {
            return Err(StoreError::LockFile(lock.to_owned()));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
