//! The cost of one service: as a tree or cut otherwise, whom it is charged to, and what it measures.

use std::collections::HashMap;

use super::{amount_cell, difference, failed};
use crate::date::Period;
use crate::model::RecordId;
use crate::model::service::Service;
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;
use crate::value::{Amount, Charge, Charges, Line, Valuation};

/// For a record's field: the commit that set it, as it is shown.
pub type Origins = HashMap<(RecordId, String), String>;

/// The tree of a service's cost, of which so many parts have no price.
///
/// With `places`, each line says the file and line of its field.
pub fn value(
    base: Report,
    lines: &[Line],
    holes: usize,
    origins: &Origins,
    places: Option<&Snapshot>,
) -> Report {
    let mut columns = vec![
        Column::new("component", "Component"),
        Column::number("share", "Share"),
        Column::money("cost", "Cost"),
        Column::new("record", "Record"),
        Column::new("field", "Field"),
        Column::new("commit", "Set in"),
    ];
    if places.is_some() {
        columns.push(Column::new("place", "Place"));
    }
    let mut tree = Section::new("components", "Cost by component", columns).tree();
    for line in lines {
        let origin = &line.origin;
        let commit = origins.get(&(origin.record.clone(), origin.field.clone()));
        let mut cells = vec![
            Cell::text(line.label.as_str()),
            line.share.clone().map_or(Cell::Empty, Cell::Text),
            amount_cell(&line.amount),
            Cell::id(origin.record.to_string()),
            Cell::text(origin.field.as_str()),
            commit.map_or(Cell::Empty, |commit| Cell::text(commit.as_str())),
        ];
        if let Some(snapshot) = places {
            let record = snapshot.by_id(&origin.record);
            cells.push(record.map_or(Cell::Empty, |record| Cell::id(record.at(&origin.field).to_string())));
        }
        tree.push_at(line.depth, cells);
    }
    let report = base.section(tree);
    match holes {
        0 => report,
        holes => report.note(format!("{holes} parts have no price; the total is what is known")),
    }
}

/// The cost of a service in the columns into which its period was cut.
pub fn value_cut(valuation: &Valuation<'_>, at: usize, title: &str) -> Section {
    let columns = vec![Column::new("part", title.to_owned()), Column::money("cost", "Cost")];
    let mut section = Section::new("parts", format!("Cost by {}", title.to_lowercase()), columns);
    match valuation.columns(at) {
        Ok(parts) => {
            for (name, money) in parts.into_iter().filter(|(_, money)| !money.is_zero()) {
                section.push(vec![Cell::text(name), Cell::Money(money)]);
            }
        }
        Err(error) => section.push(vec![Cell::Empty, failed(error)]),
    }
    let total = valuation.cost(at).map_or_else(failed, |cost| amount_cell(&cost));
    section.totals(vec![Cell::text("Total"), total])
}

/// Who bears the cost of a service: other services, consumers, nobody.
pub fn charged_to(charges: &Charges, total: &Amount) -> Section {
    let columns = vec![
        Column::new("consumer", "Charged to"),
        Column::number("share", "Share"),
        Column::money("cost", "Cost"),
    ];
    let mut section = Section::new("consumers", "Cost by consumer", columns);
    let mut row = |name: Cell, charge: &Charge| {
        section.push(vec![name, Cell::text(charge.share.as_str()), amount_cell(&charge.amount)]);
    };
    charges.services.iter().for_each(|charge| row(Cell::id(format!("service/{}", charge.to)), charge));
    charges.consumers.iter().for_each(|charge| row(Cell::id(charge.to.as_str()), charge));
    charges.nobody.iter().for_each(|charge| row(Cell::text(NOBODY), charge));
    section.totals(vec![Cell::text("Total"), Cell::Empty, amount_cell(total)])
}

/// How what nobody is charged is called.
pub(super) const NOBODY: &str = "(charged to nobody)";

/// What a service measures: its cost, for each unit of what it does, against its budget, and the
/// carbon of its electricity.
pub fn measures(
    valuation: &Valuation<'_>,
    at: usize,
    service: Service<'_>,
    period: Period,
    charges: &Charges,
) -> Section {
    let columns = vec![Column::new("measure", "Measure"), Column::number("figure", "Figure")];
    let mut section = Section::new("measures", "Measures", columns);
    let cost = match valuation.cost(at) {
        Ok(cost) => cost,
        Err(error) => Amount::Missing(error.to_string()),
    };
    section.push(vec![Cell::text("cost of the period"), amount_cell(&cost)]);
    if let Some((volume, unit)) = &charges.volume {
        section.push(vec![Cell::text(format!("volume ({unit})")), Cell::text(volume.shown())]);
        let each = match &cost {
            Amount::Known(money) => valuation.unit_cost(*money, *volume).map(Cell::Text),
            _ => Some(Cell::missing("the total has holes")),
        };
        section.push(vec![
            Cell::text(format!("unit cost ({unit})")),
            each.unwrap_or_else(|| Cell::missing("there is none")),
        ]);
    } else if let Some(driver) = service.driver() {
        let reason = format!("driver {driver} has no reading of a consumer");
        section.push(vec![Cell::text("unit cost"), Cell::missing(reason)]);
    }
    if service.budgets().next().is_some() {
        let budget = valuation.budget(at, period);
        let budget = budget.unwrap_or_else(|| Err("not every day of the period has a budget".to_owned()));
        let over = match (&cost, &budget) {
            (Amount::Known(cost), Ok(budget)) => difference(*cost, *budget),
            (_, Err(_)) => Cell::Empty,
            _ => Cell::missing("the total has holes"),
        };
        section.push(vec![Cell::text("budget"), budget.map_or_else(Cell::missing, Cell::Money)]);
        section.push(vec![Cell::text("over (+) or under (-) budget"), over]);
    }
    if let Some(carbon) = valuation.carbon(at) {
        section.push(vec![
            Cell::text("carbon of the electricity, estimated"),
            Cell::text(format!("{carbon} kg CO2e")),
        ]);
    }
    section
}
