//! What contracts bill ahead and what leases put on the balance sheet, from the command line.

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

fn amounts(rows: &Value, key: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row[key]["amount"].as_str().unwrap_or("-").to_owned()).collect()
}

/// 1380 a year from 1 March 2023: of the 366 days of the first bill, with their 29 February, 306 are of
/// 2023. 1380 × 306 ÷ 366 = 1153.77.
#[test]
fn a_contract_paid_ahead_is_spread_over_the_days_it_covers() {
    let estate = Estate::shipped();
    let plan = estate.ok(&["schedule", "dell-prosupport", "--as-of", "2025-12-31", "--json"]).json();
    assert_eq!(plan["schema"], "estate.prepaid_plan/1");
    assert_eq!(amounts(&plan["rows"], "billed"), ["1380.00", "1380.00", "1380.00", "0.00"]);
    assert_eq!(amounts(&plan["rows"], "expense"), ["1153.77", "1383.16", "1380.00", "223.07"]);
    assert_eq!(amounts(&plan["rows"], "prepaid"), ["226.23", "223.07", "223.07", "0.00"]);
    assert!(plan["notes"][0].as_str().unwrap().contains("486"));
    // The months of a year are its row.
    let monthly =
        estate.ok(&["schedule", "dell-prosupport", "--monthly", "--as-of", "2025-12-31", "--json"]).json();
    let months = amounts(&monthly["rows"], "expense");
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert_eq!(months.len(), 36);
    assert_eq!(months[..10].iter().map(|text| cents(text)).sum::<i64>(), 115_377);

    let report = estate.ok(&["report", "prepaid", "--as-of", "2025-12-31", "--json"]).json();
    let expenses = &report["sections"][0];
    assert_eq!(expenses["rows"][1]["contract"], "dell-prosupport");
    assert_eq!(expenses["rows"][1]["prepaid"]["amount"], "223.07");
    let sum: i64 = amounts(&expenses["rows"], "prepaid").iter().map(|text| cents(text)).sum();
    assert_eq!(cents(expenses["totals"]["prepaid"]["amount"].as_str().unwrap()), sum);
}

/// 20 quarters of 435 in advance at 3.2 % effective: 8081.23 by the formula for an annuity due, and
/// 180 of direct costs.
#[test]
fn a_lease_has_a_right_of_use_and_a_liability_in_its_book_alone() {
    let estate = Estate::shipped();
    let plan = estate.ok(&["schedule", "buroprint-lease", "--json"]).json();
    assert_eq!(plan["schema"], "estate.lease_plan/1");
    let (asset, liability) = (&plan["sections"][0]["rows"], &plan["sections"][1]["rows"]);
    assert_eq!(asset[0]["opening"]["amount"], "8261.23");
    assert_eq!(liability[0]["measured"]["amount"], "8081.23");
    assert_eq!(liability.as_array().unwrap().last().unwrap()["closing"]["amount"], "0.00");
    let kept = estate.ok(&["schedule", "--all", "--book", "ifrs", "--as-of", "2025-12-31", "--json"]).json();
    assert_eq!(kept["rows"][0]["class"], "right_of_use");
    let by_service = estate
        .ok(&["schedule", "--all", "--book", "ifrs", "--period", "FY2025", "--by", "service", "--json"])
        .json();
    assert_eq!(by_service["totals"]["net_book_value"], kept["totals"]["net_book_value"]);
    // In the other books it is an expense.
    let other = estate.ok(&["schedule", "buroprint-lease", "--book", "accounting", "--json"]).json();
    assert_eq!(other["schema"], "estate.prepaid_plan/1");
    let prepaid = |book: &str| {
        let report =
            estate.ok(&["report", "prepaid", "--book", book, "--as-of", "2026-05-15", "--json"]).json();
        let rows = report["sections"][0]["rows"].as_array().cloned().unwrap();
        rows.iter().any(|row| row["contract"] == "buroprint-lease")
    };
    assert_eq!((prepaid("accounting"), prepaid("ifrs")), (true, false));
}

#[test]
fn an_exempt_lease_is_an_expense_and_says_why() {
    let estate = Estate::shipped();
    estate.ok(&["set", "buroprint-lease", "lease={book: ifrs, exemption: low_value}"]);
    let plan = estate.ok(&["schedule", "buroprint-lease"]).out;
    assert!(plan.contains("exempt as low value (IFRS 16.5)"), "{plan}");
    let leases = estate.ok(&["report", "leases"]).out;
    assert!(leases.contains("buroprint-lease (low value)"), "{leases}");
}

#[test]
fn a_lease_that_cannot_be_measured_leaves_no_total() {
    let estate = Estate::shipped();
    estate.refuses(&["set", "buroprint-lease", "lease.term=50mo"], 3, "no whole number of quarters");
    let path = "inventory/contracts/buroprint-lease.yaml";
    for broken in ["rate: 3.2x%", "ratee: 3.2%"] {
        estate.write(path, &estate.read(path).replace("rate: 3.2%", broken));
        let register = estate.run(&["schedule", "--all", "--book", "ifrs", "--json"]);
        assert_eq!(register.code, 1);
        assert!(register.json()["totals"]["net_book_value"]["amount"].is_null());
        estate.git(&["checkout", "-q", path]);
    }
}

/// A closed year keeps the right of use, and a later change of the lease is found.
#[test]
fn a_closing_keeps_the_rights_of_use() {
    let estate = Estate::shipped();
    estate.ok(&["close", "FY2025"]);
    let record = estate.read("inventory/closings/fy2025.yaml");
    assert!(record.contains("\n      buroprint-lease 1652.25 6195.93 0.00 2065.30 EUR "), "{record}");
    estate.refuses(&["set", "buroprint-lease", "lease.rate=3.4%"], 3, "`buroprint-lease` is restated");
    // What is measured anew later is no matter of the closed year.
    let later = "lease.remeasurements=[{date: 2026-04-01, amount: 450.00 EUR, reason: index}]";
    estate.ok(&["set", "buroprint-lease", later]);
    estate.ok(&["close", "--verify"]);
}

#[test]
fn what_has_no_plan_says_so() {
    let estate = Estate::shipped();
    estate.refuses(&["schedule", "--all", "--by", "service"], 2, "--period");
    estate.refuses(&["schedule", "--all", "--forecast", "0"], 2, "--forecast");
    estate.refuses(&["schedule", "--all", "--forecast", "3", "--by", "servcie"], 2, "service");
    estate.ok(&["unset", "buroprint-lease", "lease"]);
    estate.ok(&["unset", "dell-prosupport", "price"]);
    estate.refuses(&["schedule", "dell-prosupport"], 4, "no price to plan");
}
