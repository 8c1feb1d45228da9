//! What an earlier run found in the files of the estate, kept in `.git/estate/`.
//!
//! A file is unchanged where the file system says so: size, times, inode and mode are those of when it
//! was read, and it was read a while after it was written. Otherwise its content is hashed. What is
//! kept is sealed with a secret of the user's, over the build, the estate's folder and every byte:
//! a file that is damaged, of another build, or made by somebody else is no memory at all. Losing it
//! costs time and nothing else, so it is neither flushed nor missed.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use git2::{ObjectType, Oid};
use hmac::{Hmac, Mac};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tempfile::NamedTempFile;

use super::{Store, StoreError};
use crate::embedded::READER;
use crate::snapshot::Snapshot;

/// The largest memory that is kept, in bytes.
const MAX_BYTES: usize = 128 << 20;
/// The length of seals and secrets, in bytes.
const SEAL: usize = 32;
/// File systems keep times in steps of up to two seconds: a file may change once more within one
/// without a trace.
const STEP: Duration = Duration::from_secs(2);

/// The files of the estate at a moment.
pub struct Survey {
    /// Ordered by path.
    files: Vec<(String, Option<Stamp>)>,
    /// The time by the clock of the file system when the survey began.
    began: SystemTime,
    /// Becomes the memory.
    temporary: NamedTempFile,
}

/// What the file system tells of a file without reading it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    modified: (u64, u32),
    changed: (i64, i64),
    inode: u64,
    mode: u32,
}

#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    files: Vec<KeptFile<'a>>,
    findings: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct KeptFile<'a> {
    path: &'a str,
    /// `None` where the file was so new that its stamp says nothing.
    stamp: Option<Stamp>,
    /// The blob that git makes of it; nothing where it is neither a record nor a schema.
    blob: &'a [u8],
}

/// What was kept, and which files have changed since.
pub struct Memory {
    pub findings: Vec<u8>,
    /// By position in the survey, with the content that the file had.
    pub changed: Vec<(usize, Vec<u8>)>,
}

/// A key that only the user can read. It is no part of any repository.
pub struct Secret([u8; SEAL]);

impl Secret {
    /// Reads the secret in this file, or makes one. `None` where neither can be done.
    pub fn at(path: &Path) -> Option<Secret> {
        if let Ok(bytes) = fs::read(path) {
            return bytes.try_into().ok().map(Secret);
        }
        let folder = path.parent()?;
        fs::create_dir_all(folder).ok()?;
        let mut bytes = [0; SEAL];
        getrandom::fill(&mut bytes).ok()?;
        // Temporary files are made for their owner's eyes alone.
        let mut file = NamedTempFile::new_in(folder).ok()?;
        file.write_all(&bytes).ok()?;
        // Another process may have been faster: then its secret counts.
        let _ = file.persist_noclobber(path);
        fs::read(path).ok()?.try_into().ok().map(Secret)
    }
}

impl Survey {
    pub fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|(path, _)| path.as_str()).collect()
    }

    /// The stamp of a file, if a later change will change it.
    fn lasting(&self, stamp: Option<Stamp>) -> Option<Stamp> {
        let began = self.began.duration_since(SystemTime::UNIX_EPOCH).ok()?.checked_sub(STEP)?.as_secs();
        stamp.filter(|stamp| {
            stamp.modified.0 < began && u64::try_from(stamp.changed.0).is_ok_and(|changed| changed < began)
        })
    }
}

impl Store {
    /// Lists the files of the estate with their stamps. `None` where nothing can be kept.
    pub fn survey(&self) -> Result<Option<Survey>, StoreError> {
        let Ok(git) = self.git() else { return Ok(None) };
        let folder = git.path().join("estate");
        let temporary = fs::create_dir_all(&folder).and_then(|()| NamedTempFile::new_in(&folder));
        let Ok(temporary) = temporary else { return Ok(None) };
        let Ok(began) = temporary.as_file().metadata().and_then(|metadata| metadata.modified()) else {
            return Ok(None);
        };
        let files = self.stamped_files()?;
        Ok(Some(Survey { files, began, temporary }))
    }

    /// What is kept of an estate that had the same files. `None` also where the former content of a
    /// changed file is not in the repository, or more than `most` have changed.
    pub fn recall(&self, survey: &Survey, secret: &Secret, most: usize) -> Option<Memory> {
        let bytes = fs::read(self.memory_file()?).ok()?;
        let (seal, kept) = bytes.split_at_checked(SEAL)?;
        self.seal(secret, kept)?.verify_slice(seal).ok()?;
        let kept: Kept<'_> = postcard::from_bytes(kept).ok()?;
        if kept.files.len() != survey.files.len() {
            return None;
        }
        let (mut doubtful, mut changed) = (Vec::new(), Vec::new());
        for (at, (old, (path, stamp))) in kept.files.iter().zip(&survey.files).enumerate() {
            if old.path != path {
                return None;
            }
            if old.stamp.is_none() || old.stamp != *stamp {
                doubtful.push((at, path, Oid::from_bytes(old.blob).ok()?));
            }
        }
        let root = self.root();
        let differs = |(_, path, blob): &&(usize, &String, Oid)| hash_of(&root.join(path)) != Some(*blob);
        let differing: Vec<&(usize, &String, Oid)> = doubtful.par_iter().filter(differs).collect();
        if differing.len() > most {
            return None;
        }
        for (at, _, blob) in differing {
            changed.push((*at, self.git().ok()?.find_blob(*blob).ok()?.content().to_vec()));
        }
        Some(Memory { findings: kept.findings.to_vec(), changed })
    }

    /// Keeps what was found in a snapshot of the surveyed files, if it can.
    pub fn remember(&self, survey: Survey, snapshot: &Snapshot, secret: &Secret, findings: &[u8]) {
        let hash = |path: &str| {
            let record = snapshot.by_path(path).map(|record| record.source());
            let source = record.or_else(|| snapshot.schema_file(path));
            source.map(|source| Oid::hash_object(ObjectType::Blob, source.text().as_bytes())).transpose()
        };
        let hashes: Result<Vec<Option<Oid>>, git2::Error> =
            survey.files.par_iter().map(|(path, _)| hash(path)).collect();
        let Ok(hashes) = hashes else { return };
        let files = survey.files.iter().zip(&hashes).map(|((path, stamp), blob)| KeptFile {
            path,
            stamp: survey.lasting(*stamp),
            blob: blob.as_ref().map_or(&[], Oid::as_bytes),
        });
        let kept = Kept { files: files.collect(), findings };
        let Some(path) = self.memory_file() else { return };
        let Ok(bytes) = postcard::to_allocvec(&kept) else { return };
        let Some(seal) = self.seal(secret, &bytes).filter(|_| bytes.len() <= MAX_BYTES) else { return };
        let mut file = &survey.temporary;
        let written = file.write_all(&seal.finalize().into_bytes()).and_then(|()| file.write_all(&bytes));
        if written.is_ok() {
            let _ = survey.temporary.persist(path);
        }
    }

    fn memory_file(&self) -> Option<PathBuf> {
        Some(self.git().ok()?.path().join("estate").join("audit"))
    }

    /// Over what the memory holds, and what it holds for.
    fn seal(&self, secret: &Secret, kept: &[u8]) -> Option<Hmac<Sha256>> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
        let root = self.root().as_os_str().as_encoded_bytes();
        seal.update(&READER.to_be_bytes());
        seal.update(&u64::try_from(root.len()).ok()?.to_be_bytes());
        seal.update(root);
        seal.update(kept);
        Some(seal)
    }
}

fn hash_of(path: &Path) -> Option<Oid> {
    path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    let limit = crate::yaml::MAX_FILE_BYTES as u64 + 1;
    fs::File::open(path).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    Oid::hash_object(ObjectType::Blob, &bytes).ok()
}

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &fs::Metadata) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt;
        Some(Stamp {
            size: metadata.size(),
            modified: Stamp::modified(metadata)?,
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
            mode: metadata.mode(),
        })
    }

    /// Elsewhere nothing tells that a file was put in the place of another of the same size and age.
    #[cfg(not(unix))]
    pub(super) fn of(_: &fs::Metadata) -> Option<Stamp> {
        None
    }

    #[cfg(unix)]
    fn modified(metadata: &fs::Metadata) -> Option<(u64, u32)> {
        let since = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some((since.as_secs(), since.subsec_nanos()))
    }
}
