use super::*;
use crate::date::{Date, Period, parse_date};
use crate::snapshot::testing::snapshot;

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// The Syntec index (revised series) by the days on which its values of January, July and November 2023
/// were published, as salaire-minimum.com lists them.
const SYNTEC: (&str, &str) = (
    "rates/syntec.yaml",
    "id: syntec\nname: Syntec\nkind: index\nvalues:\n  - {from: 2023-08-31, value: '304.8'}\n  - {from: 2023-02-28, value: '293.9'}\n  - {from: 2023-12-29, value: '307.0'}\n",
);

fn prices(terms: &str, horizon: &str) -> Result<Vec<String>, String> {
    let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
    let estate = snapshot(&[("contracts/c.yaml", &text), SYNTEC]);
    let found = stretches(&estate, estate.contract("c").unwrap(), date(horizon))?;
    Ok(found.into_iter().map(|stretch| format!("{} {}", stretch.days, stretch.amount)).collect())
}

fn cost(terms: &str, start: &str, end: &str) -> String {
    let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
    let estate = snapshot(&[("contracts/c.yaml", &text), SYNTEC]);
    let accrual = accrual(&estate, estate.contract("c").unwrap(), date("2030-12-31")).unwrap();
    accrual.cost(Period { start: date(start), end: date(end) }).unwrap().amount_text()
}

/// P = P0 × S ÷ S0 with the last index published: 10 000 × 304.8 ÷ 293.9 = 10 370.874…, and
/// × 307.0 ÷ 293.9 = 10 445.729….
#[test]
fn the_syntec_formula_revises_the_price() {
    let terms = "term: {start: 2023-03-01, length: 18mo}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: syntec, base: 2023-03-01, every: 6mo}}\n";
    assert_eq!(
        prices(terms, "2030-01-01").unwrap(),
        [
            "2023-03-01 to 2023-08-31 10000.00 EUR",
            "2023-09-01 to 2024-02-29 10370.87 EUR",
            "2024-03-01 to 2024-08-31 10445.73 EUR",
        ]
    );
    // 182 of the 366 days of the first year: 10 370.87 × 182 ÷ 366 = 5 157.099….
    assert_eq!(cost(terms, "2023-09-01", "2024-02-29"), "5157.10");
}

/// A year between revisions where the contract says nothing else, and a first one where it does.
#[test]
fn revisions_come_yearly_or_as_agreed() {
    let days = |more: &str| {
        let terms = format!(
            "term: {{start: 2023-03-01, length: 2y}}\nprice: {{amount: 10000.00 EUR, per: year, indexation: {{index: syntec, base: 2023-03-01{more}}}}}\n"
        );
        prices(&terms, "2030-01-01").unwrap().len()
    };
    assert_eq!((days(""), days(", first: 2024-01-01"), days(", every: 1mo")), (2, 3, 24));
}

/// With a fixed part of 15%: 10 000 × (0.15 + 0.85 × 304.8 ÷ 293.9) = 10 315.243….
#[test]
fn a_fixed_part_does_not_follow_the_index() {
    let terms = "term: {start: 2023-03-01, length: 1y}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: syntec, base: 2023-03-01, every: 6mo, fixed: 15%}}\n";
    assert_eq!(prices(terms, "2030-01-01").unwrap()[1], "2023-09-01 to 2024-02-29 10315.24 EUR");
}

#[test]
fn what_the_index_does_not_say_is_missing() {
    let early = "term: {start: 2021-06-01, length: 3y}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: syntec, base: 2021-06-01}}\n";
    assert_eq!(prices(early, "2030-01-01").unwrap_err(), "the index syntec has no value for 2021-06-01");
    // Before the first revision no index is needed.
    assert_eq!(prices(early, "2022-05-31").unwrap(), ["2021-06-01 to 2022-05-31 10000.00 EUR"]);
    let unknown = "term: {start: 2021-06-01, length: 3y}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: icc, base: 2021-06-01}}\n";
    assert_eq!(
        prices(unknown, "2030-01-01").unwrap_err(),
        "the price of contract c follows the index icc, which is not on record"
    );
}

/// A price amended on a day holds from that day; one that holds until a day gives way to the former.
#[test]
fn amendments_change_the_price_from_their_day() {
    let terms = "term: {start: 2023-01-01, length: 2y}\nprice: {amount: 3650.00 EUR, per: year}\namendments:\n  - {id: m1, from: 2023-07-01, price: {amount: 7300.00 EUR, per: year}}\n  - {id: m2, from: 2024-01-01, until: 2024-01-31, price: {amount: 0.00 EUR, per: month}}\n";
    assert_eq!(
        prices(terms, "2030-01-01").unwrap(),
        [
            "2023-01-01 to 2023-06-30 3650.00 EUR",
            "2023-07-01 to 2023-12-31 7300.00 EUR",
            "2024-01-01 to 2024-01-31 0.00 EUR",
            "2024-02-01 to 2024-12-31 7300.00 EUR",
        ]
    );
    // 181 days at 10 and 184 days at 20.
    assert_eq!(cost(terms, "2023-01-01", "2023-12-31"), "5490.00");
    assert_eq!(cost(terms, "2024-01-01", "2024-01-31"), "0.00");
}

#[test]
fn bills_follow_the_periods_of_the_price() {
    let bills = |terms: &str, horizon: &str| {
        let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
        let estate = snapshot(&[("contracts/c.yaml", &text)]);
        let accrual = accrual(&estate, estate.contract("c").unwrap(), date(horizon)).unwrap();
        accrual.bills().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let quarterly = "term: {start: 2024-01-31, length: 1y}\nprice: {amount: 90.00 EUR, per: quarter}\namendments:\n  - {id: m1, from: 2024-10-01, price: {amount: 30.00 EUR, per: month}}\ntermination: {end: 2024-11-15}\n";
    assert_eq!(
        bills(quarterly, "2030-01-01"),
        [
            "2024-01-31 to 2024-04-29",
            "2024-04-30 to 2024-07-30",
            "2024-07-31 to 2024-09-30",
            "2024-10-01 to 2024-10-30",
            "2024-10-31 to 2024-11-15",
        ]
    );
    let once = "term: {start: 2024-01-01, length: 3y}\nprice: {amount: 90.00 EUR, per: once}\n";
    assert_eq!(bills(once, "2030-01-01"), ["2024-01-01 to 2026-12-31"]);
}
