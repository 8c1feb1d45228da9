//! What a row of the register or the forecast stands for, and which rows an item's figures go to.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::register::Entry;
use crate::model::service::Target;
use crate::model::{Kind, Record};
use crate::money::{Money, MoneyError, allocate};
use crate::report::Column;
use crate::snapshot::Snapshot;

/// What a row stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupBy {
    Item,
    Class,
    /// The service in use that the item is a component of, each by its share.
    Service,
    /// The owner, or the department that the owner belongs to.
    Department,
    Location,
}

impl GroupBy {
    pub const ALL: [GroupBy; 5] =
        [GroupBy::Item, GroupBy::Class, GroupBy::Service, GroupBy::Department, GroupBy::Location];

    pub fn name(self) -> &'static str {
        match self {
            GroupBy::Item => "item",
            GroupBy::Class => "class",
            GroupBy::Service => "service",
            GroupBy::Department => "department",
            GroupBy::Location => "location",
        }
    }

    pub fn named(name: &str) -> Option<GroupBy> {
        GroupBy::ALL.into_iter().find(|by| by.name() == name)
    }

    pub(super) fn column(self) -> Column {
        Column::new(
            "group",
            match self {
                GroupBy::Item => "Item",
                GroupBy::Class => "Class",
                GroupBy::Service => "Service",
                GroupBy::Department => "Department",
                GroupBy::Location => "Location",
            },
        )
    }
}

/// Where no service, department or location is known, or for what services leave of an item.
const NONE: &str = "(none)";
/// Where services together take more than the whole of an item: nobody can say whose it is.
const SHARED: &str = "(shared)";

/// Where the services of an item cannot be read.
const UNKNOWN: &str = "(unknown)";

/// The rows of a report.
pub(super) struct Groups<'s> {
    snapshot: &'s Snapshot,
    by: GroupBy,
    /// A service with errors: it may take a share of anything.
    unreadable: Option<&'s str>,
    /// By item: the services that take a share of it, in percent.
    services: HashMap<&'s str, Vec<(&'s str, Decimal)>>,
}

impl<'s> Groups<'s> {
    pub fn of(snapshot: &'s Snapshot, by: GroupBy) -> Self {
        let mut services: HashMap<&str, Vec<(&str, Decimal)>> = HashMap::new();
        let mut unreadable =
            snapshot.services().filter(|service| by == GroupBy::Service && !service.0.is_sound());
        let unreadable = unreadable.next().map(|service| service.id());
        let in_use = snapshot
            .services()
            .filter(|service| by == GroupBy::Service && service.0.text("status") == Some("in_use"));
        for service in in_use {
            for component in service.components() {
                let items = match component.target {
                    Target::Item(id) => vec![id],
                    Target::AnyOf(ids, _) => ids,
                    Target::Service(_) => continue,
                };
                let share = (service.id(), component.share.points());
                items.into_iter().for_each(|id| services.entry(id).or_default().push(share));
            }
        }
        Self { snapshot, by, unreadable, services }
    }

    /// The rows that an entry's figures go to, each with its weight; never none.
    pub fn parts(&self, entry: &Entry<'s>) -> Vec<(&'s str, Decimal)> {
        let whole = |group: Option<&'s str>| vec![(group.unwrap_or(NONE), Decimal::ONE)];
        match self.by {
            GroupBy::Item => whole(Some(entry.item)),
            GroupBy::Class => whole(Some(entry.class)),
            GroupBy::Location => whole(entry.record.and_then(|record| record.text("location"))),
            GroupBy::Department => whole(entry.record.and_then(|record| self.department(record))),
            GroupBy::Service if self.unreadable.is_some() => whole(Some(UNKNOWN)),
            GroupBy::Service => match entry.record.filter(|record| record.kind() == Kind::Contract) {
                Some(lease) => self.of_covered(lease),
                None => self.of_item(entry.item),
            },
        }
    }

    /// Why nobody can say which part of an entry goes where.
    pub fn doubt(&self) -> Option<String> {
        let service = self.unreadable?;
        Some(format!("service {service} has errors, and may take a share of anything"))
    }

    /// The services of an item, by share. What they leave is nobody's; where they take more than
    /// all of it, it stays together on a row of its own.
    fn of_item(&self, item: &str) -> Vec<(&'s str, Decimal)> {
        let mut parts: Vec<(&str, Decimal)> = Vec::new();
        for (service, share) in self.services.get(item).into_iter().flatten() {
            match parts.iter_mut().find(|(known, _)| known == service) {
                Some((_, sum)) => *sum += share,
                None => parts.push((service, *share)),
            }
        }
        parts.retain(|(_, share)| !share.is_zero());
        let taken: Decimal = parts.iter().map(|(_, share)| *share).sum();
        match taken.cmp(&Decimal::ONE_HUNDRED) {
            std::cmp::Ordering::Less => parts.push((NONE, Decimal::ONE_HUNDRED - taken)),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => return vec![(SHARED, Decimal::ONE)],
        }
        parts
    }

    /// A lease belongs in equal parts to what its contract covered first: rows that moved with amendments
    /// would open otherwise than they closed.
    fn of_covered(&self, lease: &'s Record) -> Vec<(&'s str, Decimal)> {
        let covered: Vec<&str> = crate::model::contract::Contract(lease).covers().collect();
        let mut parts: Vec<(&str, Decimal)> = Vec::new();
        for id in &covered {
            // An id that both an item and a service have means the item, as in every reference.
            let service = self.snapshot.service(id).filter(|_| self.snapshot.item(id).is_none());
            let of_one = match service {
                Some(service) => vec![(service.id(), Decimal::ONE_HUNDRED)],
                None => self.of_item(id),
            };
            let sum: Decimal = of_one.iter().map(|(_, weight)| *weight).sum();
            for (group, weight) in of_one {
                let weight = weight.checked_div(sum).unwrap_or_default();
                match parts.iter_mut().find(|(known, _)| *known == group) {
                    Some((_, known)) => *known += weight,
                    None => parts.push((group, weight)),
                }
            }
        }
        if parts.is_empty() { vec![(NONE, Decimal::ONE)] } else { parts }
    }

    /// The nearest department at or above the owner, or the owner where there is none.
    fn department(&self, record: &'s Record) -> Option<&'s str> {
        const MOST_LEVELS: usize = 16;
        let owner = record.text("owner")?;
        let mut party: Option<&Record> = self.snapshot.get(Kind::Party, owner);
        for _ in 0..MOST_LEVELS {
            let Some(record) = party else { break };
            if record.text("kind") == Some("department") {
                return Some(record.id());
            }
            party = record.text("parent").and_then(|parent| self.snapshot.get(Kind::Party, parent));
        }
        Some(owner)
    }
}

/// Splits figures by the weights of rows, column by column, each to the cent.
pub(super) fn split(figures: &[Money], parts: &[(&str, Decimal)]) -> Result<Vec<Vec<Money>>, MoneyError> {
    if let [_] = parts {
        return Ok(vec![figures.to_vec()]);
    }
    let weights: Vec<Decimal> = parts.iter().map(|(_, weight)| *weight).collect();
    let mut rows = vec![Vec::with_capacity(figures.len()); parts.len()];
    for figure in figures {
        let split = allocate(*figure, &weights)?;
        rows.iter_mut().zip(split).for_each(|(row, part)| row.push(part));
    }
    Ok(rows)
}

#[cfg(test)]
#[path = "grouping_tests.rs"]
mod tests;
