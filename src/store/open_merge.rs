//! A merge that waits for a person: kept as git keeps its own, so that both can go on with it.
//!
//! The index holds the three versions of each open file, `MERGE_HEAD` the commit being merged, and
//! the file on disk the text to work on. A merge that is cut short while its files are being written
//! is taken back by the next command (see [`super::journal`]).

use std::fs;

use git2::{IndexConflict, Oid, Repository, RepositoryState};

use super::changes::{Changes, on_disk};
use super::index::UserIndex;
use super::journal::{Journal, Note, index_lock, wait_for};
use super::merging::Merging;
use super::transaction::refuse_unready;
use super::{Committed, Store, StoreError, Transaction, write_file};
use crate::snapshot::{Snapshot, Version};

/// A file that a person must decide on.
pub struct OpenFile {
    /// Of the repository.
    pub path: String,
    /// The versions in the common ancestor, in ours and in theirs.
    pub sides: [Option<Vec<u8>>; 3],
    pub disk: Option<Vec<u8>>,
}

/// What a conclusion would commit.
pub struct Conclusion {
    changes: Changes,
    /// Full ids: ours, then those being merged.
    pub parents: Vec<String>,
    pub message: String,
    pub snapshot: Snapshot,
}

impl Store {
    /// The commits being merged into HEAD; none where no merge is under way.
    pub fn merge_heads(&self) -> Result<Vec<String>, StoreError> {
        let text = fs::read_to_string(self.git()?.path().join("MERGE_HEAD")).unwrap_or_default();
        Ok(text.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
    }

    /// The files that are in conflict, also those of a rebase or a cherry-pick.
    pub fn open_files(&self) -> Result<Vec<OpenFile>, StoreError> {
        let git = self.git()?;
        let mut index = git.index()?;
        index.read(false)?;
        let mut files = Vec::new();
        for conflict in index.conflicts()? {
            let IndexConflict { ancestor, our, their } = conflict?;
            let sides = [&ancestor, &our, &their];
            let Some(entry) = sides.into_iter().flatten().next() else { continue };
            let path = String::from_utf8(entry.path.clone())
                .map_err(|error| StoreError::UnsafePath(error.to_string()))?;
            let mut texts = [None, None, None];
            for (text, entry) in texts.iter_mut().zip(sides) {
                *text = entry.as_ref().map(|entry| self.blob_text(entry.id)).transpose()?;
            }
            let disk = fs::read(git.workdir().ok_or(StoreError::Bare)?.join(&path)).ok();
            files.push(OpenFile { path, sides: texts, disk });
        }
        Ok(files)
    }
}

impl Transaction<'_> {
    /// Writes the files of a merge without committing it.
    ///
    /// # Errors
    /// Before anything is written: a touched file that differs from the last commit, or a merge
    /// that is under way already.
    pub fn open(&self, merging: &Merging<'_>, message: &str) -> Result<(), StoreError> {
        let git = self.git()?;
        refuse_unready(git)?;
        let tip = self.tip(Some(&merging.ours))?;
        // What is staged would become a part of the merge.
        if let Some((path, _)) = self.merged_paths(git, tip)?.into_iter().next() {
            return Err(StoreError::Staged(path));
        }
        self.refuse_touched(&merging.changes, &git.find_commit(tip)?.tree()?)?;
        wait_for(&index_lock(git))?;
        let files = merging.changes.iter().map(|(path, file)| (path.to_owned(), file.map(|file| file.id)));
        let journal = Journal::of(git);
        let theirs = Oid::from_str(&merging.theirs)?;
        let note = Note::Merge { head: tip, theirs, files: files.collect() };
        journal.write(&note)?;
        let opened = self.lay_out(git, merging, message);
        journal.end(&note, &opened)?;
        opened
    }

    fn lay_out(&self, git: &Repository, merging: &Merging<'_>, message: &str) -> Result<(), StoreError> {
        let mut index = UserIndex::read(git)?;
        for (path, sides) in &merging.open {
            index.open(path, *sides)?;
        }
        index.write()?;
        write_file(&git.path().join("MERGE_HEAD"), format!("{}\n", merging.theirs).as_bytes())?;
        write_file(&git.path().join("MERGE_MSG"), message.as_bytes())?;
        write_file(&git.path().join("ORIG_HEAD"), format!("{}\n", merging.ours).as_bytes())?;
        self.write_changes(&merging.changes)?;
        let mut settled = Changes::default();
        for (path, file) in merging.changes.iter().filter(|(path, _)| !merging.open.contains_key(*path)) {
            settled.put(path, file);
        }
        self.keep_blobs(&merging.changes)?;
        self.index_changes(&settled)
    }

    /// Writes a file that was in conflict; where it is `closed`, it is that no longer.
    ///
    /// # Errors
    /// [`StoreError::Changed`] where the file is not as it was read.
    pub fn write_open(&self, file: &OpenFile, text: Option<&str>, closed: bool) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let disk = workdir.join(&file.path);
        if fs::read(&disk).ok() != file.disk {
            return Err(StoreError::Changed(file.path.clone()));
        }
        let mut changes = Changes::default();
        match text {
            Some(text) => changes.write(&file.path, text.as_bytes().to_vec(), None)?,
            None => changes.put(&file.path, None),
        }
        wait_for(&index_lock(git))?;
        let journal = Journal::of(git);
        journal.write(&Note::File)?;
        let mut written = self.write_changes(&changes);
        if closed {
            written =
                written.and_then(|()| self.keep_blobs(&changes)).and_then(|()| self.index_changes(&changes));
        }
        journal.end(&Note::File, &written)?;
        written
    }

    /// What committing the merge as it lies on disk would give.
    pub fn conclusion(&self) -> Result<Conclusion, StoreError> {
        let git = self.git()?;
        let heads = self.store.merge_heads()?;
        if heads.is_empty() || git.state() != RepositoryState::Merge {
            return Err(StoreError::NoMerge);
        }
        let tip = self.tip(None)?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut changes = Changes::default();
        for (path, mode) in self.merged_paths(git, tip)? {
            match on_disk(workdir, &path)? {
                None => changes.put(&path, None),
                Some(_) => {
                    let disk = workdir.join(&path);
                    let bytes = fs::read(&disk).map_err(|error| StoreError::io("read", &disk, error))?;
                    changes.write(&path, bytes, mode)?;
                }
            }
        }
        let ours = tip.to_string();
        let commit = |id: &String| Box::new(Version::Commit { id: id.clone(), name: id.clone() });
        let theirs = heads.first().map(commit).unwrap_or_else(|| commit(&ours));
        let snapshot = self.store.changed(&ours, &changes, Version::Merged(commit(&ours), theirs))?;
        let message = fs::read_to_string(git.path().join("MERGE_MSG")).unwrap_or_default();
        let message: Vec<&str> = message.lines().filter(|line| !line.starts_with('#')).collect();
        let message = format!("{}\n", message.join("\n").trim());
        let parents = std::iter::once(ours).chain(heads).collect();
        Ok(Conclusion { changes, parents, message, snapshot })
    }

    /// Commits a merge that was open.
    pub fn conclude(&self, conclusion: &Conclusion, message: &str) -> Result<Committed, StoreError> {
        let parents: Vec<&str> = conclusion.parents.iter().map(String::as_str).collect();
        let tip = self.tip(parents.first().copied())?;
        self.commit_merged(&conclusion.changes, tip, &parents, message)
    }

    /// Brings the files that the open merge touched back to HEAD, and forgets the merge.
    ///
    /// # Errors
    /// [`StoreError::NoMerge`] where there is nothing to take back.
    pub fn abort_merge(&self) -> Result<usize, StoreError> {
        let git = self.git()?;
        let (RepositoryState::Merge, Some(theirs)) = (git.state(), self.store.merge_heads()?.pop()) else {
            return Err(StoreError::NoMerge);
        };
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let head = self.tip(None)?;
        let mut files = Vec::new();
        for (path, _) in self.merged_paths(git, head)? {
            let disk = on_disk(workdir, &path)?;
            files.push((path, disk));
        }
        wait_for(&index_lock(git))?;
        let journal = Journal::of(git);
        let note = Note::Merge { head, theirs: Oid::from_str(&theirs)?, files: files.clone() };
        journal.write(&note)?;
        let taken = self.take_back(git, head, &files);
        journal.end(&note, &taken)?;
        taken.map(|()| files.len())
    }

    /// The files that are in conflict or staged, with the mode that the index has for them.
    fn merged_paths(&self, git: &Repository, tip: Oid) -> Result<Vec<(String, Option<i32>)>, StoreError> {
        let mut index = git.index()?;
        index.read(false)?;
        let head = git.find_commit(tip)?.tree()?;
        let mut paths: Vec<(String, Option<i32>)> = Vec::new();
        for delta in git.diff_tree_to_index(Some(&head), Some(&index), None)?.deltas() {
            let path = delta.new_file().path_bytes().or(delta.old_file().path_bytes()).unwrap_or_default();
            let mode = i32::try_from(u32::from(delta.new_file().mode())).ok().filter(|mode| *mode != 0);
            paths.push((String::from_utf8_lossy(path).into_owned(), mode));
        }
        for conflict in index.conflicts()? {
            let IndexConflict { ancestor, our, their } = conflict?;
            let entry = [our, their, ancestor].into_iter().flatten().next();
            let Some(entry) = entry else { continue };
            let path = String::from_utf8_lossy(&entry.path).into_owned();
            paths.retain(|(known, _)| *known != path);
            paths.push((path, i32::try_from(entry.mode).ok()));
        }
        Ok(paths)
    }
}
