//! The files that a merge left to a person, with what is still open in each.

use estate::merge::{self, Conflict, Decide, Merged, undecided};
use estate::model::{Place, RecordId};
use estate::schema::{Schemas, Shape};
use estate::store::{OpenFile, Store};

/// A file in conflict.
pub struct Open {
    pub file: OpenFile,
    /// The record; the path of a file that is none.
    pub name: String,
    pub id: Option<RecordId>,
    /// The versions as they stand: what was decided or mended by hand is the same on both sides.
    texts: [Option<String>; 3],
    pub shape: Option<Shape>,
    pub conflicts: Vec<Conflict>,
    /// Why the file cannot be taken apart: it is for an editor.
    pub trouble: Option<String>,
}

/// Every file in conflict, ordered by path.
pub fn open_files(store: &Store) -> anyhow::Result<Vec<Open>> {
    let files = store.open_files()?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let schemas = store.worktree_of(&[], &[])?.schemas().clone();
    Ok(files.into_iter().map(|file| Open::of(file, store.prefix(), &schemas)).collect())
}

impl Open {
    fn of(file: OpenFile, prefix: &str, schemas: &Schemas) -> Open {
        let place = file.path.strip_prefix(prefix).and_then(Place::of);
        let shape = place.as_ref().and_then(|place| shape_of(place, schemas));
        let id = place.map(|place| RecordId { kind: place.kind, id: place.id });
        let name = id.as_ref().map_or_else(|| file.path.clone(), ToString::to_string);
        let (texts, trouble) = match versions(&file) {
            Ok(texts) => (texts, None),
            Err(why) => ([None, None, None], Some(why)),
        };
        let mut open = Open { file, name, id, texts, shape, conflicts: Vec::new(), trouble };
        open.conflicts = open.merged(&undecided).conflicts;
        open
    }

    /// What becomes of the file by these decisions.
    pub fn merged(&self, decide: Decide<'_>) -> Merged {
        let [base, ours, theirs] = &self.texts;
        let [base, ours, theirs] = [base, ours, theirs].map(Option::as_deref);
        match &self.shape {
            Some(shape) => merge::merge3(base, ours, theirs, shape, decide),
            None => merge::merge_lines(base, ours, theirs, decide),
        }
    }

    /// Whether a person has something to do here.
    pub fn is_undecided(&self) -> bool {
        !self.conflicts.is_empty() || self.trouble.is_some()
    }

    /// What the markers in the file call both sides.
    pub fn names(&self) -> [String; 2] {
        let disk = self.file.disk.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        disk.and_then(merge::names).unwrap_or(["ours", "theirs"]).map(str::to_owned)
    }
}

/// The shape by which a record's fields are merged.
pub fn shape_of(place: &Place, schemas: &Schemas) -> Option<Shape> {
    let class = place.class().and_then(|class| schemas.class(class));
    class.or_else(|| schemas.get(place.kind.name())).map(|schema| schema.shape().clone())
}

/// The base as git keeps it, and both sides of the file on disk. Where one side deleted the file,
/// git writes no markers into it.
fn versions(file: &OpenFile) -> Result<[Option<String>; 3], String> {
    let text = |bytes: &Option<Vec<u8>>| match bytes {
        None => Ok(None),
        Some(bytes) => match String::from_utf8(bytes.clone()) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err("the file is not text".to_owned()),
        },
    };
    let [base, ours, theirs] = &file.sides;
    let base = text(base)?;
    let is_gone = ours.is_none() || theirs.is_none();
    let disk = text(&file.disk)?.unwrap_or_default();
    if !merge::is_marked(&disk) && is_gone {
        return Ok([base, text(ours)?, text(theirs)?]);
    }
    let [our, their] =
        merge::split(&disk).map_err(|line| format!("the marker in line {line} has no counterpart"))?;
    let there = |side: String| (!is_gone || !side.is_empty()).then_some(side);
    Ok([base, there(our), there(their)])
}
