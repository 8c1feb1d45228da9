//! The files of a commit, looked up many at a time.

use std::path::Path;

use git2::{ErrorCode, Oid, Repository, Tree};

use super::StoreError;
use super::revision::TreeFile;

/// Finds files in a tree. libgit2 reads a folder anew for every path that leads through it; here the
/// folder of the last file is kept, and the files of an edit come folder by folder. A large folder
/// would else cost the square of its files.
pub(super) struct TreeFiles<'g> {
    git: &'g Repository,
    root: Tree<'g>,
    folder: Option<(String, Option<Tree<'g>>)>,
}

impl<'g> TreeFiles<'g> {
    pub fn of(git: &'g Repository, root: &Tree<'g>) -> Self {
        Self { git, root: root.clone(), folder: None }
    }

    /// The blob at a path of the repository; `None` where there is nothing.
    pub fn id(&mut self, git_path: &str) -> Result<Option<Oid>, StoreError> {
        Ok(self.file(git_path)?.map(|file| file.id))
    }

    /// What lies at a path of the repository.
    pub fn file(&mut self, git_path: &str) -> Result<Option<TreeFile>, StoreError> {
        let (folder, name) = git_path.rsplit_once('/').unwrap_or(("", git_path));
        if self.folder.as_ref().is_none_or(|(known, _)| known != folder) {
            self.folder = Some((folder.to_owned(), self.open(folder)?));
        }
        let tree = self.folder.as_ref().and_then(|(_, tree)| tree.as_ref());
        Ok(tree
            .and_then(|tree| tree.get_name(name))
            .map(|entry| TreeFile { id: entry.id(), mode: entry.filemode() }))
    }

    fn open(&self, folder: &str) -> Result<Option<Tree<'g>>, StoreError> {
        if folder.is_empty() {
            return Ok(Some(self.root.clone()));
        }
        match self.root.get_path(Path::new(folder)) {
            Ok(entry) => Ok(entry.to_object(self.git)?.into_tree().ok()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
