//! Leases of ours by IFRS 16: the plan of one, and what all of them are at a day.

use super::register::Totals;
use super::schedule::{Steps, columns, months, push};
use super::{NamedReport, Request};
use crate::contract::{Change, LeasePlan, lease_plan};
use crate::date::{Date, Period, day_after, day_before};
use crate::model::contract::Contract;
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;

pub static REPORT: NamedReport = NamedReport {
    name: "leases",
    title: "Leases by IFRS 16",
    description: "right of use and liability of every lease, with depreciation, interest and payments",
    make,
};

/// The plan of a lease in the book that keeps it: its right of use and its liability.
pub fn lease(base: Report, snapshot: &Snapshot, contract: Contract<'_>, book: &str, steps: Steps) -> Report {
    let mut asset = Section::new("right_of_use", "Right of use", columns());
    let mut liability = Section::new(
        "liability",
        "Lease liability",
        vec![
            Column::new("fiscal_year", "Fiscal year"),
            Column::new("period_start", "From"),
            Column::new("period_end", "To"),
            Column::money("opening", "Opening"),
            Column::money("measured", "Recognised or remeasured"),
            Column::money("interest", "Interest"),
            Column::money("payments", "Payments"),
            Column::money("closing", "Closing"),
        ],
    );
    let plan = match lease_plan(snapshot, contract) {
        Ok(plan) => plan,
        Err(problem) => {
            let empty = vec![Cell::id(book), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty];
            asset.push(empty.into_iter().chain([Cell::missing(problem.to_string())]).collect());
            return base.section(asset).section(liability);
        }
    };
    let mut notes: Vec<String> = Vec::new();
    notes.extend(push(&mut asset, book, &plan.right_of_use, steps).err().map(|error| error.to_string()));
    match rows(snapshot, &plan, steps) {
        Ok(rows) => rows.into_iter().for_each(|cells| liability.push(cells)),
        Err(reason) => {
            let empty = vec![Cell::Empty, Cell::Empty, Cell::Empty];
            liability.push(empty.into_iter().chain([Cell::missing(reason)]).collect());
        }
    }
    notes.push(format!("{book}: {}; term {}", plan.described, plan.term));
    notes.extend(summed(&plan).ok());
    notes.into_iter().fold(base.section(asset).section(liability), Report::note)
}

/// All that is charged against all that is paid.
fn summed(plan: &LeasePlan) -> Result<String, MoneyError> {
    let interest = plan.liability.interest(plan.term)?;
    let depreciation = plan.right_of_use.charge(plan.term)?;
    let paid = plan.liability.changed(Change::Paid, plan.term)?.negated();
    let charged = interest.checked_add(depreciation)?;
    let others = charged.checked_sub(paid)?;
    Ok(format!(
        "interest {interest} and depreciation {depreciation} are {charged}: payments {paid}, with direct costs and restoration less incentives {others}"
    ))
}

fn rows(snapshot: &Snapshot, plan: &LeasePlan, steps: Steps) -> Result<Vec<Vec<Cell>>, String> {
    let settings = snapshot.settings().ok_or("the settings are missing or have errors")?;
    let mut rows = Vec::new();
    let mut day = plan.term.start;
    while day <= plan.term.end {
        let year =
            settings.calendar.year_of(day).ok_or_else(|| format!("no fiscal year is listed for {day}"))?;
        let period = Period { start: day, end: year.period.end.min(plan.term.end) };
        let periods = match steps {
            Steps::Years => vec![period],
            Steps::Months => months(period).map_err(|error| error.to_string())?,
        };
        for period in periods {
            rows.push(row(plan, &year.id, period).map_err(|error| error.to_string())?);
        }
        day = day_after(year.period.end);
    }
    Ok(rows)
}

fn row(plan: &LeasePlan, year: &str, period: Period) -> Result<Vec<Cell>, MoneyError> {
    let liability = &plan.liability;
    let measured = liability.changed(Change::Measured, period)?;
    Ok(vec![
        Cell::text(year),
        Cell::Date(period.start),
        Cell::Date(period.end),
        Cell::Money(liability.balance(day_before(period.start))?),
        if measured.is_zero() { Cell::Empty } else { Cell::Delta(measured) },
        Cell::Money(liability.interest(period)?),
        Cell::Money(liability.changed(Change::Paid, period)?),
        Cell::Money(liability.balance(period.end)?),
    ])
}

fn make(request: &Request<'_>) -> Report {
    let mut section = Section::new(
        "leases",
        "Leases",
        vec![
            Column::new("contract", "Contract"),
            Column::new("name", "Name"),
            Column::new("book", "Book"),
            Column::new("end", "End of term"),
            Column::money("right_of_use", "Right of use"),
            Column::money("liability", "Liability"),
            Column::money("depreciation", "Depreciation"),
            Column::money("interest", "Interest"),
            Column::money("paid", "Paid"),
        ],
    );
    let (mut totals, mut exempt) = (Totals::of(5), Vec::new());
    for contract in request.snapshot.contracts() {
        let Some(lease) = contract.lease() else { continue };
        if let Some(exemption) = lease.exemption() {
            exempt.push(format!("{} ({})", contract.id(), exemption.title()));
            continue;
        }
        let mut cells = vec![Cell::id(contract.id()), Cell::text(contract.name()), Cell::id(lease.book)];
        match figures(request, contract) {
            Ok((end, figures)) => {
                totals.add(&figures);
                cells.push(Cell::Date(end));
                cells.extend(figures.map(Cell::Money));
            }
            Err(reason) => {
                totals.holes += 1;
                cells.extend([Cell::Empty, Cell::missing(reason)]);
            }
        }
        section.push(cells);
    }
    let row = vec![Cell::text("Total"), Cell::Empty, Cell::Empty, Cell::Empty];
    let report = Report::new("leases", REPORT.title)
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .header("period", request.period.to_string())
        .section(section.totals(row.into_iter().chain(totals.cells()).collect()));
    match exempt.is_empty() {
        true => report,
        false => report.note(format!("exempt, their payments an expense: {}", exempt.join(", "))),
    }
}

/// The end of the term; right of use and liability at the value date, what the period brings.
fn figures(request: &Request<'_>, contract: Contract<'_>) -> Result<(Date, [Money; 5]), String> {
    let plan = lease_plan(request.snapshot, contract).map_err(|problem| problem.to_string())?;
    let figures = || {
        Ok::<_, MoneyError>([
            plan.right_of_use.net_book_value(request.as_of)?,
            plan.liability.balance(request.as_of)?,
            plan.right_of_use.charge(request.period)?,
            plan.liability.interest(request.period)?,
            plan.liability.changed(Change::Paid, request.period)?.negated(),
        ])
    };
    Ok((plan.term.end, figures().map_err(|error| error.to_string())?))
}
