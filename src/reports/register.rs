//! The register of depreciable items: what each cost and is worth at a day.

use super::NamedReport;
use crate::contract::{lease_plan, leases};
use crate::date::Date;
use crate::model::schedule::Schedule;
use crate::model::{Kind, Record};
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::{Plan, Planner};
use crate::snapshot::Snapshot;

pub static REPORT: NamedReport = NamedReport {
    name: "register",
    title: "Register of items",
    description: "cost, accumulated depreciation and net book value of every item in the books",
    make: |request| register(request.snapshot, request.as_of, request.book),
};

/// The class of what is no item of ours: the right to use what a contract leases to us.
const RIGHT_OF_USE: &str = "right_of_use";

/// One item or right of use in the books, or why its value cannot be said.
pub(super) struct Entry<'a> {
    /// The id of the item, or of the contract of a lease.
    pub item: &'a str,
    /// The item or the contract; `None` where the schedule names an item that is not there.
    pub record: Option<&'a Record>,
    pub class: &'a str,
    pub name: &'a str,
    pub plan: Result<Plan, String>,
}

/// The items with a plan in `book` that are in the books at `as_of`, and those with holes.
pub(super) fn entries<'a>(snapshot: &'a Snapshot, as_of: Date, book: &str) -> Vec<Entry<'a>> {
    let mut entries = all_entries(snapshot, book);
    entries.retain(|entry| !entry.plan.as_ref().is_ok_and(|plan| !plan.is_in_books(as_of)));
    entries
}

/// The items with a plan in `book`, whenever they are in the books, ordered by class and id.
pub(super) fn all_entries<'a>(snapshot: &'a Snapshot, book: &str) -> Vec<Entry<'a>> {
    let planner = Planner::new(snapshot);
    let entry = |schedule: Schedule<'a>| {
        let readable = schedule.0.is_sound();
        if readable && schedule.book(book).is_none() {
            return None;
        }
        let item = schedule.item().unwrap_or(schedule.id());
        let record = snapshot.item(item);
        let plan = planner.plan(schedule, book).map_err(|problem| problem.to_string());
        let class = record.map_or("", |item| item.class());
        let name = record.map_or("", |item| item.name());
        Some(Entry { item, record: snapshot.get(Kind::Item, item), class, name, plan })
    };
    let mut entries: Vec<Entry<'_>> = snapshot.schedules().filter_map(entry).collect();
    entries.extend(leases(snapshot, book).map(|contract| {
        Entry {
            item: contract.id(),
            record: Some(contract.0),
            class: RIGHT_OF_USE,
            name: contract.name(),
            plan: lease_plan(snapshot, contract)
                .map(|plan| plan.right_of_use)
                .map_err(|problem| problem.to_string()),
        }
    }));
    entries.sort_by_key(|entry| (entry.class, entry.item));
    entries
}

/// The register at the end of `as_of`, ordered by class and id.
pub fn register(snapshot: &Snapshot, as_of: Date, book: &str) -> Report {
    let columns = vec![
        Column::new("item", "Item"),
        Column::new("class", "Class"),
        Column::new("name", "Name"),
        Column::new("start", "Start"),
        Column::money("cost", "Gross value"),
        Column::money("accumulated", "Accumulated"),
        Column::money("impairment", "Impairment"),
        Column::money("net_book_value", "Net book value"),
    ];
    let mut section = Section::new("items", "Items", columns);
    let mut totals = Totals::of(4);
    let entries = entries(snapshot, as_of, book);
    for entry in &entries {
        let mut cells = vec![Cell::id(entry.item), Cell::text(entry.class), Cell::text(entry.name)];
        cells.extend(match figures(entry, as_of) {
            Ok((plan, figures)) => {
                totals.add(&figures);
                std::iter::once(Cell::Date(plan.start)).chain(figures.map(Cell::Money)).collect()
            }
            Err(reason) => {
                totals.holes += 1;
                vec![Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::missing(reason)]
            }
        });
        section.push(cells);
    }
    let mut row = vec![Cell::text(format!("{} items", entries.len())), Cell::Empty, Cell::Empty, Cell::Empty];
    row.extend(totals.cells());
    Report::new("register", REPORT.title)
        .header("as_of", as_of.to_string())
        .header("rev", snapshot.version().to_string())
        .header("book", book)
        .section(section.totals(row))
}

/// Gross value, accumulated depreciation, impairment and net book value at the end of a day.
pub(super) fn figures<'e>(entry: &'e Entry<'_>, as_of: Date) -> Result<(&'e Plan, [Money; 4]), String> {
    let plan = entry.plan.as_ref().map_err(String::clone)?;
    let values = plan.values(as_of).map_err(|error| error.to_string())?;
    Ok((plan, [values.gross, values.accumulated, values.impairment, values.net_book_value]))
}

/// Sums of figures, column by column. A sum over something unreadable, or over several currencies, is not
/// shown as a figure.
pub(super) struct Totals {
    columns: usize,
    sums: Option<Result<Vec<Money>, MoneyError>>,
    pub holes: usize,
}

impl Totals {
    pub fn of(columns: usize) -> Self {
        Self { columns, sums: None, holes: 0 }
    }

    /// Adds a row of figures, one for each column.
    pub fn add(&mut self, figures: &[Money]) {
        self.sums = Some(match self.sums.take() {
            None => Ok(figures.to_vec()),
            Some(Err(error)) => Err(error),
            Some(Ok(mut sums)) => {
                let added = sums.iter_mut().zip(figures).try_for_each(|(sum, figure)| {
                    *sum = sum.checked_add(*figure)?;
                    Ok(())
                });
                added.map(|()| sums)
            }
        });
    }

    pub fn cells(&self) -> Vec<Cell> {
        match (&self.sums, self.holes) {
            (None, 0) => vec![Cell::Empty; self.columns],
            (Some(Ok(sums)), 0) => sums.iter().map(|sum| Cell::Money(*sum)).collect(),
            (Some(Ok(sums)), holes) => sums
                .iter()
                .map(|sum| Cell::missing(format!("at least {sum}; {holes} without a value")))
                .collect(),
            (Some(Err(error)), _) => vec![Cell::missing(error.to_string()); self.columns],
            (None, holes) => vec![Cell::missing(format!("{holes} without a value")); self.columns],
        }
    }
}
