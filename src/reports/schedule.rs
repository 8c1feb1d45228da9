//! The depreciation plan of one schedule, in all its books.

use chrono::Datelike;

use crate::date::{Period, add_months, day_before};
use crate::model::schedule::Schedule;
use crate::money::{self, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::{Plan, Row, plan};
use crate::snapshot::Snapshot;

/// What a row of a plan covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Steps {
    Years,
    Months,
}

/// Every fiscal year or month of a schedule, book by book; `only` limits it to one book.
pub fn schedule(
    base: Report,
    snapshot: &Snapshot,
    schedule: Schedule<'_>,
    only: Option<&str>,
    steps: Steps,
) -> Report {
    let columns = vec![
        Column::new("book", "Book"),
        Column::new("fiscal_year", "Fiscal year"),
        Column::new("period_start", "From"),
        Column::new("period_end", "To"),
        Column::money("opening", "Opening value"),
        Column::money("charge", "Charge"),
        Column::money("movements", "Other movements"),
        Column::money("accumulated", "Accumulated"),
        Column::money("net_book_value", "Net book value"),
    ];
    let mut section = Section::new("plan", "Plan", columns);
    let mut notes = Vec::new();
    for terms in schedule.books().filter(|terms| only.is_none_or(|only| only == terms.book)) {
        match plan(snapshot, schedule, terms.book) {
            Ok(plan) => {
                let pushed = match steps {
                    Steps::Years => push_years(&mut section, terms.book, &plan),
                    Steps::Months => push_months(&mut section, terms.book, &plan),
                };
                notes.extend(pushed.err().map(|error| error.to_string()));
                notes.extend(notes_on(terms.book, &plan));
            }
            Err(problem) => section.push(vec![
                Cell::id(terms.book),
                Cell::Empty,
                Cell::Date(terms.start),
                Cell::Empty,
                Cell::Empty,
                Cell::missing(problem.to_string()),
            ]),
        }
    }
    notes.into_iter().fold(base.section(section), Report::note)
}

fn push_years(section: &mut Section, book: &str, plan: &Plan) -> Result<(), MoneyError> {
    for row in &plan.rows {
        section.push(cells(book, plan.fiscal_year(row), row));
    }
    Ok(())
}

/// The months of each fiscal year, which add up to its row.
fn push_months(section: &mut Section, book: &str, plan: &Plan) -> Result<(), MoneyError> {
    for year in &plan.rows {
        let mut first = year.period.start;
        while first <= year.period.end {
            let next =
                first.with_day(1).and_then(|day| add_months(day, 1).ok()).ok_or(MoneyError::Overflow)?;
            let period = Period { start: first, end: day_before(next).min(year.period.end) };
            let is_last = period.end == year.period.end;
            let before = plan.values(day_before(first))?.net_book_value;
            // The value before the first day is the cost, and after the last that of the year.
            let opening = if first == year.period.start { year.opening } else { before };
            let charge = plan.charge(period)?;
            let values = plan.values(period.end)?;
            let (accumulated, closing) = match is_last {
                true => (year.accumulated, year.closing),
                false => (values.accumulated, values.net_book_value),
            };
            let movements = closing.checked_sub(opening.checked_sub(charge)?)?;
            let row = Row { year: year.year, period, opening, charge, movements, accumulated, closing };
            section.push(cells(book, plan.fiscal_year(year), &row));
            first = next;
        }
    }
    Ok(())
}

fn cells(book: &str, fiscal_year: String, row: &Row) -> Vec<Cell> {
    vec![
        Cell::id(book),
        Cell::text(fiscal_year),
        Cell::Date(row.period.start),
        Cell::Date(row.period.end),
        Cell::Money(row.opening),
        Cell::Money(row.charge),
        if row.movements.is_zero() { Cell::Empty } else { Cell::Delta(row.movements) },
        Cell::Money(row.accumulated),
        Cell::Money(row.closing),
    ]
}

fn notes_on(book: &str, plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if let Ok(charged) = money::sum(plan.rows.iter().map(|row| row.charge), plan.cost.currency()) {
        notes.push(format!("{book}: cost {}, salvage value {}, charged {charged}", plan.cost, plan.salvage));
    }
    if let Some(disposal) = plan.disposal {
        let result = if disposal.gain.is_negative() { "loss" } else { "gain" };
        notes.push(format!(
            "{book}: disposed on {} at a net book value of {} for {}: a {result} of {}",
            disposal.date,
            disposal.net_book_value,
            disposal.proceeds,
            if disposal.gain.is_negative() { disposal.gain.negated() } else { disposal.gain }
        ));
    }
    notes
}
