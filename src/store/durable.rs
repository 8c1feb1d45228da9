//! Writing files so that they are whole and on disk when the call returns.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel, Repository};

use super::StoreError;

/// The name of a file that is not finished yet.
const TEMPORARY: (&str, &str) = (".estate-", ".tmp");

/// Files that are written at once.
const WRITERS: usize = 16;

/// Writes a file: a temporary file beside it, fsync, rename, fsync of the folder. A reader sees
/// the old content or the new one, never a part. A failed fsync is a failed write. A device or pipe
/// is written to, not replaced.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let write = || File::options().write(true).open(path)?.write_all(bytes);
        return write().map_err(|error| StoreError::io("write", path, error));
    }
    let folder = folder_of(path);
    replace_file(path, folder, bytes)?;
    sync_folder(folder)
}

/// Writes many files so that they are whole and on disk when the call returns: side by side, since
/// a disk flushes several files in little more time than one, and each folder once.
pub(super) fn write_files(files: &[(PathBuf, &[u8])]) -> Result<(), StoreError> {
    let share = files.len().div_ceil(WRITERS).max(1);
    std::thread::scope(|scope| {
        let write = |files: &[(PathBuf, &[u8])]| {
            files.iter().try_for_each(|(path, bytes)| replace_file(path, folder_of(path), bytes))
        };
        let writers: Vec<_> = files.chunks(share).map(|files| scope.spawn(move || write(files))).collect();
        let stopped = |_| Err(StoreError::Git("a writer stopped".to_owned()));
        writers.into_iter().try_for_each(|writer| writer.join().unwrap_or_else(stopped))
    })?;
    let folders: BTreeSet<&Path> = files.iter().map(|(path, _)| folder_of(path)).collect();
    folders.into_iter().try_for_each(sync_folder)
}

/// The folder of a file; that of a bare name is the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace_file(path: &Path, folder: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    create_folders(folder)?;
    let write = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        let mut temporary = builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(folder)?;
        temporary.write_all(bytes)?;
        keep_permissions(path, temporary.as_file())?;
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| StoreError::io("write", path, error))
}

/// Whether a file of this name is one that was not finished.
pub(super) fn is_temporary(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1))
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::io("sync", folder, error))
}

/// Deletes a file durably, and folders that it leaves empty up to (not including) `stop`.
pub(super) fn remove_file(path: &Path, stop: &Path) -> Result<(), StoreError> {
    fs::remove_file(path).map_err(|error| StoreError::io("delete", path, error))?;
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| *folder != stop && folder.starts_with(stop)) {
        if fs::remove_dir(empty).is_err() {
            break;
        }
        folder = empty.parent();
    }
    sync_folder(folder.unwrap_or(stop))
}

fn create_folders(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    create_folders(folder_of(folder))?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::io("create", folder, error))
        }
        _ => sync_folder(folder_of(folder)),
    }
}

/// A temporary file is private; the file that it becomes keeps the old one's permissions, or has
/// those of any other new file.
fn keep_permissions(path: &Path, file: &File) -> std::io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) => file.set_permissions(metadata.permissions()),
        Err(_) => set_default_permissions(file),
    }
}

#[cfg(unix)]
fn set_default_permissions(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_default_permissions(_: &File) -> std::io::Result<()> {
    Ok(())
}

/// Makes libgit2 flush objects and references to disk. By default neither git nor libgit2 does,
/// and a power cut after a successful commit leaves a corrupt repository. The option is set for
/// this process only, through a configuration file of our own below `.git/estate/`.
pub(super) fn flush_git_writes(repository: &Repository) -> Result<(), StoreError> {
    let path = repository.path().join("estate").join("durable.gitconfig");
    const TEXT: &[u8] = b"# Read by estate only: flush every object and reference to disk.\n[core]\n\tfsyncObjectFiles = true\n";
    if fs::read(&path).ok().as_deref() != Some(TEXT) {
        write_file(&path, TEXT)?;
    }
    let mut config: Config = repository.config()?;
    config.add_file(&path, ConfigLevel::App, true)?;
    Ok(())
}

/// Makes a file a program, or none.
#[cfg(unix)]
pub(super) fn set_executable(path: &Path, executable: bool) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |error| StoreError::io("set the permissions of", path, error);
    let mode = path.symlink_metadata().map_err(failed)?.permissions().mode();
    match (executable, mode & 0o111 != 0) {
        (true, false) => fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o111)).map_err(failed),
        (false, true) => fs::set_permissions(path, fs::Permissions::from_mode(mode & !0o111)).map_err(failed),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn set_executable(_: &Path, _: bool) -> Result<(), StoreError> {
    Ok(())
}
