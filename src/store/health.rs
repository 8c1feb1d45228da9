//! Whether the repository and what the store left in it are whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git2::{ErrorCode, ObjectType, Repository, Tree};
use unicode_normalization::UnicodeNormalization;

use super::changes::refuse_unsafe;
use super::durable::is_temporary;
use super::journal::Journal;
use super::revision::{EXECUTABLE, SUBMODULE, SYMLINK};
use super::undo::OURS;
use super::{Store, StoreError, Transaction};
use crate::finding::Level;
use crate::source::Location;

/// A younger temporary file may belong to a command that is running.
const STALE: Duration = Duration::from_secs(60);

/// Something that is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ailment {
    pub check: &'static str,
    pub level: Level,
    /// A path, a reference or an object.
    pub at: String,
    pub message: String,
    pub help: &'static str,
}

/// What was looked at, and what was found.
#[derive(Default)]
pub struct Health {
    pub ailments: Vec<Ailment>,
    pub files: usize,
    pub commits: usize,
    pub references: usize,
}

impl Health {
    pub(super) fn find(
        &mut self,
        check: &'static str,
        level: Level,
        at: impl Into<String>,
        message: impl Into<String>,
        help: &'static str,
    ) {
        self.ailments.push(Ailment { check, level, at: at.into(), message: message.into(), help });
    }
}

impl Store {
    /// Checks everything that the store relies on. Nothing is written. Signatures of tags that begin with
    /// `signed` are judged by the signers of `base`, as [`Store::pinned`] finds it.
    ///
    /// # Errors
    /// Where there is no repository, or none that can be opened.
    pub fn health(&self, signed: &[&str], base: Option<&str>) -> Result<Health, StoreError> {
        let git = self.git()?;
        let mut health = Health::default();
        self.check_left_behind(git, &mut health)?;
        check_references(git, &mut health)?;
        check_substitutes(git, &mut health);
        self.check_signatures(signed, base, &mut health)?;
        let Ok(head) = git.head().and_then(|head| head.peel_to_commit()) else { return Ok(health) };
        check_history(git, &mut health)?;
        match head.tree() {
            Ok(tree) => self.check_tree(git, &tree, &mut health)?,
            Err(error) => missing(&mut health, &format!("tree {}", head.tree_id()), &error),
        }
        self.check_index(git, &mut health);
        for finding in &self.worktree_of(&[], &[])?.schemas().findings {
            let Location { path, .. } = &finding.location;
            health.find(
                "unusable-schema",
                Level::Error,
                &**path,
                finding.message.as_str(),
                "`estate audit` says more",
            );
        }
        Ok(health)
    }

    /// What commands that were cut short left behind.
    fn check_left_behind(&self, git: &Repository, health: &mut Health) -> Result<(), StoreError> {
        for path in self.stale_files(git)? {
            let at = path.display().to_string();
            let message =
                "a command was cut short while it wrote this file; the one it was to replace is whole";
            health.find("temporary-file", Level::Warning, at, message, "`estate fsck --fix` deletes it");
        }
        for path in locks(git.commondir()).into_iter().chain(locks(git.path())).collect::<BTreeSet<_>>() {
            let age = age(&path).map_or(0, |age| age.as_secs());
            let message =
                format!("git has held this lock for {age} s: a git command is running, or was cut short");
            let help = "make sure that no git command is running, then delete it";
            health.find("lock", Level::Warning, path.display().to_string(), message, help);
        }
        // A younger note is of a command that is running.
        let note = Journal::of(git).path;
        if age(&note).is_some_and(|age| age >= STALE) {
            let message = "a command was cut short while it wrote, and its files may not be what they should";
            let help = "the next command that writes puts them right; `estate fsck --fix` does it now";
            health.find("write-cut-short", Level::Error, note.display().to_string(), message, help);
        }
        let drafts = git.path().join("estate").join("drafts");
        for entry in fs::read_dir(&drafts).into_iter().flatten().flatten() {
            let message = "an edit could not be saved and was kept here";
            let at = entry.path().display().to_string();
            health.find("draft", Level::Note, at, message, "take from it what you need, then delete it");
        }
        Ok(())
    }

    /// Temporary files of ours, in the folders of files that are committed and in our own.
    fn stale_files(&self, git: &Repository) -> Result<Vec<PathBuf>, StoreError> {
        let mut folders = BTreeSet::from([git.path().to_owned(), git.path().join("estate")]);
        if let Some(workdir) = git.workdir() {
            let index = git.index()?;
            let paths = index.iter().map(|entry| String::from_utf8_lossy(&entry.path).into_owned());
            folders.extend(paths.filter_map(|path| Some(workdir.join(Path::new(&path).parent()?))));
            folders.insert(self.root().to_owned());
        }
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        let ours = files.filter(|file| is_temporary(&file.file_name())).map(|file| file.path());
        Ok(ours.filter(|path| age(path).is_some_and(|age| age >= STALE)).collect())
    }

    /// The files of HEAD: there, whole, and such that every file system can hold them.
    fn check_tree(&self, git: &Repository, tree: &Tree<'_>, health: &mut Health) -> Result<(), StoreError> {
        let mut todo = vec![(String::new(), tree.id())];
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let odb = git.odb()?;
        while let Some((folder, id)) = todo.pop() {
            let tree = match git.find_tree(id) {
                Ok(tree) => tree,
                Err(error) => {
                    missing(health, &format!("folder /{folder}"), &error);
                    continue;
                }
            };
            for entry in &tree {
                let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
                if refuse_unsafe(&path).is_err() {
                    health.find(
                        "unsafe-path",
                        Level::Error,
                        path.as_str(),
                        "a file of this name reaches outside of the repository's files",
                        "find out who committed it, and remove it from the history",
                    );
                }
                let folded: String = path.nfc().flat_map(char::to_lowercase).collect();
                if let Some(other) = names.insert(folded, path.clone()) {
                    let message = format!("`{other}` is the same name where case or accents do not count");
                    health.find("path-collision", Level::Error, path.as_str(), message, "rename one of them");
                }
                match entry.kind() {
                    Some(ObjectType::Tree) => todo.push((format!("{path}/"), entry.id())),
                    Some(ObjectType::Blob) => {
                        health.files += 1;
                        // Reading compares the content with its id.
                        if let Err(error) = odb.read(entry.id()) {
                            missing(health, &path, &error);
                        }
                    }
                    _ => {}
                }
                self.check_mode(&path, entry.filemode(), health);
            }
        }
        Ok(())
    }

    fn check_mode(&self, path: &str, mode: i32, health: &mut Health) {
        let inside = path.strip_prefix(self.prefix()).unwrap_or_default();
        if !inside.starts_with("inventory/") && !inside.starts_with("schemas/") {
            return;
        }
        match mode {
            SYMLINK | SUBMODULE => {
                let message = "a symbolic link or submodule is never read as a record";
                health.find("odd-mode", Level::Error, path, message, "replace it by the file it points to");
            }
            EXECUTABLE => {
                let help = "`git update-index --chmod=-x` on it, and commit";
                health.find(
                    "odd-mode",
                    Level::Note,
                    path,
                    "a record is no program, and this one is executable",
                    help,
                );
            }
            _ => {}
        }
    }

    /// What is staged or in conflict.
    fn check_index(&self, git: &Repository, health: &mut Health) {
        let staged = git.index().and_then(|index| {
            let head = git.head()?.peel_to_tree()?;
            let diff = git.diff_tree_to_index(Some(&head), Some(&index), None)?;
            let path = |delta: git2::DiffDelta<'_>| {
                let path =
                    delta.new_file().path_bytes().or(delta.old_file().path_bytes()).unwrap_or_default();
                (String::from_utf8_lossy(path).into_owned(), delta.status())
            };
            Ok(diff.deltas().map(path).collect::<Vec<_>>())
        });
        match staged {
            Ok(staged) => {
                for (path, status) in staged.iter().filter(|(path, _)| path.starts_with(self.prefix())) {
                    let (level, message, help) = match status {
                        git2::Delta::Conflicted => (
                            Level::Warning,
                            "this file is in conflict",
                            "`estate conflicts` says between what",
                        ),
                        _ => (
                            Level::Note,
                            "what is staged differs from the last commit",
                            "`git commit` it, or `git restore --staged` it",
                        ),
                    };
                    health.find("staged", level, path.as_str(), message, help);
                }
            }
            Err(error) => {
                let help = "delete .git/index, then `git reset` makes a new one; the files stay as they are";
                health.find("index", Level::Error, "index", error.message(), help);
            }
        }
    }
}

impl Transaction<'_> {
    /// Deletes the temporary files of commands that were cut short; answers how many. Nobody else
    /// of us is writing, since the right to write is held.
    pub fn delete_stale_files(&self) -> Result<usize, StoreError> {
        let stale = self.store.stale_files(self.git()?)?;
        for path in &stale {
            fs::remove_file(path).map_err(|error| StoreError::io("delete", path, error))?;
        }
        Ok(stale.len())
    }
}

fn check_references(git: &Repository, health: &mut Health) -> Result<(), StoreError> {
    const HELP: &str = "`git fsck` says more; fetch the branch again, or delete the reference";
    for reference in git.references()? {
        health.references += 1;
        let reference = match reference {
            Ok(reference) => reference,
            Err(error) => {
                health.find("broken-reference", Level::Error, "refs", error.message(), HELP);
                continue;
            }
        };
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        if let Err(error) = reference.peel(ObjectType::Any) {
            health.find("broken-reference", Level::Error, name, error.message(), HELP);
        }
    }
    // Of a loose reference that holds no id the listing says nothing.
    for (name, path) in files_below(&git.commondir().join("refs"), "refs") {
        let is_lock = path.extension().is_some_and(|extension| extension == "lock");
        if !is_lock && let Err(error) = git.find_reference(&name) {
            health.find("broken-reference", Level::Error, name, error.message(), HELP);
        }
    }
    if let Err(error) = git.head()
        && error.code() != ErrorCode::UnbornBranch
    {
        health.find("broken-reference", Level::Error, "HEAD", error.message(), HELP);
    }
    Ok(())
}

/// What makes git show another past than the one that was committed.
fn check_substitutes(git: &Repository, health: &mut Health) {
    if git.commondir().join("info").join("grafts").exists() {
        let message = "grafts give commits other parents; estate does not follow them";
        health.find(
            "substitute",
            Level::Warning,
            "info/grafts",
            message,
            "delete the file, or rewrite the history for good",
        );
    }
    let replaced = git.references_glob("refs/replace/*").map(|found| found.count()).unwrap_or(0);
    if replaced > 0 {
        let message = format!("{replaced} objects are replaced in git's eyes; estate reads the originals");
        health.find(
            "substitute",
            Level::Warning,
            "refs/replace/",
            message,
            "`git replace -d` takes a replacement back",
        );
    }
    if git.is_shallow() {
        let message = "the clone is shallow: what is older than its depth is not here";
        health.find("shallow", Level::Note, "shallow", message, "`git fetch --unshallow` brings the rest");
    }
}

/// Every commit that a reference leads to is there with its folder, and none of ours that the log of
/// HEAD tells of is held by nothing but that log.
fn check_history(git: &Repository, health: &mut Health) -> Result<(), StoreError> {
    let mut walk = git.revwalk()?;
    for reference in git.references()?.flatten().chain(git.head()) {
        if let Ok(commit) = reference.peel_to_commit() {
            walk.push(commit.id())?;
        }
    }
    let mut held = BTreeSet::new();
    for id in walk {
        let found =
            id.and_then(|id| git.find_commit(id)).and_then(|commit| commit.tree().map(|_| commit.id()));
        match found {
            Ok(id) => drop(held.insert(id)),
            Err(error) => {
                missing(health, "history", &error);
                return Ok(());
            }
        }
    }
    health.commits = held.len();
    let Ok(log) = git.reflog("HEAD") else { return Ok(()) };
    for entry in log.iter() {
        let message = String::from_utf8_lossy(entry.message_bytes().unwrap_or_default()).into_owned();
        let Some(summary) = message.strip_prefix(OURS) else { continue };
        let Ok(commit) = git.find_commit(entry.id_new()) else { continue };
        let is_lost = held.insert(commit.id());
        // What led to it is kept along with it.
        held.extend(commit.parent_ids());
        if !is_lost {
            continue;
        }
        let at: String = commit.id().to_string().chars().take(10).collect();
        let message = format!("`{summary}` is on no branch any more; git will forget it");
        let help = "`git branch NAME ID` keeps it; where it was given up on purpose, nothing is to be done";
        health.find("unreachable-work", Level::Note, at, message, help);
    }
    Ok(())
}

fn missing(health: &mut Health, at: &str, error: &git2::Error) {
    let help = "`git fetch --refetch`, or copy the object from another clone; `git fsck` lists all of them";
    health.find("missing-object", Level::Error, at, error.message(), help);
}

fn age(path: &Path) -> Option<Duration> {
    let written = path.symlink_metadata().ok()?.modified().ok()?;
    SystemTime::now().duration_since(written).ok()
}

/// The lock files of git in its own folder and below its references.
fn locks(folder: &Path) -> Vec<PathBuf> {
    let beside = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let below = files_below(&folder.join("refs"), "refs").into_iter().map(|(_, path)| path);
    let is_lock = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "lock");
    beside.chain(below).filter(is_lock).collect()
}

/// All files below a folder, with their paths after `name`.
fn files_below(folder: &Path, name: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut todo = vec![(name.to_owned(), folder.to_owned())];
    while let Some((name, folder)) = todo.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let below = (format!("{name}/{}", entry.file_name().to_string_lossy()), entry.path());
            match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => todo.push(below),
                false => found.push(below),
            }
        }
    }
    found
}
