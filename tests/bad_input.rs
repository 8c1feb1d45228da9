//! Bad figures and dates of depreciation: each is a finding at its place, and the register refuses
//! totals over what it cannot read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]
#![cfg(unix)]

mod common;

use common::Estate;
use serde_json::Value;

const SETTINGS: &str = "organisation: {name: T}\ncurrency: EUR\nfiscal_year: {start: 01-01}\nbooks:\n  accounting: {convention: thirty_360}\n";
const ITEM: &str =
    "id: srv-1\nclass: server\nname: S\nstatus: in_stock\nacquired: 2023-03-01\ncost: 1000.00 EUR\n";
const PLAN: &str = "id: srv-1\nitem: srv-1\nbooks:\n  accounting:\n    method: straight_line\n    life: 5y\n    start: 2023-03-01\n    salvage_value: 10.00 EUR\nevents:\n  - {date: 2024-12-31, kind: impairment, amount: 100.00 EUR}\n";

/// An estate with a sound item beside the one that is changed.
fn estate(settings: &str, item: &str, plan: &str) -> Estate {
    let estate = Estate::empty();
    git2::Repository::init(&estate.root).unwrap();
    estate.write("inventory/settings.yaml", settings);
    estate.write("inventory/items/server/srv-1.yaml", item);
    estate.write("inventory/schedules/srv-1.yaml", plan);
    estate.write("inventory/items/server/srv-2.yaml", &ITEM.replace("srv-1", "srv-2"));
    estate.write("inventory/schedules/srv-2.yaml", &PLAN.replace("srv-1", "srv-2"));
    estate
}

/// The findings as `rule place: message (help)`.
fn findings(estate: &Estate) -> Vec<String> {
    let rows = estate.run(&["audit", "--json"]).json()["findings"].as_array().cloned().unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| {
            format!(
                "{} {}:{}: {} ({})",
                text(row, "rule"),
                text(row, "path"),
                row["line"],
                text(row, "message"),
                text(row, "help")
            )
        })
        .collect()
}

/// Asserts the finding, and that no total stands over the item.
fn refused(estate: &Estate, finding: &str, says: &str) {
    let found = findings(estate);
    assert!(
        found.iter().any(|found| found.starts_with(finding) && found.contains(says)),
        "no {finding} … {says} in {found:#?}"
    );
    let register = estate.run(&["schedule", "--all", "--as-of", "2025-12-31", "--json"]);
    assert_ne!(register.code, 0, "{register:?}");
    if register.code == 1 {
        let total = &register.json()["totals"]["net_book_value"];
        assert!(total["amount"].is_null() && !total.is_null(), "a total over what cannot be read: {total}");
    }
}

#[test]
fn what_the_plan_says_wrong_is_found_where_it_stands() {
    for (old, new, finding, says) in [
        ("life: 5y", "life: 0y", "invalid-value inventory/schedules/srv-1.yaml:6", "`0y`"),
        ("life: 5y", "life: -5y", "invalid-value inventory/schedules/srv-1.yaml:6", "`-5y`"),
        ("10.00 EUR", "1000.01 EUR", "salvage-above-cost inventory/schedules/srv-1.yaml:8", "above the cost"),
        (
            "straight_line",
            "straigth_line",
            "invalid-value inventory/schedules/srv-1.yaml:5",
            "did you mean `straight_line`",
        ),
        (
            "    life",
            "    convention: thirty_365\n    life",
            "invalid-value inventory/schedules/srv-1.yaml:6",
            "did you mean `thirty_360`",
        ),
        ("10.00 EUR", "10.00 USD", "mixed-currencies inventory/schedules/srv-1.yaml:8", "another currency"),
        (
            "100.00 EUR",
            "100.00 USD",
            "impossible-schedule inventory/schedules/srv-1.yaml:10",
            "different currencies",
        ),
        (
            "10.00 EUR",
            "10.001 EUR",
            "invalid-value inventory/schedules/srv-1.yaml:8",
            "more decimals than the 2",
        ),
        (
            "start: 2023-03-01",
            "start: 2023-02-29",
            "invalid-value inventory/schedules/srv-1.yaml:7",
            "`2023-02-29` is not a calendar date",
        ),
        (
            "date: 2024-12-31",
            "date: 2023-02-29",
            "invalid-value inventory/schedules/srv-1.yaml:10",
            "`2023-02-29` is not a calendar date",
        ),
        (
            "10.00 EUR",
            "9999999999999999999999999999.00 EUR",
            "invalid-value inventory/schedules/srv-1.yaml:8",
            "is not an amount",
        ),
        (
            "method: straight_line\n    life: 5y",
            "method: macrs\n    convention: half_year\n    life: 4y",
            "impossible-schedule inventory/schedules/srv-1.yaml:7",
            "recovery period",
        ),
        (
            "method: straight_line\n    life: 5y\n    start: 2023-03-01\n    salvage_value: 10.00 EUR",
            "method: immediate_expensing\n    threshold: us_de_minimis\n    start: 2023-03-01",
            "impossible-schedule inventory/schedules/srv-1.yaml:6",
            "different currencies",
        ),
    ] {
        assert!(PLAN.contains(old), "{old}");
        refused(&estate(SETTINGS, ITEM, &PLAN.replace(old, new)), finding, says);
    }
    let early = PLAN.replace(
        "{date: 2024-12-31, kind: impairment, amount: 100.00 EUR}",
        "{date: 2023-02-28, kind: disposal, disposal: scrap}",
    );
    refused(&estate(SETTINGS, ITEM, &early), "disposal-before-start inventory/schedules/srv-1.yaml:10", "");
}

/// Limits of section 179 are known from 2022 on, percentages of mid-quarters for 3 to 20 years.
#[test]
fn a_year_that_no_table_has_is_found_where_it_is_used() {
    let settings = SETTINGS.replace("EUR", "USD").replace("thirty_360", "half_year");
    let item = ITEM.replace("EUR", "USD").replace("2023-03-01", "1985-03-01");
    let plan = "id: srv-1\nitem: srv-1\nbooks:\n  accounting:\n    method: macrs\n    life: 5y\n    start: 1985-03-01\n    section_179: 5.00 USD\n";
    let estate = estate(&settings, &item, plan);
    refused(&estate, "impossible-schedule inventory/schedules/srv-1.yaml:8", "1985");
}

#[test]
fn what_the_item_says_wrong_is_found_where_it_stands() {
    for (cost, says) in [
        ("9999999999999999999999999999.99 EUR", "is not an amount"),
        ("1000.001 EUR", "more decimals"),
        ("1000 Euro", "invalid-value"),
        ("-1000.00 EUR", "invalid-value"),
    ] {
        let item = ITEM.replace("1000.00 EUR", cost);
        refused(&estate(SETTINGS, &item, PLAN), "invalid-value inventory/items/server/srv-1.yaml:6", says);
    }
    let yen = ITEM.replace("1000.00 EUR", "1000.50 JPY");
    refused(
        &estate(SETTINGS, &yen, PLAN),
        "invalid-value inventory/items/server/srv-1.yaml:6",
        "more decimals than the 0",
    );
}

/// Two items of one book in two currencies: each has its plan, the book has no total.
#[test]
fn a_book_of_two_currencies_has_no_total() {
    let estate = estate(SETTINGS, &ITEM.replace("EUR", "USD"), &PLAN.replace("EUR", "USD"));
    refused(&estate, "book-of-several-currencies inventory/items/server/srv-1.yaml:6", "accounting");
}

#[test]
fn fiscal_years_that_overlap_are_found_where_they_stand() {
    let listed = |second: &str| {
        let years = format!(
            "fiscal_years:\n  - {{id: FY2023, start: 2023-01-01, end: 2023-12-31}}\n  - {{id: FY2024, start: {second}, end: 2024-12-31}}\n"
        );
        SETTINGS.replace("fiscal_year: {start: 01-01}\n", &years)
    };
    for second in ["2023-12-31", "2024-01-02"] {
        let found = findings(&estate(&listed(second), ITEM, PLAN));
        assert!(
            found.iter().any(|found| found.starts_with("fiscal-year-gap inventory/settings.yaml:5")),
            "{found:#?}"
        );
    }
    // Years that do not reach: no year, no plan, no total.
    refused(
        &estate(&listed("2024-01-01"), ITEM, PLAN),
        "impossible-schedule inventory/schedules/srv-1.yaml",
        "no fiscal year is listed",
    );
    // Settings that cannot be read: nothing is shown.
    let unreadable = estate(&SETTINGS.replace("thirty_360", "thirty_365"), ITEM, PLAN);
    refused(&unreadable, "invalid-value inventory/settings.yaml:5", "did you mean `thirty_360`");
    unreadable.refuses(&["schedule", "--all"], 3, "the settings are missing or have errors");
}
