//! What contracts bill against what they cost: the plan of one contract, and what is carried over a
//! day by all of them.

use super::register::Totals;
use super::schedule::{Steps, months};
use super::{NamedReport, Request};
use crate::contract::{Billing, Dates, leases};
use crate::date::{Date, Period, day_after};
use crate::model::contract::Contract;
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;

pub static REPORT: NamedReport = NamedReport {
    name: "prepaid",
    title: "Prepaid and unbilled",
    description: "what contracts have billed for days after a date, and what is used and not billed",
    make,
};

/// What the two columns of balances are in the accounts of a side: the French chart, whose art. 944-48
/// (444/48 of 1999) describes 486 and 487.
fn accounts(contract: Contract<'_>) -> &'static str {
    match contract.is_supplier_side() {
        true => "486 prepaid expenses, 408 expenses not yet billed",
        false => "487 deferred income, 418 income not yet billed",
    }
}

/// The bills of a contract by fiscal year or month: what is billed, what of it is an expense (at a
/// customer's contract: income), and what is carried over the end of the period.
pub fn prepaid_plan(
    base: Report,
    snapshot: &Snapshot,
    contract: Contract<'_>,
    as_of: Date,
    steps: Steps,
) -> Report {
    let columns = vec![
        Column::new("fiscal_year", "Fiscal year"),
        Column::new("period_start", "From"),
        Column::new("period_end", "To"),
        Column::money("billed", "Billed"),
        Column::money("expense", if contract.is_supplier_side() { "Expense" } else { "Income" }),
        Column::money("prepaid", "Prepaid"),
        Column::money("unbilled", "Not yet billed"),
    ];
    let mut section = Section::new("plan", "Bills and the days they cover", columns);
    let report = |section: Section| {
        let report = base
            .section(section)
            .note(format!("each bill is spread over the days it covers; balances: {}", accounts(contract)));
        match contract.lease().and_then(|lease| Some((lease.exemption()?, lease.book))) {
            Some((exemption, book)) => report.note(format!(
                "{book}: a lease exempt as {} (IFRS 16.5): its payments are an expense over the term (16.6)",
                exemption.title()
            )),
            None => report,
        }
    };
    match rows(snapshot, contract, as_of, steps) {
        Ok(rows) => rows.into_iter().for_each(|cells| section.push(cells)),
        Err(reason) => section.push(vec![Cell::Empty, Cell::Empty, Cell::Empty, Cell::missing(reason)]),
    }
    report(section)
}

fn rows(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    as_of: Date,
    steps: Steps,
) -> Result<Vec<Vec<Cell>>, String> {
    let settings = snapshot.settings().ok_or("the settings are missing or have errors")?;
    let year_of = |day: Date| {
        let year = settings.calendar.year_of(day);
        year.ok_or_else(|| format!("no fiscal year is listed for {day}"))
    };
    let start = contract.start().ok_or_else(|| format!("contract {} has errors", contract.id()))?;
    let ends = Dates::on_record(contract).and_then(|dates| dates.end());
    // What goes on until somebody ends it is shown to the end of the year, or of its first term.
    let last = match ends {
        Some(end) => end,
        None => year_of(as_of.max(start))?.period.end.max(contract.initial_end().unwrap_or(start)),
    };
    let billing = Billing::of(snapshot, contract, last)?;
    let mut rows = Vec::new();
    let mut day = start;
    while day <= last {
        let year = year_of(day)?;
        let period = Period { start: day, end: year.period.end.min(last) };
        let periods = match steps {
            Steps::Years => vec![period],
            Steps::Months => months(period).map_err(|error| error.to_string())?,
        };
        for period in periods {
            rows.push(row(&billing, &year.id, period).map_err(|error| error.to_string())?);
        }
        day = day_after(year.period.end);
    }
    Ok(rows)
}

fn row(billing: &Billing, year: &str, period: Period) -> Result<Vec<Cell>, MoneyError> {
    let [prepaid, unbilled] = balances(billing, period.end)?;
    Ok(vec![
        Cell::text(year),
        Cell::Date(period.start),
        Cell::Date(period.end),
        Cell::Money(billing.billed(period)?),
        Cell::Money(billing.expense(period)?),
        Cell::Money(prepaid),
        Cell::Money(unbilled),
    ])
}

/// What is prepaid and what is not yet billed at the end of a day.
fn balances(billing: &Billing, date: Date) -> Result<[Money; 2], MoneyError> {
    let (carried, none) = (billing.prepaid(date)?, Money::zero(billing.currency()));
    Ok(if carried.is_negative() { [none, carried.negated()] } else { [carried, none] })
}

fn make(request: &Request<'_>) -> Report {
    let report = Report::new("prepaid", format!("{} at {}", REPORT.title, request.as_of))
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .header("book", request.book)
        .section(side(request, true))
        .section(side(request, false));
    let recognised: Vec<&str> = leases(request.snapshot, request.book).map(|lease| lease.id()).collect();
    match recognised.is_empty() {
        true => report,
        false => report.note(format!(
            "without the leases that the book {} recognises as liabilities: {}",
            request.book,
            recognised.join(", ")
        )),
    }
}

/// The contracts of one side that have begun by the value date.
fn side(request: &Request<'_>, supplier: bool) -> Section {
    let columns = vec![
        Column::new("contract", "Contract"),
        Column::new("name", "Name"),
        Column::new("party", "Party"),
        Column::new("kind", "Kind"),
        Column::money("prepaid", "Prepaid"),
        Column::money("unbilled", "Not yet billed"),
    ];
    let mut section = match supplier {
        true => Section::new("expenses", "Expenses: accounts 486 and 408", columns),
        false => Section::new("income", "Income: accounts 487 and 418", columns),
    };
    let mut totals = Totals::of(2);
    let contracts = request.snapshot.contracts().filter(|contract| {
        contract.is_supplier_side() == supplier
            && contract.0.field("price").is_some()
            && contract.start().is_none_or(|start| start <= request.as_of)
            && !leases(request.snapshot, request.book).any(|lease| lease.id() == contract.id())
    });
    for contract in contracts {
        let balances = Billing::of(request.snapshot, contract, request.as_of)
            .and_then(|billing| balances(&billing, request.as_of).map_err(|error| error.to_string()));
        let mut cells = vec![
            Cell::id(contract.id()),
            Cell::text(contract.name()),
            contract.party().map_or(Cell::Empty, Cell::id),
            Cell::text(contract.kind()),
        ];
        match balances {
            Ok(balances) if balances.iter().all(Money::is_zero) => continue,
            Ok(balances) => {
                totals.add(&balances);
                cells.extend(balances.map(Cell::Money));
            }
            Err(reason) => {
                totals.holes += 1;
                cells.extend([Cell::missing(reason.as_str()), Cell::missing(reason)]);
            }
        }
        section.push(cells);
    }
    let row = vec![Cell::text("Total"), Cell::Empty, Cell::Empty, Cell::Empty];
    section.totals(row.into_iter().chain(totals.cells()).collect())
}
