//! What is to come: depreciation charges and items to replace, over the next fiscal years.

use std::collections::BTreeMap;

use super::register::{Totals, all_entries};
use super::{NamedReport, Request};
use crate::date::{Date, day_after};
use crate::model::calendar::FiscalYear;
use crate::money::Money;
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;

pub static REPORT: NamedReport = NamedReport {
    name: "forecast",
    title: "Forecast",
    description: "charges of depreciation by class, and items to replace, over five fiscal years",
    make,
};

/// The fiscal year of the value date and the four after it.
const YEARS: usize = 5;

fn make(request: &Request<'_>) -> Report {
    let years = years(request.snapshot, request.as_of);
    let report = Report::new("forecast", REPORT.title)
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .header("book", request.book)
        .section(charges(request, &years))
        .section(replacements(request, &years));
    match years.len() {
        YEARS => report,
        known => report.note(format!("the settings list {known} of the next {YEARS} fiscal years")),
    }
}

fn years(snapshot: &Snapshot, from: Date) -> Vec<FiscalYear> {
    let Some(settings) = snapshot.settings() else { return Vec::new() };
    let next = |year: &FiscalYear| settings.calendar.year_of(day_after(year.period.end));
    std::iter::successors(settings.calendar.year_of(from), next).take(YEARS).collect()
}

/// A column a year; years beyond those listed stay empty.
fn charges(request: &Request<'_>, years: &[FiscalYear]) -> Section {
    let mut columns = vec![Column::new("class", "Class")];
    for at in 0..YEARS {
        let label = years.get(at).map_or_else(|| "-".to_owned(), |year| year.id.clone());
        columns.push(Column::money(format!("year_{}", at + 1), label));
    }
    let mut section = Section::new("charges", "Charges of depreciation by fiscal year", columns);
    let mut classes: BTreeMap<&str, Totals<YEARS>> = BTreeMap::new();
    let mut all = Totals::<YEARS>::default();
    for entry in all_entries(request.snapshot, request.book) {
        let figures = entry.plan.as_ref().ok().and_then(|plan| {
            let mut charges = [Money::zero(plan.cost.currency()); YEARS];
            for (charge, year) in charges.iter_mut().zip(years) {
                *charge = plan.charge(year.period).ok()?;
            }
            Some(charges)
        });
        let totals = classes.entry(entry.class).or_default();
        match figures {
            Some(figures) if figures.iter().all(Money::is_zero) => {}
            Some(figures) => {
                totals.add(figures);
                all.add(figures);
            }
            None => {
                totals.holes += 1;
                all.holes += 1;
            }
        }
    }
    for (class, totals) in &classes {
        let cells = totals.cells();
        if cells.iter().any(|cell| *cell != Cell::Empty) {
            section.push(std::iter::once(Cell::text(*class)).chain(cells).collect());
        }
    }
    section.totals(std::iter::once(Cell::text("Total")).chain(all.cells()).collect())
}

/// Items that are used up in the books or lose support in these years, by date.
fn replacements(request: &Request<'_>, years: &[FiscalYear]) -> Section {
    let columns = vec![
        Column::new("fiscal_year", "Fiscal year"),
        Column::new("date", "Date"),
        Column::new("item", "Item"),
        Column::new("class", "Class"),
        Column::new("name", "Name"),
        Column::new("reason", "Reason"),
        Column::money("cost", "Cost when new"),
    ];
    let mut section = Section::new("replacements", "Items to replace", columns);
    let mut due: Vec<(Date, &str, &str)> = Vec::new();
    for entry in all_entries(request.snapshot, request.book) {
        let Ok(plan) = &entry.plan else { continue };
        if let Some(end) = plan.fully_depreciated().filter(|end| plan.is_in_books(*end)) {
            due.push((end, entry.item, "fully depreciated"));
        }
    }
    for item in request.snapshot.items() {
        let active = item.status().is_some_and(|status| status.is_active());
        for (field, reason) in [("end_of_support", "end of support"), ("warranty_until", "end of warranty")] {
            due.extend(item.record().date(field).filter(|_| active).map(|date| (date, item.id(), reason)));
        }
    }
    due.sort_unstable();
    for (date, id, reason) in due.into_iter().filter(|(date, ..)| *date >= request.as_of) {
        let Some(year) = years.iter().find(|year| year.period.contains(date)) else { continue };
        let item = request.snapshot.item(id);
        section.push(vec![
            Cell::text(year.id.as_str()),
            Cell::Date(date),
            Cell::id(id),
            Cell::text(item.map_or("", |item| item.class())),
            Cell::text(item.map_or("", |item| item.name())),
            Cell::text(reason),
            item.and_then(|item| item.cost()).into(),
        ]);
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{Period, parse_date};
    use crate::snapshot::testing::{SETTINGS, snapshot};

    /// 3600 over 3 years from 1 July 2025: 600, 1200, 1200, 600.
    #[test]
    fn charges_and_ends_of_the_coming_years() {
        let snapshot = snapshot(&[
            SETTINGS,
            (
                "items/server/srv.yaml",
                "id: srv\nclass: server\nname: S\nstatus: in_use\ncost: 3600.00 EUR\nend_of_support: 2027-05-31\nwarranty_until: 2020-01-01\n",
            ),
            (
                "schedules/srv.yaml",
                "id: srv\nitem: srv\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2025-07-01}\n",
            ),
        ]);
        let as_of = parse_date("2025-08-01").unwrap();
        let request = Request {
            snapshot: &snapshot,
            as_of,
            period: Period { start: as_of, end: as_of },
            book: "accounting",
        };
        let report = make(&request);
        let texts = |at: usize| -> Vec<Vec<String>> {
            report.sections[at]
                .rows
                .iter()
                .map(|row| row.cells.iter().map(ToString::to_string).collect())
                .collect()
        };
        assert_eq!(
            texts(0),
            [["server", "600.00 EUR", "1200.00 EUR", "1200.00 EUR", "600.00 EUR", "0.00 EUR"]]
        );
        let ends = texts(1);
        assert_eq!((ends[0][1].as_str(), ends[0][5].as_str()), ("2027-05-31", "end of support"));
        assert_eq!((ends[1][1].as_str(), ends[1][5].as_str()), ("2028-06-30", "fully depreciated"));
        assert_eq!(ends.len(), 2);
    }
}
