//! Writing an edit as one commit: all of it or nothing, and nothing of anybody else's lost.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use git2::{ErrorCode, Oid, Repository, RepositoryState, Signature};

use super::changes::Changes;
use super::durable::flush_git_writes;
use super::index::UserIndex;
use super::journal::{branch_lock, index_lock, wait_for};
use super::tree_files::TreeFiles;
use super::{Identity, Store, StoreError};
use crate::edit::Edit;
use crate::snapshot::Snapshot;

/// How long to wait for another writer.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// How often the branch may move under us (by other tools: ours wait for each other).
pub(super) const MOST_RACES: u32 = 20;

/// The right to write: held by one estate command at a time, from reading to having written, so
/// that what an edit was made from is what it is applied to.
pub struct Transaction<'s> {
    pub(super) store: &'s Store,
    /// Opened for this transaction alone: libgit2 takes the flushing of objects and references from
    /// the configuration at first use, so it must be set before anything is read.
    git: Option<Repository>,
    /// Unlocked when it is dropped, also by a crash.
    _lock: Option<File>,
    recovered: Option<Recovered>,
}

/// What was put right before anything else, since a command had been killed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recovered {
    /// The files were brought up to date with this commit.
    Followed(String),
    /// The files are again what they were before this commit was being merged.
    TakenBack(String),
}

/// A commit that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Committed {
    pub id: String,
    pub branch: String,
}

impl Committed {
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

impl Store {
    /// Begins to write. Waits for other estate commands that write to the same repository.
    pub fn begin(&self) -> Result<Transaction<'_>, StoreError> {
        let Ok(git) = self.git() else {
            return Ok(Transaction { store: self, git: None, _lock: None, recovered: None });
        };
        if git.is_bare() {
            return Err(StoreError::Bare);
        }
        let lock = lock(&git.path().join("estate").join("write.lock"))?;
        let git = Repository::open(git.path())?;
        flush_git_writes(&git)?;
        let mut transaction = Transaction { store: self, git: Some(git), _lock: Some(lock), recovered: None };
        transaction.recovered = transaction.recover()?;
        Ok(transaction)
    }
}

impl<'s> Transaction<'s> {
    pub(super) fn git(&self) -> Result<&Repository, StoreError> {
        match &self.git {
            Some(git) => Ok(git),
            None => self.store.git(),
        }
    }

    pub fn store(&self) -> &'s Store {
        self.store
    }

    /// What a killed command had left, and is put right now.
    pub fn recovered(&self) -> Option<&Recovered> {
        self.recovered.as_ref()
    }

    /// Writes the edit to the files alone, without a commit.
    pub fn write_files(&self, edit: &Edit, before: &Snapshot) -> Result<(), StoreError> {
        for (path, _) in edit.files() {
            self.refuse_if_not(path, before)?;
        }
        // What goes, goes last: its content may be nowhere else.
        let changes = Changes::of(self.store, edit, None)?;
        let [gone, written] = changes.parted();
        self.write_changes(&written)?;
        self.write_changes(&gone)
    }

    /// Commits the edit, which was made from `before`, on the current branch, then brings the
    /// touched files up to date.
    ///
    /// # Errors
    /// Before anything is written: a repository that cannot be committed to, or a touched file
    /// that differs from the last commit ([`StoreError::Dirty`]) or from `before`
    /// ([`StoreError::Changed`]). After the commit: [`StoreError::CommittedBut`].
    pub fn commit(&self, edit: &Edit, before: &Snapshot) -> Result<Committed, StoreError> {
        let git = self.git()?;
        refuse_unready(git)?;
        self.store.signature(git)?;
        let branch = branch_name(git)?;
        for (path, _) in edit.files() {
            self.refuse_if_not(path, before)?;
        }
        wait_for(&index_lock(git))?;
        let mut first_tip: Option<Option<Oid>> = None;
        for _ in 0..MOST_RACES {
            wait_for(&branch_lock(git, &branch))?;
            let tip = tip_of(git, &branch)?;
            let tree = match tip {
                Some(tip) => git.find_commit(tip)?.tree()?,
                None => git.find_tree(git.treebuilder(None)?.write()?)?,
            };
            let moved = *first_tip.get_or_insert(tip) != tip;
            let mut files = TreeFiles::of(git, &tree);
            for (path, _) in edit.files() {
                if !self.is_as_before(&mut files, path, before)? {
                    let path = path.to_owned();
                    return Err(if moved { StoreError::Changed(path) } else { StoreError::Dirty(path) });
                }
            }
            let changes = Changes::of(self.store, edit, Some(&mut files))?;
            UserIndex::read(git)?.refuse_staged(&changes, &mut files)?;
            let id = self.make_commit(&changes, &tree, tip.as_slice(), &edit.message())?;
            if let Some(done) = self.advance(&branch, tip, id, &changes, &edit.summary)? {
                return Ok(done);
            }
        }
        Err(StoreError::Raced(MOST_RACES))
    }

    /// The file on disk must be the one that the edit was made from.
    fn refuse_if_not(&self, path: &str, before: &Snapshot) -> Result<(), StoreError> {
        self.refuse_links(path)?;
        let disk = self.store.read_file(path)?;
        match same_text(before, path, disk.as_deref()) {
            true => Ok(()),
            false if text_before(before, path).is_none() => Err(StoreError::Dirty(path.to_owned())),
            false => Err(StoreError::Changed(path.to_owned())),
        }
    }

    /// A folder that is a symbolic link could lead the write out of the estate.
    fn refuse_links(&self, path: &str) -> Result<(), StoreError> {
        let folders = Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        for folder in folders {
            let disk = self.store.root().join(folder);
            if disk.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
                return Err(StoreError::Linked(folder.display().to_string()));
            }
        }
        Ok(())
    }

    fn is_as_before(
        &self,
        files: &mut TreeFiles<'_>,
        path: &str,
        before: &Snapshot,
    ) -> Result<bool, StoreError> {
        let id = files.id(&self.store.git_path(path))?;
        let text = id.map(|id| self.store.blob_text(id)).transpose()?;
        Ok(same_text(before, path, text.as_deref()))
    }
}

fn text_before<'a>(before: &'a Snapshot, path: &str) -> Option<&'a str> {
    let record = before.by_path(path).map(|record| record.source());
    record.or_else(|| before.schema_file(path)).map(|source| source.text())
}

/// Whether the bytes are those that the snapshot was read from; a byte order mark does not count.
fn same_text(before: &Snapshot, path: &str, bytes: Option<&[u8]>) -> bool {
    let bytes = bytes.map(|bytes| bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes));
    text_before(before, path).map(str::as_bytes) == bytes
}

pub(super) fn refuse_unready(git: &Repository) -> Result<(), StoreError> {
    if git.is_bare() {
        return Err(StoreError::Bare);
    }
    let busy = match git.state() {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some("merge"),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some("revert"),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some("cherry-pick"),
        RepositoryState::Bisect => Some("bisection"),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some("patch series"),
        RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
            Some("rebase")
        }
    };
    busy.map_or(Ok(()), |what| Err(StoreError::Busy(what)))
}

/// The full name of the branch that HEAD is on, born or not.
pub(super) fn branch_name(git: &Repository) -> Result<String, StoreError> {
    let head = git.find_reference("HEAD")?;
    let target = head.symbolic_target().ok().flatten().map(str::to_owned);
    target.ok_or(StoreError::Detached)
}

pub(super) fn tip_of(git: &Repository, branch: &str) -> Result<Option<Oid>, StoreError> {
    match git.refname_to_id(branch) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Moves the branch from `tip` to `id` unless somebody else moved it first.
pub(super) fn swing(
    git: &Repository,
    branch: &str,
    tip: Option<Oid>,
    id: Oid,
    summary: &str,
) -> Result<bool, StoreError> {
    let log = format!("estate: {summary}");
    let moved = match tip {
        Some(tip) => git.reference_matching(branch, id, true, tip, &log),
        None => git.reference(branch, id, false, &log),
    };
    match moved {
        Ok(_) => Ok(true),
        Err(error) => match error.code() {
            ErrorCode::Modified | ErrorCode::Locked | ErrorCode::Exists => {
                std::thread::sleep(Duration::from_millis(5));
                Ok(false)
            }
            _ => Err(error.into()),
        },
    }
}

impl Store {
    pub(super) fn signature(&self, git: &Repository) -> Result<Signature<'static>, StoreError> {
        match &self.identity {
            Some(identity) => identity.signature(git),
            None => git.signature().map_err(|_| StoreError::NoIdentity),
        }
    }
}

impl Identity {
    pub(super) fn signature(&self, git: &Repository) -> Result<Signature<'static>, StoreError> {
        let configured = git.signature().ok();
        let configured = |part: fn(&Signature<'static>) -> Option<String>| configured.as_ref().and_then(part);
        let name = self.name.clone().or_else(|| configured(|s| s.name().ok().map(str::to_owned)));
        let email = self.email.clone().or_else(|| configured(|s| s.email().ok().map(str::to_owned)));
        let (Some(name), Some(email)) = (name, email) else { return Err(StoreError::NoIdentity) };
        let signature = match self.time {
            Some((seconds, offset_minutes)) => {
                Signature::new(&name, &email, &git2::Time::new(seconds, offset_minutes))
            }
            None => Signature::now(&name, &email),
        };
        Ok(signature?)
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| StoreError::io("create", folder, error))?;
    }
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| StoreError::io("open", path, error))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked(LOCK_WAIT.as_secs(), path.display().to_string()));
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path, error)),
        }
    }
}
