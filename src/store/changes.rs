//! Changes to files of the repository that need not be records: what a merge brings, what an undo
//! takes back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git2::build::TreeUpdateBuilder;
use git2::{Delta, FileMode, ObjectType, Oid, Repository, Tree};

use super::durable::{remove_file, write_files};
use super::index::UserIndex;
use super::revision::{Blobs, EXECUTABLE, PLAIN, TreeFile};
use super::transaction::{branch_name, refuse_unready, swing, tip_of};
use super::tree_files::TreeFiles;
use super::{Committed, Store, StoreError, Transaction};
use crate::snapshot::{Snapshot, Version};

/// New contents of files by path of the repository; `None` where a file goes. Nothing is written
/// until it is committed.
#[derive(Default)]
pub struct Changes {
    files: BTreeMap<String, Option<TreeFile>>,
    /// Contents that are no objects yet.
    blobs: Blobs,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(super) fn put(&mut self, path: &str, file: Option<TreeFile>) {
        self.files.insert(path.to_owned(), file);
    }

    /// A content that may be new.
    pub(super) fn write(&mut self, path: &str, bytes: Vec<u8>, mode: Option<i32>) -> Result<(), StoreError> {
        let id = Oid::hash_object(ObjectType::Blob, &bytes)?;
        self.blobs.insert(id, bytes);
        self.put(path, Some(TreeFile { id, mode: mode.unwrap_or(PLAIN) }));
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<TreeFile>)> {
        self.files.iter().map(|(path, file)| (path.as_str(), *file))
    }

    fn bytes(&self, git: &Repository, id: Oid) -> Result<Vec<u8>, StoreError> {
        match self.blobs.get(&id) {
            Some(bytes) => Ok(bytes.clone()),
            None => Ok(git.find_blob(id)?.content().to_vec()),
        }
    }
}

impl Store {
    /// What leads from one tree to another.
    pub(super) fn changes(&self, old: &Tree<'_>, new: &Tree<'_>) -> Result<Changes, StoreError> {
        let mut changes = Changes::default();
        for (path, [_, new]) in differing(self.git()?, old, new)? {
            changes.put(&path, new);
        }
        Ok(changes)
    }

    /// The estate at a commit, after these changes.
    pub fn changed(
        &self,
        revision: &str,
        changes: &Changes,
        version: Version,
    ) -> Result<Snapshot, StoreError> {
        let mut files = self.tree_files(&self.commit_at(revision)?.tree()?)?;
        for (path, file) in changes.iter() {
            let Some(path) = path.strip_prefix(self.prefix()) else { continue };
            match file.filter(|file| file.belongs(path)) {
                Some(file) => files.insert(path.to_owned(), file),
                None => files.remove(path),
            };
        }
        self.load_files(version, &files, &changes.blobs)
    }
}

/// The files in which two trees differ, on both sides.
pub(super) fn differing(
    git: &Repository,
    old: &Tree<'_>,
    new: &Tree<'_>,
) -> Result<BTreeMap<String, [Option<TreeFile>; 2]>, StoreError> {
    let mut found: BTreeMap<String, [Option<TreeFile>; 2]> = BTreeMap::new();
    for delta in git.diff_tree_to_tree(Some(old), Some(new), None)?.deltas() {
        let side = |file: git2::DiffFile<'_>, absent: Delta| {
            let mode = u32::from(file.mode());
            (delta.status() != absent)
                .then(|| TreeFile { id: file.id(), mode: i32::try_from(mode).unwrap_or_default() })
        };
        let sides = [side(delta.old_file(), Delta::Added), side(delta.new_file(), Delta::Deleted)];
        let path = delta.new_file().path_bytes().or(delta.old_file().path_bytes()).unwrap_or_default();
        let path = std::str::from_utf8(path)
            .map_err(|_| StoreError::UnsafePath(String::from_utf8_lossy(path).into_owned()))?;
        // A file that became a link is told as two differences.
        let known = found.entry(path.to_owned()).or_default();
        for (known, side) in known.iter_mut().zip(sides) {
            *known = known.or(side);
        }
    }
    Ok(found)
}

impl Transaction<'_> {
    /// Commits the changes on the current branch, whose tip must be the first of `parents`, and
    /// brings the touched files up to date.
    ///
    /// # Errors
    /// Before anything is written: a branch that moved, a touched file that differs from the last
    /// commit, or what cannot be written here.
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
        let id = self.make_commit(changes, parents, message)?;
        self.settle(changes, tip, id, message)
    }

    /// Moves the current branch from one commit to a later one, with its files.
    pub fn fast_forward(&self, from: &str, to: &str, log: &str) -> Result<Committed, StoreError> {
        let git = self.git()?;
        refuse_unready(git)?;
        let tip = self.tip(Some(from))?;
        let to = git.find_commit(Oid::from_str(to)?)?;
        let tree = git.find_commit(tip)?.tree()?;
        let changes = self.store().changes(&tree, &to.tree()?)?;
        self.refuse_touched(&changes, &tree)?;
        self.settle(&changes, tip, to.id(), log)
    }

    /// The commit that the current branch is at, which must be the expected one.
    pub(super) fn tip(&self, expected: Option<&str>) -> Result<Oid, StoreError> {
        let git = self.git()?;
        let branch = branch_name(git)?;
        let tip = tip_of(git, &branch)?.ok_or(StoreError::NoCommit)?;
        match expected.is_none_or(|expected| expected == tip.to_string()) {
            true => Ok(tip),
            false => Err(StoreError::Changed(format!("the branch {}", short_name(&branch)))),
        }
    }

    pub(super) fn make_commit(
        &self,
        changes: &Changes,
        parents: &[&str],
        message: &str,
    ) -> Result<Oid, StoreError> {
        let git = self.git()?;
        let author = self.store().signature(git)?;
        self.keep_blobs(changes)?;
        let mut commits = Vec::new();
        for parent in parents {
            commits.push(git.find_commit(Oid::from_str(parent)?)?);
        }
        let tree = commits.first().map(|commit| commit.tree()).transpose()?.ok_or(StoreError::NoCommit)?;
        let mut files = TreeFiles::of(git, &tree);
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
        let tree = git.find_tree(update.create_updated(git, &tree)?)?;
        let commits: Vec<_> = commits.iter().collect();
        Ok(git.commit(None, &author, &author, message, &tree, &commits)?)
    }

    /// Makes objects of the contents that are none yet.
    pub(super) fn keep_blobs(&self, changes: &Changes) -> Result<(), StoreError> {
        changes.blobs.values().try_for_each(|bytes| Ok(self.git()?.blob(bytes).map(drop)?))
    }

    pub(super) fn settle(
        &self,
        changes: &Changes,
        tip: Oid,
        id: Oid,
        log: &str,
    ) -> Result<Committed, StoreError> {
        let git = self.git()?;
        let branch = branch_name(git)?;
        if !swing(git, &branch, Some(tip), id, log.lines().next().unwrap_or_default())? {
            return Err(StoreError::Changed(format!("the branch {}", short_name(&branch))));
        }
        let committed = Committed { id: id.to_string(), branch: short_name(&branch).to_owned() };
        let settled = self.write_changes(changes).and_then(|()| self.index_changes(changes));
        match settled {
            Ok(()) => Ok(committed),
            Err(error) => Err(StoreError::CommittedBut(committed.short().to_owned(), Box::new(error))),
        }
    }

    /// The touched files must be on disk and in the index as they are in `head`, and such that they
    /// can be written.
    pub(super) fn refuse_touched(&self, changes: &Changes, head: &Tree<'_>) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut files = TreeFiles::of(git, head);
        let index = UserIndex::read(self.store(), git)?;
        for (path, file) in changes.iter() {
            refuse_unsafe(path)?;
            if file.is_some_and(|file| !matches!(file.mode, PLAIN | EXECUTABLE)) {
                return Err(StoreError::Special(path.to_owned()));
            }
            let committed = files.id(path)?;
            if on_disk(workdir, path)? != committed {
                return Err(StoreError::Dirty(path.to_owned()));
            }
            if index.id(path) != committed && !index.is_empty() {
                return Err(StoreError::Staged(path.to_owned()));
            }
        }
        Ok(())
    }

    pub(super) fn write_changes(&self, changes: &Changes) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut written: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        for (path, file) in changes.iter() {
            let disk = workdir.join(path);
            match file {
                Some(file) => written.push((disk, changes.bytes(git, file.id)?)),
                None if disk.symlink_metadata().is_ok() => remove_file(&disk, workdir)?,
                None => {}
            }
        }
        let borrowed: Vec<(PathBuf, &[u8])> =
            written.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect();
        write_files(&borrowed)?;
        for (path, file) in changes.iter() {
            if let Some(file) = file {
                set_executable(&workdir.join(path), file.mode == EXECUTABLE)?;
            }
        }
        Ok(())
    }

    pub(super) fn index_changes(&self, changes: &Changes) -> Result<(), StoreError> {
        let git = self.git()?;
        let workdir = git.workdir().ok_or(StoreError::Bare)?;
        let mut index = UserIndex::read(self.store(), git)?;
        for (path, file) in changes.iter() {
            index.put(workdir, path, file)?;
        }
        index.write()
    }
}

fn short_name(branch: &str) -> &str {
    branch.trim_start_matches("refs/heads/")
}

/// The blob that the file on disk would be. What is no regular file is like nothing committed.
pub(super) fn on_disk(workdir: &Path, path: &str) -> Result<Option<Oid>, StoreError> {
    let is_link = |folder: &Path| workdir.join(folder).symlink_metadata().is_ok_and(|m| m.is_symlink());
    let mut folders = Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folders.find(|folder| is_link(folder)) {
        return Err(StoreError::Linked(folder.display().to_string()));
    }
    let disk = workdir.join(path);
    match disk.symlink_metadata() {
        Err(_) => Ok(None),
        Ok(metadata) if metadata.is_file() => {
            let bytes = fs::read(&disk).map_err(|error| StoreError::io("read", &disk, error))?;
            Ok(Some(Oid::hash_object(ObjectType::Blob, &bytes)?))
        }
        Ok(_) => Ok(Some(Oid::ZERO_SHA1)),
    }
}

/// Paths of a tree that must not be written to disk, whoever made the tree: git refuses them, too.
pub(super) fn refuse_unsafe(path: &str) -> Result<(), StoreError> {
    let ignored = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let is_unsafe = |part: &str| {
        let bare: String = part.chars().filter(|c| !ignored(c)).flat_map(char::to_lowercase).collect();
        let bare = bare.trim_end_matches(['.', ' ']);
        bare.is_empty() || bare == ".git" || bare.starts_with("git~") || part.contains(['\\', ':', '\0'])
    };
    match path.split('/').any(is_unsafe) {
        true => Err(StoreError::UnsafePath(path.to_owned())),
        false => Ok(()),
    }
}

#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |error| StoreError::io("set the permissions of", path, error);
    let mode = path.symlink_metadata().map_err(failed)?.permissions().mode();
    match (executable, mode & 0o111 != 0) {
        (true, false) => fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o111)).map_err(failed),
        (false, true) => fs::set_permissions(path, fs::Permissions::from_mode(mode & !0o111)).map_err(failed),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn set_executable(_: &Path, _: bool) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in [
            "../x",
            "a/../b",
            ".git/hooks/x",
            "a/.GIT/x",
            ".g\u{200c}it/x",
            "git~1/x",
            "a\\b",
            "c:x",
            "",
            "a//b",
            ".git./x",
        ] {
            assert!(refuse_unsafe(path).is_err(), "{path}");
        }
        for path in ["a/b.yaml", ".gitattributes", ".github/x", "a b/é.yaml"] {
            assert!(refuse_unsafe(path).is_ok(), "{path}");
        }
    }
}
