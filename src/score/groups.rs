//! Scores apart for each class, service or owner.

use std::collections::{BTreeMap, BTreeSet};

use super::Checked;
use crate::model::service::{Service, Target};
use crate::snapshot::Snapshot;

/// What items are put together by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupBy {
    Class,
    Service,
    Owner,
}

impl GroupBy {
    pub const ALL: [GroupBy; 3] = [GroupBy::Class, GroupBy::Service, GroupBy::Owner];

    pub fn name(self) -> &'static str {
        match self {
            GroupBy::Class => "class",
            GroupBy::Service => "service",
            GroupBy::Owner => "owner",
        }
    }

    pub fn from_name(name: &str) -> Option<GroupBy> {
        GroupBy::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// The items of each group, by name; those of none come last, under `None`.
///
/// A service has the items of its component graph: its components, and those of the services among
/// them. An item under several services is in each. Services that are retired have no group, and one
/// without items has an empty one.
pub fn grouped<'c, 'a>(
    checked: &'c [Checked<'a>],
    by: GroupBy,
    snapshot: &'a Snapshot,
) -> Vec<(Option<&'a str>, Vec<&'c Checked<'a>>)> {
    let mut groups: BTreeMap<&str, Vec<&Checked<'_>>> = BTreeMap::new();
    let mut rest: Vec<&Checked<'_>> = Vec::new();
    let under =
        if by == GroupBy::Service { services_of_items(snapshot, &mut groups) } else { BTreeMap::new() };
    for one in checked {
        let item = one.item;
        let names: Vec<&str> = match by {
            GroupBy::Class => item.record().class().into_iter().collect(),
            GroupBy::Owner => item.owner().into_iter().collect(),
            GroupBy::Service => under.get(item.id()).into_iter().flatten().copied().collect(),
        };
        if names.is_empty() {
            rest.push(one);
        }
        names.into_iter().for_each(|name| groups.entry(name).or_default().push(one));
    }
    let none = (!rest.is_empty()).then_some((None, rest));
    groups.into_iter().map(|(name, items)| (Some(name), items)).chain(none).collect()
}

/// The services that each item is under; every service gets its group.
fn services_of_items<'a, T>(
    snapshot: &'a Snapshot,
    groups: &mut BTreeMap<&'a str, Vec<T>>,
) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut under: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for service in snapshot.services().filter(|service| !service.is_retired()) {
        groups.entry(service.id()).or_default();
        for item in items_of(service, snapshot) {
            under.entry(item).or_default().push(service.id());
        }
    }
    under
}

/// The items below a service. Services that lead to each other in a circle are entered once.
fn items_of<'a>(service: Service<'a>, snapshot: &'a Snapshot) -> BTreeSet<&'a str> {
    let (mut items, mut entered, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![service]);
    while let Some(service) = open.pop() {
        if !entered.insert(service.id()) {
            continue;
        }
        for component in service.components() {
            match component.target {
                Target::Item(id) => items.extend([id]),
                Target::AnyOf(ids, _) => items.extend(ids),
                Target::Service(id) => open.extend(snapshot.service(id)),
            }
        }
    }
    items
}
