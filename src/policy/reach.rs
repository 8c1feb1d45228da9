//! What policies may look at.

use super::field;
use crate::model::Kind;
use crate::snapshot::Snapshot;

/// Whether a policy may look at a field, or at the keys `below` it where only those matter. It is told
/// by the text of the policies, which name what they read: a yes may be wrong, a no is not.
pub fn may_read(snapshot: &Snapshot, kind: Kind, name: &str, below: &[&str]) -> bool {
    let mut policies = snapshot.of_kind(Kind::Policy).map(|record| record.source().text()).peekable();
    if policies.peek().is_none() {
        return false;
    }
    // Only an item's fields are read under their own names alone: others make relations of items, and
    // a contract's term makes dates.
    if kind != Kind::Item || name == "relations" {
        return true;
    }
    let mut names: Vec<&str> = below.to_vec();
    names.extend(field::resting_on(kind, name));
    if below.is_empty() {
        names.push(name);
    }
    let as_a_whole = |text: &str| {
        text.match_indices(name)
            .any(|(at, found)| !text.get(at + found.len()..).unwrap_or("").starts_with('.'))
    };
    policies.any(|text| names.iter().any(|name| text.contains(name)) || as_a_whole(text))
}
