//! The cost of all services, what nobody bears, and who pays.

use std::collections::BTreeMap;

use super::value::NOBODY;
use super::{amount_cell, difference, failed};
use crate::date::Period;
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::value::{AllCosts, Amount, Charges, Idle, Valuation};

/// Every service with what it costs, what it charges to services and what it leaves to consumers;
/// then what no service bears. The totals of the last column are all costs of the period.
pub fn value_all(base: Report, costs: &AllCosts<'_>) -> Report {
    let valuation = &costs.services;
    let columns = vec![
        Column::new("service", "Service"),
        Column::new("name", "Name"),
        Column::money("cost", "Cost"),
        Column::money("to_services", "To services"),
        Column::money("out", "To consumers"),
        Column::number("holes", "Holes"),
    ];
    let mut section = Section::new("services", "Cost of the services", columns);
    let mut holes = 0;
    for (at, service) in counted(valuation) {
        let own = valuation.services.get(at).map_or(0, |sum| sum.holes);
        holes += own;
        let (cost, left) = (valuation.cost(at), valuation.left(at));
        let charged = match (&cost, &left) {
            (Ok(cost), Ok(left)) => match (known(cost), known(left)) {
                (Some(cost), Some(left)) => cost.checked_sub(left).map_or_else(failed, Cell::Money),
                _ => Cell::Empty,
            },
            _ => Cell::Empty,
        };
        section.push(vec![
            Cell::id(service),
            Cell::text(valuation.service(at).map_or("", |service| service.name())),
            cost.map_or_else(failed, |cost| amount_cell(&cost)),
            charged,
            left.map_or_else(failed, |left| amount_cell(&left)),
            Cell::Int(i64::try_from(own).unwrap_or(i64::MAX)),
        ]);
    }
    for idle in &costs.idle {
        holes += idle.holes;
        section.push(vec![
            Cell::text(format!("({})", idle.what)),
            Cell::text(format!("{} records", idle.records)),
            Cell::Empty,
            Cell::Empty,
            idle_cell(idle),
            Cell::Int(i64::try_from(idle.holes).unwrap_or(i64::MAX)),
        ]);
    }
    let total = total(costs.total, holes);
    let section = section.totals(vec![
        Cell::text("All costs of the period"),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        total,
    ]);
    with_notes(base.section(section), holes)
}

/// What each consumer pays for all services, what they pay nothing for, and what no service bears.
pub fn value_by_consumer(base: Report, costs: &AllCosts<'_>) -> Report {
    let valuation = &costs.services;
    let columns = vec![
        Column::new("consumer", "Consumer"),
        Column::number("services", "Services"),
        Column::money("cost", "Cost"),
    ];
    let mut section = Section::new("consumers", "Cost by consumer", columns);
    let mut payers: BTreeMap<String, (i64, Sum)> = BTreeMap::new();
    let mut nobody = (0, Sum::default());
    let mut holes: usize = costs.idle.iter().map(|idle| idle.holes).sum();
    for (at, _) in counted(valuation) {
        holes += valuation.services.get(at).map_or(0, |sum| sum.holes);
        let charges = valuation.charges(at).unwrap_or_else(|error| missing(&error));
        for charge in &charges.consumers {
            let (services, sum) = payers.entry(charge.to.clone()).or_default();
            *services += 1;
            sum.add(&charge.amount);
        }
        if let Some(charge) = &charges.nobody {
            nobody.0 += 1;
            nobody.1.add(&charge.amount);
        }
    }
    for (id, (services, sum)) in payers {
        section.push(vec![Cell::id(id), Cell::Int(services), sum.cell()]);
    }
    if nobody.0 > 0 {
        section.push(vec![Cell::text(NOBODY), Cell::Int(nobody.0), nobody.1.cell()]);
    }
    for idle in &costs.idle {
        section.push(vec![Cell::text(format!("({})", idle.what)), Cell::Empty, idle_cell(idle)]);
    }
    let total = total(costs.total, holes);
    let section = section.totals(vec![Cell::text("All costs of the period"), Cell::Empty, total]);
    with_notes(base.section(section), holes)
}

/// Every service with its cost in the columns into which the period was cut, those without a cost
/// left out.
pub fn value_all_cut(base: Report, valuation: &Valuation<'_>, title: &'static str) -> Report {
    let columns =
        vec![Column::new("service", "Service"), Column::new("part", title), Column::money("cost", "Cost")];
    let mut section =
        Section::new("parts", format!("Cost of the services by {}", title.to_lowercase()), columns);
    let mut holes = 0;
    for (at, service) in counted(valuation) {
        holes += valuation.services.get(at).map_or(0, |sum| sum.holes);
        match valuation.columns(at) {
            Ok(parts) => {
                for (part, money) in parts.into_iter().filter(|(_, money)| !money.is_zero()) {
                    section.push(vec![Cell::id(service), Cell::text(part), Cell::Money(money)]);
                }
            }
            Err(error) => section.push(vec![Cell::id(service), Cell::Empty, failed(error)]),
        }
    }
    let report = base.section(section).note("services that charge others are part of their costs, too");
    with_notes(report, holes)
}

/// The internal invoice of one consumer; `None` where no service is charged to it.
pub fn statement(base: Report, valuation: &Valuation<'_>, consumer: &str, period: Period) -> Option<Report> {
    let columns = vec![
        Column::new("service", "Service"),
        Column::new("name", "Name"),
        Column::number("share", "Share"),
        Column::number("quantity", "Quantity"),
        Column::new("unit", "Unit"),
        Column::number("rate", "Rate"),
        Column::money("cost", "Amount"),
        Column::money("budget", "Budget"),
        Column::money("variance", "Variance"),
    ];
    let mut section = Section::new("lines", format!("Charged to {consumer}"), columns);
    let mut sum = Sum::default();
    for (at, id) in counted(valuation) {
        let charges = valuation.charges(at).unwrap_or_else(|error| missing(&error));
        let Some(charge) = charges.consumers.iter().find(|charge| charge.to == consumer) else { continue };
        sum.add(&charge.amount);
        let left = valuation.left(at).ok().and_then(|left| known(&left));
        let amount = match &charge.amount {
            Amount::Known(amount) => Some(*amount),
            _ => None,
        };
        let rate = amount.zip(charge.quantity).and_then(|(amount, of)| valuation.unit_cost(amount, of));
        let budget = valuation.budget(at, period).and_then(Result::ok);
        let budget = budget
            .zip(amount.zip(left))
            .and_then(|(budget, (amount, left))| budget.times_ratio(amount.amount(), left.amount()).ok());
        let unit =
            charges.volume.as_ref().filter(|_| charge.quantity.is_some()).map(|(_, unit)| unit.clone());
        section.push(vec![
            Cell::id(id),
            Cell::text(valuation.service(at).map_or("", |service| service.name())),
            Cell::text(charge.share.as_str()),
            charge.quantity.map(|quantity| quantity.shown()).into(),
            unit.into(),
            rate.into(),
            amount_cell(&charge.amount),
            budget.into(),
            amount.zip(budget).map_or(Cell::Empty, |(amount, budget)| difference(amount, budget)),
        ]);
    }
    if section.rows.is_empty() {
        return None;
    }
    let mut totals = vec![Cell::text("Total")];
    totals.resize(6, Cell::Empty);
    totals.push(sum.cell());
    Some(base.section(section.totals(totals)))
}

/// The services whose costs are part of the total, with their positions.
fn counted<'a>(valuation: &Valuation<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let services = valuation.uses.services.iter().enumerate();
    services
        .filter(|(at, _)| valuation.uses.counts.get(*at) == Some(&true))
        .map(|(at, service)| (at, service.id()))
}

fn known(amount: &Amount) -> Option<Money> {
    match amount {
        Amount::Known(money) | Amount::AtLeast(money) => Some(*money),
        Amount::Missing(_) | Amount::Carried => None,
    }
}

fn missing(error: &MoneyError) -> Charges {
    let amount = Amount::Missing(error.to_string());
    let nobody = crate::value::Charge { to: String::new(), share: String::new(), quantity: None, amount };
    Charges { services: Vec::new(), consumers: Vec::new(), nobody: Some(nobody), volume: None }
}

fn idle_cell(idle: &Idle) -> Cell {
    total(idle.amount, idle.holes)
}

/// A sum of which so many parts are not known.
fn total(known: Money, holes: usize) -> Cell {
    match holes {
        0 => Cell::Money(known),
        _ => Cell::missing(format!("at least {known}")),
    }
}

fn with_notes(report: Report, holes: usize) -> Report {
    match holes {
        0 => report,
        _ => report.note("some parts have no price; `estate value SERVICE` says which"),
    }
}

/// A sum of amounts of which some may not be known.
#[derive(Default)]
struct Sum {
    known: Option<Result<Money, MoneyError>>,
    holes: usize,
}

impl Sum {
    fn add(&mut self, amount: &Amount) {
        match amount {
            Amount::Known(money) => {
                self.known = Some(match self.known.take() {
                    None => Ok(*money),
                    Some(sum) => sum.and_then(|sum| sum.checked_add(*money)),
                });
            }
            _ => self.holes += 1,
        }
    }

    fn cell(self) -> Cell {
        match (self.known, self.holes) {
            (Some(Ok(money)), 0) => Cell::Money(money),
            (Some(Ok(money)), _) => Cell::missing(format!("at least {money}")),
            (Some(Err(error)), _) => failed(error),
            (None, 0) => Cell::Empty,
            (None, _) => Cell::missing("the costs have holes"),
        }
    }
}
