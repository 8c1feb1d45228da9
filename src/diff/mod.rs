//! What changed between two versions of the estate: by record and field, in typed values.
//!
//! Records are matched by kind and id, wherever their files lie. Lists are compared as their schema
//! says: sets as sets, keyed lists by key. Comments, quoting and the order of keys are formatting.

mod fields;
mod renames;
mod report;
#[cfg(test)]
mod tests;
mod touched;

use std::collections::BTreeMap;

use crate::model::item::Status;
use crate::model::{Kind, Record, RecordId};
use crate::money::Money;
use crate::snapshot::Snapshot;

pub use fields::{Effect, FieldChange, field_changes, parts};
pub use report::{Detail, fields_of, report, rows, summary};
pub use touched::{tally, touched};

/// What happened to a record. Ordered as a reader wants to see it: losses first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChangeKind {
    Removed,
    /// An item that left service: its status became retired, disposed or lost.
    Retired,
    Changed,
    Added,
    /// The same data under another id.
    Renamed,
    /// The same data in another folder.
    Moved,
    /// The same data, written differently.
    Formatted,
}

impl ChangeKind {
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Removed => "removed",
            ChangeKind::Retired => "retired",
            ChangeKind::Changed => "changed",
            ChangeKind::Added => "added",
            ChangeKind::Renamed => "renamed",
            ChangeKind::Moved => "moved",
            ChangeKind::Formatted => "formatted",
        }
    }
}

/// One record that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    pub kind: ChangeKind,
    pub record: RecordId,
    /// The class of an item.
    pub class: Option<String>,
    pub name: String,
    pub before_path: Option<String>,
    pub after_path: Option<String>,
    pub fields: Vec<FieldChange>,
    /// By how much the record's cost (of an item) or price (of a contract) changed, additions and
    /// removals included; `None` where it did not or cannot be said.
    pub money: Option<Money>,
}

/// The records that changed their id and nothing else: the old id and the new one.
pub fn renamed(before: &Snapshot, after: &Snapshot) -> Vec<(RecordId, RecordId)> {
    let ids = pairs(before, after).into_values().filter_map(|[old, new]| Some((old?, new?)));
    ids.map(|(old, new)| (old.record_id(), new.record_id())).filter(|(old, new)| old != new).collect()
}

/// By kind and id: a record as it was and as it is.
type Pairs<'s> = BTreeMap<(Kind, &'s str), [Option<&'s Record>; 2]>;

/// The records of both versions, each with what it was before.
fn pairs<'s>(before: &'s Snapshot, after: &'s Snapshot) -> Pairs<'s> {
    let mut pairs = Pairs::new();
    for (side, snapshot) in [before, after].into_iter().enumerate() {
        for record in snapshot.records() {
            if let Some(slot) = pairs.entry((record.kind(), record.id())).or_default().get_mut(side) {
                // Of duplicate ids the first counts, as everywhere; the audit reports the others.
                slot.get_or_insert(record);
            }
        }
    }
    renames::join(&mut pairs);
    pairs
}

/// The records that differ between `before` and `after`.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let mut changes: Vec<Change> =
        pairs(before, after).into_values().filter_map(|[old, new]| change(old, new, before, after)).collect();
    changes.sort_by(|a, b| {
        let financial = |change: &Change| change.money.is_none();
        (a.kind, financial(a), &a.record).cmp(&(b.kind, financial(b), &b.record))
    });
    changes
}

/// How a record differs from what it was; `None` where it does not.
pub fn change(
    old: Option<&Record>,
    new: Option<&Record>,
    before: &Snapshot,
    after: &Snapshot,
) -> Option<Change> {
    let (kind, fields) = match (old, new) {
        (Some(old), Some(new)) => {
            if old.source().text() == new.source().text() && old.path() == new.path() {
                return None;
            }
            let fields = field_changes(old, new, before, after);
            let kind = match () {
                () if new.is_renamed(old) => ChangeKind::Renamed,
                () if fields.iter().any(|field| ends_life(field, new)) => ChangeKind::Retired,
                () if !fields.is_empty() => ChangeKind::Changed,
                () if old.path() != new.path() => ChangeKind::Moved,
                () => ChangeKind::Formatted,
            };
            (kind, fields)
        }
        (Some(old), None) => (ChangeKind::Removed, fields_of(old, before, false)),
        (None, Some(new)) => (ChangeKind::Added, fields_of(new, after, true)),
        (None, None) => return None,
    };
    let shown = new.or(old)?;
    Some(Change {
        kind,
        record: shown.record_id(),
        class: shown.class().map(str::to_owned),
        name: shown.text("name").unwrap_or("").to_owned(),
        before_path: old.map(|record| record.path().to_owned()),
        after_path: new.map(|record| record.path().to_owned()),
        money: money_delta(old, new),
        fields,
    })
}

fn ends_life(field: &FieldChange, record: &Record) -> bool {
    let ended =
        |text: &Option<String>| text.as_deref().and_then(Status::from_name).is_some_and(Status::is_ended);
    record.kind() == Kind::Item && field.route == "status" && ended(&field.after) && !ended(&field.before)
}

fn money_delta(old: Option<&Record>, new: Option<&Record>) -> Option<Money> {
    let route = match new.or(old)?.kind() {
        Kind::Item => "cost",
        Kind::Contract => "price.amount",
        _ => return None,
    };
    let (old, new) = (old.and_then(|record| record.money(route)), new.and_then(|record| record.money(route)));
    let delta = match (old, new) {
        (Some(old), Some(new)) => new.checked_sub(old).ok()?,
        (Some(old), None) => old.negated(),
        (None, new) => new?,
    };
    (!delta.is_zero()).then_some(delta)
}
