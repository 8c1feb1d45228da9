//! Two branches brought together: what each did since they parted, and the outcome as a commit.

use std::collections::BTreeMap;

use git2::{ErrorCode, Oid};

use super::changes::{Changes, differing};
use super::history::{CommitInfo, info};
use super::revision::TreeFile;
use super::transaction::branch_name;
use super::{Committed, Store, StoreError, Transaction};
use crate::snapshot::{Snapshot, Version};

/// The most commits that are searched for who changed a file.
const MOST_COMMITS: usize = 10_000;

/// How the branch to merge stands to the current one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// All of it is here already.
    Contained,
    /// It goes on from here.
    Ahead,
    Diverged,
}

/// One of the three versions of a file in a merge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Base,
    Ours,
    Theirs,
}

/// A merge in the making. Nothing is written until it is committed.
pub struct Merging<'s> {
    store: &'s Store,
    /// The full ids of the commits.
    pub ours: String,
    pub theirs: String,
    pub base: String,
    pub relation: Relation,
    /// More common ancestors than the one that is used.
    pub is_criss_cross: bool,
    /// The files that either side changed, by path of the repository.
    touched: BTreeMap<String, [Option<TreeFile>; 3]>,
    pub(super) changes: Changes,
    /// What is left to a person, with the three versions.
    pub(super) open: BTreeMap<String, [Option<TreeFile>; 3]>,
}

impl Store {
    /// Begins to merge the commit `theirs` into the current branch.
    pub fn merging(&self, theirs: &str) -> Result<Merging<'_>, StoreError> {
        let git = self.git()?;
        let (our, their) = (self.commit_at("HEAD")?, self.commit_at(theirs)?);
        let base = self.merge_base(theirs, &["HEAD"])?;
        let base_id = Oid::from_str(&base)?;
        let relation = match base_id {
            id if id == their.id() => Relation::Contained,
            id if id == our.id() => Relation::Ahead,
            _ => Relation::Diverged,
        };
        let base_tree = git.find_commit(base_id)?.tree()?;
        let mut touched: BTreeMap<String, [Option<TreeFile>; 3]> = BTreeMap::new();
        for (path, [base, our]) in differing(git, Some(&base_tree), &our.tree()?)? {
            touched.insert(path, [base, our, base]);
        }
        for (path, [base, their]) in differing(git, Some(&base_tree), &their.tree()?)? {
            touched.entry(path).and_modify(|sides| sides[2] = their).or_insert([base, base, their]);
        }
        Ok(Merging {
            store: self,
            ours: our.id().to_string(),
            theirs: their.id().to_string(),
            base,
            relation,
            is_criss_cross: git.merge_bases(our.id(), their.id())?.len() > 1,
            touched,
            changes: Changes::with_modes(),
            open: BTreeMap::new(),
        })
    }

    /// The name of the branch that HEAD is on.
    pub fn branch(&self) -> Result<String, StoreError> {
        Ok(branch_name(self.git()?)?.trim_start_matches("refs/heads/").to_owned())
    }

    /// The last commit before `tip` that changed a file, as far as the ancestor `since`.
    pub fn last_change(
        &self,
        path: &str,
        tip: &str,
        since: Option<&str>,
    ) -> Result<Option<CommitInfo>, StoreError> {
        let git = self.git()?;
        let mut walk = git.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL)?;
        walk.push(Oid::from_str(tip)?)?;
        if let Some(since) = since {
            walk.hide(Oid::from_str(since)?)?;
        }
        let blob = |commit: &git2::Commit<'_>| match commit.tree()?.get_path(std::path::Path::new(path)) {
            Ok(entry) => Ok(Some(entry.id())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        for id in walk.take(MOST_COMMITS) {
            let commit = git.find_commit(id?)?;
            let after = blob(&commit)?;
            let mut parents = Vec::new();
            for parent in commit.parents() {
                parents.push(blob(&parent)?);
            }
            let differs = parents.iter().all(|before| *before != after);
            if differs && (after.is_some() || !parents.is_empty()) {
                return Ok(Some(info(&commit)));
            }
        }
        Ok(None)
    }
}

impl Merging<'_> {
    /// The files that either side changed: the path, in which versions it is there, and which side
    /// changed it.
    pub fn touched(&self) -> impl Iterator<Item = (&str, [bool; 3], [bool; 2])> {
        self.touched.iter().map(|(path, sides)| {
            let [base, ours, theirs] = sides;
            (path.as_str(), sides.map(|side| side.is_some()), [base != ours, base != theirs])
        })
    }

    /// The bytes of a version of a file.
    pub fn bytes(&self, path: &str, side: Side) -> Result<Option<Vec<u8>>, StoreError> {
        let file = self.file(path, side);
        file.map(|file| self.store.blob_text(file.id)).transpose()
    }

    fn file(&self, path: &str, side: Side) -> Option<TreeFile> {
        let [base, ours, theirs] = self.touched.get(path)?;
        match side {
            Side::Base => *base,
            Side::Ours => *ours,
            Side::Theirs => *theirs,
        }
    }

    /// Takes their version of a file.
    pub fn take(&mut self, path: &str) {
        self.changes.put(path, self.file(path, Side::Theirs));
    }

    /// Puts the merged bytes of what lies at `paths` into the file at `to`; `None` where it goes.
    pub fn put(
        &mut self,
        paths: [Option<&str>; 3],
        to: &str,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let [base, ours, theirs] = self.versions(paths);
        if let [_, Some(ours), _] = paths
            && ours != to
        {
            self.changes.put(ours, None);
        }
        let Some(bytes) = bytes else {
            self.changes.put(to, None);
            return Ok(());
        };
        let mode = |file: Option<TreeFile>| file.map(|file| file.mode);
        let changed = if mode(base) == mode(ours) { theirs.or(ours) } else { ours.or(theirs) };
        self.changes.write(to, bytes, mode(changed))
    }

    /// Leaves a file to a person, with these bytes until then.
    pub fn leave_open(
        &mut self,
        paths: [Option<&str>; 3],
        to: &str,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.open.insert(to.to_owned(), self.versions(paths));
        self.put(paths, to, Some(bytes))
    }

    fn versions(&self, paths: [Option<&str>; 3]) -> [Option<TreeFile>; 3] {
        let [base, ours, theirs] = paths;
        let file = |path: Option<&str>, side| path.and_then(|path| self.file(path, side));
        [file(base, Side::Base), file(ours, Side::Ours), file(theirs, Side::Theirs)]
    }

    /// How many files change here.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The estate as the merge leaves it.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let commit = |id: &String| Box::new(Version::Commit { id: id.clone(), name: id.clone() });
        let version = Version::Merged(commit(&self.ours), commit(&self.theirs));
        self.store.changed(&self.ours, &self.changes, version)
    }

    /// Commits the merge, in which nothing may be open.
    pub fn commit(&self, transaction: &Transaction<'_>, message: &str) -> Result<Committed, StoreError> {
        transaction.commit_changes(&self.changes, &[&self.ours, &self.theirs], message)
    }
}
