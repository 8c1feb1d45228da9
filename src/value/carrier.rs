//! What carries an item that has no price of its own.

use std::collections::HashSet;

use crate::model::item::Item;
use crate::snapshot::Snapshot;

/// Relations along which an item without a price of its own rests on one that has one.
const CARRIERS: [&str; 5] = ["hosted_on", "runs_on", "installed_on", "part_of", "member_of"];
/// Longest chain of carriers that is followed.
const MOST_CARRIERS: usize = 16;

/// The nearest item along the carrying relations whose cost is charged somewhere, with the relation
/// that leads to it.
pub(super) fn carrier<'a>(
    snapshot: &'a Snapshot,
    item: Item<'a>,
    is_priced: impl Fn(&str) -> bool,
) -> Option<(&'a str, String)> {
    let mut seen: HashSet<&str> = HashSet::from([item.id()]);
    let mut level: Vec<(&str, String)> = related(item).collect();
    for _ in 0..MOST_CARRIERS {
        if let Some((id, field)) = level.iter().find(|(id, _)| is_priced(id)) {
            return Some((id, field.clone()));
        }
        let mut next = Vec::new();
        for (id, field) in level {
            if let Some(item) = snapshot.item(id).filter(|_| seen.insert(id)) {
                next.extend(related(item).map(|(id, _)| (id, field.clone())));
            }
        }
        level = next;
    }
    None
}

fn related<'a>(item: Item<'a>) -> impl Iterator<Item = (&'a str, String)> {
    CARRIERS.into_iter().flat_map(move |relation| {
        item.related(relation).enumerate().map(move |(at, id)| (id, format!("relations.{relation}[{at}]")))
    })
}
