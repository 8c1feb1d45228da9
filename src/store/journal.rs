//! What a command that was killed in the middle of writing leaves behind, and how the next one
//! puts it right.
//!
//! Before anything that is made of several steps, what will be done is noted in `.git/estate/journal`;
//! the note goes when all of it is done. A note that is still there while nobody holds the right to
//! write is of a command that was killed. Where the branch had moved, the files must follow; where it
//! had not, nothing has happened; and a merge that was being laid out in the files is taken back.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git2::{Oid, Repository};

use super::StoreError;
use super::changes::{Changes, differing, on_disk};
use super::durable::{is_temporary, write_file};
use super::index::UserIndex;
use super::revision::TreeFile;
use super::transaction::{Recovered, Transaction, branch_name, tip_of};
use super::tree_files::TreeFiles;

/// How long to wait for a git command that holds a lock.
const LOCK_FILE_WAIT: Duration = Duration::from_secs(3);

/// A path may hold any other character.
const SEPARATOR: char = '\0';

/// What is being done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Note {
    /// A branch moves to a commit, and the files with it.
    Commit { branch: String, before: Option<Oid>, commit: Oid },
    /// The files leave those of `head`, or come back to them; until then each holds what it held or
    /// this blob.
    Merge { head: Oid, theirs: Oid, files: Vec<(String, Option<Oid>)> },
    /// A single file and its place in the index, which agree with the rest at every moment.
    File,
}

impl Note {
    fn text(&self) -> String {
        let id = |id: &Option<Oid>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        let parts = match self {
            Self::Commit { branch, before, commit } => {
                vec!["commit".to_owned(), id(before), commit.to_string(), branch.clone()]
            }
            Self::Merge { head, theirs, files } => {
                let files = files.iter().flat_map(|(path, blob)| [path.clone(), id(blob)]);
                ["merge".to_owned(), head.to_string(), theirs.to_string()].into_iter().chain(files).collect()
            }
            Self::File => vec!["file".to_owned()],
        };
        // The end shows that the note is whole.
        parts.join(&SEPARATOR.to_string()) + "\n"
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\n')?.split(SEPARATOR);
        let id = |text: &str| Oid::from_str(text).ok();
        let id_or_none = |text: &str| if text == "none" { Some(None) } else { id(text).map(Some) };
        match parts.next()? {
            "commit" => {
                let (before, commit) = (id_or_none(parts.next()?)?, id(parts.next()?)?);
                Some(Self::Commit { branch: parts.next()?.to_owned(), before, commit })
            }
            "merge" => {
                let (head, theirs) = (id(parts.next()?)?, id(parts.next()?)?);
                let mut files = Vec::new();
                while let Some(path) = parts.next() {
                    files.push((path.to_owned(), id_or_none(parts.next()?)?));
                }
                Some(Self::Merge { head, theirs, files })
            }
            "file" => Some(Self::File),
            _ => None,
        }
    }
}

/// The note of what is being done.
pub(super) struct Journal {
    pub path: PathBuf,
}

impl Journal {
    pub fn of(git: &Repository) -> Self {
        Self { path: git.path().join("estate").join("journal") }
    }

    pub fn write(&self, note: &Note) -> Result<(), StoreError> {
        write_file(&self.path, note.text().as_bytes())
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

    /// What failed is left to the next command, and so is its note. A lock that made it fail is
    /// somebody else's: the note is made anew, so that the lock is older and will not look like ours.
    pub fn end<T>(&self, note: &Note, done: &Result<T, StoreError>) -> Result<(), StoreError> {
        match done {
            Ok(_) => self.clear(),
            Err(StoreError::LockFile(_)) => self.write(note),
            Err(_) => Ok(()),
        }
    }

    fn read(&self) -> Option<Note> {
        Note::from_text(&fs::read_to_string(&self.path).ok()?)
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
    /// Puts right what a killed command left.
    pub(super) fn recover(&self) -> Result<Option<Recovered>, StoreError> {
        let git = self.git()?;
        let journal = Journal::of(git);
        let note = journal.read();
        if note.is_some() {
            journal.unlock(&index_lock(git))?;
        }
        let recovered = match note {
            Some(Note::Commit { branch, before, commit }) => {
                journal.unlock(&branch_lock(git, &branch))?;
                let here = branch_name(git).is_ok_and(|here| here == branch);
                match here && tip_of(git, &branch)? == Some(commit) {
                    true => {
                        let changes = self.not_yet_followed(git, before, commit)?;
                        self.remove_temporary_files(changes.paths())?;
                        self.follow(commit, &changes)?;
                        Some(Recovered::Followed(commit.to_string()))
                    }
                    false => None,
                }
            }
            Some(Note::Merge { head, theirs, files }) if self.tip(None).is_ok_and(|tip| tip == head) => {
                self.remove_temporary_files(files.iter().map(|(path, _)| path.as_str()))?;
                self.take_back(git, head, &files)?;
                Some(Recovered::TakenBack(theirs.to_string()))
            }
            Some(Note::Merge { .. } | Note::File) | None => None,
        };
        journal.clear()?;
        Ok(recovered)
    }

    /// The files of the commit that still hold what they held before it, in the worktree or in the
    /// index. What somebody has changed since is theirs.
    fn not_yet_followed(
        &self,
        git: &Repository,
        before: Option<Oid>,
        commit: Oid,
    ) -> Result<Changes, StoreError> {
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let before = before.map(|before| git.find_commit(before)?.tree()).transpose()?;
        let tree = git.find_commit(commit)?.tree()?;
        let index = UserIndex::read(git)?;
        let mut found = differing(git, before.as_ref(), &tree)?;
        let open = if self.store.concludes(git, commit)? { index.open_paths()? } else { Vec::new() };
        let mut files = TreeFiles::of(git, &tree);
        for path in &open {
            let file = files.file(path)?;
            found.entry(path.clone()).or_insert([file, file]);
        }
        let mut changes = Changes::default();
        for (path, sides) in found {
            let known = sides.map(|side| side.map(|file| file.id));
            // What lies behind a link is not ours.
            let is_ours = on_disk(workdir, &path).is_ok_and(|disk| known.contains(&disk));
            if is_ours && (known.contains(&index.id(&path)) || open.contains(&path)) {
                let [_, new] = sides;
                changes.put(&path, new);
            }
        }
        Ok(changes)
    }

    /// Brings the files of a merge back to those of `head`, and ends it. A file that holds neither what
    /// it held nor what the merge put there is somebody's work since and stays.
    pub(super) fn take_back(
        &self,
        git: &Repository,
        head: Oid,
        files: &[(String, Option<Oid>)],
    ) -> Result<(), StoreError> {
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let tree = git.find_commit(head)?.tree()?;
        let mut committed = TreeFiles::of(git, &tree);
        let (mut changes, mut index) = (Changes::with_modes(), UserIndex::read(git)?);
        let mut kept: Vec<(&str, Option<TreeFile>)> = Vec::new();
        for (path, merged) in files {
            let file = committed.file(path)?;
            // What lies behind a link is not ours.
            match on_disk(workdir, path) {
                Ok(disk) if disk == *merged || disk == file.map(|file| file.id) => changes.put(path, file),
                _ => kept.push((path, file)),
            }
        }
        self.write_changes(&changes)?;
        for (path, file) in changes.iter() {
            index.put(workdir, path, file)?;
        }
        for (path, file) in kept {
            index.put_unseen(path, file)?;
        }
        index.write()?;
        Ok(git.cleanup_state()?)
    }

    /// What was to become the files at `paths`, and everything else that was not finished beside them.
    fn remove_temporary_files<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Result<(), StoreError> {
        let workdir = self.git()?.workdir().ok_or(StoreError::Bare)?;
        let folders: BTreeSet<PathBuf> =
            paths.filter_map(|path| Some(workdir.join(path).parent()?.to_owned())).collect();
        let beside = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        for entry in beside.filter(|entry| is_temporary(&entry.file_name())) {
            // One that stays does no harm: no listing of records shows it.
            let _ = fs::remove_file(entry.path());
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_only_whole() {
        let id = |digit: &str| Oid::from_str(&digit.repeat(40)).unwrap();
        let files = vec![("a b\n".to_owned(), Some(id("1"))), ("c".to_owned(), None)];
        for note in [
            Note::Commit { branch: "refs/heads/main".into(), before: None, commit: id("2") },
            Note::Commit { branch: "refs/heads/main".into(), before: Some(id("1")), commit: id("2") },
            Note::Merge { head: id("1"), theirs: id("2"), files },
            Note::File,
        ] {
            let text = note.text();
            assert_eq!(Note::from_text(&text), Some(note));
            assert_eq!(Note::from_text(&text[..text.len() - 1]), None);
        }
        assert_eq!(Note::from_text("other\n"), None);
    }
}
