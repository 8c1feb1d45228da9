//! Contracts against what happened under them, as tables.

use crate::contract::{Check, Verdict};
use crate::report::{Cell, Column, Report, Section};

/// The rows of the checks; those with nothing to do only if `all` are asked for.
pub fn contract_check(report: Report, checks: &[Check<'_>], all: bool) -> Report {
    let shown = |verdict: Verdict| all || verdict.is_finding() || verdict == Verdict::Awaited;
    let hidden = checks.iter().flat_map(Check::verdicts).filter(|verdict| !shown(*verdict)).count();
    let report = report
        .section(invoices(checks, shown))
        .section(entitlements(checks, shown))
        .section(commitments(checks, shown));
    match hidden {
        0 => report,
        hidden => report.note(format!("{hidden} with nothing to do are not shown; --all shows them")),
    }
}

fn invoices(checks: &[Check<'_>], shown: impl Fn(Verdict) -> bool) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("fact", "Fact"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::money("expected", "Expected"),
        Column::money("invoiced", "Invoiced"),
        Column::money("difference", "Difference"),
        Column::new("verdict", "Verdict"),
        Column::new("why", "Why"),
    ];
    let mut section = Section::new("invoices", "Invoices and notices", columns);
    for row in checks.iter().flat_map(|check| &check.invoices).filter(|row| shown(row.verdict)) {
        let difference = row.expected.zip(row.invoiced);
        let difference = difference.and_then(|(expected, invoiced)| invoiced.checked_sub(expected).ok());
        section.push(vec![
            Cell::id(row.contract.id()),
            row.invoice.map_or(Cell::Empty, |invoice| Cell::id(invoice.id())),
            row.days.map(|days| days.start).into(),
            row.days.map(|days| days.end).into(),
            match (row.expected, row.verdict) {
                (None, Verdict::NotJudged) => Cell::missing(row.why.as_str()),
                (expected, _) => expected.into(),
            },
            row.invoiced.into(),
            difference.map_or(Cell::Empty, Cell::Delta),
            Cell::text(row.verdict.name()),
            Cell::text(row.why.as_str()),
        ]);
    }
    section
}

fn entitlements(checks: &[Check<'_>], shown: impl Fn(Verdict) -> bool) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("entitlement", "Entitlement"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::new("unit", "Unit"),
        Column::number("owned", "Owned"),
        Column::number("used", "Used"),
        Column::number("left", "Left"),
        Column::new("verdict", "Verdict"),
    ];
    let mut section = Section::new("entitlements", "Used against owned", columns);
    for row in checks.iter().flat_map(|check| &check.entitlements).filter(|row| shown(row.verdict)) {
        section.push(vec![
            Cell::id(row.contract.id()),
            Cell::id(row.entitlement.id),
            Cell::Date(row.window.start),
            Cell::Date(row.window.end),
            Cell::text(row.entitlement.unit),
            Cell::text(row.entitlement.quantity.normalize().to_string()),
            Cell::text(row.used.normalize().to_string()),
            Cell::text(row.left.normalize().to_string()),
            Cell::text(row.verdict.name()),
        ]);
    }
    section
}

fn commitments(checks: &[Check<'_>], shown: impl Fn(Verdict) -> bool) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::money("committed", "Committed"),
        Column::money("spent", "Spent"),
        Column::new("verdict", "Verdict"),
    ];
    let mut section = Section::new("commitments", "Spent against committed", columns);
    for row in checks.iter().flat_map(|check| &check.commitments).filter(|row| shown(row.verdict)) {
        section.push(vec![
            Cell::id(row.contract.id()),
            Cell::Date(row.window.start),
            Cell::Date(row.window.end),
            Cell::Money(row.committed),
            row.spent.map_or_else(|| Cell::missing("invoices in another currency"), Cell::Money),
            Cell::text(row.verdict.name()),
        ]);
    }
    section
}
