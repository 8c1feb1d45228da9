//! What contracts cover and leave out.

use super::{NamedReport, Request};
use crate::contract::Support;
use crate::report::{Cell, Column, Report, Section};

pub static REPORT: NamedReport = NamedReport {
    name: "coverage",
    title: "Coverage by contracts",
    description: "in use without support, paid for and retired, contracts that end first, suppliers by share",
    make,
};

fn make(request: &Request<'_>) -> Report {
    let support = Support::of(request.snapshot, request.as_of);
    let settings = request.snapshot.settings();
    let required = settings.map_or(&[][..], |settings| &settings.coverage.support_required);
    let report = Report::new("report.coverage", REPORT.title)
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .section(unsupported(&support))
        .section(retired(&support))
        .section(ends_before(&support));
    let (section, left_out) = suppliers(&support, request);
    let report = report.section(section);
    let report = match required.is_empty() {
        true => report
            .note("the settings name no class that needs support: list them under coverage.support_required"),
        false => report.note(format!("support is required for: {}", required.join(", "))),
    };
    match left_out.is_empty() {
        true => report,
        false => report.note(format!(
            "without a yearly price in the base currency, and in no share: {}",
            left_out.join(", ")
        )),
    }
}

fn unsupported(support: &Support<'_>) -> Section {
    let columns = vec![
        Column::new("item", "Item"),
        Column::new("class", "Class"),
        Column::new("name", "Name"),
        Column::new("owner", "Owner"),
        Column::new("warranty_until", "Warranty until"),
    ];
    let mut section = Section::new("unsupported", "In use without support", columns);
    for found in support.missing() {
        section.push(vec![
            Cell::id(found.item.id()),
            Cell::text(found.item.class()),
            Cell::text(found.item.name()),
            found.item.owner().map_or(Cell::Empty, Cell::id),
            found.warranty.into(),
        ]);
    }
    section
}

fn retired(support: &Support<'_>) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("party", "Supplier"),
        Column::new("item", "Item"),
        Column::new("status", "Status"),
    ];
    let mut section = Section::new("retired", "Paid for and out of use", columns);
    for (contract, item) in support.retired() {
        section.push(vec![
            Cell::id(contract.id()),
            contract.party().map_or(Cell::Empty, Cell::id),
            Cell::id(item.id()),
            item.status().map_or(Cell::Empty, |status| Cell::text(status.name())),
        ]);
    }
    section
}

fn ends_before(support: &Support<'_>) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("ends", "Ends"),
        Column::new("item", "Item"),
        Column::new("life_ends", "Useful life ends"),
        Column::number("days", "Without support"),
    ];
    let mut section = Section::new("ends_before", "Contracts that end before their items", columns);
    for found in support.ends_before() {
        section.push(vec![
            Cell::id(found.contract.id()),
            found.end.into(),
            Cell::id(found.item.id()),
            found.life_end.into(),
            Cell::Days((found.life_end - found.end).num_days()),
        ]);
    }
    section
}

fn suppliers(support: &Support<'_>, request: &Request<'_>) -> (Section, Vec<String>) {
    let columns = vec![
        Column::new("party", "Supplier"),
        Column::money("yearly", "Yearly price"),
        Column::number("share", "Share"),
        Column::new("limit", "Over the limit"),
        Column::new("contracts", "Contracts"),
    ];
    let limit = request.snapshot.settings().and_then(|settings| settings.coverage.supplier_limit);
    let mut section = Section::new("suppliers", "Suppliers by yearly price", columns);
    let (concentration, left_out) = support.concentration();
    for found in concentration {
        section.push(vec![
            Cell::id(found.party),
            found.yearly.into(),
            found.share.into(),
            match limit {
                Some(limit) if found.share > limit => Cell::text(format!("yes, {limit} are the most")),
                Some(_) => Cell::text("no"),
                None => Cell::Empty,
            },
            Cell::list(found.contracts.iter().map(|contract| contract.id())),
        ]);
    }
    (section, left_out.iter().map(|contract| contract.id().to_owned()).collect())
}
