use super::*;
use crate::date::{Date, Period, parse_date};
use crate::snapshot::testing::snapshot;

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// Values of the Syntec index as the Fédération Syntec published them for these months.
const SYNTEC: (&str, &str) = (
    "rates/syntec.yaml",
    "id: syntec\nname: Syntec\nkind: index\nunit: points\nvalues:\n  - {from: 2023-01-31, value: '293.9'}\n  - {from: 2022-01-31, value: '279.4'}\n  - {from: 2024-01-31, value: '310.6'}\n",
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

/// P = P0 × S ÷ S0, by hand: 10 000 × 293.9 ÷ 279.4 = 10 518.969…, × 310.6 ÷ 279.4 = 11 116.678….
#[test]
fn the_syntec_formula_revises_the_price_each_year() {
    let terms = "term: {start: 2022-02-01, length: 3y}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: syntec, base: 2022-02-01}}\n";
    assert_eq!(
        prices(terms, "2030-01-01").unwrap(),
        [
            "2022-02-01 to 2023-01-31 10000.00 EUR",
            "2023-02-01 to 2024-01-31 10518.97 EUR",
            "2024-02-01 to 2025-01-31 11116.68 EUR",
        ]
    );
    assert_eq!(cost(terms, "2023-02-01", "2024-01-31"), "10518.97");
    // 365 of the 366 days of the third year: 11 116.68 × 365 ÷ 366 = 11 086.306….
    assert_eq!(cost(terms, "2024-02-01", "2025-01-30"), "11086.31");
}

/// With a fixed part of 15%: 10 000 × (0.15 + 0.85 × 293.9 ÷ 279.4) = 10 441.123….
#[test]
fn a_fixed_part_does_not_follow_the_index() {
    let terms = "term: {start: 2022-02-01, length: 2y}\nprice: {amount: 10000.00 EUR, per: year, indexation: {index: syntec, base: 2022-02-01, fixed: 15%}}\n";
    assert_eq!(prices(terms, "2030-01-01").unwrap()[1], "2023-02-01 to 2024-01-31 10441.12 EUR");
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
