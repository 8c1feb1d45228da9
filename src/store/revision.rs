//! The estate at a commit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository, Tree};

use super::{Store, StoreError};
use crate::model::Place;
use crate::snapshot::{Content, Snapshot, Version};
use crate::yaml::MAX_FILE_BYTES;

/// A file of a commit's tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TreeFile {
    pub id: Oid,
    mode: i32,
}

const SYMLINK: i32 = 0o120_000;
const SUBMODULE: i32 = 0o160_000;

impl Store {
    /// The full id of the commit that `revision` names.
    ///
    /// # Errors
    /// [`StoreError::UnknownRevision`] where it names none, or looks like an option.
    pub fn resolve(&self, revision: &str) -> Result<String, StoreError> {
        Ok(self.commit_at(revision)?.id().to_string())
    }

    pub(super) fn commit_at(&self, revision: &str) -> Result<Commit<'_>, StoreError> {
        let git = self.git()?;
        let unknown = |why: Option<&str>| StoreError::UnknownRevision {
            revision: revision.to_owned(),
            why: why.map(str::to_owned),
        };
        if revision.is_empty() || revision.starts_with('-') || revision.contains(['\0', '\n']) {
            return Err(unknown(Some("a revision is a branch, a tag or a commit id")));
        }
        let object = git.revparse_single(revision).map_err(|error| match error.code() {
            _ if git.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch) => {
                StoreError::NoCommit
            }
            ErrorCode::NotFound if git.is_shallow() => {
                unknown(Some("the clone is shallow; `git fetch --unshallow` brings the rest"))
            }
            ErrorCode::Ambiguous => unknown(Some("several commits begin like this")),
            _ => unknown(None),
        })?;
        object.peel_to_commit().map_err(|_| unknown(Some("it is something else")))
    }

    /// Every record as of a commit.
    pub fn at(&self, revision: &str) -> Result<Snapshot, StoreError> {
        let commit = self.commit_at(revision)?;
        let files = self.tree_files(&commit.tree()?)?;
        let paths: Vec<String> = files.keys().cloned().collect();
        self.load_tree(revision, &commit, &files, &paths)
    }

    /// Some files as of a commit, with the settings, waivers and the estate's own schemas. Of the commit's
    /// trees only those are read that hold them.
    pub fn at_of(&self, revision: &str, wanted: &[String]) -> Result<Snapshot, StoreError> {
        let commit = self.commit_at(revision)?;
        let tree = commit.tree()?;
        let mut files = BTreeMap::new();
        if let Some(schemas) = self.subtree(&tree, "schemas")? {
            self.collect(&schemas, "schemas", 0, &mut files)?;
        }
        let mut by_folder: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let singles: Vec<String> = Place::singles().map(|place| place.path()).collect();
        for path in wanted.iter().chain(&singles).map(String::as_str) {
            by_folder.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default().push(path);
        }
        for (folder, paths) in by_folder {
            let Some(folder) = self.subtree(&tree, folder)? else { continue };
            for path in paths {
                let name = path.rsplit('/').next().unwrap_or(path);
                if let Some(entry) = folder.get_name(name) {
                    files.insert(path.to_owned(), TreeFile { id: entry.id(), mode: entry.filemode() });
                }
            }
        }
        let paths: Vec<String> = files.keys().cloned().collect();
        self.load_tree(revision, &commit, &files, &paths)
    }

    fn load_tree(
        &self,
        revision: &str,
        commit: &Commit<'_>,
        files: &BTreeMap<String, TreeFile>,
        paths: &[String],
    ) -> Result<Snapshot, StoreError> {
        let readers = Readers::new(self.git()?);
        let version = Version::Commit { id: commit.id().to_string(), name: revision.to_owned() };
        Ok(Snapshot::load(version, paths, &[], |path| match files.get(path) {
            Some(file) => readers.content(*file),
            None => problem("unreadable-file", "the file is not in this commit".to_owned(), "check the path"),
        }))
    }

    /// The files below `inventory/` and `schemas/` of a tree, by path relative to the estate.
    pub(super) fn tree_files(&self, tree: &Tree<'_>) -> Result<BTreeMap<String, TreeFile>, StoreError> {
        let mut files = BTreeMap::new();
        for folder in ["inventory", "schemas"] {
            if let Some(subtree) = self.subtree(tree, folder)? {
                self.collect(&subtree, folder, 0, &mut files)?;
            }
        }
        Ok(files)
    }

    /// The tree of a folder of the estate.
    pub(super) fn subtree<'r>(
        &'r self,
        tree: &Tree<'r>,
        folder: &str,
    ) -> Result<Option<Tree<'r>>, StoreError> {
        let path = self.git_path(folder);
        match tree.get_path(std::path::Path::new(&path)) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
                Ok(Some(self.git()?.find_tree(entry.id())?))
            }
            Ok(_) => Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn collect(
        &self,
        tree: &Tree<'_>,
        folder: &str,
        depth: usize,
        files: &mut BTreeMap<String, TreeFile>,
    ) -> Result<(), StoreError> {
        for entry in tree {
            let name = String::from_utf8_lossy(entry.name_bytes());
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let path = format!("{folder}/{name}");
            match entry.kind() {
                Some(ObjectType::Tree) if depth < 5 => {
                    self.collect(&self.git()?.find_tree(entry.id())?, &path, depth + 1, files)?;
                }
                _ if is_record_like(&path) || matches!(entry.filemode(), SYMLINK | SUBMODULE) => {
                    files.insert(path, TreeFile { id: entry.id(), mode: entry.filemode() });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The text of a file of a commit; `None` where it is not there.
    pub(super) fn blob_text(&self, id: Oid) -> Result<Vec<u8>, StoreError> {
        Ok(self.git()?.find_blob(id)?.content().to_vec())
    }
}

/// Whether a path may be a record or a schema. Hidden files are nobody's records: editors lay their
/// locks beside the file.
pub(super) fn is_record_like(path: &str) -> bool {
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    !is_hidden && (path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json"))
}

/// Handles on the repository for several threads: libgit2's are not to be shared.
struct Readers<'r> {
    git: &'r std::path::Path,
    idle: Mutex<Vec<Repository>>,
}

impl<'r> Readers<'r> {
    fn new(repository: &'r Repository) -> Self {
        Self { git: repository.path(), idle: Mutex::new(Vec::new()) }
    }

    fn content(&self, file: TreeFile) -> Content<'static> {
        match file.mode {
            SYMLINK => {
                let message = "this is a symbolic link, which is never followed".to_owned();
                return problem("symlink", message, "replace it by the file it points to");
            }
            SUBMODULE => {
                return problem("not-a-file", "this is a submodule".to_owned(), "records are plain files");
            }
            _ => {}
        }
        let take = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let read = || -> Result<Content<'static>, git2::Error> {
            let repository = take().map_or_else(|| Repository::open(self.git), Ok)?;
            let bytes = {
                let blob = repository.find_blob(file.id)?;
                let content = blob.content();
                content.get(..=MAX_FILE_BYTES).unwrap_or(content).to_vec()
            };
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
            Ok(Content::Bytes(Cow::Owned(bytes)))
        };
        read().unwrap_or_else(|error| {
            let message = format!("the object {} cannot be read: {}", file.id, error.message());
            problem(
                "unreadable-file",
                message,
                "the clone is incomplete; `git fetch --refetch` brings the objects",
            )
        })
    }
}

fn problem(rule: &'static str, message: String, help: &'static str) -> Content<'static> {
    Content::Problem { rule, message, help }
}
