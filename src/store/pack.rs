//! The objects of a large commit as one pack: a handful of flushes instead of two for each object.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{ErrorCode, Odb, Oid, Repository, Tree};

use super::StoreError;
use super::changes::Changes;

/// More new contents than this are packed.
const LOOSE_FILES: usize = 20;

/// New objects are kept in memory until they are packed.
const BEFORE_ALL_OTHERS: i32 = 1000;

/// Where the objects of a commit go.
pub(super) enum Objects {
    Loose,
    Packed,
}

impl Objects {
    /// Chooses by how much is new. From here on the objects of a packed commit stay in memory.
    pub fn of(changes: &Changes, odb: &Odb<'_>) -> Result<Self, StoreError> {
        if changes.blobs.len() <= LOOSE_FILES {
            return Ok(Self::Loose);
        }
        odb.add_new_mempack_backend(BEFORE_ALL_OTHERS)?;
        Ok(Self::Packed)
    }

    /// Brings what the commit added to disk.
    pub fn flush(
        &self,
        git: &Repository,
        changes: &Changes,
        tree: &Tree<'_>,
        commit: Oid,
    ) -> Result<(), StoreError> {
        if matches!(self, Self::Loose) {
            return Ok(());
        }
        let mut pack = git.packbuilder()?;
        for id in added(changes, tree, commit)? {
            pack.insert_object(id, None)?;
        }
        Ok(pack.write(&git.commondir().join("objects").join("pack"), 0)?)
    }
}

/// The commit, the changed files, and the folders above them.
fn added(changes: &Changes, tree: &Tree<'_>, commit: Oid) -> Result<BTreeSet<Oid>, StoreError> {
    let mut ids = BTreeSet::from([commit, tree.id()]);
    let mut folders = BTreeSet::new();
    for path in changes.paths() {
        for path in Path::new(path).ancestors().filter(|path| !path.as_os_str().is_empty()) {
            if folders.contains(path) {
                break;
            }
            match tree.get_path(path) {
                Ok(entry) => drop(ids.insert(entry.id())),
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(error.into()),
            }
            folders.insert(path.to_owned());
        }
    }
    Ok(ids)
}
