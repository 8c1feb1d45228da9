//! What another version of the engine closed.

use super::*;
use crate::closing::{What, restatements};
use crate::date::parse_date;
use crate::snapshot::testing::snapshot;

const SETTINGS: &str = "organisation: {name: T}\ncurrency: EUR\nfiscal_year: {start: 01-01}\n\
                        books: {accounting: {convention: thirty_360}}\n";
const ITEM: &str = "id: srv\nclass: server\nname: Srv\nstatus: in_stock\ncost: 3600.00 EUR\n";
const SCHEDULE: &str =
    "id: srv\nitem: srv\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2023-01-01}\n";

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn year(year: i32) -> Period {
    let day = |text: &str| parse_date(&format!("{year}-{text}")).unwrap();
    Period { start: day("01-01"), end: day("12-31") }
}

/// FY2023 as an engine closed it that charges one euro more than 3600 / 3.
fn closed_by(engine: u32, schedule: &str) -> Snapshot {
    let open = snapshot(&[
        ("settings.yaml", SETTINGS),
        ("items/server/srv.yaml", ITEM),
        ("schedules/srv.yaml", SCHEDULE),
    ]);
    let figures = ["1201.00 EUR", "1201.00 EUR", "0.00 EUR", "2399.00 EUR"].map(money);
    let terms = terms::text(&open, open.schedules().next().unwrap(), "accounting", year(2023).end);
    let line = Asset::new(figures, &terms).line("srv");
    let closing = format!(
        "id: fy2023\nperiod: FY2023\nstart: 2023-01-01\nend: 2023-12-31\nstatus: closed\ncomputed_from: {}\n\
         engine: {engine}\nrule_data: {}\ntag: close/fy2023\nbooks:\n  accounting:\n    items: 1\n    \
         charge: 1201.00 EUR\n    accumulated: 1201.00 EUR\n    impairment: 0.00 EUR\n    \
         net_book_value: 2399.00 EUR\n    assets: |\n      {line}log:\n  - {{date: 2024-01-10, action: close}}\n",
        "0".repeat(40),
        rule_data(),
    );
    snapshot(&[
        ("settings.yaml", SETTINGS),
        ("items/server/srv.yaml", ITEM),
        ("schedules/srv.yaml", schedule),
        ("closings/fy2023.yaml", &closing),
    ])
}

fn found(snapshot: &Snapshot) -> Vec<What> {
    let closing = snapshot.of_kind(Kind::Closing).map(Closing).next().unwrap();
    assert!(closing.is_closed());
    restatements(snapshot, &Planner::new(snapshot), closing).into_iter().map(|found| found.what).collect()
}

#[test]
fn another_engine_moves_no_closed_figure() {
    let snapshot = closed_by(crate::schedule::ENGINE + 1, SCHEDULE);
    assert_eq!(found(&snapshot), []);
    let plan = Planner::new(&snapshot).plan(snapshot.schedules().next().unwrap(), "accounting").unwrap();
    let charges: Vec<String> = plan.rows.iter().map(|row| row.charge.amount_text()).collect();
    assert_eq!(charges, ["1201.00", "1199.00", "1200.00"]);
    assert_eq!(plan.charge(year(2023)).unwrap(), money("1201.00 EUR"));
    let worth = |year: Period| plan.values(year.end).unwrap().net_book_value;
    assert_eq!([worth(year(2023)), worth(year(2024))], ["2399.00 EUR", "1200.00 EUR"].map(money));
    assert_eq!(plan.catch_ups().unwrap(), [(year(2024).start, money("-1.00 EUR"))]);
}

#[test]
fn another_engine_excuses_no_change_of_terms() {
    let longer = SCHEDULE.replace("3y", "4y");
    assert_eq!(found(&closed_by(crate::schedule::ENGINE + 1, &longer)), [What::Terms]);
    // The same engine would have to give the same figures.
    assert!(matches!(found(&closed_by(crate::schedule::ENGINE, SCHEDULE))[..], [What::Figures { .. }]));
}
