//! The files as they lie on disk.

use std::borrow::Cow;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::memory::Stamp;
use super::revision::is_record_like;
use super::{Store, StoreError};
use crate::model::{Kind, Place, is_dated};
use crate::snapshot::{Content, Snapshot, Version};
use crate::yaml::MAX_FILE_BYTES;

/// Folders deeper than this below `inventory/` hold no records.
const MAX_FOLDERS: usize = 4;

impl Store {
    /// Every record as it lies on disk.
    pub fn worktree(&self) -> Result<Snapshot, StoreError> {
        self.refuse_sparse()?;
        let disk = self.disk();
        let paths = disk.list(|path, _| path)?;
        Ok(Snapshot::load(Version::Worktree, &paths, &[], |path| disk.read(path)))
    }

    /// A snapshot of some files of the disk, with the settings, waivers and the estate's own schemas.
    /// `known` are files whose ids are known without reading them.
    pub fn worktree_of(&self, paths: &[String], known: &[String]) -> Result<Snapshot, StoreError> {
        self.refuse_sparse()?;
        let disk = self.disk();
        let mut wanted: Vec<String> = paths.to_vec();
        wanted.extend(Place::singles().map(|place| place.path()));
        disk.list_folder("schemas", 0, &mut wanted, |path, _| path)?;
        wanted.sort();
        wanted.dedup();
        wanted.retain(|path| disk.exists(path));
        Ok(Snapshot::load(Version::Worktree, &wanted, known, |path| disk.read(path)))
    }

    /// The files of the disk that may hold a record of this id, whatever its kind; found by name,
    /// without reading or listing more than the folders of classes.
    pub fn locate(&self, id: &str) -> Vec<String> {
        let disk = self.disk();
        let inner = |kind: Kind| {
            let folder = disk.path(&format!("inventory/{}", kind.folder()));
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.file_name().into_string().ok())
        };
        let mut places = Vec::new();
        for kind in Kind::ALL {
            match kind {
                // There are as many folders as contracts: none is looked into without need.
                Kind::Execution if !is_dated(id) => {}
                _ if kind.has_folders() => {
                    places.extend(inner(kind).map(|folder| Place::new(kind, Some(&folder), id)))
                }
                _ if kind.is_single() && kind.name() != id => {}
                _ => places.push(Place::new(kind, None, id)),
            }
        }
        let mut found: Vec<String> = places.iter().map(Place::path).collect();
        found.retain(|path| disk.exists(path));
        found.sort();
        found
    }

    /// The files of the disk that may hold a record, found without reading one.
    pub fn record_places(&self) -> Result<Vec<Place>, StoreError> {
        Ok(self.disk().list(|path, _| path)?.iter().filter_map(|path| Place::of(path)).collect())
    }

    /// The files of [`worktree`](Self::worktree) and what the file system says of each.
    pub(super) fn stamped_files(&self) -> Result<Vec<(String, Option<Stamp>)>, StoreError> {
        self.disk().list(|path, entry| (path, entry.metadata().ok().as_ref().and_then(Stamp::of)))
    }

    /// The bytes of a file of the estate; `None` where there is none.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let disk = self.disk_path(path);
        match fs::read(&disk) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("read", &disk, error)),
        }
    }

    fn disk(&self) -> Disk<'_> {
        Disk { root: self.root() }
    }
}

/// The estate's folder, without git: it may be read by several threads.
struct Disk<'s> {
    root: &'s Path,
}

impl Disk<'_> {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Whether there is such a file, and no folder on the way to it is a symbolic link: what a
    /// listing would not enter is not reached by name either.
    fn exists(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        let is_link =
            |folder: &str| self.path(folder).symlink_metadata().is_ok_and(|found| found.is_symlink());
        self.path(path).symlink_metadata().is_ok() && !folders.into_iter().any(is_link)
    }

    /// What `make` makes of the files that may be records or schemas, sorted. The folders of classes
    /// hold nearly everything; they are listed side by side.
    fn list<T: Ord + Send>(&self, make: fn(String, &DirEntry) -> T) -> Result<Vec<T>, StoreError> {
        let inventory = self.path("inventory");
        if inventory.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(StoreError::io("read", &inventory, io::Error::other("it is a symbolic link")));
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        self.list_folder("schemas", 0, &mut files, make)?;
        self.list_entries("inventory", &mut files, &mut folders, make)?;
        let mut below = Vec::new();
        for folder in folders {
            self.list_entries(&folder, &mut files, &mut below, make)?;
        }
        let listed: Result<Vec<Vec<T>>, StoreError> = below
            .par_iter()
            .map(|folder| {
                let mut found = Vec::new();
                self.list_folder(folder, 0, &mut found, make).map(|()| found)
            })
            .collect();
        files.extend(listed?.into_iter().flatten());
        files.par_sort_unstable();
        Ok(files)
    }

    fn list_folder<T>(
        &self,
        folder: &str,
        depth: usize,
        files: &mut Vec<T>,
        make: fn(String, &DirEntry) -> T,
    ) -> Result<(), StoreError> {
        let mut folders = Vec::new();
        self.list_entries(folder, files, &mut folders, make)?;
        for folder in folders.iter().filter(|_| depth < MAX_FOLDERS) {
            self.list_folder(folder, depth + 1, files, make)?;
        }
        Ok(())
    }

    fn list_entries<T>(
        &self,
        folder: &str,
        files: &mut Vec<T>,
        folders: &mut Vec<String>,
        make: fn(String, &DirEntry) -> T,
    ) -> Result<(), StoreError> {
        let disk = self.path(folder);
        let cannot_list = |error| StoreError::io("list", &disk, error);
        let entries = match fs::read_dir(&disk) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(cannot_list)?,
        };
        for entry in entries {
            let entry = entry.map_err(cannot_list)?;
            let Some(path) = path_of(folder, &entry) else { continue };
            let kind = entry.file_type().map_err(cannot_list)?;
            if kind.is_dir() {
                folders.push(path);
            } else if is_record_like(&path) || kind.is_symlink() {
                files.push(make(path, &entry));
            }
        }
        Ok(())
    }

    fn read(&self, path: &str) -> Content<'static> {
        match read_regular(&self.path(path)) {
            Ok(bytes) => Content::Bytes(Cow::Owned(bytes)),
            Err(Refusal { rule, message, help }) => Content::Problem { rule, message, help },
        }
    }
}

/// Hidden files and editors' backups are nobody's records. A name that is not UTF-8 is shown as
/// well as can be; it cannot be read and so becomes a finding.
fn path_of(folder: &str, entry: &DirEntry) -> Option<String> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    (!name.starts_with('.') && !name.ends_with('~')).then(|| format!("{folder}/{name}"))
}

struct Refusal {
    rule: &'static str,
    message: String,
    help: &'static str,
}

fn read_regular(path: &Path) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error: io::Error| Refusal {
        rule: "unreadable-file",
        message: format!("the file cannot be read: {error}"),
        help: "check its permissions and its name",
    };
    let kind = path.symlink_metadata().map_err(unreadable)?.file_type();
    if kind.is_symlink() {
        return Err(Refusal {
            rule: "symlink",
            message: "this is a symbolic link, which is never followed".to_owned(),
            help: "replace it by the file it points to",
        });
    }
    if !kind.is_file() {
        return Err(Refusal {
            rule: "not-a-file",
            message: "this is not a regular file".to_owned(),
            help: "records are plain files",
        });
    }
    let file = File::open(path).map_err(unreadable)?;
    // One byte more than allowed is enough to know; an endless file is never read to its end.
    let mut bytes = Vec::with_capacity(2048);
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
