//! The user's index: what is staged is respected, what was committed is told.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Index, IndexConflict, IndexEntry, Oid, Repository};

use super::changes::Changes;
use super::journal::{index_lock, wait_for};
use super::revision::TreeFile;
use super::tree_files::TreeFiles;
use super::{Store, StoreError};

/// Where the flags of an entry say which side of a conflict it is.
const STAGE_SHIFT: u16 = 12;

/// The bit of an entry's extended flags that says that its file is left out of the worktree.
const SKIP_WORKTREE: u16 = 1 << 14;

impl Store {
    /// What lies on disk must be the estate and not a part of it, or figures would be too small. Only
    /// where a sparse checkout has been asked for is the index looked at.
    pub(super) fn refuse_sparse(&self) -> Result<(), StoreError> {
        let Ok(git) = self.git() else { return Ok(()) };
        if git.path().join("info").join("sparse-checkout").symlink_metadata().is_err() {
            return Ok(());
        }
        for entry in git.index()?.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0) {
            let git_path = String::from_utf8_lossy(&entry.path);
            let path = git_path.strip_prefix(self.prefix()).unwrap_or_default();
            let mode = i32::try_from(entry.mode).unwrap_or_default();
            if (TreeFile { id: entry.id, mode }).belongs(path)
                && self.disk_path(path).symlink_metadata().is_err()
            {
                return Err(StoreError::Sparse(path.to_owned()));
            }
        }
        Ok(())
    }
}

/// The index as it is on disk.
pub(super) struct UserIndex {
    index: Index,
    lock: PathBuf,
    has_conflicts: bool,
}

impl UserIndex {
    pub fn read(git: &Repository) -> Result<Self, StoreError> {
        let mut index = git.index()?;
        index.read(false)?;
        let has_conflicts = index.has_conflicts();
        Ok(Self { index, lock: index_lock(git), has_conflicts })
    }

    /// The blob that is staged for a path of the repository.
    pub fn id(&self, git_path: &str) -> Option<Oid> {
        self.index.get_path(Path::new(git_path), 0).map(|entry| entry.id)
    }

    /// What the user has staged of the touched files must not be lost.
    pub fn refuse_staged(&self, changes: &Changes, files: &mut TreeFiles<'_>) -> Result<(), StoreError> {
        // A repository that was made without an index has staged nothing.
        let is_unused = self.index.is_empty();
        for path in changes.paths() {
            let staged = self.id(path);
            if staged != files.id(path)? && !(staged.is_none() && is_unused) {
                return Err(StoreError::Staged(path.to_owned()));
            }
        }
        Ok(())
    }

    /// The paths that are in conflict.
    pub fn open_paths(&self) -> Result<Vec<String>, StoreError> {
        let mut paths = Vec::new();
        for conflict in self.index.conflicts()? {
            let IndexConflict { ancestor, our, their } = conflict?;
            let entry = [ancestor, our, their].into_iter().flatten().next();
            paths.extend(entry.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
        }
        Ok(paths)
    }

    /// Takes a file over as it lies on disk; an open conflict at its path is closed by that.
    pub fn put(&mut self, workdir: &Path, git_path: &str, file: Option<TreeFile>) -> Result<(), StoreError> {
        let path = Path::new(git_path);
        if file.is_none() || self.has_conflicts {
            self.index.remove_path(path)?;
        }
        let Some(file) = file else { return Ok(()) };
        let disk = workdir.join(path);
        let metadata = disk.symlink_metadata().map_err(|error| StoreError::io("read", &disk, error))?;
        let mode = u32::try_from(file.mode).unwrap_or_default();
        Ok(self.index.add(&IndexEntry { mode, ..stat_entry(&metadata, file.id, git_path.to_owned()) })?)
    }

    /// Takes a file over without a look at the disk, which may hold something else.
    pub fn put_unseen(&mut self, git_path: &str, file: Option<TreeFile>) -> Result<(), StoreError> {
        self.index.remove_path(Path::new(git_path))?;
        let Some(file) = file else { return Ok(()) };
        let mode = u32::try_from(file.mode).unwrap_or_default();
        Ok(self.index.add(&IndexEntry { mode, ..bare_entry(file.id, git_path.to_owned()) })?)
    }

    /// Leaves a path in conflict between three versions.
    pub fn open(&mut self, git_path: &str, sides: [Option<TreeFile>; 3]) -> Result<(), StoreError> {
        self.index.remove_path(Path::new(git_path))?;
        for (stage, file) in (1u16..).zip(sides) {
            if let Some(file) = file {
                let mode = u32::try_from(file.mode).unwrap_or_default();
                let entry = bare_entry(file.id, git_path.to_owned());
                self.index.add(&IndexEntry { mode, flags: stage << STAGE_SHIFT, ..entry })?;
            }
        }
        Ok(())
    }

    /// Writes the index; waits for another git command that holds it.
    pub fn write(mut self) -> Result<(), StoreError> {
        loop {
            match self.index.write() {
                Err(error) if error.code() == ErrorCode::Locked => wait_for(&self.lock)?,
                written => return Ok(written?),
            }
        }
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
