//! The past of the estate: commits, and the files that each of them changed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use git2::{Commit, DiffOptions, ObjectType, Sort, Tree, TreeEntry};

use super::revision::{TreeFile, is_record_like};
use super::{Store, StoreError};
use crate::date::Date;

/// A commit as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitInfo {
    pub id: String,
    pub author: String,
    pub email: String,
    /// The author's date in the author's own time zone: `2026-10-12`.
    pub date: String,
    pub summary: String,
    pub body: String,
    /// The changes that it names: its trailers `Change: CHG-0042`, as written.
    pub changes: Vec<String>,
}

impl CommitInfo {
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

/// A file that differs between two versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathChange {
    pub path: String,
    pub in_old: bool,
    pub in_new: bool,
}

/// A path of the estate and what is there on either side.
pub(super) type Differing = (String, [Option<TreeFile>; 2]);

impl Store {
    /// The `wanted` commits that lead to `revision` and changed a file of the estate, newest first.
    /// What a merge brought together is shown where it was made; of a merge itself, the files that
    /// are as none of its sides had them.
    pub fn commits(
        &self,
        revision: &str,
        wanted: impl Fn(&CommitInfo) -> bool,
        mut each: impl FnMut(CommitInfo, Vec<PathChange>) -> bool,
    ) -> Result<(), StoreError> {
        self.walk(revision, |commit| {
            let info = info(commit);
            if !wanted(&info) {
                return Ok(true);
            }
            let mut parents = commit.parents();
            let mut changed = self.changed_between(parents.next().as_ref(), commit)?;
            for parent in parents {
                if changed.is_empty() {
                    break;
                }
                let others = self.changed_between(Some(&parent), commit)?;
                let others: HashSet<&str> = others.iter().map(|other| other.path.as_str()).collect();
                changed.retain(|change| others.contains(change.path.as_str()));
            }
            // What lies before the end of a shallow clone is not known, so neither is what changed.
            Ok(changed.is_empty() || is_cut(commit) || each(info, changed))
        })
    }

    /// The commits that lead to `revision` and not to `base`, with the files that each changed, merges
    /// left out.
    pub fn commits_since(
        &self,
        base: &str,
        revision: &str,
    ) -> Result<Vec<(CommitInfo, Vec<PathChange>)>, StoreError> {
        let git = self.git()?;
        let mut walk = git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
        walk.push(self.commit_at(revision)?.id())?;
        walk.hide(self.commit_at(base)?.id())?;
        let mut commits = Vec::new();
        for id in walk {
            let commit = git.find_commit(id?)?;
            if commit.parent_count() <= 1 && !is_cut(&commit) {
                let changed = self.changed_between(commit.parents().next().as_ref(), &commit)?;
                commits.push((info(&commit), changed));
            }
        }
        Ok(commits)
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

    /// Whether the clone is shallow: its history ends somewhere before the beginning.
    pub fn is_shallow(&self) -> bool {
        self.git().is_ok_and(git2::Repository::is_shallow)
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
        let change =
            |(path, [old, new]): Differing| PathChange { path, in_old: old.is_some(), in_new: new.is_some() };
        Ok(self.files_between(old, new)?.into_iter().map(change).collect())
    }

    /// The files of the estate that differ between two commits, on both sides.
    pub(super) fn files_between(
        &self,
        old: Option<&Commit<'_>>,
        new: &Commit<'_>,
    ) -> Result<Vec<Differing>, StoreError> {
        let mut files = Vec::new();
        let old = old.map(|commit| commit.tree()).transpose()?;
        let new = new.tree()?;
        for folder in ["inventory", "schemas"] {
            let old = match &old {
                Some(old) => self.subtree(old, folder)?,
                None => None,
            };
            let new = self.subtree(&new, folder)?;
            self.compare([old.as_ref(), new.as_ref()], folder, &mut files)?;
        }
        Ok(files)
    }

    /// Compares two trees and skips every subtree that is the same on both sides. Trees are sorted,
    /// so that one walk along both is enough.
    fn compare(
        &self,
        [old, new]: [Option<&Tree<'_>>; 2],
        folder: &str,
        files: &mut Vec<Differing>,
    ) -> Result<(), StoreError> {
        if old.map(Tree::id) == new.map(Tree::id) {
            return Ok(());
        }
        let mut olds = old.into_iter().flat_map(Tree::iter).peekable();
        let mut news = new.into_iter().flat_map(Tree::iter).peekable();
        loop {
            let order = match (olds.peek(), news.peek()) {
                (Some(old), Some(new)) => old.cmp(new),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Ok(()),
            };
            let pair = [
                if order.is_le() { olds.next() } else { None },
                if order.is_ge() { news.next() } else { None },
            ];
            let sides = pair.each_ref().map(|entry| entry.as_ref().map(side));
            let [old, new] = sides;
            // Whether a file may be executed is nobody's data.
            let data = |side: TreeFile| (side.id, side.mode & FILE_TYPE);
            if old.map(data) == new.map(data) {
                continue;
            }
            let Some(entry) = pair.iter().flatten().next() else { continue };
            let path = format!("{folder}/{}", String::from_utf8_lossy(entry.name_bytes()));
            if entry.kind() == Some(ObjectType::Tree) {
                let git = self.git()?;
                let subtree = |side: Option<TreeFile>| side.map(|side| git.find_tree(side.id)).transpose();
                let (old, new) = (subtree(old)?, subtree(new)?);
                self.compare([old.as_ref(), new.as_ref()], &path, files)?;
            } else if is_record_like(&path) {
                files.push((path, sides));
            }
        }
    }
}

/// The bits of a mode that say what a file is.
const FILE_TYPE: i32 = 0o170_000;

fn side(entry: &TreeEntry<'_>) -> TreeFile {
    TreeFile { id: entry.id(), mode: entry.filemode() }
}

/// Whether the clone ends here: the commit names parents that are not in it.
pub(super) fn is_cut(commit: &Commit<'_>) -> bool {
    let names_parent =
        |header: &[u8]| header.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"parent "));
    commit.parent_count() == 0 && names_parent(commit.raw_header_bytes())
}

/// The day on which a commit was made, where it was made: the same for every reader.
pub(super) fn committed_on(commit: &Commit<'_>) -> Option<Date> {
    local_date(commit.committer().when())
}

pub(super) fn local_date(time: git2::Time) -> Option<Date> {
    let local = time.seconds() + i64::from(time.offset_minutes()) * 60;
    chrono::DateTime::from_timestamp(local, 0).map(|date| date.date_naive())
}

pub(super) fn info(commit: &Commit<'_>) -> CommitInfo {
    let author = commit.author();
    let date = local_date(author.when()).map(|date| date.to_string());
    let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
    let (summary, body) = message.split_once('\n').unwrap_or((&message, ""));
    let trailers = git2::message_trailers_bytes(message.as_str());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let changes = trailers.iter().flat_map(|trailers| trailers.iter());
    CommitInfo {
        id: commit.id().to_string(),
        author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
        email: String::from_utf8_lossy(author.email_bytes()).into_owned(),
        date: date.unwrap_or_default(),
        summary: summary.trim().to_owned(),
        body: body.trim().to_owned(),
        changes: changes
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"change"))
            .map(|(_, value)| text(value))
            .collect(),
    }
}
