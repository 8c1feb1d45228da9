use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::date::{Period, parse_date};
use crate::money::sum;
use crate::report::{Cell, Report};
use crate::reports::{forecast, roll_forward};
use crate::snapshot::testing::{SETTINGS, snapshot};

fn period(start: &str, end: &str) -> Period {
    Period { start: parse_date(start).unwrap(), end: parse_date(end).unwrap() }
}

/// Three servers that two services share as written, and a lease for what both need.
fn estate(services: [&str; 2], events: &str, cost: u32) -> Snapshot {
    let mut files: Vec<(String, String)> = vec![(SETTINGS.0.to_owned(), SETTINGS.1.to_owned())];
    for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
        files.push((
            format!("items/server/{name}.yaml"),
            format!("id: {name}\nclass: server\nname: S\nstatus: in_stock\nlocation: l{at}\nowner: p{at}\ncost: {cost}.0{at} EUR\n"),
        ));
        let events = if name == "a" { events } else { "" };
        files.push((
            format!("schedules/{name}.yaml"),
            format!("id: {name}\nitem: {name}\nbooks:\n  accounting: {{method: straight_line, life: 3y, start: 2024-02-1{at}}}\n{events}"),
        ));
    }
    for (name, components) in ["mail", "web"].into_iter().zip(services) {
        files.push((
            format!("services/{name}.yaml"),
            format!("id: {name}\nname: S\nstatus: in_use\nowner: p0\ncomponents: {components}\n"),
        ));
    }
    files.push((
        "contracts/room.yaml".to_owned(),
        "id: room\nside: supplier\nkind: lease\nparty: p0\nterm: {start: 2024-01-01, length: 3y}\nprice: {amount: 99.99 EUR, per: month, billed: in_advance}\nlease: {book: accounting, rate: 4%}\ncovers: [a, web]\n".to_owned(),
    ));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    snapshot(&files)
}

fn rows(report: &Report) -> Vec<Vec<Cell>> {
    let section = &report.sections[0];
    let rows = section.rows.iter().map(|row| row.cells.clone());
    rows.chain([section.totals.clone().unwrap()]).collect()
}

fn figures(row: &[Cell]) -> Vec<Money> {
    row.iter().filter_map(|cell| if let Cell::Money(money) = cell { Some(*money) } else { None }).collect()
}

fn shown(rows: &[Vec<Cell>], column: usize) -> String {
    let mut text = String::new();
    for row in rows {
        let _ = write!(text, "{} {}; ", row[0], row[column]);
    }
    text
}

/// Gross values of 1000.00, 1000.01 and 1000.02, and a right of use of 3 401.49: 36 months of
/// 99.99 in advance at 4 % effective, 99.99 × (1 − 1.04^−3) ÷ (1 − 1.04^(−1/12)).
#[test]
fn shares_go_to_their_service_and_nothing_is_counted_twice() {
    let services =
        ["[{item: a, share: 60%}, {item: b}]", "[{item: a, share: 30%}, {item: b}, {item: c, share: 25%}]"];
    let report = roll_forward(
        &estate(services, "", 1000),
        period("2024-01-01", "2024-12-31"),
        "accounting",
        GroupBy::Service,
    );
    // a: 600.00, 300.00 and 100.00 that nobody takes; b is taken twice, so it is shared; c: 250.01
    // and 750.01. The lease, half as a and half to web: 1 020.45, 2 210.97 and 170.07.
    assert_eq!(
        shown(&rows(&report), 5),
        "(none) 1020.08 EUR; (shared) 1000.01 EUR; mail 1620.45 EUR; web 2760.98 EUR; Total 6401.52 EUR; "
    );
}

#[test]
fn a_service_that_cannot_be_read_leaves_no_figure_by_service_and_the_total_whole() {
    let services = ["[{item: a, share: 6o%}]", "[{item: b}]"];
    let estate = estate(services, "", 1000);
    let year = period("2024-01-01", "2024-12-31");
    let report = roll_forward(&estate, year, "accounting", GroupBy::Service);
    let rows = rows(&report);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(figures(&rows[0]).is_empty() && figures(&rows[1]).len() == 11, "{rows:?}");
    assert!(report.notes.iter().any(|note| note.contains("service mail has errors")), "{:?}", report.notes);
    let forecast = forecast(&estate, year.start, "accounting", 2, GroupBy::Service);
    assert!(forecast.notes.iter().any(|note| note.contains("service mail has errors")));
    // Other groups do not depend on services.
    assert!(!roll_forward(&estate, year, "accounting", GroupBy::Class).has_holes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is grouped how, rows add up to the register that is not split, every row ties from
    /// opening to closing, and a period opens as the one before it closed; so do the years to come.
    #[test]
    fn rows_add_up_to_the_whole(
        shares in proptest::collection::vec(1u32..60, 4), cost in 1u32..9999,
        left in 1u32..99, cut in 0u64..1200,
    ) {
        let services = [
            format!("[{{item: a, share: {}%}}, {{any_of: [b, c], share: {}%}}]", shares[0], shares[1]),
            format!("[{{item: a, share: {}.5%}}, {{item: c, share: {}%}}]", shares[2], shares[3]),
        ];
        let events = format!(
            "events:\n  - {{date: 2024-05-05, kind: addition, amount: {}.33 EUR}}\n  - {{date: 2024-06-30, kind: impairment, amount: {}.07 EUR}}\n  - {{date: 2024-09-10, kind: partial_disposal, share: {left}%}}\n",
            cost, cost / 3
        );
        let estate = estate([&services[0], &services[1]], &events, cost);
        let end = parse_date("2024-01-01").unwrap().checked_add_days(chrono::Days::new(cut)).unwrap();
        let first = Period { start: parse_date("2024-01-01").unwrap(), end };
        let next = Period { start: crate::date::day_after(end), end: parse_date("2028-12-31").unwrap() };
        let eur = "EUR".parse().unwrap();
        let add = |figures: &[Money], at: &[usize]| sum(at.iter().map(|at| figures[*at]), eur).unwrap();
        for by in GroupBy::ALL {
            let mut closed: HashMap<String, Vec<Money>> = HashMap::new();
            for period in [first, next] {
                let report = roll_forward(&estate, period, "accounting", by);
                prop_assert!(!report.has_holes(), "{:?}", report.notes);
                let mut rows = rows(&report);
                let total = figures(&rows.pop().unwrap());
                for (column, total) in total.iter().enumerate() {
                    let parts = rows.iter().map(|row| figures(row)[column]);
                    prop_assert_eq!(sum(parts, eur).unwrap(), *total, "{:?} column {}", by, column);
                }
                for row in &rows {
                    let row_figures = figures(row);
                    prop_assert_eq!(add(&row_figures, &[0, 1, 2]), row_figures[3]);
                    prop_assert_eq!(add(&row_figures, &[4, 5, 6]), row_figures[7]);
                    prop_assert_eq!(add(&row_figures, &[10, 9, 7]), row_figures[3]);
                    if let Some(before) = closed.get(&row[0].to_string()) {
                        prop_assert_eq!((before[3], before[7]), (row_figures[0], row_figures[4]));
                    }
                    closed.insert(row[0].to_string(), row_figures);
                }
            }
            let mut years = rows(&forecast(&estate, first.start, "accounting", 4, by));
            let total = figures(&years.pop().unwrap());
            prop_assert_eq!(total.len(), 4);
            for (column, total) in total.iter().enumerate() {
                prop_assert_eq!(sum(years.iter().map(|row| figures(row)[column]), eur).unwrap(), *total);
            }
        }
    }
}
