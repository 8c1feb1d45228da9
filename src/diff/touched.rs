//! What a commit did to records, judged by its files alone.

use std::collections::BTreeMap;

use super::ChangeKind;
use crate::model::{Place, RecordId};

/// The records and other files that differ, from the paths that do and the sides on which each is
/// there. Nothing is read, so a change of formatting counts as a change.
pub fn touched<'p>(paths: impl IntoIterator<Item = (&'p str, bool, bool)>) -> Vec<(String, ChangeKind)> {
    let mut files: BTreeMap<String, Vec<(bool, bool)>> = BTreeMap::new();
    for (path, in_old, in_new) in paths {
        let name = Place::of(path)
            .map_or_else(|| path.to_owned(), |place| RecordId { kind: place.kind, id: place.id }.to_string());
        files.entry(name).or_default().push((in_old, in_new));
    }
    let kind = |sides: &[(bool, bool)]| {
        let (in_old, in_new) = (sides.iter().any(|(old, _)| *old), sides.iter().any(|(_, new)| *new));
        match (in_old, in_new) {
            (true, false) => ChangeKind::Removed,
            (false, _) => ChangeKind::Added,
            (true, true) if sides.len() > 1 => ChangeKind::Moved,
            (true, true) => ChangeKind::Changed,
        }
    };
    files.into_iter().map(|(name, sides)| (name, kind(&sides))).collect()
}

/// `1 removed, 2 changed, 3 added`.
pub fn tally(touched: &[(String, ChangeKind)]) -> String {
    let mut counts: BTreeMap<ChangeKind, usize> = BTreeMap::new();
    for (_, kind) in touched {
        *counts.entry(*kind).or_default() += 1;
    }
    counts.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_in_another_folder_is_one_move() {
        let found = touched([
            ("inventory/items/laptop/x.yaml", true, false),
            ("inventory/items/workstation/x.yaml", false, true),
            ("inventory/schedules/x.yaml", true, true),
            ("inventory/parties/new.yaml", false, true),
            ("inventory/parties/old.yaml", true, false),
            ("schemas/badge.schema.json", false, true),
        ]);
        let shown: Vec<String> = found.iter().map(|(name, kind)| format!("{} {name}", kind.name())).collect();
        assert_eq!(
            shown,
            [
                "moved item/x",
                "added party/new",
                "removed party/old",
                "changed schedule/x",
                "added schemas/badge.schema.json"
            ]
        );
        assert_eq!(tally(&found), "1 removed, 1 changed, 2 added, 1 moved");
    }
}
