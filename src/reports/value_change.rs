//! What a change of the estate does to its figures: net book values, service costs, commitments.

use std::collections::BTreeMap;

use super::Request;
use super::register::{Entry, entries, figures};
use crate::contract::{accrual, term_at};
use crate::date::{Period, day_after};
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Column, Section};
use crate::value::{AllCosts, Amount, Basis};

/// A figure on one side: known, or a hole with its reason.
type Figure = Result<Money, String>;

/// The figures that differ between two versions, and the total net book value in any case. Both
/// sides are valued for the same day, period and book.
pub fn value_change(before: &Request<'_>, after: &Request<'_>) -> Section {
    let columns = vec![
        Column::new("figure", "Figure"),
        Column::new("of", "Of"),
        Column::money("before", "Before"),
        Column::money("after", "After"),
        Column::money("delta", "Delta"),
    ];
    let mut section = Section::new("value", "What it does to the figures", columns);
    let (old_items, new_items) = (net_book_values(before), net_book_values(after));
    push(&mut section, "net book value", "the estate", total(&old_items), total(&new_items));
    push_differing(&mut section, "net book value", old_items, new_items);
    push_differing(&mut section, "cost of the period", service_costs(before), service_costs(after));
    push_differing(&mut section, "accrued in the period", accruals(before), accruals(after));
    push_differing(&mut section, "committed to the end", commitments(before), commitments(after));
    section
}

fn push_differing(
    section: &mut Section,
    figure: &str,
    mut old: BTreeMap<String, Figure>,
    new: BTreeMap<String, Figure>,
) {
    let mut pairs: BTreeMap<String, (Option<Figure>, Option<Figure>)> = BTreeMap::new();
    for (of, value) in new {
        let before = old.remove(&of);
        pairs.insert(of, (before, Some(value)));
    }
    pairs.extend(old.into_iter().map(|(of, value)| (of, (Some(value), None))));
    for (of, (old, new)) in pairs.into_iter().filter(|(_, (old, new))| old != new) {
        push(section, figure, &of, old, new);
    }
}

fn push(section: &mut Section, figure: &str, of: &str, old: Option<Figure>, new: Option<Figure>) {
    let delta = match (&old, &new) {
        (Some(Ok(old)), Some(Ok(new))) => new.checked_sub(*old).map(Cell::Delta),
        (Some(Ok(old)), None) => Ok(Cell::Delta(old.negated())),
        (None, Some(Ok(new))) => Ok(Cell::Delta(*new)),
        _ => Ok(Cell::Empty),
    };
    let cell = |figure: Option<Figure>| {
        figure.map_or(Cell::Empty, |figure| figure.map_or_else(Cell::missing, Cell::Money))
    };
    let delta = delta.unwrap_or_else(|error| Cell::missing(error.to_string()));
    section.push(vec![Cell::text(figure), Cell::id(of), cell(old), cell(new), delta]);
}

fn net_book_values(request: &Request<'_>) -> BTreeMap<String, Figure> {
    let value = |entry: &Entry<'_>| figures(entry, request.as_of).map(|(_, [.., value])| value);
    let entries = entries(request.snapshot, request.as_of, request.book);
    entries.iter().map(|entry| (format!("item/{}", entry.item), value(entry))).collect()
}

/// The sum of all figures; a hole where one of them is, `None` where there are none.
fn total(figures: &BTreeMap<String, Figure>) -> Option<Figure> {
    let mut sum: Option<Result<Money, MoneyError>> = None;
    for figure in figures.values() {
        let Ok(money) = figure else { return Some(Err("some items have no value".to_owned())) };
        sum = Some(sum.map_or(Ok(*money), |sum| sum.and_then(|sum| sum.checked_add(*money))));
    }
    sum.map(|sum| sum.map_err(|error| error.to_string()))
}

fn service_costs(request: &Request<'_>) -> BTreeMap<String, Figure> {
    let mut costs = BTreeMap::new();
    let basis = Basis::new(request.period, request.book);
    let Ok(AllCosts { services: valuation, .. }) = AllCosts::of(request.snapshot, basis) else {
        return costs;
    };
    for (at, service) in valuation.uses.services.iter().enumerate().filter(|(_, one)| !one.is_retired()) {
        let figure = valuation.cost(at).map_err(|error| error.to_string()).and_then(Amount::figure);
        costs.insert(format!("service/{}", service.id()), figure);
    }
    costs
}

fn accruals(request: &Request<'_>) -> BTreeMap<String, Figure> {
    let contracts = request.snapshot.contracts();
    contracts
        .map(|contract| {
            let accrued = accrual(request.snapshot, contract, request.period.end)
                .and_then(|accrual| accrual.cost(request.period).map_err(|error| error.to_string()));
            (format!("contract/{}", contract.id()), accrued)
        })
        .collect()
}

/// What is still to be paid or received after the value date, to the end of the term that it falls
/// into. A contract without an end commits to nothing that can be added up.
fn commitments(request: &Request<'_>) -> BTreeMap<String, Figure> {
    let from = day_after(request.as_of);
    let running = request.snapshot.contracts().filter_map(|contract| {
        let end = match term_at(contract, request.as_of) {
            Some(term) => term.end,
            // It has not begun.
            None => contract.start().filter(|start| *start > request.as_of).and(contract.initial_end())?,
        };
        let rest = Period { start: from, end };
        let cost = accrual(request.snapshot, contract, end)
            .and_then(|accrual| accrual.cost(rest).map_err(|error| error.to_string()));
        Some((format!("contract/{}", contract.id()), cost))
    });
    running.collect()
}
