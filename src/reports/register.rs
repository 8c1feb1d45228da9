//! The register of depreciable items: what each cost and is worth at a day.

use super::NamedReport;
use crate::date::Date;
use crate::model::schedule::Schedule;
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

/// One item in the books, or why its value cannot be said.
pub(super) struct Entry<'a> {
    pub item: &'a str,
    pub class: &'a str,
    pub name: &'a str,
    pub plan: Result<Plan, String>,
}

/// The items with a plan in `book` that are in the books at `as_of`, and those with holes.
pub(super) fn entries<'a>(snapshot: &'a Snapshot, as_of: Date, book: &str) -> Vec<Entry<'a>> {
    let planner = Planner::new(snapshot);
    let entry = |schedule: Schedule<'a>| {
        let readable = schedule.0.is_sound();
        if readable && schedule.book(book).is_none() {
            return None;
        }
        let item = schedule.item().unwrap_or(schedule.id());
        let record = snapshot.item(item);
        let plan = planner.plan(schedule, book).map_err(|problem| problem.to_string());
        let gone = plan.as_ref().is_ok_and(|plan| !plan.is_in_books(as_of));
        let class = record.map_or("", |item| item.class());
        (!gone).then_some(Entry { item, class, name: record.map_or("", |item| item.name()), plan })
    };
    let mut entries: Vec<Entry<'_>> = snapshot.schedules().filter_map(entry).collect();
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
        Column::money("cost", "Cost"),
        Column::money("accumulated", "Accumulated"),
        Column::money("net_book_value", "Net book value"),
    ];
    let mut section = Section::new("items", "Items", columns);
    let mut totals = Totals::default();
    let entries = entries(snapshot, as_of, book);
    for entry in &entries {
        let mut cells = vec![Cell::id(entry.item), Cell::text(entry.class), Cell::text(entry.name)];
        cells.extend(match figures(entry, as_of) {
            Ok((plan, figures)) => {
                totals.add(figures);
                let [cost, accumulated, value] = figures;
                vec![Cell::Date(plan.start), Cell::Money(cost), Cell::Money(accumulated), Cell::Money(value)]
            }
            Err(reason) => {
                totals.holes += 1;
                vec![Cell::Empty, Cell::Empty, Cell::Empty, Cell::missing(reason)]
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

/// Cost, accumulated depreciation and net book value at the end of a day.
pub(super) fn figures<'e>(entry: &'e Entry<'_>, as_of: Date) -> Result<(&'e Plan, [Money; 3]), String> {
    let plan = entry.plan.as_ref().map_err(String::clone)?;
    let compute = || -> Result<[Money; 3], MoneyError> {
        let values = plan.values(as_of)?;
        Ok([values.gross, values.accumulated, values.net_book_value])
    };
    compute().map(|figures| (plan, figures)).map_err(|error| error.to_string())
}

/// Sums of the three figures. A sum over something unreadable, or over several currencies, is not
/// shown as a figure.
#[derive(Default)]
pub(super) struct Totals {
    sums: Option<Result<[Money; 3], MoneyError>>,
    pub holes: usize,
}

impl Totals {
    pub fn add(&mut self, figures: [Money; 3]) {
        self.sums = Some(match self.sums.take() {
            None => Ok(figures),
            Some(sums) => sums.and_then(|sums| {
                let [a, b, c] = sums;
                let [x, y, z] = figures;
                Ok([a.checked_add(x)?, b.checked_add(y)?, c.checked_add(z)?])
            }),
        });
    }

    pub fn cells(&self) -> Vec<Cell> {
        match (&self.sums, self.holes) {
            (None, 0) => vec![Cell::Empty; 3],
            (Some(Ok(sums)), 0) => sums.iter().map(|sum| Cell::Money(*sum)).collect(),
            (Some(Ok(sums)), holes) => sums
                .iter()
                .map(|sum| Cell::missing(format!("at least {sum}; {holes} without a value")))
                .collect(),
            (Some(Err(error)), _) => vec![Cell::missing(error.to_string()); 3],
            (None, holes) => vec![Cell::missing(format!("{holes} without a value")); 3],
        }
    }
}
