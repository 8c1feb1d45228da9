//! The past of one record: followed by its id wherever its file lies, and to the id that it had
//! before.

use std::collections::HashMap;
use std::sync::Arc;

use git2::{Commit, ObjectType, Oid, Tree};

use super::history::{CommitInfo, info, is_cut};
use super::packed_trees::Trees;
use super::revision::trust_ids;
use super::{Store, StoreError};
use crate::model::{Kind, Place, Record, RecordId};
use crate::schema::Schemas;

/// A record in a commit and in those before it.
pub struct Step<'c> {
    commit: &'c Commit<'c>,
    /// The record after the commit; `None` where there is none.
    pub after: Option<Arc<Record>>,
    pub before: Vec<Before>,
    /// A shallow clone ends here: what was before is not known.
    pub is_cut: bool,
}

/// The record in one parent of a commit. A first commit has one parent in which there is nothing.
pub struct Before {
    /// The parent's id.
    pub commit: String,
    pub record: Option<Arc<Record>>,
    is_same: bool,
}

impl Step<'_> {
    pub fn commit(&self) -> CommitInfo {
        info(self.commit)
    }

    pub fn commit_id(&self) -> String {
        self.commit.id().to_string()
    }

    /// Whether the record's file is as none of the parents has it.
    pub fn is_change(&self) -> bool {
        !self.is_cut && self.before.iter().all(|before| !before.is_same)
    }
}

impl Store {
    /// The steps of a record on the way to `revision`, each commit after those that follow it. Its
    /// files are read by `schemas`, each text once. `each` answers whether to go on.
    pub fn record_history(
        &self,
        record: &RecordId,
        revision: &str,
        schemas: &Schemas,
        mut each: impl FnMut(&Step<'_>) -> bool,
    ) -> Result<(), StoreError> {
        trust_ids();
        let mut past = Past::new(self, schemas)?;
        // By commit, the ids under which it is asked for the record: two where branches renamed it
        // differently.
        let mut asked: HashMap<Oid, Vec<String>> = HashMap::new();
        asked.insert(self.commit_at(revision)?.id(), vec![record.id.clone()]);
        self.walk(revision, |commit| {
            for id in asked.remove(&commit.id()).unwrap_or_default() {
                let (step, earlier) = past.step(commit, record.kind, &id)?;
                for (parent, id) in earlier {
                    let ids = asked.entry(parent).or_default();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                if !each(&step) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }
}

/// A file in a tree.
#[derive(Clone, PartialEq, Eq)]
struct Found {
    path: String,
    blob: Oid,
}

/// Finds a record in one tree after the other. Equal trees are searched once and equal files parsed
/// once: a commit changes few of them, and large folders take long to read.
struct Past<'s> {
    store: &'s Store,
    trees: Trees<'s>,
    schemas: &'s Schemas,
    /// By the commit's tree: the tree of the kind's folder.
    folders: HashMap<Oid, Option<Oid>>,
    /// By the tree of a folder: what it holds under an id.
    entries: HashMap<Oid, HashMap<String, Option<Found>>>,
    /// By the tree of a folder within it: the same.
    inner: HashMap<(Oid, String), Option<Oid>>,
    /// The folder within the kind's in which the record was found last.
    last_inner: Option<String>,
    records: HashMap<(Oid, String), Arc<Record>>,
}

impl<'s> Past<'s> {
    fn new(store: &'s Store, schemas: &'s Schemas) -> Result<Self, StoreError> {
        Ok(Self {
            store,
            trees: Trees::of(store.git()?),
            schemas,
            folders: HashMap::new(),
            entries: HashMap::new(),
            inner: HashMap::new(),
            last_inner: None,
            records: HashMap::new(),
        })
    }

    /// The step at a commit, and under which id its parents have the record.
    fn step<'c>(
        &mut self,
        commit: &'c Commit<'c>,
        kind: Kind,
        id: &str,
    ) -> Result<(Step<'c>, Vec<(Oid, String)>), StoreError> {
        let mut after = self.find(commit.tree_id(), kind, id)?;
        let mut parents = Vec::new();
        for parent in commit.parents() {
            let found = self.find(parent.tree_id(), kind, id)?;
            parents.push((parent, id.to_owned(), found));
        }
        match after.clone() {
            // New under this id: it may have had another one.
            Some(new) if parents.iter().all(|(.., found)| found.is_none()) => {
                for (parent, id, found) in &mut parents {
                    if let Some((old_id, old)) = self.renamed(&new, commit, parent)? {
                        (*id, *found) = (old_id, Some(old));
                    }
                }
            }
            // Gone under this id: it may go on under another one.
            None => {
                for (parent, _, found) in &parents {
                    if let Some(old) = found.as_ref().filter(|_| after.is_none()) {
                        after = self.renamed(old, parent, commit)?.map(|(_, found)| found);
                    }
                }
            }
            Some(_) => {}
        }
        let mut before = Vec::new();
        for (parent, _, found) in &parents {
            let is_same = *found == after;
            before.push(Before {
                commit: parent.id().to_string(),
                record: self.read(found.as_ref())?,
                is_same,
            });
        }
        if before.is_empty() {
            before.push(Before { commit: String::new(), record: None, is_same: after.is_none() });
        }
        let step = Step { commit, after: self.read(after.as_ref())?, before, is_cut: is_cut(commit) };
        Ok((step, parents.into_iter().map(|(parent, id, _)| (parent.id(), id)).collect()))
    }

    /// The record of the commit `there` that has the data of one of `here` under another id, where
    /// each of the two is in its commit alone.
    fn renamed(
        &mut self,
        known: &Found,
        here: &Commit<'_>,
        there: &Commit<'_>,
    ) -> Result<Option<(String, Found)>, StoreError> {
        let Some(known) = self.read(Some(known))? else { return Ok(None) };
        let changed = self.store.changed_between(Some(here), there)?;
        for only_there in changed.iter().filter(|change| change.in_new && !change.in_old) {
            let place = Place::of(&only_there.path).filter(|place| place.kind == known.kind());
            let Some(place) = place else { continue };
            let Some(found) = self.find(there.tree_id(), place.kind, &place.id)? else { continue };
            // A record that only moved to another folder is here, too.
            if self.find(here.tree_id(), place.kind, &place.id)?.is_none()
                && self.read(Some(&found))?.is_some_and(|other| known.is_renamed(&other))
            {
                return Ok(Some((place.id, found)));
            }
        }
        Ok(None)
    }

    /// The record in a file. Each text is parsed once.
    fn read(&mut self, found: Option<&Found>) -> Result<Option<Arc<Record>>, StoreError> {
        let Some(Found { path, blob }) = found else { return Ok(None) };
        let key = (*blob, path.clone());
        if let Some(record) = self.records.get(&key) {
            return Ok(Some(record.clone()));
        }
        let Some(place) = Place::of(path) else { return Ok(None) };
        let bytes = self.store.blob_text(*blob)?;
        let record = Arc::new(Record::read(&place, path, &bytes, self.schemas));
        self.records.insert(key, record.clone());
        Ok(Some(record))
    }

    fn find(&mut self, root: Oid, kind: Kind, id: &str) -> Result<Option<Found>, StoreError> {
        let git = self.store.git()?;
        let path = match kind.is_single() {
            true => "inventory".to_owned(),
            false => format!("inventory/{}", kind.folder()),
        };
        let folder = match self.folders.get(&root) {
            Some(folder) => *folder,
            None => {
                let folder = self.store.subtree_id(&git.find_tree(root)?, &path)?;
                self.folders.insert(root, folder);
                folder
            }
        };
        let Some(folder) = folder else { return Ok(None) };
        if let Some(found) = self.entries.get(&folder).and_then(|entries| entries.get(id)) {
            return Ok(found.clone());
        }
        let name = format!("{id}.yaml");
        let found = if kind.has_folders() {
            self.find_in_folders(&git.find_tree(folder)?, kind, id, &name)?
        } else {
            let blob = self.trees.file_in(folder, &name)?;
            blob.map(|blob| Found { path: format!("{path}/{name}"), blob })
        };
        self.entries.entry(folder).or_default().insert(id.to_owned(), found.clone());
        Ok(found)
    }

    /// Looks where the record was found last, then everywhere.
    fn find_in_folders(
        &mut self,
        records: &Tree<'_>,
        kind: Kind,
        id: &str,
        name: &str,
    ) -> Result<Option<Found>, StoreError> {
        let mut folders: Vec<(String, Oid)> = records
            .iter()
            .filter(|entry| entry.kind() == Some(ObjectType::Tree))
            .map(|entry| (String::from_utf8_lossy(entry.name_bytes()).into_owned(), entry.id()))
            .collect();
        folders.sort_by_key(|(folder, _)| self.last_inner.as_ref() != Some(folder));
        for (folder, tree) in folders {
            let key = (tree, id.to_owned());
            let blob = match self.inner.get(&key) {
                Some(blob) => *blob,
                None => {
                    let blob = self.trees.file_in(tree, name)?;
                    self.inner.insert(key, blob);
                    blob
                }
            };
            if let Some(blob) = blob {
                let path = Place::new(kind, Some(&folder), id).path();
                self.last_inner = Some(folder);
                return Ok(Some(Found { path, blob }));
            }
        }
        Ok(None)
    }
}
