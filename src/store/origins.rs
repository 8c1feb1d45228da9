//! Which commit last set a field.

use std::collections::HashMap;

use super::history::{CommitInfo, info};
use super::{Store, StoreError};
use crate::model::{Place, RecordId};
use crate::snapshot::{Snapshot, Version};
use crate::yaml::{self, Route};

/// Where a field's value comes from in history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provenance {
    Commit(CommitInfo),
    /// It stands on disk and in no commit.
    Uncommitted,
}

type Fields = HashMap<RecordId, Vec<String>>;

impl Store {
    /// For each wanted field of `snapshot`, the commit that last changed its value. Fields of which
    /// nothing is known (no history, a shallow clone) are left out.
    pub fn origins(
        &self,
        snapshot: &Snapshot,
        wanted: impl IntoIterator<Item = (RecordId, String)>,
    ) -> Result<HashMap<(RecordId, String), Provenance>, StoreError> {
        let mut pending: Fields = HashMap::new();
        for (record, field) in wanted {
            let fields = pending.entry(record).or_default();
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let mut found = HashMap::new();
        let tip = match snapshot.version() {
            Version::Commit { id, .. } => id.clone(),
            _ => match self.head() {
                Some(head) => {
                    self.take_uncommitted(&head, snapshot, &mut pending, &mut found)?;
                    head
                }
                None => return Ok(found),
            },
        };
        self.walk(&tip, |commit| {
            if commit.parent_count() <= 1 {
                let parent = commit.parents().next();
                let mut sides: HashMap<RecordId, [Option<String>; 2]> = HashMap::new();
                for change in self.changed_between(parent.as_ref(), commit)? {
                    let Some(id) =
                        Place::of(&change.path).map(|place| RecordId { kind: place.kind, id: place.id })
                    else {
                        continue;
                    };
                    if !pending.contains_key(&id) {
                        continue;
                    }
                    let texts = sides.entry(id).or_default();
                    if let Some(parent) = parent.as_ref().filter(|_| change.in_old) {
                        texts[0] = self.text_at(&parent.tree()?, &change.path)?;
                    }
                    if change.in_new {
                        texts[1] = self.text_at(&commit.tree()?, &change.path)?;
                    }
                }
                for (id, [old, new]) in sides {
                    let differs =
                        |field: &String| value_at(old.as_deref(), field) != value_at(new.as_deref(), field);
                    take(&mut pending, &mut found, &id, differs, || Provenance::Commit(info(commit)));
                }
            }
            Ok(!pending.is_empty())
        })?;
        Ok(found)
    }

    fn take_uncommitted(
        &self,
        head: &str,
        snapshot: &Snapshot,
        pending: &mut Fields,
        found: &mut HashMap<(RecordId, String), Provenance>,
    ) -> Result<(), StoreError> {
        let tree = self.commit_at(head)?.tree()?;
        let ids: Vec<RecordId> = pending.keys().cloned().collect();
        for id in ids {
            let Some(record) = snapshot.by_id(&id) else { continue };
            let committed = self.text_at(&tree, record.path())?;
            let here = record.source().text();
            let differs =
                |field: &String| value_at(committed.as_deref(), field) != value_at(Some(here), field);
            // A file that moved on disk has another path in the commit; its history tells.
            if committed.is_some() {
                take(pending, found, &id, differs, || Provenance::Uncommitted);
            }
        }
        Ok(())
    }

    fn text_at(&self, tree: &git2::Tree<'_>, path: &str) -> Result<Option<String>, StoreError> {
        match tree.get_path(std::path::Path::new(&self.git_path(path))) {
            Ok(entry) => Ok(Some(String::from_utf8_lossy(&self.blob_text(entry.id())?).into_owned())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Moves the fields of a record that `settled` says are settled from `pending` to `found`.
fn take(
    pending: &mut Fields,
    found: &mut HashMap<(RecordId, String), Provenance>,
    id: &RecordId,
    settled: impl Fn(&String) -> bool,
    provenance: impl Fn() -> Provenance,
) {
    let Some(fields) = pending.get_mut(id) else { return };
    fields.retain(|field| {
        let done = settled(field);
        if done {
            found.insert((id.clone(), field.clone()), provenance());
        }
        !done
    });
    if fields.is_empty() {
        pending.remove(id);
    }
}

/// The data at a field, as one line; the whole text where the file is not YAML.
fn value_at(text: Option<&str>, field: &str) -> Option<String> {
    let text = text?;
    match yaml::parse(text) {
        Ok(tree) => tree.value(text).at(&Route::parse(field)).map(|value| value.to_string()),
        Err(_) => Some(text.to_owned()),
    }
}
