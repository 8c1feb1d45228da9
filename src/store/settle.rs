//! From changes to a commit, and from the commit to the branch, the files and the index: the one way
//! in which anything is committed, so that a command that is killed on it can be followed up
//! (see [`super::journal`]).

use std::path::{Path, PathBuf};

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Tree};

use super::changes::{Changes, on_disk, refuse_unsafe};
use super::durable::{remove_file, set_executable, write_files};
use super::index::UserIndex;
use super::journal::{Journal, Note, branch_lock, index_lock, wait_for};
use super::pack::Objects;
use super::revision::{EXECUTABLE, PLAIN, TreeFile};
use super::transaction::{MOST_RACES, branch_name, refuse_unready, swing, tip_of};
use super::tree_files::TreeFiles;
use super::{Committed, Store, StoreError, Transaction};

impl Transaction<'_> {
    /// Commits the changes on the current branch, whose tip must be the first of `parents`, and
    /// brings the touched files up to date.
    ///
    /// # Errors
    /// Before anything is written: a branch that moved, a touched file that differs from the last
    /// commit, or what cannot be written here. After the commit: [`StoreError::CommittedBut`].
    pub fn commit_changes(
        &self,
        changes: &Changes,
        parents: &[&str],
        message: &str,
    ) -> Result<Committed, StoreError> {
        let git = self.git()?;
        refuse_unready(git)?;
        let tip = self.tip(parents.first().copied())?;
        self.refuse_touched(changes, &git.find_commit(tip)?.tree()?)?;
        self.commit_merged(changes, tip, parents, message)
    }

    /// [`Transaction::commit_changes`] of changes that are in the files already.
    pub(super) fn commit_merged(
        &self,
        changes: &Changes,
        tip: Oid,
        parents: &[&str],
        message: &str,
    ) -> Result<Committed, StoreError> {
        let git = self.git()?;
        wait_for(&index_lock(git))?;
        let parents: Result<Vec<Oid>, _> = parents.iter().map(|parent| Oid::from_str(parent)).collect();
        let id = self.make_commit(changes, &git.find_commit(tip)?.tree()?, &parents?, message)?;
        self.settle(changes, tip, id, message.lines().next().unwrap_or_default())
    }

    /// Moves the current branch from one commit to a later one, with its files.
    ///
    /// # Errors
    /// As [`Transaction::commit_changes`].
    pub fn fast_forward(&self, from: &str, to: &str, log: &str) -> Result<Committed, StoreError> {
        let git = self.git()?;
        refuse_unready(git)?;
        let tip = self.tip(Some(from))?;
        let to = git.find_commit(Oid::from_str(to)?)?;
        let tree = git.find_commit(tip)?.tree()?;
        let changes = self.store.changes(&tree, &to.tree()?)?;
        self.refuse_touched(&changes, &tree)?;
        wait_for(&index_lock(git))?;
        self.settle(&changes, tip, to.id(), log)
    }

    /// The commit that the current branch is at, which must be the expected one.
    pub(super) fn tip(&self, expected: Option<&str>) -> Result<Oid, StoreError> {
        let git = self.git()?;
        let branch = branch_name(git)?;
        let tip = tip_of(git, &branch)?.ok_or(StoreError::NoCommit)?;
        match expected.is_none_or(|expected| expected == tip.to_string()) {
            true => Ok(tip),
            false => Err(moved(&branch)),
        }
    }

    /// The commit of the changes to `tree`, on disk with everything that it consists of.
    pub(super) fn make_commit(
        &self,
        changes: &Changes,
        tree: &Tree<'_>,
        parents: &[Oid],
        message: &str,
    ) -> Result<Oid, StoreError> {
        let git = self.git()?;
        let author = self.store.signature(git)?;
        let odb = git.odb()?;
        let objects = Objects::of(changes, &odb)?;
        self.keep_blobs(changes)?;
        let mut files = TreeFiles::of(git, tree);
        let mut update = TreeUpdateBuilder::new();
        for (path, file) in changes.iter() {
            match file {
                Some(TreeFile { id, mode: EXECUTABLE }) => {
                    update.upsert(path, id, FileMode::BlobExecutable);
                }
                Some(file) => {
                    update.upsert(path, file.id, FileMode::Blob);
                }
                None if files.id(path)?.is_some() => {
                    update.remove(path);
                }
                None => {}
            }
        }
        let tree = git.find_tree(update.create_updated(git, tree)?)?;
        let mut commits = Vec::new();
        for parent in parents {
            commits.push(git.find_commit(*parent)?);
        }
        let commits: Vec<_> = commits.iter().collect();
        let id = git.commit(None, &author, &author, message, &tree, &commits)?;
        objects.flush(git, changes, &tree, id)?;
        Ok(id)
    }

    /// Makes objects of the contents that are none yet.
    pub(super) fn keep_blobs(&self, changes: &Changes) -> Result<(), StoreError> {
        changes.blobs.values().try_for_each(|bytes| Ok(self.git()?.blob(bytes).map(drop)?))
    }

    fn settle(&self, changes: &Changes, tip: Oid, id: Oid, log: &str) -> Result<Committed, StoreError> {
        let git = self.git()?;
        let branch = branch_name(git)?;
        for _ in 0..MOST_RACES {
            wait_for(&branch_lock(git, &branch))?;
            if tip_of(git, &branch)? != Some(tip) {
                return Err(moved(&branch));
            }
            if let Some(done) = self.advance(&branch, Some(tip), id, changes, log)? {
                return Ok(done);
            }
        }
        Err(StoreError::Raced(MOST_RACES))
    }

    /// Moves the branch from `tip` to the commit, and files and index with it. `None` where somebody
    /// else moved or locked the branch: nothing has happened then.
    pub(super) fn advance(
        &self,
        branch: &str,
        tip: Option<Oid>,
        commit: Oid,
        changes: &Changes,
        log: &str,
    ) -> Result<Option<Committed>, StoreError> {
        let git = self.git()?;
        let journal = Journal::of(git);
        let done = Committed { id: commit.to_string(), branch: short_name(branch).to_owned() };
        let but = |error| StoreError::CommittedBut(done.short().to_owned(), Box::new(error));
        let note = Note::Commit { branch: branch.to_owned(), before: tip, commit };
        journal.write(&note)?;
        match swing(git, branch, tip, commit, log) {
            Ok(true) => {}
            Ok(false) => {
                journal.clear()?;
                return Ok(None);
            }
            // It moved, but may not be on disk: the note stays for the next command.
            Err(error) if tip_of(git, branch)? == Some(commit) => return Err(but(error)),
            Err(error) => {
                journal.clear()?;
                return Err(error);
            }
        }
        let followed = self.follow(commit, changes);
        journal.end(&note, &followed)?;
        followed.map_err(but)?;
        Ok(Some(done))
    }

    /// Brings files and index up to date with the commit that the branch has moved to.
    pub(super) fn follow(&self, commit: Oid, changes: &Changes) -> Result<(), StoreError> {
        let git = self.git()?;
        self.write_changes(changes)?;
        self.index_changes(changes)?;
        if self.store.concludes(git, commit)? {
            git.cleanup_state()?;
        }
        Ok(())
    }

    /// The touched files must be on disk and in the index as they are in `head`, and such that they
    /// can be written.
    pub(super) fn refuse_touched(&self, changes: &Changes, head: &Tree<'_>) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut files = TreeFiles::of(git, head);
        for (path, file) in changes.iter() {
            refuse_unsafe(path)?;
            if file.is_some_and(|file| !matches!(file.mode, PLAIN | EXECUTABLE)) {
                return Err(StoreError::Special(path.to_owned()));
            }
            if on_disk(workdir, path)? != files.id(path)? {
                return Err(StoreError::Dirty(path.to_owned()));
            }
        }
        UserIndex::read(git)?.refuse_staged(changes, &mut files)
    }

    /// Brings the files to what the changes say: what goes, goes first, since it may stand in the way.
    pub(super) fn write_changes(&self, changes: &Changes) -> Result<(), StoreError> {
        let folder = self.folder()?;
        let mut written: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        for (path, file) in changes.iter() {
            let disk = folder.join(path);
            match file {
                Some(file) => written.push((disk, self.bytes(changes, file.id)?)),
                None if disk.symlink_metadata().is_ok() => remove_file(&disk, folder)?,
                None => {}
            }
        }
        let borrowed: Vec<(PathBuf, &[u8])> =
            written.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect();
        write_files(&borrowed)?;
        if changes.sets_modes && self.git()?.config()?.get_bool("core.filemode").unwrap_or(true) {
            for (path, file) in changes.iter() {
                if let Some(file) = file {
                    set_executable(&folder.join(path), file.mode == EXECUTABLE)?;
                }
            }
        }
        Ok(())
    }

    /// The folder that the paths of changes begin at: that of the repository; without one, the estate's.
    fn folder(&self) -> Result<&Path, StoreError> {
        match self.git() {
            Ok(git) => git.workdir().ok_or(StoreError::Bare),
            Err(_) => Ok(self.store.root()),
        }
    }

    fn bytes(&self, changes: &Changes, id: Oid) -> Result<Vec<u8>, StoreError> {
        match changes.blobs.get(&id) {
            Some(bytes) => Ok(bytes.clone()),
            None => Ok(self.git()?.find_blob(id)?.content().to_vec()),
        }
    }

    /// Takes over the committed contents, so that `git status` stays clean. Other entries, staged or
    /// not, keep what they have.
    pub(super) fn index_changes(&self, changes: &Changes) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut index = UserIndex::read(git)?;
        for (path, file) in changes.iter() {
            index.put(workdir, path, file)?;
        }
        index.write()
    }
}

impl Store {
    /// Whether a commit is that of the merge which is open.
    pub(super) fn concludes(&self, git: &Repository, commit: Oid) -> Result<bool, StoreError> {
        let heads = self.merge_heads()?;
        let commit = git.find_commit(commit)?;
        Ok(!heads.is_empty() && commit.parent_ids().skip(1).map(|id| id.to_string()).eq(heads))
    }
}

fn moved(branch: &str) -> StoreError {
    StoreError::Changed(format!("the branch {}", short_name(branch)))
}

fn short_name(branch: &str) -> &str {
    branch.trim_start_matches("refs/heads/")
}
