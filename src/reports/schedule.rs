//! The depreciation plan of one schedule, in all its books.

use crate::model::schedule::Schedule;
use crate::money;
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::{Plan, plan};
use crate::snapshot::Snapshot;

/// Every fiscal year of a schedule, book by book; `only` limits it to one book.
pub fn schedule(base: Report, snapshot: &Snapshot, schedule: Schedule<'_>, only: Option<&str>) -> Report {
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
                push_plan(&mut section, terms.book, &plan);
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

fn push_plan(section: &mut Section, book: &str, plan: &Plan) {
    for row in &plan.rows {
        section.push(vec![
            Cell::id(book),
            Cell::text(plan.fiscal_year(row)),
            Cell::Date(row.period.start),
            Cell::Date(row.period.end),
            Cell::Money(row.opening),
            Cell::Money(row.charge),
            if row.movements.is_zero() { Cell::Empty } else { Cell::Delta(row.movements) },
            Cell::Money(row.accumulated),
            Cell::Money(row.closing),
        ]);
    }
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
