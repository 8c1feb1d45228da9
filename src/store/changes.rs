//! Changes to files of the repository, records or not: what an edit makes, what a merge brings, what
//! an undo takes back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{Delta, ObjectType, Oid, Repository, Tree};

use super::revision::{Blobs, PLAIN, TreeFile};
use super::tree_files::TreeFiles;
use super::{Store, StoreError};
use crate::edit::Edit;
use crate::snapshot::{Snapshot, Version};

/// New contents of files by path of the repository; `None` where a file goes. Nothing is written
/// until it is committed.
#[derive(Default)]
pub struct Changes {
    files: BTreeMap<String, Option<TreeFile>>,
    /// Contents that are no objects yet.
    pub(super) blobs: Blobs,
    /// Whether files become programs, or cease to be: edits change contents alone.
    pub(super) sets_modes: bool,
}

impl Changes {
    /// None yet, and such as make files programs, or not.
    pub(super) fn with_modes() -> Changes {
        Changes { sets_modes: true, ..Changes::default() }
    }

    /// What an edit does. A file that is executable in `files` stays so.
    pub(super) fn of(
        store: &Store,
        edit: &Edit,
        mut files: Option<&mut TreeFiles<'_>>,
    ) -> Result<Changes, StoreError> {
        let mut changes = Changes::default();
        for (path, text) in edit.files() {
            let path = store.git_path(path);
            let Some(text) = text else {
                changes.put(&path, None);
                continue;
            };
            let file = files.as_mut().map(|files| files.file(&path)).transpose()?.flatten();
            changes.write(&path, text.as_bytes().to_vec(), file.map(|file| file.mode))?;
        }
        Ok(changes)
    }

    /// What goes, and what is written.
    pub(super) fn parted(self) -> [Changes; 2] {
        let (written, gone) = self.files.into_iter().partition(|(_, file)| file.is_some());
        [
            Changes { files: gone, ..Changes::default() },
            Changes { files: written, blobs: self.blobs, ..Changes::default() },
        ]
    }

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
}

impl Store {
    /// What leads from one tree to another.
    pub(super) fn changes(&self, old: &Tree<'_>, new: &Tree<'_>) -> Result<Changes, StoreError> {
        let mut changes = Changes::with_modes();
        for (path, [_, new]) in differing(self.git()?, Some(old), new)? {
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
    old: Option<&Tree<'_>>,
    new: &Tree<'_>,
) -> Result<BTreeMap<String, [Option<TreeFile>; 2]>, StoreError> {
    let mut found: BTreeMap<String, [Option<TreeFile>; 2]> = BTreeMap::new();
    for delta in git.diff_tree_to_tree(old, Some(new), None)?.deltas() {
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
