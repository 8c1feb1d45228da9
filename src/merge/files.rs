//! Which files of two branches are merged with which: records by their ids, wherever they lie.

use std::collections::BTreeMap;

use crate::model::{Place, RecordId};

/// A file that either side changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Touched {
    pub path: String,
    /// Whether it is there in the common ancestor, in ours and in theirs.
    pub there: [bool; 3],
    pub by_ours: bool,
    pub by_theirs: bool,
}

/// What is to be done with our files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// They alone changed this file.
    Take(String),
    /// Both changed it: what lay at these paths is merged into the file at `to`.
    Merge { record: Option<RecordId>, paths: [Option<String>; 3], to: String },
}

/// The steps that bring their changes into our files. `below` is the estate's folder in the
/// repository: files elsewhere are no records. `renamed` leads from the ids that either side gave to
/// records to those that they had.
pub fn steps(touched: &[Touched], below: &str, renamed: &BTreeMap<RecordId, RecordId>) -> Vec<Step> {
    let mut groups: BTreeMap<(Option<RecordId>, &str), Vec<&Touched>> = BTreeMap::new();
    for file in touched {
        let record = record_at(&file.path, below).map(|id| renamed.get(&id).cloned().unwrap_or(id));
        let path = if record.is_some() { "" } else { file.path.as_str() };
        groups.entry((record, path)).or_default().push(file);
    }
    groups.into_values().flat_map(|files| group(&files, below)).collect()
}

fn record_at(path: &str, below: &str) -> Option<RecordId> {
    let place = Place::of(path.strip_prefix(below)?)?;
    Some(RecordId { kind: place.kind, id: place.id })
}

fn group(files: &[&Touched], below: &str) -> Vec<Step> {
    let by_both = files.iter().any(|file| file.by_ours) && files.iter().any(|file| file.by_theirs);
    if !by_both {
        let theirs = files.iter().filter(|file| file.by_theirs);
        return theirs.map(|file| Step::Take(file.path.clone())).collect();
    }
    let found: [Vec<&str>; 3] = [0, 1, 2].map(|side| {
        let is_there = |file: &&&Touched| file.there.get(side).copied().unwrap_or(false);
        files.iter().filter(is_there).map(|file| file.path.as_str()).collect()
    });
    if files.len() > 1 && found.iter().any(|paths| paths.len() > 1) {
        // An id that has several files is an error of its own; each is merged with itself.
        return files.iter().flat_map(|file| group(&[file], below)).collect();
    }
    let [base, ours, theirs] = found.map(|paths| paths.first().map(|path| (*path).to_owned()));
    // A side that moved or renamed the record decides where it lies; where both did, ours.
    let to = match (&ours, &theirs) {
        (Some(our), Some(their)) => Some(if Some(our) == base.as_ref() { their } else { our }),
        (ours, theirs) => ours.as_ref().or(theirs.as_ref()),
    };
    match to.cloned() {
        Some(to) => {
            let record = record_at(&to, below);
            vec![Step::Merge { record, paths: [base, ours, theirs], to }]
        }
        // Both took it away.
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn touched(path: &str, there: [bool; 3]) -> Touched {
        let [base, ours, theirs] = there;
        Touched { path: path.into(), there, by_ours: base != ours, by_theirs: base != theirs }
    }

    #[test]
    fn a_record_that_one_side_moved_meets_the_others_change() {
        let old = touched("in/inventory/items/server/x.yaml", [true, false, true]);
        let old = Touched { by_theirs: true, ..old };
        let new = touched("in/inventory/items/laptop/x.yaml", [false, true, false]);
        let [step] = &steps(&[old.clone(), new.clone()], "in/", &BTreeMap::new())[..] else {
            panic!("one step")
        };
        let Step::Merge { record, paths, to } = step else { panic!("{step:?}") };
        assert_eq!(record.as_ref().map(ToString::to_string).as_deref(), Some("item/x"));
        assert_eq!(paths.clone().map(Option::unwrap), [&old.path, &new.path, &old.path].map(String::clone));
        assert_eq!(to, &new.path);
        // Seen from the other side.
        let swap = |file: &Touched| Touched {
            there: [file.there[0], file.there[2], file.there[1]],
            by_ours: file.by_theirs,
            by_theirs: file.by_ours,
            ..file.clone()
        };
        let [Step::Merge { to, .. }] = &steps(&[swap(&old), swap(&new)], "in/", &BTreeMap::new())[..] else {
            panic!("one step")
        };
        assert_eq!(to, &new.path);
        // Elsewhere in the repository they are two files.
        assert_eq!(steps(&[old.clone(), new], "out/", &BTreeMap::new()).len(), 1);
    }

    #[test]
    fn a_record_that_one_side_renamed_meets_the_others_change() {
        let old = Touched { by_ours: true, ..touched("inventory/parties/a.yaml", [true, true, false]) };
        let new = touched("inventory/parties/b.yaml", [false, false, true]);
        let id = |id: &str| RecordId { kind: Kind::Party, id: id.into() };
        let renamed = BTreeMap::from([(id("b"), id("a"))]);
        let [Step::Merge { record, paths, to }] = &steps(&[old.clone(), new.clone()], "", &renamed)[..]
        else {
            panic!("one step")
        };
        assert_eq!((record, to), (&Some(id("b")), &new.path));
        assert_eq!(paths.clone().map(Option::unwrap), [&old.path, &old.path, &new.path].map(String::clone));
        // Where ours has a record of that name, too, both are what they are.
        let taken = Touched { there: [false, true, true], by_ours: true, ..new };
        assert_eq!(steps(&[old, taken], "", &renamed).len(), 2);
    }

    #[test]
    fn what_one_side_changed_alone_is_taken_or_kept() {
        let files = [
            touched("inventory/parties/mine.yaml", [false, true, false]),
            touched("inventory/parties/theirs.yaml", [false, false, true]),
            touched("inventory/parties/gone.yaml", [true, false, false]),
            touched("README.md", [true, true, false]),
        ];
        let take = |path: &str| Step::Take(path.to_owned());
        assert_eq!(
            steps(&files, "", &BTreeMap::new()),
            [take("README.md"), take("inventory/parties/theirs.yaml")]
        );
    }
}
