//! Choosing records: which of them, which of their fields, in which order.
//!
//! A field is named by its route in the record, such as `attributes.cpu_cores`, and read as the
//! type that the schemas give it: money compares as money and dates as dates.

mod card;
mod field;
mod filter;
mod order;
mod scope;
mod search;

use std::cmp::Ordering;

use crate::model::{Kind, Record};
use crate::money::MoneyError;
use crate::report::{Cell, Column, Section};
use crate::snapshot::Snapshot;

pub use card::Card;
pub use field::{Field, typed_cell};
pub use filter::Filter;
pub use order::Typed;
pub use scope::Scope;
pub use search::{Hit, search};

/// Why a question cannot be asked this way, and how to ask it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    pub message: String,
    pub hint: Option<String>,
}

impl QueryError {
    fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { message: message.into(), hint }
    }
}

/// A question about records.
pub struct Query<'a> {
    pub scope: Scope<'a>,
    /// All of them must admit a record.
    pub filters: Vec<Filter>,
    pub columns: Vec<Field>,
    pub sort: Vec<SortKey>,
    pub limit: Option<usize>,
}

/// A field to sort by.
pub struct SortKey {
    pub field: Field,
    pub descending: bool,
}

impl SortKey {
    /// Reads `field`, or `-field` for the greatest first.
    pub fn parse(text: &str, scope: &Scope<'_>) -> Result<SortKey, QueryError> {
        let name = text.strip_prefix('-');
        Ok(SortKey { field: Field::find(name.unwrap_or(text), scope)?, descending: name.is_some() })
    }
}

/// The records that answer a question, in order.
pub struct Answer<'s> {
    pub records: Vec<&'s Record>,
    /// How many there are before the limit.
    pub matched: usize,
    /// How many of these have a file that cannot be read. They match whatever the filters: what they
    /// hold is not known.
    pub unreadable: usize,
}

impl Query<'_> {
    pub fn run<'s>(&self, snapshot: &'s Snapshot) -> Answer<'s> {
        let mut records: Vec<&Record> = snapshot
            .records()
            .filter(|record| self.scope.admits(record))
            .filter(|record| !is_readable(record) || self.filters.iter().all(|filter| filter.admits(record)))
            .collect();
        if !self.sort.is_empty() {
            let values = |record: &&Record| {
                self.sort.iter().map(|key| order::sort_value(&key.field, record)).collect::<Vec<_>>()
            };
            let mut valued: Vec<_> = records.iter().map(|record| (values(record), *record)).collect();
            valued.sort_by(|(a, _), (b, _)| {
                let pairs = self.sort.iter().zip(a.iter().zip(b));
                let orders = pairs.map(|(key, (a, b))| order::compare(a, b, key.descending));
                orders.fold(Ordering::Equal, Ordering::then)
            });
            records = valued.into_iter().map(|(_, record)| record).collect();
        }
        let matched = records.len();
        let unreadable = records.iter().filter(|record| !is_readable(record)).count();
        records.truncate(self.limit.unwrap_or(usize::MAX));
        Answer { records, matched, unreadable }
    }

    /// The answer as rows, with the sums of its money. Prices of contracts have no sum: they are
    /// paid by the month or by the year, by us or to us.
    pub fn section(&self, answer: &Answer<'_>) -> Section {
        let columns: Vec<Column> = self.columns.iter().map(Field::column).collect();
        let mut section = Section::new("records", "Records", columns);
        for record in &answer.records {
            section.push(self.columns.iter().map(|field| field.cell(record)).collect());
        }
        let mut totals: Vec<Cell> = (0..self.columns.len()).map(|at| total(&section, at)).collect();
        if self.scope.kind == Kind::Contract || totals.iter().all(|cell| *cell == Cell::Empty) {
            return section;
        }
        if let Some(first @ Cell::Empty) = totals.first_mut() {
            *first = Cell::text("Total");
        }
        section.totals(totals)
    }
}

/// Whether anything can be said of a record's fields.
pub(crate) fn is_readable(record: &Record) -> bool {
    record.root().is_some_and(|root| root.is_mapping())
}

/// The sum of a column of money; a hole where there is no one sum.
fn total(section: &Section, at: usize) -> Cell {
    let amounts = section.rows.iter().filter_map(|row| match row.cells.get(at) {
        Some(Cell::Money(money)) => Some(*money),
        _ => None,
    });
    let sum = amounts.map(Ok).reduce(|sum, money| sum?.checked_add(money?));
    match sum {
        None => Cell::Empty,
        Some(Ok(sum)) => Cell::Money(sum),
        Some(Err(MoneyError::MixedCurrencies(..))) => Cell::missing("several currencies"),
        Some(Err(error)) => Cell::missing(error.to_string()),
    }
}

/// A place and the places within it, however deep: where an item stands when it stands in a room of
/// the place.
pub fn places_within(snapshot: &Snapshot, place: &str) -> Vec<String> {
    let mut within = vec![place.to_owned()];
    let locations: Vec<_> = snapshot.items().filter(|item| item.class() == "location").collect();
    let mut next = 0;
    while let Some(outer) = within.get(next).cloned() {
        let inner = locations.iter().filter(|item| item.related("part_of").any(|id| id == outer));
        for id in inner.map(|item| item.id().to_owned()) {
            if !within.contains(&id) {
                within.push(id);
            }
        }
        next += 1;
    }
    within
}

#[cfg(test)]
mod tests;
