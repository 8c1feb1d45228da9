//! The depreciation plan of one schedule, in all its books.

use chrono::Datelike;

use crate::date::{Period, add_months, day_before};
use crate::model::schedule::Schedule;
use crate::money::{self, Money, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::{Plan, Planner, Row, Terms, excess};
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
    let mut section = Section::new("plan", "Plan", columns());
    let mut notes = Vec::new();
    let planner = Planner::new(snapshot);
    for terms in schedule.books().filter(|terms| only.is_none_or(|only| only == terms.book)) {
        match planner.plan(schedule, terms.book) {
            Ok(plan) => {
                let pushed = push(&mut section, terms.book, &plan, steps);
                notes.extend(pushed.err().map(|error| error.to_string()));
                let described = planner.terms(schedule, terms.book).map(|terms| described(&terms));
                notes.extend(notes_on(terms.book, &plan, &described.unwrap_or_default()));
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
    if only.is_none() {
        for (tax, accounting) in compared(snapshot, schedule) {
            let plans =
                planner.plan(schedule, tax).and_then(|of| Ok((of, planner.plan(schedule, accounting)?)));
            // A book without a plan has its row and reason above.
            let Ok((tax_plan, accounting_plan)) = plans else { continue };
            let pushed = push_excess(&mut section, &tax_plan, &accounting_plan, steps);
            notes.extend(pushed.err().map(|error| error.to_string()));
            notes.push(format!("{EXCESS}: what {tax} depreciates beyond {accounting}"));
        }
    }
    notes.into_iter().fold(base.section(section), Report::note)
}

/// The columns of a plan.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::new("book", "Book"),
        Column::new("fiscal_year", "Fiscal year"),
        Column::new("period_start", "From"),
        Column::new("period_end", "To"),
        Column::money("opening", "Opening value"),
        Column::money("charge", "Charge"),
        Column::money("movements", "Other movements"),
        Column::money("accumulated", "Accumulated"),
        Column::money("net_book_value", "Net book value"),
    ]
}

/// The rows of a plan.
pub(super) fn push(section: &mut Section, book: &str, plan: &Plan, steps: Steps) -> Result<(), MoneyError> {
    match steps {
        Steps::Years => push_years(section, book, plan),
        Steps::Months => push_months(section, book, plan),
    }
}

/// The book of the rows that compare two books.
const EXCESS: &str = "excess";

/// The books of a schedule that the settings compare, each with the one it exceeds.
fn compared<'s>(snapshot: &'s Snapshot, schedule: Schedule<'s>) -> Vec<(&'s str, &'s str)> {
    let Some(settings) = snapshot.settings() else { return Vec::new() };
    let pairs =
        settings.books.iter().filter_map(|(book, kept)| Some((book.as_str(), kept.excess_over.as_deref()?)));
    pairs.filter(|(book, over)| schedule.book(book).is_some() && schedule.book(over).is_some()).collect()
}

/// The excess tax depreciation: what is added in each period, and what there is at its end.
fn push_excess(section: &mut Section, tax: &Plan, accounting: &Plan, steps: Steps) -> Result<(), MoneyError> {
    let mut years: Vec<(Period, String)> = Vec::new();
    for (plan, row) in
        [tax, accounting].into_iter().flat_map(|plan| plan.rows.iter().map(move |row| (plan, row)))
    {
        match years.iter_mut().find(|(period, _)| row.year.contains(period.start)) {
            Some((period, _)) => {
                *period =
                    Period { start: period.start.min(row.period.start), end: period.end.max(row.period.end) };
            }
            None => years.push((row.period, plan.fiscal_year(row))),
        }
    }
    years.sort_by_key(|(period, _)| period.start);
    let mut before = Money::zero(tax.cost.currency());
    for (period, fiscal_year) in years {
        let periods = match steps {
            Steps::Years => vec![period],
            Steps::Months => months(period)?,
        };
        for period in periods {
            let balance = excess(tax, accounting, period.end)?;
            section.push(vec![
                Cell::id(EXCESS),
                Cell::text(fiscal_year.as_str()),
                Cell::Date(period.start),
                Cell::Date(period.end),
                Cell::Empty,
                Cell::Money(balance.checked_sub(before)?),
                Cell::Empty,
                Cell::Money(balance),
                Cell::Empty,
            ]);
            before = balance;
        }
    }
    Ok(())
}

/// The calendar months of a period.
pub(super) fn months(period: Period) -> Result<Vec<Period>, MoneyError> {
    let mut months = Vec::new();
    let mut first = period.start;
    while first <= period.end {
        let next = first.with_day(1).and_then(|day| add_months(day, 1).ok()).ok_or(MoneyError::Overflow)?;
        months.push(Period { start: first, end: day_before(next).min(period.end) });
        first = next;
    }
    Ok(months)
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
        for period in months(year.period)? {
            let is_last = period.end == year.period.end;
            // The value before the first day is the cost, and after the last that of the year.
            let opening = match period.start == year.period.start {
                true => year.opening,
                false => plan.values(day_before(period.start))?.net_book_value,
            };
            let charge = plan.charge(period)?;
            let values = plan.values(period.end)?;
            let (accumulated, closing) = match is_last {
                true => (year.accumulated, year.closing),
                false => (values.accumulated, values.net_book_value),
            };
            let movements = closing.checked_sub(opening.checked_sub(charge)?)?;
            let row = Row { year: year.year, period, opening, charge, movements, accumulated, closing };
            section.push(cells(book, plan.fiscal_year(year), &row));
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

/// The choices that decide the figures: method, life, convention and rounding.
fn described(terms: &[Terms]) -> String {
    match terms {
        [only] => only.to_string(),
        [first, ..] => format!("{} components, {first}", terms.len()),
        [] => String::new(),
    }
}

fn notes_on(book: &str, plan: &Plan, described: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if let Ok(charged) = money::sum(plan.rows.iter().map(|row| row.charge), plan.cost.currency()) {
        let (cost, salvage) = (plan.cost, plan.salvage);
        notes.push(format!("{book}: {described}; cost {cost}, salvage value {salvage}, charged {charged}"));
    }
    for (day, amount) in plan.catch_ups().unwrap_or_default() {
        notes.push(format!(
            "{book}: the charge of {day} holds {amount} of catch-up, for what was posted after its period was closed"
        ));
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
