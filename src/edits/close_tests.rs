//! Closing then reopening changes nothing.

use proptest::prelude::*;

use super::*;
use crate::date::parse_date;
use crate::model::Kind;
use crate::schedule::Values;
use crate::snapshot::testing::snapshot;

const SETTINGS: &str = "organisation: {name: T}\ncurrency: EUR\nfiscal_year: {start: 01-01}\n\
                        books: {accounting: {convention: actual_actual}}\n";

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn estate(cost: i64, life: u32, method: &str, event: &str) -> Snapshot {
    let item = format!("id: srv\nclass: server\nname: Srv\nstatus: in_stock\ncost: {cost}.07 EUR\n");
    let schedule = format!(
        "id: srv\nitem: srv\nbooks:\n  accounting: {{method: {method}, life: {life}y, start: 2022-03-10}}\n{event}"
    );
    snapshot(&[
        ("settings.yaml", SETTINGS),
        ("items/server/srv.yaml", &item),
        ("schedules/srv.yaml", &schedule),
    ])
}

/// The figures of a day in each of many months.
fn figures(snapshot: &Snapshot) -> Vec<Values> {
    let plan = Planner::new(snapshot).plan(snapshot.schedules().next().unwrap(), "accounting").unwrap();
    let days = (2022..2034).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}-28")));
    days.map(|day| plan.values(date(&day)).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closing_then_reopening_changes_nothing(
        cost in 100i64..100_000, life in 3u32..9,
        method in prop::sample::select(vec!["straight_line", "double_declining", "sum_of_years_digits"]),
        event in prop::sample::select(vec![
            "",
            "events:\n  - {date: 2023-06-30, kind: impairment, amount: 10.00 EUR}\n",
            "events:\n  - {date: 2022-06-30, posted: 2024-01-01, kind: addition, amount: 10.00 EUR}\n",
            "events:\n  - {date: 2023-02-03, kind: disposal, disposal: scrap}\n",
        ]),
    ) {
        let open = estate(cost, life, method, event);
        let books = ["accounting".to_owned()];
        let closure = Closure {
            name: "FY2023",
            period: Period { start: date("2023-01-01"), end: date("2023-12-31") },
            books: &books,
            some_books: false,
            on: date("2024-01-10"),
            by: "Ada",
            computed_from: &"0".repeat(40),
        };
        let closed = open.with(&close(&open, &closure).unwrap().0);
        let closing = closed.of_kind(Kind::Closing).map(Closing).next().unwrap();
        prop_assert!(closing.is_closed());
        prop_assert_eq!(closing::restatements(&closed, &Planner::new(&closed), closing), []);
        let reopened = closed.with(&reopen(&closed, &closure, "found").unwrap());
        prop_assert!(!reopened.of_kind(Kind::Closing).map(Closing).next().unwrap().is_closed());
        prop_assert_eq!(figures(&closed), figures(&open));
        prop_assert_eq!(figures(&reopened), figures(&open));
        // Closed again it is what it was; only the log is longer.
        let (again, tag) = close(&reopened, &closure).unwrap();
        prop_assert_eq!(tag, "close/fy2023.2");
        let again = reopened.with(&again);
        let books = |snapshot: &Snapshot| {
            let record = snapshot.of_kind(Kind::Closing).next().unwrap();
            record.field("books").map(Data::from)
        };
        prop_assert_eq!(books(&again), books(&closed));
        prop_assert!(books(&closed).is_some());
    }
}
