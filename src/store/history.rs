//! The past of the estate: commits, and the files that each of them changed.

use std::collections::BTreeMap;

use git2::{Commit, DiffOptions, ObjectType, Oid, Sort, Tree};

use super::revision::is_record_like;
use super::{Store, StoreError};
use crate::model::{Kind, Place, RecordId};
use crate::source::Source;

/// A commit as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitInfo {
    pub id: String,
    pub author: String,
    /// The author's date in the author's own time zone: `2026-10-12`.
    pub date: String,
    pub summary: String,
    pub body: String,
}

impl CommitInfo {
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

/// A record's file in a commit that changed it, and before.
#[derive(Clone, Debug)]
pub struct FileVersion {
    pub commit: CommitInfo,
    pub before: Option<Source>,
    pub after: Option<Source>,
}

/// A file that differs between two versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathChange {
    pub path: String,
    pub in_old: bool,
    pub in_new: bool,
}

impl Store {
    /// The commits that lead to `revision`, newest first.
    pub fn commits(
        &self,
        revision: &str,
        mut each: impl FnMut(CommitInfo, Vec<PathChange>) -> bool,
    ) -> Result<(), StoreError> {
        self.walk(revision, |commit| {
            let parent = commit.parents().next();
            let changed = self.changed_between(parent.as_ref(), commit)?;
            // What a merge brought together is shown where it was made.
            let shown = commit.parent_count() <= 1 && !changed.is_empty();
            Ok(!shown || each(info(commit), changed))
        })
    }

    /// The versions of one record on the way to `revision`, newest first. The record is followed
    /// by its id, wherever its file lay. Merges that only brought sides together are left out. At
    /// most `commits` are looked at.
    pub fn file_history(
        &self,
        record: &RecordId,
        revision: &str,
        commits: usize,
        mut each: impl FnMut(FileVersion) -> bool,
    ) -> Result<(), StoreError> {
        let mut finder = Finder { record, store: self, seen: BTreeMap::new(), classes: BTreeMap::new() };
        let mut looked_at = 0;
        self.walk(revision, |commit| {
            if looked_at == commits {
                return Ok(false);
            }
            looked_at += 1;
            let after = finder.find(&commit.tree()?)?;
            let mut before = None;
            for (number, parent) in commit.parents().enumerate() {
                let found = finder.find(&parent.tree()?)?;
                if found == after {
                    return Ok(true);
                }
                if number == 0 {
                    before = found;
                }
            }
            if before == after {
                return Ok(true);
            }
            let source = |found: Option<(String, Oid)>| -> Result<Option<Source>, StoreError> {
                let Some((path, id)) = found else { return Ok(None) };
                let bytes = self.blob_text(id)?;
                Ok(Some(Source::new(path, String::from_utf8_lossy(&bytes))))
            };
            Ok(each(FileVersion { commit: info(commit), before: source(before)?, after: source(after)? }))
        })
    }

    /// The files that differ between two commits.
    pub fn changed_paths(&self, old: &str, new: &str) -> Result<Vec<PathChange>, StoreError> {
        let (old, new) = (self.commit_at(old)?, self.commit_at(new)?);
        self.changed_between(Some(&old), &new)
    }

    /// The files that differ between a commit and the disk; git's index tells most of them apart
    /// without reading them.
    pub fn changed_on_disk(&self, old: &str) -> Result<Vec<PathChange>, StoreError> {
        let git = self.git()?;
        let commit = self.commit_at(old)?;
        let mut options = DiffOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_typechange(true)
            .ignore_submodules(true);
        for folder in ["inventory", "schemas"] {
            options.pathspec(self.git_path(folder));
        }
        options.disable_pathspec_match(true);
        let diff = git.diff_tree_to_workdir_with_index(Some(&commit.tree()?), Some(&mut options))?;
        let mut changes = BTreeMap::new();
        for delta in diff.deltas() {
            for (file, is_new) in [(delta.old_file(), false), (delta.new_file(), true)] {
                let path = file.path().map(super::slashes).unwrap_or_default();
                let Some(path) = path.strip_prefix(&self.prefix).filter(|path| is_record_like(path)) else {
                    continue;
                };
                let there = match is_new {
                    false => !matches!(delta.status(), git2::Delta::Added | git2::Delta::Untracked),
                    true => delta.status() != git2::Delta::Deleted,
                };
                let change = changes.entry(path.to_owned()).or_insert((false, false));
                if is_new {
                    change.1 |= there;
                } else {
                    change.0 |= there;
                }
            }
        }
        Ok(changes.into_iter().map(|(path, (in_old, in_new))| PathChange { path, in_old, in_new }).collect())
    }

    /// The id of the commit at HEAD; `None` before the first one.
    pub fn head(&self) -> Option<String> {
        self.git().ok()?.head().ok()?.peel_to_commit().ok().map(|commit| commit.id().to_string())
    }

    pub(super) fn walk(
        &self,
        revision: &str,
        mut visit: impl FnMut(&Commit<'_>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let git = self.git()?;
        let mut walk = git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(self.commit_at(revision)?.id())?;
        for id in walk {
            if !visit(&git.find_commit(id?)?)? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn changed_between(
        &self,
        old: Option<&Commit<'_>>,
        new: &Commit<'_>,
    ) -> Result<Vec<PathChange>, StoreError> {
        let mut changes = Vec::new();
        let old = old.map(|commit| commit.tree()).transpose()?;
        let new = new.tree()?;
        for folder in ["inventory", "schemas"] {
            let old = match &old {
                Some(old) => self.subtree(old, folder)?,
                None => None,
            };
            let new = self.subtree(&new, folder)?;
            self.compare(old.as_ref(), new.as_ref(), folder, &mut changes)?;
        }
        Ok(changes)
    }

    /// Compares two trees and skips every subtree that is the same on both sides.
    fn compare(
        &self,
        old: Option<&Tree<'_>>,
        new: Option<&Tree<'_>>,
        folder: &str,
        changes: &mut Vec<PathChange>,
    ) -> Result<(), StoreError> {
        if old.map(Tree::id) == new.map(Tree::id) {
            return Ok(());
        }
        let mut names: BTreeMap<String, [Option<(Oid, bool)>; 2]> = BTreeMap::new();
        for (side, tree) in [old, new].into_iter().enumerate() {
            for entry in tree.into_iter().flat_map(|tree| tree.iter()) {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let is_tree = entry.kind() == Some(ObjectType::Tree);
                if let Some(slot) = names.entry(name).or_default().get_mut(side) {
                    *slot = Some((entry.id(), is_tree));
                }
            }
        }
        for (name, [old, new]) in names {
            if old == new {
                continue;
            }
            let path = format!("{folder}/{name}");
            let subtree = |side: Option<(Oid, bool)>| -> Result<Option<Tree<'_>>, StoreError> {
                let id = side.filter(|(_, is_tree)| *is_tree).map(|(id, _)| id);
                id.map(|id| self.git().and_then(|git| Ok(git.find_tree(id)?))).transpose()
            };
            let (old_tree, new_tree) = (subtree(old)?, subtree(new)?);
            if old_tree.is_some() || new_tree.is_some() {
                self.compare(old_tree.as_ref(), new_tree.as_ref(), &path, changes)?;
            }
            let is_file = |side: Option<(Oid, bool)>| side.is_some_and(|(_, is_tree)| !is_tree);
            if (is_file(old) || is_file(new)) && is_record_like(&path) {
                changes.push(PathChange { path, in_old: is_file(old), in_new: is_file(new) });
            }
        }
        Ok(())
    }
}

/// Finds a record's file in one tree after the other. Equal trees are searched once: a commit
/// changes few of them, and the large ones take long to read.
struct Finder<'s> {
    store: &'s Store,
    record: &'s RecordId,
    seen: BTreeMap<Oid, Option<(String, Oid)>>,
    /// The same by the tree of a class.
    classes: BTreeMap<Oid, Option<Oid>>,
}

impl Finder<'_> {
    fn find(&mut self, tree: &Tree<'_>) -> Result<Option<(String, Oid)>, StoreError> {
        let folder = match self.record.kind {
            kind if kind.is_single() => "inventory".to_owned(),
            kind => format!("inventory/{}", kind.folder()),
        };
        let Some(tree) = self.store.subtree(tree, &folder)? else { return Ok(None) };
        if let Some(found) = self.seen.get(&tree.id()) {
            return Ok(found.clone());
        }
        let name = format!("{}.yaml", self.record.id);
        let found = match self.record.kind {
            Kind::Item => self.find_in_classes(&tree, &name)?,
            _ => blob_in(&tree, &name).map(|id| (format!("{folder}/{name}"), id)),
        };
        self.seen.insert(tree.id(), found.clone());
        Ok(found)
    }

    fn find_in_classes(&mut self, items: &Tree<'_>, name: &str) -> Result<Option<(String, Oid)>, StoreError> {
        for entry in items.iter().filter(|entry| entry.kind() == Some(ObjectType::Tree)) {
            let found = match self.classes.get(&entry.id()) {
                Some(found) => *found,
                None => blob_in(&self.store.git()?.find_tree(entry.id())?, name),
            };
            self.classes.insert(entry.id(), found);
            if let Some(id) = found {
                let class = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                return Ok(Some((Place::new(Kind::Item, Some(&class), &self.record.id).path(), id)));
            }
        }
        Ok(None)
    }
}

fn blob_in(tree: &Tree<'_>, name: &str) -> Option<Oid> {
    tree.get_name(name).filter(|entry| entry.kind() == Some(ObjectType::Blob)).map(|entry| entry.id())
}

pub(super) fn info(commit: &Commit<'_>) -> CommitInfo {
    let author = commit.author();
    let time = author.when();
    let local = time.seconds() + i64::from(time.offset_minutes()) * 60;
    let date = chrono::DateTime::from_timestamp(local, 0).map(|date| date.date_naive().to_string());
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let (summary, body) = message.split_once('\n').unwrap_or((&message, ""));
    CommitInfo {
        id: commit.id().to_string(),
        author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
        date: date.unwrap_or_default(),
        summary: summary.trim().to_owned(),
        body: body.trim().to_owned(),
    }
}
