//! What differs between two commits, and as little else as can be: the cost follows the change.

use std::borrow::Cow;
use std::collections::BTreeMap;

use git2::Commit;
use rayon::prelude::*;

use super::revision::{Blobs, Files, Readers, trust_ids, version};
use super::{Store, StoreError};
use crate::snapshot::{Content, Snapshot};
use crate::yaml::excerpts;

/// Fields that a change shows whether they differ or not.
const SHOWN: [&str; 2] = ["class", "name"];

/// What is read of one side, by path.
type Contents = BTreeMap<String, Content<'static>>;

impl Store {
    /// The records in which two commits differ, as two snapshots to be compared: of a record that is
    /// in both, only the fields that differ and those that are shown beside them.
    pub fn compared(&self, old: &str, new: &str) -> Result<[Snapshot; 2], StoreError> {
        trust_ids();
        let (before, after) = (self.commit_at(old)?, self.commit_at(new)?);
        let mut files = self.files_between(Some(&before), &after)?;
        files.retain(|(path, _)| path.starts_with("inventory/"));
        let blobs = Blobs::new();
        let readers = Readers::new(self.git()?, &blobs);
        let read: Vec<(String, [Option<Content<'static>>; 2])> = files
            .into_par_iter()
            .map(|(path, sides)| (path, cut(sides.map(|side| side.map(|file| readers.content(file))))))
            .collect();
        let (mut of_before, mut of_after) = (Contents::new(), Contents::new());
        for (path, [old, new]) in read {
            of_before.extend(old.map(|content| (path.clone(), content)));
            of_after.extend(new.map(|content| (path, content)));
        }
        Ok([
            self.unjudged(old, &before, of_before, &readers)?,
            self.unjudged(new, &after, of_after, &readers)?,
        ])
    }

    /// A snapshot of these contents with the estate's own schemas as of the commit.
    fn unjudged(
        &self,
        revision: &str,
        commit: &Commit<'_>,
        mut contents: Contents,
        readers: &Readers<'_>,
    ) -> Result<Snapshot, StoreError> {
        let mut schemas = Files::new();
        if let Some(tree) = self.subtree(&commit.tree()?, "schemas")? {
            self.collect(&tree, "schemas", 0, &mut schemas)?;
        }
        contents.extend(schemas.into_iter().map(|(path, file)| (path, readers.content(file))));
        let paths: Vec<String> = contents.keys().cloned().collect();
        let nothing = Content::Bytes(Cow::Borrowed(b""));
        let content = |path: &str| contents.get(path).unwrap_or(&nothing).borrowed();
        Ok(Snapshot::load_unjudged(version(revision, commit), &paths, content))
    }
}

/// Both sides of a record without the fields that are the same; files on one side only, and what is
/// no text, as they are.
fn cut(sides: [Option<Content<'static>>; 2]) -> [Option<Content<'static>>; 2] {
    let texts = sides.each_ref().map(|side| match side {
        Some(Content::Bytes(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    });
    let excerpts = match texts {
        [Some(old), Some(new)] => excerpts(old, new, &SHOWN),
        _ => None,
    };
    match excerpts {
        Some(texts) => texts.map(|text| Some(Content::Bytes(Cow::Owned(text.into_bytes())))),
        None => sides,
    }
}
