//! What is to come: depreciation charges and items to replace, over the next fiscal years.

use std::collections::BTreeMap;

use super::grouping::{GroupBy, Groups, split};
use super::register::{Entry, Totals, all_entries};
use super::{NamedReport, Request};
use crate::date::{Date, day_after};
use crate::model::Kind;
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

/// Fiscal years of the named report.
const YEARS: usize = 5;

fn make(request: &Request<'_>) -> Report {
    forecast(request.snapshot, request.as_of, request.book, YEARS, GroupBy::Class)
}

/// The charges of the fiscal year of `as_of` and the ones after it, `count` in all, and what is to
/// be replaced in them.
pub fn forecast(snapshot: &Snapshot, as_of: Date, book: &str, count: usize, by: GroupBy) -> Report {
    let years = years(snapshot, as_of, count);
    let entries = all_entries(snapshot, book);
    let groups = Groups::of(snapshot, by);
    let report = Report::new("forecast", REPORT.title)
        .header("as_of", as_of.to_string())
        .header("rev", snapshot.version().to_string())
        .header("book", book)
        .section(charges(&groups, by, &entries, &years, count))
        .section(replacements(snapshot, as_of, &entries, &years));
    let report = groups.doubt().into_iter().fold(report, Report::note);
    match years.len() {
        known if known == count => report,
        known => report.note(format!("the settings list {known} of the next {count} fiscal years")),
    }
}

fn years(snapshot: &Snapshot, from: Date, count: usize) -> Vec<FiscalYear> {
    let Some(settings) = snapshot.settings() else { return Vec::new() };
    let next = |year: &FiscalYear| settings.calendar.year_of(day_after(year.period.end));
    std::iter::successors(settings.calendar.year_of(from), next).take(count).collect()
}

/// A column a year; years beyond those listed stay empty.
fn charges<'s>(
    groups: &Groups<'s>,
    by: GroupBy,
    entries: &[Entry<'s>],
    years: &[FiscalYear],
    count: usize,
) -> Section {
    let mut columns = vec![by.column()];
    for at in 0..count {
        let label = years.get(at).map_or_else(|| "-".to_owned(), |year| year.id.clone());
        columns.push(Column::money(format!("year_{}", at + 1), label));
    }
    let mut section = Section::new("charges", "Charges of depreciation by fiscal year", columns);
    let mut rows: BTreeMap<&str, Totals> = BTreeMap::new();
    let mut all = Totals::of(years.len());
    for entry in entries {
        let figures = entry.plan.as_ref().ok().and_then(|plan| {
            years.iter().map(|year| plan.charge(year.period).ok()).collect::<Option<Vec<Money>>>()
        });
        if figures.as_ref().is_some_and(|figures| figures.iter().all(Money::is_zero)) {
            continue;
        }
        match &figures {
            Some(figures) => all.add(figures),
            None => all.holes += 1,
        }
        let parts = groups.parts(entry);
        let shares =
            figures.filter(|_| groups.doubt().is_none()).and_then(|figures| split(&figures, &parts).ok());
        for (at, (group, _)) in parts.iter().enumerate() {
            let totals = rows.entry(group).or_insert_with(|| Totals::of(years.len()));
            match shares.as_ref().and_then(|shares| shares.get(at)) {
                Some(figures) => totals.add(figures),
                None => totals.holes += 1,
            }
        }
    }
    let unknown = count - years.len();
    let cells = |group: Cell, totals: &Totals| {
        let known = std::iter::once(group).chain(totals.cells());
        known.chain(std::iter::repeat_n(Cell::Empty, unknown)).collect::<Vec<Cell>>()
    };
    for (group, totals) in &rows {
        section.push(cells(Cell::id(*group), totals));
    }
    section.totals(cells(Cell::text("Total"), &all))
}

/// Items that are used up in the books or lose support in these years, by date.
fn replacements(snapshot: &Snapshot, as_of: Date, entries: &[Entry<'_>], years: &[FiscalYear]) -> Section {
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
    for entry in entries {
        let Ok(plan) = &entry.plan else { continue };
        if let Some(end) = plan.fully_depreciated().filter(|end| plan.is_in_books(*end)) {
            let is_lease = entry.record.is_some_and(|record| record.kind() == Kind::Contract);
            due.push((end, entry.item, if is_lease { "end of lease" } else { "fully depreciated" }));
        }
    }
    for item in snapshot.items() {
        let active = item.status().is_some_and(|status| status.is_active());
        for (field, reason) in [("end_of_support", "end of support"), ("warranty_until", "end of warranty")] {
            due.extend(item.record().date(field).filter(|_| active).map(|date| (date, item.id(), reason)));
        }
    }
    due.sort_unstable();
    for (date, id, reason) in due.into_iter().filter(|(date, ..)| *date >= as_of) {
        let Some(year) = years.iter().find(|year| year.period.contains(date)) else { continue };
        let item = snapshot.item(id);
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
