//! Records that changed their id and nothing else.

use std::collections::HashMap;

use super::Pairs;
use crate::model::Record;

/// Makes one pair of a record that is gone and one that is new, where the new one holds the same
/// data under another id and no third record does.
pub(super) fn join<'r>(pairs: &mut Pairs<'r>) {
    let mut by_data: HashMap<String, [Vec<&'r Record>; 2]> = HashMap::new();
    for [old, new] in pairs.values() {
        let (side, record) = match (old, new) {
            (Some(old), None) => (0, old),
            (None, Some(new)) => (1, new),
            _ => continue,
        };
        if let Some(data) = data_but_id(record)
            && let Some(of_side) = by_data.entry(data).or_default().get_mut(side)
        {
            of_side.push(record);
        }
    }
    for sides in by_data.into_values() {
        if let [[old], [new]] = sides.each_ref().map(Vec::as_slice)
            && new.is_renamed(old)
        {
            pairs.remove(&(old.kind(), old.id()));
            pairs.insert((new.kind(), new.id()), [Some(old), Some(new)]);
        }
    }
}

fn data_but_id(record: &Record) -> Option<String> {
    let root = record.root().filter(|root| root.is_mapping())?;
    let mut fields: Vec<String> = root
        .entries()
        .filter(|(key, ..)| *key != "id")
        .map(|(key, _, value)| format!("{key}: {value}"))
        .collect();
    fields.sort();
    Some(format!("{}\n{}", record.kind(), fields.join("\n")))
}
