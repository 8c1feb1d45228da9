//! Making a repository, and who commits.

use std::path::Path;

use git2::{ErrorCode, Repository, RepositoryInitOptions};

use super::{Store, StoreError};

/// Who commits and when, where it is not what git's configuration and the clock say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Identity {
    pub name: Option<String>,
    pub email: Option<String>,
    /// Seconds since 1970 and the offset of the local time in minutes.
    pub time: Option<(i64, i32)>,
}

impl Store {
    /// The name and the e-mail address under which a commit would be made.
    ///
    /// # Errors
    /// [`StoreError::NoIdentity`] where neither git's configuration nor the environment say one.
    pub fn author(&self) -> Result<(String, String), StoreError> {
        let signature = self.signature(self.git()?)?;
        let text = |part: Result<&str, git2::Error>| part.map(str::to_owned).unwrap_or_default();
        Ok((text(signature.name()), text(signature.email())))
    }
}

/// Makes `folder`, which must exist, a git repository unless it lies in one already; answers whether
/// it made one.
pub fn init_repository(folder: &Path) -> Result<bool, StoreError> {
    match Repository::discover(folder) {
        Ok(_) => Ok(false),
        Err(error) if error.code() == ErrorCode::NotFound => create_repository(folder).map(|()| true),
        Err(error) => Err(StoreError::UnusableRepository(error.message().to_owned())),
    }
}

/// Makes `folder` a git repository of its own. No template of the user's configuration is copied,
/// so that nothing of it can run.
pub fn create_repository(folder: &Path) -> Result<(), StoreError> {
    let mut options = RepositoryInitOptions::new();
    options.external_template(false).initial_head("main").mkpath(true);
    Repository::init_opts(folder, &options)?;
    Ok(())
}
