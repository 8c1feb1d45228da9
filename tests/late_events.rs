//! What happened in a closed period and was learned of later: it is charged on the first open day,
//! and no closed figure moves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use common::Estate;

const SCHEDULE: &str = "inventory/schedules/srv-web-01.yaml";

fn closed() -> Estate {
    let estate = Estate::shipped();
    estate.ok(&["close", "FY2025"]);
    estate
}

fn register(estate: &Estate, period: &str) -> String {
    estate.ok(&["schedule", "--all", "--period", period, "--by", "item", "--format", "csv"]).out
}

fn sell_late(estate: &Estate) {
    let sale = ["retire", "srv-web-01", "--kind", "sale", "--price", "900.00 EUR", "--date", "2025-11-30"];
    let ran = estate.ok(&sale);
    assert!(ran.err.contains("the books of 2025-11-30 are closed: the disposal is posted on"), "{ran:?}");
}

/// srv-web-01 is charged 1604.00 a year, 133.67 in December 2025 (1604.00 less 1470.33): sold on 30
/// November, it was worth 3875.33 + 133.67 = 4009.00 then.
#[test]
fn a_late_sale_is_posted_on_the_first_open_day() {
    let estate = closed();
    let (before, open_before) = (register(&estate, "FY2025"), register(&estate, "2026-01"));
    sell_late(&estate);
    let event =
        "- {date: 2025-11-30, posted: 2026-01-01, kind: disposal, disposal: sale, proceeds: 900.00 EUR}";
    assert!(estate.read(SCHEDULE).contains(event), "{}", estate.read(SCHEDULE));
    estate.ok(&["close", "--verify"]);
    estate.ok(&["audit"]);
    assert_eq!(register(&estate, "FY2025"), before);
    assert_ne!(register(&estate, "2026-01"), open_before);

    let january = estate.ok(&["schedule", "--all", "--period", "2026-01", "--by", "item", "--json"]).json();
    let row = january["rows"].as_array().unwrap().iter().find(|row| row["group"] == "srv-web-01").unwrap();
    let figure = |key: &str| row[key]["amount"].as_str().unwrap().to_owned();
    assert_eq!([figure("charge"), figure("disposals")], ["-133.67", "-8420.00"]);
    assert_eq!([figure("accumulated_opening"), figure("accumulated_closing")], ["4544.67", "0.00"]);
    let notes = january["notes"].to_string();
    assert!(
        notes.contains("srv-web-01: the charge holds -133.67 EUR of catch-up, posted on 2026-01-01"),
        "{notes}"
    );
    let plan = estate.ok(&["schedule", "srv-web-01", "--book", "accounting"]).out;
    assert!(plan.contains("the charge of 2026-01-01 holds -133.67 EUR of catch-up"), "{plan}");
    assert!(
        plan.contains("disposed on 2026-01-01 at a net book value of 4009.00 EUR for 900.00 EUR"),
        "{plan}"
    );

    let journal =
        |period: &str| estate.ok(&["export", "journal", "--period", period, "--syntax", "hledger"]).out;
    let entry = "2026-01-01 (srv-web-01) Catch-up of closed periods\n    28183               133.67 EUR\n    6811               -133.67 EUR\n";
    assert!(journal("2026-01").contains(entry), "{}", journal("2026-01"));
    assert!(journal("2026-01").contains("    657                4009.00 EUR\n"), "{}", journal("2026-01"));
    assert!(!journal("FY2025").contains("srv-web-01"), "{}", journal("FY2025"));
}

/// The next closing holds the catch-up, and is found to be what was closed.
#[test]
fn what_was_caught_up_is_closed_with_its_period() {
    let estate = closed();
    let late = "events+={date: 2025-06-30, posted: 2026-01-01, kind: impairment, book: accounting, amount: 540.00 EUR}";
    estate.ok(&["set", "schedule/srv-web-01", late]);
    estate.ok(&["close", "--verify"]);
    estate.ok(&["close", "2026-01"]);
    estate.ok(&["close", "--verify"]);
    let record = estate.read("inventory/closings/2026-01.yaml");
    // 28 months of 133.67 are charged by June: 8420 - 3742.67 - 540 - 400 = 3737.33 over 32 months is
    // 116.79 a month, 700.75 by December instead of 802.00. January: 116.79 - 101.25.
    assert!(record.contains("\n      srv-web-01 15.54 4560.21 540.00 3319.79 EUR "), "{record}");
    // Without `posted` the event would be one of the closed year.
    estate.refuses(&["unset", "schedule/srv-web-01", "events[0].posted"], 3, "FY2025 is closed");
    let again = "events[0].posted=2025-12-31";
    estate.refuses(&["set", "schedule/srv-web-01", again], 3, "is closed");
    let early = "events[0].posted=2025-06-30";
    estate.refuses(&["set", "schedule/srv-web-01", early], 3, "posted on 2025-06-30, which is no later");
}

#[test]
fn periods_are_closed_in_order_and_opened_from_the_last() {
    let estate = closed();
    estate.refuses(
        &["close", "2026-03"],
        3,
        "the book accounting is closed until 2025-12-31, and open after it",
    );
    for month in ["2026-01", "2026-02", "2026-03"] {
        estate.ok(&["close", month]);
    }
    estate.ok(&["close", "--verify"]);
    let reopen = |name| ["close", "--reopen", name, "--reason", "found", "--confirm", name];
    estate.refuses(
        &["close", "2025-03"],
        3,
        "2025-03 is closed already in the book accounting: FY2025 holds it",
    );
    // The value date is no day of the clock.
    estate.refuses(&["close", "FY2026", "--as-of", "2027-01-31"], 3, "is not over");
    estate.refuses(&reopen("2026-02"), 3, "2026-03 is closed, and its figures rest on those of 2026-02");
    estate.refuses(&reopen("FY2025"), 3, "2026-03 is closed, and its figures rest on those of FY2025");
    estate.ok(&reopen("2026-03"));
    estate.ok(&reopen("2026-02"));
    // A late event is now posted in February, the first open month.
    sell_late(&estate);
    assert!(estate.read(SCHEDULE).contains("posted: 2026-02-01"));
    estate.ok(&["close", "2026-02"]);
    estate.ok(&["close", "--verify"]);
}
