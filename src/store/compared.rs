//! What differs between two commits, and as little else as can be: the cost follows the change.

use std::borrow::Cow;

use git2::{Commit, Odb};

use super::history::Differing;
use super::revision::{Blobs, Read, TreeFile, read, trust_ids, version};
use super::{Store, StoreError};
use crate::snapshot::{Content, Snapshot};
use crate::yaml::excerpts;

/// So many files are read in one go.
const BATCH: usize = 128;

impl Store {
    /// The records in which two commits differ, as two snapshots to be compared: of a record that is
    /// in both, only the fields that differ and its class and name.
    pub fn compared(&self, old: &str, new: &str) -> Result<[Snapshot; 2], StoreError> {
        trust_ids();
        let (before, after) = (self.commit_at(old)?, self.commit_at(new)?);
        let mut files = self.files_between(Some(&before), &after)?;
        files.retain(|(path, _)| path.starts_with("inventory/"));
        let bare = [self.schemas_at(old, &before)?, self.schemas_at(new, &after)?];
        let objects = self.git()?.odb()?;
        let batches = files.rchunks(BATCH).map(|files| contents(&objects, files));
        Ok(Snapshot::load_both(bare, batches))
    }

    /// A commit without its records.
    fn schemas_at(&self, revision: &str, commit: &Commit<'_>) -> Result<Snapshot, StoreError> {
        let files = self.files_below(&commit.tree()?, &["schemas"])?;
        self.load_files(version(revision, commit), &files, &Blobs::new())
    }
}

/// Both sides of some files, cut to what differs. First the old ones are read and then the new ones,
/// both from the last file on: in this order most objects are near those that they are packed as
/// differences to, which are still at hand then.
fn contents<'f>(objects: &Odb<'_>, files: &'f [Differing]) -> Vec<(&'f str, [Option<Content<'static>>; 2])> {
    let side = |of: fn(&[Option<TreeFile>; 2]) -> Option<TreeFile>| -> Vec<_> {
        files.iter().rev().map(|(_, sides)| of(sides).map(|file| read(objects, file))).collect()
    };
    let (old, new) = (side(|[old, _]| *old), side(|[_, new]| *new));
    let both = files.iter().rev().zip(old.iter().zip(&new));
    both.map(|((path, _), (old, new))| {
        let sides = [old, new].map(|side| side.as_ref().map(Read::content));
        (path.as_str(), cut(path, sides).map(|side| side.map(Content::into_owned)))
    })
    .collect()
}

/// Both sides of a record without the fields that are the same; files on one side only, and what is
/// no text, as they are.
fn cut<'c>(path: &str, sides: [Option<Content<'c>>; 2]) -> [Option<Content<'c>>; 2] {
    let texts = sides.each_ref().map(|side| match side {
        Some(Content::Bytes(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    });
    let excerpts = match texts {
        [Some(old), Some(new)] => excerpts(old, new, |key, text| match key {
            "class" => !folder_tells(path, text),
            key => key == "name",
        }),
        _ => None,
    };
    match excerpts {
        Some(texts) => texts.map(|text| Some(Content::Bytes(Cow::Owned(text.into_bytes())))),
        None => sides,
    }
}

/// Whether this class of an item is the one that its folder is named after, as it should be.
fn folder_tells(path: &str, class: &str) -> bool {
    let folder = path.strip_prefix("inventory/items/").and_then(|below| below.split_once('/'));
    let class = class.strip_prefix("class: ").and_then(|class| class.strip_suffix('\n'));
    folder.is_some_and(|(folder, _)| class == Some(folder))
}
