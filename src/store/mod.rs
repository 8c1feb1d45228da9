//! The only place that touches the file system and git.
//!
//! git2 never runs a program: hooks, filters, pagers, monitors and merge drivers that a
//! repository's configuration names stay unused. Writes go past the user's index to a commit and a
//! compare-and-swap of the branch; what is reported as done has reached the disk.

#![expect(clippy::disallowed_methods, reason = "this is where files are read, written and waited for")]

mod changes;
mod compared;
mod conflicts;
mod durable;
mod error;
mod health;
mod history;
mod index;
mod init;
mod journal;
mod known;
mod memory;
mod merging;
mod open_merge;
mod origins;
mod pack;
mod packed_trees;
mod proposed;
mod record_history;
mod revision;
mod settle;
mod signers;
mod tags;
mod transaction;
mod tree_files;
mod undo;
mod worktree;

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository};

pub use changes::Changes;
pub use durable::write_file;
pub use error::{Severity, StoreError};
pub use health::{Ailment, Health};
pub use history::{CommitInfo, PathChange};
pub use init::{Identity, create_repository, init_repository};
pub use known::Known;
pub use memory::{Memory, Secret, Survey};
pub use merging::{Merging, Relation, Side};
pub use open_merge::{Conclusion, OpenFile};
pub use origins::Provenance;
pub use proposed::Proposed;
pub use record_history::{Before, Step};
pub use signers::Pinned;
pub use tags::Tag;
pub use transaction::{Committed, Recovered, Transaction};
pub use undo::{Operation, UNDOES};

use crate::model::Place;

/// An estate on disk: its root, and the git repository that it lies in.
pub struct Store {
    root: PathBuf,
    /// The estate's root below the repository's, with a trailing slash; empty where they are one.
    prefix: String,
    git: Result<Repository, String>,
    /// No repository at all, rather than one that cannot be used.
    no_repository: bool,
    identity: Option<Identity>,
}

impl Store {
    /// Finds the estate that `start` lies in: the nearest folder, upwards, that holds
    /// `inventory/settings.yaml`. A `start` with an `inventory` folder of its own is meant even
    /// without settings, so that the audit can say that they are missing.
    ///
    /// # Errors
    /// [`StoreError::NoEstate`], or an I/O error where `start` cannot be read.
    pub fn discover(start: &Path) -> Result<Store, StoreError> {
        let start = start.canonicalize().map_err(|error| StoreError::io("open", start, error))?;
        let own = start.join("inventory").is_dir().then_some(start.as_path());
        let root = own.or_else(|| start.ancestors().find(|folder| folder.join(Place::SETTINGS).is_file()));
        let root = root.ok_or_else(|| StoreError::NoEstate(start.clone()))?.to_owned();
        Ok(Store::open(root))
    }

    /// The estate of this folder, which may hold nothing yet.
    pub fn open(root: PathBuf) -> Store {
        let (git, no_repository) = match Repository::discover(&root) {
            Ok(repository) if is_grafted(&repository) => (Err(GRAFTED.to_owned()), false),
            Ok(repository) => (Ok(repository), false),
            Err(error) => (Err(error.message().to_owned()), error.code() == ErrorCode::NotFound),
        };
        let workdir =
            git.as_ref().ok().and_then(Repository::workdir).and_then(|path| path.canonicalize().ok());
        let below = workdir.as_deref().and_then(|workdir| root.strip_prefix(workdir).ok());
        let prefix = below.map(slashes).filter(|below| !below.is_empty()).map(|below| format!("{below}/"));
        Store { root, prefix: prefix.unwrap_or_default(), git, no_repository, identity: None }
    }

    /// Commits under this name and date instead of those of git's configuration and the clock.
    pub fn with_identity(mut self, identity: Option<Identity>) -> Store {
        self.identity = identity;
        self
    }

    /// A new file in the repository's own folder, where git and other people do not see it: for
    /// drafts, which must survive a failed write.
    ///
    /// # Errors
    /// When there is no repository, or the file cannot be written.
    pub fn draft(&self, name: &str, text: &str) -> Result<PathBuf, StoreError> {
        let folder = self.git()?.path().join("estate").join("drafts");
        let failed = |error| StoreError::io("create a draft in", &folder, error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        let file =
            builder.prefix(&format!("{name}-")).suffix(".yaml").tempfile_in(&folder).map_err(failed)?;
        let (_, path) = file.keep().map_err(|error| failed(error.error))?;
        write_file(&path, text.as_bytes())?;
        Ok(path)
    }

    /// The folder that holds `inventory/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the repository's files.
    ///
    /// # Errors
    /// When there is no repository, or it has no files.
    pub fn workdir(&self) -> Result<&Path, StoreError> {
        self.git()?.workdir().ok_or(StoreError::Bare)
    }

    /// The estate's root below the repository's, with a trailing slash; empty where they are one.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    fn git(&self) -> Result<&Repository, StoreError> {
        match &self.git {
            Ok(repository) => Ok(repository),
            Err(_) if self.no_repository => Err(StoreError::NotARepository(self.root.clone())),
            Err(why) => Err(StoreError::UnusableRepository(why.clone())),
        }
    }

    /// A path of the estate as a path of the repository.
    fn git_path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn disk_path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

const GRAFTED: &str = "its file .git/info/grafts gives commits other parents than they name, so its history cannot be trusted; delete the file";

/// Whether this clone pretends another history. Unlike its newer kin, the refs of `git replace`, which
/// are not followed here, grafts cannot be looked past.
fn is_grafted(repository: &Repository) -> bool {
    let grafts = repository.commondir().join("info").join("grafts");
    std::fs::symlink_metadata(grafts).is_ok_and(|file| !file.is_file() || file.len() > 0)
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
