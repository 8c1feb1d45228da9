//! The record that a writing verb is about.

use estate::model::Record;
use estate::snapshot::Snapshot;
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

/// The shortest name that means this record: its id, or `kind/id` where the id means another.
pub fn name_of(snapshot: &Snapshot, record: &Record) -> String {
    let first = snapshot.named(record.id()).first().map(|first| first.record_id());
    match first {
        Some(first) if first != record.record_id() => record.record_id().to_string(),
        _ => record.id().to_owned(),
    }
}
