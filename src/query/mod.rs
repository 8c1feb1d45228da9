//! Choosing records: which of them, which of their fields, in which order.
//!
//! A field is named by its route in the record, such as `attributes.cpu_cores`, and read as the
//! type that the schemas give it: money compares as money and dates as dates.

mod card;
mod field;
mod filter;
mod order;
mod search;

use std::cmp::Ordering;

use crate::model::{Kind, Record};
use crate::money::Currency;
use crate::report::{Cell, Column, Section};
use crate::schema::{Schemas, Shape};
use crate::snapshot::Snapshot;

pub use card::Card;
pub use field::{Field, typed_cell};
pub use filter::Filter;
pub use order::Typed;
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

/// The records that a question is about, and what is needed to read its words.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub kind: Kind,
    /// One class of items alone.
    pub class: Option<&'a str>,
    pub schemas: &'a Schemas,
    /// The currency of amounts that are typed without one.
    pub currency: Option<Currency>,
}

impl<'a> Scope<'a> {
    /// The scope that a user means by a kind, the folder of a kind or a class, in the singular or
    /// plural; `None` where there is neither.
    pub fn named(name: &str, snapshot: &'a Snapshot) -> Option<Scope<'a>> {
        let schemas = snapshot.schemas();
        let named = |kind: &Kind| kind.name() == name || (kind.folder() == name && !name.is_empty());
        let class = || {
            schemas.classes().find(|class| *class == name || name.strip_suffix('s') == Some(class)).map(Some)
        };
        let (kind, class) = match Kind::ALL.into_iter().find(named) {
            Some(kind) => (kind, None),
            None => (Kind::Item, class()?),
        };
        let currency = snapshot.settings().map(|settings| settings.currency);
        Some(Scope { kind, class, schemas, currency })
    }

    /// Every name that [`Scope::named`] knows in its usual form.
    pub fn names(schemas: &Schemas) -> impl Iterator<Item = &str> {
        let kinds = Kind::ALL.into_iter().flat_map(|kind| [kind.name(), kind.folder()]);
        kinds.filter(|name| !name.is_empty()).chain(schemas.classes())
    }

    /// One of the records, as a message calls it.
    pub fn name(&self) -> &'a str {
        self.class.unwrap_or(self.kind.name())
    }

    /// What the records are called together.
    pub fn title(&self) -> &'a str {
        match self.kind {
            Kind::Settings => "Settings",
            Kind::Item => self
                .class
                .and_then(|class| self.schemas.class(class))
                .map_or("Items", |schema| schema.title()),
            Kind::Service => "Services",
            Kind::Contract => "Contracts",
            Kind::Schedule => "Depreciation schedules",
            Kind::Party => "Parties",
            Kind::Policy => "Policies",
            Kind::Waivers => "Waivers",
        }
    }

    pub(crate) fn admits(&self, record: &Record) -> bool {
        record.kind() == self.kind && self.class.is_none_or(|class| record.class() == Some(class))
    }

    /// The shapes that the records may have.
    pub(crate) fn shapes(&self) -> Vec<&'a Shape> {
        let names: Vec<&str> = match (self.class, self.kind) {
            (None, Kind::Item) => self.schemas.classes().collect(),
            _ => vec![self.name()],
        };
        names.into_iter().filter_map(|name| self.schemas.get(name)).map(|schema| schema.shape()).collect()
    }

    /// The fields that a reader wants to see where he names none.
    pub fn default_columns(&self) -> &'static [&'static str] {
        match (self.kind, self.class) {
            (Kind::Item, None) => {
                &["id", "class", "name", "status", "owner", "location", "in_service", "cost"]
            }
            (Kind::Item, Some(_)) => &["id", "name", "status", "owner", "location", "in_service", "cost"],
            (Kind::Service, _) => &["id", "name", "status", "owner", "criticality", "consumers"],
            (Kind::Contract, _) => {
                &["id", "name", "side", "kind", "party", "term.start", "end", "price.amount", "price.per"]
            }
            (Kind::Schedule, _) => &["id", "item", "books"],
            (Kind::Party, _) => &["id", "name", "kind", "email"],
            (Kind::Policy, _) => &["id", "name", "level", "owner"],
            (Kind::Waivers, _) => &["id", "waivers.rule"],
            (Kind::Settings, _) => &["id", "organisation.name", "currency"],
        }
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
    /// Records whose file cannot be read. They are in the answer whatever the filters: what they
    /// hold is not known.
    pub unreadable: Vec<&'s Record>,
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
        records.truncate(self.limit.unwrap_or(usize::MAX));
        let unreadable = records.iter().copied().filter(|record| !is_readable(record)).collect();
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
        Some(Err(crate::money::MoneyError::MixedCurrencies(..))) => Cell::missing("several currencies"),
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
