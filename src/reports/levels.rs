//! Service levels by window: promised, measured, and what a miss gives back.

use rust_decimal::Decimal;

use crate::contract::{LevelRow, Outcome, Source};
use crate::model::service_level::Unit;
use crate::report::{Cell, Column, Report, Section};

/// The rows of the levels, and what is given back on either side.
pub fn levels(report: Report, rows: &[LevelRow<'_>]) -> Report {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("level", "Level"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::number("promised", "Promised"),
        Column::number("measured", "Measured"),
        Column::number("margin", "Margin"),
        Column::number("budget", "Budget"),
        Column::number("budget_left", "Left"),
        Column::new("outcome", "Outcome"),
        Column::new("known_from", "Known from"),
        Column::money("due", "Due"),
        Column::money("to_claim", "To claim"),
    ];
    let mut section = Section::new("levels", "Service levels", columns);
    for row in rows {
        section.push(cells(row));
    }
    let missing = rows.iter().filter(|row| row.outcome == Outcome::NotMeasured).count();
    let report = report.section(section);
    match missing {
        0 => report,
        missing => report.note(format!(
            "{missing} not measured; `estate contract record` takes measurements and incidents, and a level with `measured_by: incidents` is met where none is recorded"
        )),
    }
}

fn cells(row: &LevelRow<'_>) -> Vec<Cell> {
    let unit = row.level.target.quantity.unit;
    let why = || row.why.clone().unwrap_or_default();
    let has_no_value = row.measured.is_none() && row.why.is_none();
    let (due, to_claim) = match &row.penalty {
        None => (Cell::Empty, Cell::Empty),
        Some(penalty) => {
            let cell = match penalty {
                Ok(amount) => Cell::Money(*amount),
                Err(reason) => Cell::missing(reason.as_str()),
            };
            match row.contract.is_supplier_side() {
                true => (Cell::Empty, cell),
                false => (cell, Cell::Empty),
            }
        }
    };
    vec![
        Cell::id(row.contract.id()),
        Cell::id(row.level.id),
        row.window.start.into(),
        row.window.end.into(),
        Cell::text(row.level.promise()),
        match row.measured {
            Some(value) => Cell::text(figure(value, unit)),
            None if has_no_value => Cell::Empty,
            None => Cell::missing(why()),
        },
        row.margin.map_or(Cell::Empty, |margin| Cell::text(signed(margin, unit))),
        row.budget.map_or(Cell::Empty, |budget| minutes(budget.allowed)),
        row.budget.map_or(Cell::Empty, |budget| minutes(budget.left)),
        Cell::text(row.outcome.name()),
        match row.source {
            None => Cell::Empty,
            Some(Source::Measurement) => Cell::text("measurement"),
            Some(Source::Incidents(1)) => Cell::text("1 incident"),
            Some(Source::Incidents(number)) => Cell::text(format!("{number} incidents")),
        },
        due,
        to_claim,
    ]
}

/// Never rounded up: what is short of its target must not look as if it met it.
fn cut(value: Decimal) -> Decimal {
    let scale = Decimal::from(10_000);
    let cut = value.checked_mul(scale).and_then(|value| value.floor().checked_div(scale));
    cut.unwrap_or(value).normalize()
}

fn figure(value: Decimal, unit: Unit) -> String {
    format!("{}{}", cut(value), unit.name())
}

fn signed(value: Decimal, unit: Unit) -> String {
    let sign = if value > Decimal::ZERO { "+" } else { "" };
    // A margin of percentages is in percentage points.
    let unit = if unit == Unit::Percent { " pt" } else { unit.name() };
    format!("{sign}{}{unit}", cut(value))
}

fn minutes(seconds: Decimal) -> Cell {
    Cell::text(format!("{}min", cut(seconds.checked_div(Decimal::from(60)).unwrap_or(seconds))))
}
