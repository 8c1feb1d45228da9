//! Which commit last set a field.

use std::collections::HashMap;

use git2::Commit;

use super::history::{CommitInfo, info};
use super::tree_files::TreeFiles;
use super::{Store, StoreError};
use crate::model::{Place, Record, RecordId};
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
                let mut new = self.files_of(commit)?;
                let mut old = parent.as_ref().map(|parent| self.files_of(parent)).transpose()?;
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
                    if let Some(old) = old.as_mut().filter(|_| change.in_old) {
                        texts[0] = self.text_at(old, &change.path)?;
                    }
                    if change.in_new {
                        texts[1] = self.text_at(&mut new, &change.path)?;
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
        let mut files = self.files_of(&self.commit_at(head)?)?;
        let mut records: Vec<&Record> = pending.keys().filter_map(|id| snapshot.by_id(id)).collect();
        // Folder by folder, as they are looked up.
        records.sort_unstable_by_key(|record| record.path());
        for record in records {
            let id = record.record_id();
            let committed = self.text_at(&mut files, record.path())?;
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

    fn files_of<'g>(&'g self, commit: &Commit<'g>) -> Result<TreeFiles<'g>, StoreError> {
        Ok(TreeFiles::of(self.git()?, &commit.tree()?))
    }

    fn text_at(&self, files: &mut TreeFiles<'_>, path: &str) -> Result<Option<String>, StoreError> {
        let Some(blob) = files.id(&self.git_path(path))? else { return Ok(None) };
        Ok(Some(String::from_utf8_lossy(&self.blob_text(blob)?).into_owned()))
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
