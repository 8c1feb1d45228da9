//! The valuation report: what the estate is worth, what its services cost, what is committed.

use std::collections::BTreeMap;

use super::contracts::price_cells;
use super::register::{Totals, entries, figures};
use super::{NamedReport, Request, amount_cell};
use crate::contract::{accrual, term_at};
use crate::money::MoneyError;
use crate::report::{Cell, Column, Report, Section};
use crate::value::{AllCosts, Basis};

pub static REPORT: NamedReport = NamedReport {
    name: "valuation",
    title: "Valuation of the estate",
    description: "net book value by class, cost of each service, contracts on both sides",
    make,
};

fn make(request: &Request<'_>) -> Report {
    let organisation = request.snapshot.settings().map_or("", |settings| settings.organisation.as_str());
    Report::new("valuation", format!("{}: {organisation}", REPORT.title))
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .header("book", request.book)
        .header("period", request.period.to_string())
        .section(by_class(request))
        .section(services(request))
        .section(contracts(request))
}

fn by_class(request: &Request<'_>) -> Section {
    let columns = vec![
        Column::new("class", "Class"),
        Column::number("items", "Items"),
        Column::money("cost", "Gross value"),
        Column::money("accumulated", "Accumulated"),
        Column::money("impairment", "Impairment"),
        Column::money("net_book_value", "Net book value"),
    ];
    let mut section = Section::new("classes", "Value of the items in the books, by class", columns);
    let mut classes: BTreeMap<&str, (i64, Totals)> = BTreeMap::new();
    let (mut count, mut all) = (0, Totals::of(4));
    let entries = entries(request.snapshot, request.as_of, request.book);
    for entry in &entries {
        let (items, totals) = classes.entry(entry.class).or_insert_with(|| (0, Totals::of(4)));
        *items += 1;
        count += 1;
        match figures(entry, request.as_of) {
            Ok((_, figures)) => {
                totals.add(&figures);
                all.add(&figures);
            }
            Err(_) => {
                totals.holes += 1;
                all.holes += 1;
            }
        }
    }
    for (class, (items, totals)) in &classes {
        let mut cells = vec![Cell::text(*class), Cell::Int(*items)];
        cells.extend(totals.cells());
        section.push(cells);
    }
    let mut row = vec![Cell::text("Total"), Cell::Int(count)];
    row.extend(all.cells());
    section.totals(row)
}

fn services(request: &Request<'_>) -> Section {
    let columns = vec![
        Column::new("service", "Service"),
        Column::new("name", "Name"),
        Column::new("consumers", "Consumers"),
        Column::money("cost", "Cost of the period"),
        Column::number("holes", "Holes"),
    ];
    let mut section = Section::new("services", "Cost of the services, shared services included", columns);
    let valuation = match AllCosts::of(request.snapshot, Basis::new(request.period, request.book)) {
        Ok(costs) => costs.services,
        Err(reason) => {
            section.push(vec![Cell::Empty, Cell::Empty, Cell::Empty, Cell::missing(reason), Cell::Empty]);
            return section;
        }
    };
    for (at, service) in valuation.uses.services.iter().enumerate().filter(|(_, one)| !one.is_retired()) {
        let cost = valuation
            .cost(at)
            .map_or_else(|error| Cell::missing(error.to_string()), |cost| amount_cell(&cost));
        let holes = valuation.services.get(at).map_or(0, |sum| sum.holes);
        section.push(vec![
            Cell::id(service.id()),
            Cell::text(service.name()),
            Cell::list(service.consumers().map(|(party, _)| party)),
            cost,
            Cell::Int(i64::try_from(holes).unwrap_or(i64::MAX)),
        ]);
    }
    section
}

fn contracts(request: &Request<'_>) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("side", "Side"),
        Column::new("party", "Party"),
        Column::new("kind", "Kind"),
        Column::new("end", "End of term"),
        Column::money("price", "Price"),
        Column::new("per", "Per"),
        Column::money("accrued", "Accrued in the period"),
    ];
    let mut section = Section::new("contracts", "Contracts", columns);
    for contract in request.snapshot.contracts() {
        let accrued = accrual(request.snapshot, contract, request.period.end)
            .and_then(|accrual| accrual.cost(request.period).map_err(|error: MoneyError| error.to_string()));
        let side = if contract.is_supplier_side() { "supplier" } else { "customer" };
        let (price, per) = price_cells(request.snapshot, contract, request.as_of);
        section.push(vec![
            Cell::id(contract.id()),
            Cell::text(side),
            contract.party().map_or(Cell::Empty, Cell::id),
            Cell::text(contract.kind()),
            term_at(contract, request.as_of).map(|term| term.end).into(),
            price,
            per,
            accrued.map_or_else(Cell::missing, Cell::Money),
        ]);
    }
    section
}
