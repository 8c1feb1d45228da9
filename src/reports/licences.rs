//! The effective licence position, product by product.

use rust_decimal::Decimal;

use super::{NamedReport, Request};
use crate::licence::{Position, positions};
use crate::money::Money;
use crate::report::{Cell, Column, Report, Section};

pub static REPORT: NamedReport = NamedReport {
    name: "licences",
    title: "Effective licence position",
    description: "entitlements against installs by product: owned, used, balance, unused cost",
    make,
};

fn make(request: &Request<'_>) -> Report {
    let columns = vec![
        Column::new("product", "Product"),
        Column::new("edition", "Edition"),
        Column::new("metric", "Metric"),
        Column::number("owned", "Owned"),
        Column::number("used", "Used"),
        Column::number("balance", "Balance"),
        Column::new("position", "Position"),
        Column::money("unused_purchase", "Unused of purchase"),
        Column::money("unused_yearly", "Unused a year"),
        Column::new("licences", "Licences"),
        Column::new("consumers", "Used by"),
    ];
    let mut section = Section::new("positions", REPORT.title, columns);
    let positions = positions(request.snapshot, request.as_of);
    for position in &positions {
        section.push(cells(position));
    }
    let report = Report::new("report.licences", REPORT.title)
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .section(section)
        .note("cores are those of the items that use the licence; minimums that publishers set are not reckoned");
    let lapsed: Vec<&str> =
        positions.iter().flat_map(|position| position.lapsed.iter().map(|licence| licence.id())).collect();
    match lapsed.is_empty() {
        true => report,
        false => report.note(format!("not in force and counted as nothing: {}", lapsed.join(", "))),
    }
}

fn cells(position: &Position<'_>) -> Vec<Cell> {
    let number = |value: &Result<Decimal, String>| match value {
        Ok(number) => figure(*number),
        Err(reason) => Cell::missing(reason.as_str()),
    };
    let word = position.balance().map(|balance| match balance.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Less => "over-used",
        std::cmp::Ordering::Equal => "in balance",
        std::cmp::Ordering::Greater => "under-used",
    });
    vec![
        Cell::text(position.product),
        position.edition.into(),
        Cell::text(position.metric),
        number(&position.owned),
        number(&position.used),
        position.balance().map_or(Cell::Empty, figure),
        word.map_or_else(|| Cell::missing("not known"), Cell::text),
        money(&position.unused_purchase),
        money(&position.unused_yearly),
        Cell::list(position.licences.iter().map(|licence| licence.id())),
        Cell::list(position.consumers.iter().map(String::as_str)),
    ]
}

fn figure(number: Decimal) -> Cell {
    let whole = number.normalize();
    match i64::try_from(whole) {
        Ok(count) if whole.scale() == 0 => Cell::Int(count),
        _ => Cell::text(whole.to_string()),
    }
}

fn money(amount: &Option<Result<Money, String>>) -> Cell {
    match amount {
        None => Cell::Empty,
        Some(Ok(money)) => Cell::Money(*money),
        Some(Err(reason)) => Cell::missing(reason.as_str()),
    }
}
