//! What can go wrong between the estate and its disk or repository.

use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode};

use crate::date::Date;

/// How a failure is to be taken by a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// It could not be done.
    Failed,
    /// Somebody else changed something; trying again is safe.
    Conflict,
}

/// A failure of the store: what, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("no estate here: neither {} nor a folder above it holds inventory/settings.yaml", .0.display())]
    NoEstate(PathBuf),
    #[error("{} is not in a git repository", .0.display())]
    NotARepository(PathBuf),
    #[error("the git repository cannot be used: {0}")]
    UnusableRepository(String),
    #[error("the repository is bare: it has no files to work on")]
    Bare,
    #[error("the repository has no commit yet")]
    NoCommit,
    #[error("HEAD is detached: a commit made now would belong to no branch")]
    Detached,
    #[error("a {0} is under way in this repository")]
    Busy(&'static str),
    #[error("`{revision}` names no commit{}", .why.as_deref().map(|why| format!(": {why}")).unwrap_or_default())]
    UnknownRevision { revision: String, why: Option<String> },
    #[error("nothing was known on {day}: the history of {tip} begins on {first}{}", if *.shallow { " in this clone, which is shallow" } else { "" })]
    NotYetKnown { day: Date, first: String, tip: String, shallow: bool },
    #[error("{of} and {and} have no common ancestor{}", if *.shallow { " in this clone, which is shallow" } else { "" })]
    NoCommonAncestor { of: String, and: String, shallow: bool },
    #[error("there is no file at {0}")]
    NoFile(String),
    #[error("{0} has changes that are not committed")]
    Dirty(String),
    #[error("other contents of {0} are staged for a commit")]
    Staged(String),
    #[error("{0} is a symbolic link, through which nothing is written")]
    Linked(String),
    #[error("{0} is a symbolic link or a submodule, which is not written here")]
    Special(String),
    #[error("the path {0:?} must not be written to disk")]
    UnsafePath(String),
    #[error("there is nothing to undo: {0}")]
    NothingToUndo(String),
    #[error("there is nothing to bring back: {0}")]
    NothingToRedo(String),
    #[error("{path} was changed after the operation{}", if .by.is_empty() { String::new() } else { format!(", by {by}") })]
    ChangedSince { path: String, by: String },
    #[error("no merge is under way in this repository")]
    NoMerge,
    #[error("{0} was changed by somebody else in the meantime")]
    Changed(String),
    #[error("another estate command is writing here (waited {0} s for {1})")]
    Locked(u64, String),
    #[error("{} is there: a git command is running, or was killed", .0.display())]
    LockFile(PathBuf),
    #[error("the branch moved {0} times while this was being committed")]
    Raced(u32),
    #[error("git knows no name for you")]
    NoIdentity,
    #[error("cannot {action} {}: {source}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error("this is a sparse checkout: {0} belongs to the estate and is not on disk")]
    Sparse(String),
    #[error("this clone is incomplete: {0}")]
    Incomplete(String),
    #[error("git: {0}")]
    Git(String),
    #[error("the message has a line that git would take for the beginning of a signature")]
    SignatureInMessage,
    #[error("no branch here is known as the base, by whose signers signatures are judged")]
    NoBase,
    #[error("`{0}` names more than one branch or tag here")]
    AmbiguousBase(String),
    #[error("{at} as {base} has it: {message}")]
    UnusableSigners { at: String, base: String, message: String },
    #[error("the tag {0} could not be set: {1}")]
    Untagged(String, String),
    #[error("committed as {0}, but {1}")]
    CommittedBut(String, Box<StoreError>),
}

impl StoreError {
    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    /// How to mend it, where the message alone does not say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoEstate(_) => "run `estate init` to begin one here, or name its folder with -C",
            Self::NotARepository(_) => {
                "run `git init`: without it there is no history, and writing takes --no-commit"
            }
            Self::Bare => "clone it and work in the clone",
            Self::NoCommit => "commit something first: `git add . && git commit`",
            Self::Detached => "switch to a branch first: `git switch main`",
            Self::Busy(_) => {
                "finish it first (`git status` says how), or write without a commit: --no-commit"
            }
            Self::UnknownRevision { .. } => "`git log --oneline` and `git branch -a` list what there is",
            Self::NotYetKnown { shallow: true, .. } => "`git fetch --unshallow` brings the rest",
            Self::NotYetKnown { .. } => "`estate log` shows the commits with their dates",
            Self::NoCommonAncestor { shallow: true, .. } => {
                "`git fetch --unshallow` brings the rest; in GitHub's checkout set fetch-depth: 0, in GitLab GIT_DEPTH: 0"
            }
            Self::NoCommonAncestor { .. } => "they belong to different histories, which git does not merge",
            Self::Dirty(_) => "commit or discard the changes first: `git diff` shows them",
            Self::Staged(_) => "commit them first, or take them back: `git restore --staged <path>`",
            Self::Linked(_) => "replace it by the folder it points to",
            Self::NothingToUndo(_) | Self::NothingToRedo(_) => {
                "`git log` shows the commits; `git revert COMMIT` takes any of them back"
            }
            Self::ChangedSince { .. } => {
                "take that change back first, or set the fields with `estate set`: undo restores whole files"
            }
            Self::NoMerge => "`estate merge BRANCH` begins one",
            Self::Special(_) => "git itself can: `git merge`, `git revert`",
            Self::UnsafePath(_) => {
                "it reaches outside of the repository's files; find out who made the commit"
            }
            Self::Changed(_) | Self::Locked(..) | Self::Raced(_) => "nothing was written; try again",
            Self::LockFile(lock) => {
                return Some(format!("where no git command is running, delete {}", lock.display()));
            }
            Self::NoIdentity => {
                "run `git config user.name \"Your Name\"` and `git config user.email you@example.org`"
            }
            Self::Sparse(_) => {
                "`git sparse-checkout disable` brings the rest; --rev HEAD reads the last commit instead"
            }
            Self::Incomplete(_) => "`git fetch --refetch` brings the objects",
            Self::SignatureInMessage => "leave out the line that begins with -----BEGIN",
            Self::NoBase => {
                "name it, such as --signers-from origin/main; where it was not fetched, `git fetch origin main` brings it"
            }
            Self::AmbiguousBase(_) => {
                "say in full which one is trusted, such as --signers-from refs/remotes/origin/main"
            }
            Self::UnusableSigners { base, .. } => {
                return Some(format!(
                    "`estate audit --rev {base}` shows all that is wrong there; no signature counts until it is mended"
                ));
            }
            Self::CommittedBut(_, cause) if matches!(**cause, Self::Untagged(..)) => {
                "the commit is safe; `git tag -a` sets the tag on it"
            }
            Self::CommittedBut(..) => {
                "the commit is safe; the next writing command brings the files up to date, or `git checkout HEAD -- <path>`"
            }
            Self::Untagged(..)
            | Self::UnusableRepository(_)
            | Self::NoFile(_)
            | Self::Io { .. }
            | Self::Git(_) => return None,
        };
        Some(hint.to_owned())
    }

    pub fn severity(&self) -> Severity {
        match self {
            Self::Changed(_) | Self::Locked(..) | Self::LockFile(_) | Self::Raced(_) => Severity::Conflict,
            _ => Severity::Failed,
        }
    }
}

impl From<git2::Error> for StoreError {
    fn from(error: git2::Error) -> Self {
        match (error.code(), error.class()) {
            (ErrorCode::NotFound, ErrorClass::Odb) => StoreError::Incomplete(error.message().to_owned()),
            _ => StoreError::Git(error.message().to_owned()),
        }
    }
}
