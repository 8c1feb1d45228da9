//! The estate at a commit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use git2::{Commit, ErrorCode, ObjectType, Odb, OdbObject, Oid, Repository, Tree};

use super::{Store, StoreError};
use crate::model::Place;
use crate::secrets;
use crate::snapshot::{Content, Snapshot, Version};
use crate::suggest;
use crate::yaml::MAX_FILE_BYTES;

/// A file of a commit's tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TreeFile {
    pub id: Oid,
    pub mode: i32,
}

/// Files by path relative to the estate.
pub(super) type Files = BTreeMap<String, TreeFile>;

/// Contents that are no objects of the repository, by the id that they would have.
pub(super) type Blobs = BTreeMap<Oid, Vec<u8>>;

/// Folders deeper than this below `inventory/` hold no records.
const MAX_FOLDERS: usize = 5;

pub(super) const PLAIN: i32 = 0o100_644;
pub(super) const EXECUTABLE: i32 = 0o100_755;
pub(super) const SYMLINK: i32 = 0o120_000;
pub(super) const SUBMODULE: i32 = 0o160_000;

impl TreeFile {
    /// Whether the file at this path is one that a snapshot reads: a record, a schema, or what stands
    /// in the place of one.
    pub fn belongs(self, path: &str) -> bool {
        let below = path.split('/').count().saturating_sub(2);
        let is_inside = path.starts_with("inventory/") || path.starts_with("schemas/");
        is_inside
            && below <= MAX_FOLDERS
            && !path.split('/').any(is_left_out)
            && (is_record_like(path) || !self.is_plain())
    }

    /// Whether its content is that of a file, and not a link or a submodule.
    fn is_plain(self) -> bool {
        !matches!(self.mode, SYMLINK | SUBMODULE)
    }
}

/// Hidden files and editors' backups are nobody's records.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~')
}

/// From here on contents are taken for what their ids say, as git itself takes them: to check each is
/// a good part of what a long comparison costs. `fsck` does check them.
pub(super) fn trust_ids() {
    git2::opts::strict_hash_verification(false);
}

/// How a commit is named in answers.
pub(super) fn version(revision: &str, commit: &Commit<'_>) -> Version {
    Version::Commit { id: commit.id().to_string(), name: revision.to_owned() }
}

/// The branch or tag that may have been meant.
fn suggestion(git: &Repository, revision: &str) -> Option<String> {
    let references = git.references().ok()?;
    let names = references.flatten().filter_map(|reference| reference.shorthand().ok().map(str::to_owned));
    let names: Vec<String> = names.collect();
    suggest::did_you_mean(revision, names.iter().map(String::as_str))
}

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
            _ => unknown(suggestion(git, revision).as_deref()),
        })?;
        object.peel_to_commit().map_err(|_| unknown(Some("it is something else")))
    }

    /// Every record as of a commit.
    pub fn at(&self, revision: &str) -> Result<Snapshot, StoreError> {
        let commit = self.commit_at(revision)?;
        let files = self.tree_files(&commit.tree()?)?;
        self.load_files(version(revision, &commit), &files, &Blobs::new())
    }

    /// Some files as of a commit, with the settings, waivers and the estate's own schemas. Of the commit's
    /// trees only those are read that hold them.
    pub fn at_of(&self, revision: &str, wanted: &[String]) -> Result<Snapshot, StoreError> {
        let commit = self.commit_at(revision)?;
        let tree = commit.tree()?;
        let mut files = self.files_below(&tree, &["schemas"])?;
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
        self.load_files(version(revision, &commit), &files, &Blobs::new())
    }

    /// The snapshot of files whose contents are objects of the repository, or among `blobs`.
    pub(super) fn load_files(
        &self,
        version: Version,
        files: &Files,
        blobs: &Blobs,
    ) -> Result<Snapshot, StoreError> {
        let readers = Readers::new(self.git()?, blobs);
        let paths: Vec<String> = files.keys().cloned().collect();
        Ok(Snapshot::load(version, &paths, &[], |path| match files.get(path) {
            Some(file) => readers.content(*file),
            None => problem("unreadable-file", "the file is not in this commit".to_owned(), "check the path"),
        }))
    }

    /// The files below `inventory/` and `schemas/` of a tree, by path relative to the estate.
    pub(super) fn tree_files(&self, tree: &Tree<'_>) -> Result<Files, StoreError> {
        self.files_below(tree, &["inventory", "schemas"])
    }

    /// The same of some folders alone.
    pub(super) fn files_below(&self, tree: &Tree<'_>, folders: &[&str]) -> Result<Files, StoreError> {
        let mut files = Files::new();
        for folder in folders {
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
        let id = self.subtree_id(tree, folder)?;
        id.map(|id| self.git()?.find_tree(id).map_err(StoreError::from)).transpose()
    }

    /// The id of that tree, which is not read for it.
    pub(super) fn subtree_id(&self, tree: &Tree<'_>, folder: &str) -> Result<Option<Oid>, StoreError> {
        let path = self.git_path(folder);
        match tree.get_path(std::path::Path::new(&path)) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => Ok(Some(entry.id())),
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
        files: &mut Files,
    ) -> Result<(), StoreError> {
        for entry in tree {
            let name = String::from_utf8_lossy(entry.name_bytes());
            let path = format!("{folder}/{name}");
            let file = TreeFile { id: entry.id(), mode: entry.filemode() };
            match entry.kind() {
                Some(ObjectType::Tree) if depth < MAX_FOLDERS && !is_left_out(&name) => {
                    self.collect(&self.git()?.find_tree(entry.id())?, &path, depth + 1, files)?;
                }
                _ if file.belongs(&path) => drop(files.insert(path, file)),
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
    let is_text = [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
    !is_hidden && (is_text || secrets::is_key_file(path))
}

/// Handles on the repository for several threads: libgit2's are not to be shared.
pub(super) struct Readers<'r> {
    git: &'r std::path::Path,
    blobs: &'r Blobs,
    idle: Mutex<Vec<Repository>>,
}

impl<'r> Readers<'r> {
    pub(super) fn new(repository: &'r Repository, blobs: &'r Blobs) -> Self {
        Self { git: repository.path(), blobs, idle: Mutex::new(Vec::new()) }
    }

    pub(super) fn content(&self, file: TreeFile) -> Content<'static> {
        if let Some(bytes) = self.blobs.get(&file.id).filter(|_| file.is_plain()) {
            return Content::Bytes(Cow::Owned(bytes.clone()));
        }
        let take = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let repository = take().map_or_else(|| Repository::open(self.git), Ok);
        let content = repository.and_then(|repository| {
            let content = read(&repository.odb()?, file).content().into_owned();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(repository);
            Ok(content)
        });
        content.unwrap_or_else(|error| unreadable(file, error.message()))
    }
}

/// What was read of a file.
pub(super) enum Read<'o> {
    Object(OdbObject<'o>),
    /// As much of a file that is too large as tells so, or why there is none.
    Content(Content<'static>),
}

pub(super) fn read<'o>(objects: &'o Odb<'_>, file: TreeFile) -> Read<'o> {
    match file.mode {
        SYMLINK => {
            let message = "this is a symbolic link, which is never followed".to_owned();
            return Read::Content(problem("symlink", message, "replace it by the file it points to"));
        }
        SUBMODULE => {
            let message = "this is a submodule".to_owned();
            return Read::Content(problem("not-a-file", message, "records are plain files"));
        }
        _ => {}
    }
    match objects.read(file.id) {
        Ok(object) if object.kind() != ObjectType::Blob => Read::Content(unreadable(file, "it is no file")),
        Ok(object) => match object.data().get(..=MAX_FILE_BYTES) {
            Some(start) => Read::Content(Content::Bytes(Cow::Owned(start.to_vec()))),
            None => Read::Object(object),
        },
        Err(error) => Read::Content(unreadable(file, error.message())),
    }
}

impl Read<'_> {
    pub fn content(&self) -> Content<'_> {
        match self {
            Read::Object(object) => Content::Bytes(Cow::Borrowed(object.data())),
            Read::Content(content) => content.clone(),
        }
    }
}

fn unreadable(file: TreeFile, why: &str) -> Content<'static> {
    let message = format!("the object {} cannot be read: {why}", file.id);
    problem("unreadable-file", message, "the clone is incomplete; `git fetch --refetch` brings the objects")
}

fn problem(rule: &'static str, message: String, help: &'static str) -> Content<'static> {
    Content::Problem { rule, message, help }
}
