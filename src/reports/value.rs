//! The cost of one service as a tree, and who pays it.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::amount_cell;
use crate::model::RecordId;
use crate::model::service::Service;
use crate::money::{self, Money};
use crate::report::{Cell, Column, Report, Section};
use crate::value::{Amount, Line, holes};

/// For a record's field: the commit that set it, as it is shown.
pub type Origins = HashMap<(RecordId, String), String>;

/// The tree of a service's cost down to `depth` levels, then the parts of its consumers.
pub fn value(
    base: Report,
    service: Service<'_>,
    lines: &[Line],
    depth: Option<u8>,
    origins: &Origins,
) -> Report {
    let columns = vec![
        Column::new("component", "Component"),
        Column::number("share", "Share"),
        Column::money("cost", "Cost"),
        Column::new("record", "Record"),
        Column::new("field", "Field"),
        Column::new("commit", "Set in"),
    ];
    let mut tree = Section::new("components", "Cost by component", columns).tree();
    for line in lines.iter().filter(|line| depth.is_none_or(|depth| line.depth <= depth)) {
        let origin = &line.origin;
        let commit = origins.get(&(origin.record.clone(), origin.field.clone()));
        tree.push_at(
            line.depth,
            vec![
                Cell::text(line.label.as_str()),
                line.share.clone().map_or(Cell::Empty, Cell::Text),
                amount_cell(&line.amount),
                Cell::id(origin.record.to_string()),
                Cell::text(origin.field.as_str()),
                commit.map_or(Cell::Empty, |commit| Cell::text(commit.as_str())),
            ],
        );
    }
    let holes = holes(lines);
    let mut report = base.section(tree).section(consumers(service, lines.first().map(|line| &line.amount)));
    if holes > 0 {
        report = report.note(format!("{holes} parts have no price; the total is what is known"));
    }
    report
}

fn consumers(service: Service<'_>, total: Option<&Amount>) -> Section {
    let columns = vec![
        Column::new("consumer", "Consumer"),
        Column::number("share", "Share"),
        Column::money("cost", "Cost"),
    ];
    let mut section = Section::new("consumers", "Cost by consumer", columns);
    let consumers: Vec<_> = service.consumers().collect();
    let mut weights: Vec<Decimal> = consumers.iter().map(|(_, share)| share.points()).collect();
    let charged: Decimal = weights.iter().sum();
    let rest = Decimal::ONE_HUNDRED - charged;
    if consumers.is_empty() {
        return section;
    }
    weights.push(rest);
    let parts: Result<Vec<Money>, String> = match total {
        Some(Amount::Known(total)) => money::allocate(*total, &weights)
            .map_err(|_| format!("the shares of consumers sum to {charged}%, not 100%")),
        Some(Amount::AtLeast(_) | Amount::Missing(_)) => Err("the total has holes".to_owned()),
        Some(Amount::Carried) | None => Err("there is no cost".to_owned()),
    };
    let part = |at: usize| match &parts {
        Ok(parts) => parts.get(at).map_or(Cell::Empty, |part| Cell::Money(*part)),
        Err(reason) => Cell::missing(reason.as_str()),
    };
    for (at, (party, share)) in consumers.iter().enumerate() {
        section.push(vec![Cell::id(*party), Cell::Percent(*share), part(at)]);
    }
    if !rest.is_zero() {
        let share = format!("{}%", rest.normalize());
        section.push(vec![Cell::text("(charged to nobody)"), Cell::text(share), part(consumers.len())]);
    }
    let total = total.map_or(Cell::Empty, amount_cell);
    section.totals(vec![Cell::text("Total"), Cell::text("100%"), total])
}
