//! Writing an edit as one commit: all of it or nothing, and nothing of anybody else's lost.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use git2::build::TreeUpdateBuilder;
use git2::{ErrorCode, FileMode, IndexEntry, Oid, Repository, RepositoryState, Signature, Tree};

use super::durable::{flush_git_writes, remove_file, write_file};
use super::{Identity, Store, StoreError};
use crate::edit::Edit;
use crate::snapshot::Snapshot;

/// How long to wait for another writer.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// How often the branch may move under us (by other tools: ours wait for each other).
const MOST_RACES: u32 = 20;

/// The right to write: held by one estate command at a time, from reading to having written, so
/// that what an edit was made from is what it is applied to.
pub struct Transaction<'s> {
    store: &'s Store,
    /// Unlocked when it is dropped, also by a crash.
    _lock: Option<File>,
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
        let Ok(git) = self.git() else { return Ok(Transaction { store: self, _lock: None }) };
        if git.is_bare() {
            return Err(StoreError::Bare);
        }
        Ok(Transaction { store: self, _lock: Some(lock(&git.path().join("estate").join("write.lock"))?) })
    }
}

impl Transaction<'_> {
    /// Writes the edit to the files alone, without a commit.
    pub fn write_files(&self, edit: &Edit, before: &Snapshot) -> Result<(), StoreError> {
        for (path, _) in edit.files() {
            self.refuse_if_not(path, before)?;
        }
        self.refresh(edit)
    }

    /// Commits the edit, which was made from `before`, on the current branch, then brings the
    /// touched files up to date.
    ///
    /// # Errors
    /// Before anything is written: a repository that cannot be committed to, or a touched file
    /// that differs from the last commit ([`StoreError::Dirty`]) or from `before`
    /// ([`StoreError::Changed`]). After the commit: [`StoreError::CommittedBut`].
    pub fn commit(&self, edit: &Edit, before: &Snapshot) -> Result<Committed, StoreError> {
        let git = self.store.git()?;
        refuse_unready(git)?;
        let author = self.store.signature(git)?;
        let branch = branch_name(git)?;
        flush_git_writes(git)?;
        for (path, _) in edit.files() {
            self.refuse_if_not(path, before)?;
        }
        let mut first_tip: Option<Option<Oid>> = None;
        for _ in 0..MOST_RACES {
            let tip = tip_of(git, &branch)?;
            let tree = match tip {
                Some(tip) => git.find_commit(tip)?.tree()?,
                None => git.find_tree(git.treebuilder(None)?.write()?)?,
            };
            let moved = *first_tip.get_or_insert(tip) != tip;
            for (path, _) in edit.files() {
                if !self.is_as_before(&tree, path, before)? {
                    let path = path.to_owned();
                    return Err(if moved { StoreError::Changed(path) } else { StoreError::Dirty(path) });
                }
            }
            let tree = self.apply(git, &tree, edit)?;
            let parent = tip.map(|tip| git.find_commit(tip)).transpose()?;
            let parents: Vec<_> = parent.iter().collect();
            let id = git.commit(None, &author, &author, &edit.message(), &tree, &parents)?;
            if swing(git, &branch, tip, id, &edit.summary)? {
                let committed = Committed {
                    id: id.to_string(),
                    branch: branch.trim_start_matches("refs/heads/").to_owned(),
                };
                let settled = self.refresh(edit).and_then(|()| self.refresh_index(git, edit));
                return match settled {
                    Ok(()) => Ok(committed),
                    Err(error) => {
                        Err(StoreError::CommittedBut(committed.short().to_owned(), Box::new(error)))
                    }
                };
            }
        }
        Err(StoreError::Raced(MOST_RACES))
    }

    /// The file on disk must be the one that the edit was made from.
    fn refuse_if_not(&self, path: &str, before: &Snapshot) -> Result<(), StoreError> {
        let disk = self.store.read_file(path)?;
        match same_text(before, path, disk.as_deref()) {
            true => Ok(()),
            false if text_before(before, path).is_none() => Err(StoreError::Dirty(path.to_owned())),
            false => Err(StoreError::Changed(path.to_owned())),
        }
    }

    fn is_as_before(&self, tree: &Tree<'_>, path: &str, before: &Snapshot) -> Result<bool, StoreError> {
        let committed = match tree.get_path(Path::new(&self.store.git_path(path))) {
            Ok(entry) => Some(self.store.blob_text(entry.id())?),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        Ok(same_text(before, path, committed.as_deref()))
    }

    fn apply<'g>(&self, git: &'g Repository, tree: &Tree<'_>, edit: &Edit) -> Result<Tree<'g>, StoreError> {
        let mut update = TreeUpdateBuilder::new();
        for (path, text) in edit.files() {
            let path = self.store.git_path(path);
            match text {
                Some(text) => update.upsert(path.as_str(), git.blob(text.as_bytes())?, FileMode::Blob),
                None => update.remove(path.as_str()),
            };
        }
        Ok(git.find_tree(update.create_updated(git, tree)?)?)
    }

    fn refresh(&self, edit: &Edit) -> Result<(), StoreError> {
        let root = self.store.root();
        for (path, text) in edit.files() {
            let disk = self.store.disk_path(path);
            match text {
                Some(text) => write_file(&disk, text.as_bytes())?,
                None if disk.symlink_metadata().is_ok() => remove_file(&disk, root)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Tells the user's index of the new contents, so that `git status` stays clean. Other entries,
    /// staged or not, keep what they have.
    fn refresh_index(&self, git: &Repository, edit: &Edit) -> Result<(), StoreError> {
        let mut index = git.index()?;
        index.read(false)?;
        for (path, text) in edit.files() {
            let git_path = self.store.git_path(path);
            match text {
                Some(text) => index.add(&self.index_entry(path, git_path, text)?)?,
                None => index.remove_path(Path::new(&git_path))?,
            }
        }
        let begun = Instant::now();
        loop {
            match index.write() {
                Ok(()) => return Ok(()),
                Err(error)
                    if error.code() == ErrorCode::Locked && begun.elapsed() < Duration::from_secs(3) =>
                {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn index_entry(&self, path: &str, git_path: String, text: &str) -> Result<IndexEntry, StoreError> {
        let disk = self.store.disk_path(path);
        let metadata = disk.symlink_metadata().map_err(|error| StoreError::io("read", &disk, error))?;
        let id = Oid::hash_object(git2::ObjectType::Blob, text.as_bytes())?;
        Ok(stat_entry(&metadata, id, git_path))
    }
}

/// An index entry with the file's stat data, by which git later knows it unchanged. The index
/// keeps the low 32 bits of each number.
#[cfg(unix)]
fn stat_entry(metadata: &fs::Metadata, id: Oid, git_path: String) -> IndexEntry {
    use std::os::unix::fs::MetadataExt;
    let low = |number: u64| u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default();
    let time = |seconds: i64, nanoseconds: i64| {
        git2::IndexTime::new(low(seconds.cast_unsigned()).cast_signed(), low(nanoseconds.cast_unsigned()))
    };
    IndexEntry {
        ctime: time(metadata.ctime(), metadata.ctime_nsec()),
        mtime: time(metadata.mtime(), metadata.mtime_nsec()),
        dev: low(metadata.dev()),
        ino: low(metadata.ino()),
        uid: metadata.uid(),
        gid: metadata.gid(),
        file_size: low(metadata.size()),
        ..bare_entry(id, git_path)
    }
}

/// Without stat data git compares the content once and then knows.
#[cfg(not(unix))]
fn stat_entry(metadata: &fs::Metadata, id: Oid, git_path: String) -> IndexEntry {
    let file_size = u32::try_from(metadata.len()).unwrap_or(u32::MAX);
    IndexEntry { file_size, ..bare_entry(id, git_path) }
}

fn bare_entry(id: Oid, git_path: String) -> IndexEntry {
    let never = git2::IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: git_path.into_bytes(),
    }
}

fn text_before<'a>(before: &'a Snapshot, path: &str) -> Option<&'a str> {
    let record = before.records().find(|record| record.path() == path);
    record
        .map(|record| record.source().text())
        .or_else(|| before.schema_files().find(|source| source.path() == path).map(|source| source.text()))
}

/// Whether the bytes are those that the snapshot was read from; a byte order mark does not count.
fn same_text(before: &Snapshot, path: &str, bytes: Option<&[u8]>) -> bool {
    let strip = |bytes: &[u8]| bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).to_vec();
    text_before(before, path).map(str::as_bytes).map(<[u8]>::to_vec) == bytes.map(strip)
}

fn refuse_unready(git: &Repository) -> Result<(), StoreError> {
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
fn branch_name(git: &Repository) -> Result<String, StoreError> {
    let head = git.find_reference("HEAD")?;
    let target = head.symbolic_target().ok().flatten().map(str::to_owned);
    target.ok_or(StoreError::Detached)
}

fn tip_of(git: &Repository, branch: &str) -> Result<Option<Oid>, StoreError> {
    match git.refname_to_id(branch) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Moves the branch from `tip` to `id` unless somebody else moved it first.
fn swing(
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
    fn signature(&self, git: &Repository) -> Result<Signature<'static>, StoreError> {
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
