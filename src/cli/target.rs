//! The record that a writing verb is about.

use estate::store::Store;

use super::context;

/// The id in `name`, which may be `kind/id`. It is found by the names of files; only where there is
/// none is the estate read, to suggest one.
pub fn existing_id<'n>(store: &Store, name: &'n str) -> anyhow::Result<&'n str> {
    let id = name.rsplit('/').next().unwrap_or(name);
    if store.locate(id).is_empty() {
        context::find(&store.worktree()?, name)?;
    }
    Ok(id)
}
