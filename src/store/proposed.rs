//! Versions that no commit holds: what is staged, and what a merge would give. Nothing is written
//! to find out, not even objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{Commit, ErrorCode, Index, IndexEntryExtendedFlag, Oid, Repository};

use super::conflicts::conflicts;
use super::revision::{Blobs, Files, TreeFile, version};
use super::{PathChange, Store, StoreError};
use crate::finding::Finding;
use crate::snapshot::{Snapshot, Version};

/// The bits of an entry's flags that say which side of a conflict it is; 0 is no conflict.
const STAGE: u16 = 0x3000;

/// libgit2 asks the backends of objects from the highest priority down, and writes to the first.
const FIRST: i32 = i32::MAX;

/// A version of the estate that no commit holds.
pub struct Proposed {
    pub snapshot: Snapshot,
    /// The files of the estate that a person must merge. The snapshot has our side of them.
    pub conflicts: Vec<Finding>,
    files: Files,
}

impl Store {
    /// The estate as it is staged for the next commit. `index` is the file that git names to a hook
    /// where a commit is made from another index than the usual one.
    pub fn staged(&self, index: Option<&Path>) -> Result<Proposed, StoreError> {
        let git = self.git()?;
        let index = match index {
            Some(path) => Index::open(path)?,
            None => {
                let mut index = git.index()?;
                index.read(false)?;
                index
            }
        };
        self.propose(git, &index, Version::Staged, "the branch being merged")
    }

    /// The estate as merging the commit `theirs` into the commit `ours` would leave it, by lines of
    /// text as hosting services merge.
    ///
    /// # Errors
    /// [`StoreError::NoCommonAncestor`], or a revision that names no commit.
    pub fn merged(&self, ours: &str, theirs: &str) -> Result<Proposed, StoreError> {
        let (our, their) = (self.commit_at(ours)?, self.commit_at(theirs)?);
        self.merge_base(theirs, &[ours])?;
        let version = Version::Merged(Box::new(version(ours, &our)), Box::new(version(theirs, &their)));
        // Contents that only the merge has are objects in the memory of this handle.
        let git = Repository::open(self.git()?.path())?;
        let objects = git.odb()?;
        let _memory = objects.add_new_mempack_backend(FIRST)?;
        let commit = |commit: &Commit<'_>| git.find_commit(commit.id());
        let index = git.merge_commits(&commit(&our)?, &commit(&their)?, None)?;
        self.propose(&git, &index, version, theirs)
    }

    /// The commit from which the branch `revision` and the merge of all `heads` come.
    pub fn merge_base(&self, revision: &str, heads: &[&str]) -> Result<String, StoreError> {
        let mut commits = vec![self.commit_at(revision)?.id()];
        for head in heads {
            commits.push(self.commit_at(head)?.id());
        }
        let git = self.git()?;
        let base = git.merge_base_many(&commits).map_err(|error| match error.code() {
            ErrorCode::NotFound => StoreError::NoCommonAncestor {
                of: revision.to_owned(),
                and: heads.join(" and "),
                shallow: git.is_shallow(),
            },
            _ => error.into(),
        })?;
        Ok(base.to_string())
    }

    /// The files that differ between a commit and a version that no commit holds.
    pub fn changed_in(&self, proposed: &Proposed, old: &str) -> Result<Vec<PathChange>, StoreError> {
        let old = self.tree_files(&self.commit_at(old)?.tree()?)?;
        let new = &proposed.files;
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
        let change = |path: &String| PathChange {
            path: path.clone(),
            in_old: old.contains_key(path),
            in_new: new.contains_key(path),
        };
        Ok(differing.map(change).collect())
    }

    fn propose(
        &self,
        git: &Repository,
        index: &Index,
        version: Version,
        theirs: &str,
    ) -> Result<Proposed, StoreError> {
        let mut files = Files::new();
        let estate_path = |bytes: &[u8]| -> Option<String> {
            let path = String::from_utf8_lossy(bytes).into_owned();
            path.strip_prefix(&self.git_path("")).map(str::to_owned)
        };
        for entry in index.iter() {
            let file = TreeFile { id: entry.id, mode: i32::try_from(entry.mode).unwrap_or_default() };
            let announced = entry.flags_extended & IndexEntryExtendedFlag::INTENT_TO_ADD.bits() != 0;
            if let Some(path) = estate_path(&entry.path)
                && file.belongs(&path)
                && entry.flags & STAGE == 0
                && !announced
            {
                files.insert(path, file);
            }
        }
        let mut findings = Vec::new();
        for (path, file, finding) in conflicts(git, index, estate_path, theirs)? {
            if file.belongs(&path) {
                files.insert(path, file);
                findings.push(finding);
            }
        }
        let blobs = self.blobs_of(git, &files)?;
        Ok(Proposed { snapshot: self.load_files(version, &files, &blobs)?, conflicts: findings, files })
    }

    /// The contents that `git` knows and the repository does not.
    fn blobs_of(&self, git: &Repository, files: &Files) -> Result<Blobs, StoreError> {
        let known = self.git()?.odb()?;
        let unknown: BTreeSet<Oid> =
            files.values().map(|file| file.id).filter(|id| !known.exists(*id)).collect();
        let content = |id: Oid| Some((id, git.find_blob(id).ok()?.content().to_vec()));
        Ok(unknown.into_iter().filter_map(content).collect::<BTreeMap<_, _>>())
    }
}
