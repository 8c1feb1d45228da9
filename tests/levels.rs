//! Service levels, promises under promises, licences and coverage as a shell sees them. Figures are
//! reckoned by hand in the comments; formulas are tested beside the engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use common::Estate;
use serde_json::{Value, json};

fn rows(answer: &Value, section: &str) -> Vec<Value> {
    let sections = answer["sections"].as_array().unwrap();
    let section = sections.iter().find(|found| found["name"] == section).unwrap();
    section["rows"].as_array().unwrap().clone()
}

/// The row of a report of one table in which a column has a value.
fn row(answer: &Value, column: &str, value: &str) -> Value {
    let rows = answer["rows"].as_array().unwrap();
    rows.iter().find(|row| row[column] == value).unwrap().clone()
}

/// 206 of the 44 640 minutes of October: 0.0005 × 44 640 = 22.32 were allowed. 5 % of 1290.00 EUR is
/// 64.50 EUR, which the supplier owes us.
#[test]
fn a_missed_level_is_claimed_from_the_supplier() {
    let estate = Estate::shipped();
    let ran = estate.run(&["contract", "levels", "novatel-fibre-links", "--period", "2026-10", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let row = row(&ran.json(), "level", "availability");
    assert_eq!((&row["outcome"], &row["measured"]), (&json!("missed"), &json!("99.5385%")));
    assert_eq!((&row["budget"], &row["budget_left"]), (&json!("22.32min"), &json!("-183.68min")));
    assert_eq!(row["to_claim"], json!({"amount": "64.50", "currency": "EUR"}));
    assert_eq!(row["due"], Value::Null);
}

#[test]
fn what_we_miss_is_due_and_what_nobody_recorded_is_missing() {
    let estate = Estate::shipped();
    let level = |args: &[&str]| {
        let all = [&["contract", "levels", "atelier-vigne-hosting", "--period", "2026-09", "--json"], args];
        let ran = estate.run(&all.concat());
        (ran.code, row(&ran.json(), "level", "availability"))
    };
    let (code, row) = level(&[]);
    assert_eq!((code, &row["outcome"]), (0, &json!("not measured")));
    assert_eq!(row["measured"], json!({"missing": "nothing on record"}));
    estate.ok(&[
        "contract",
        "record",
        "atelier-vigne-hosting",
        "incident",
        "--on",
        "2026-09-12",
        "opened=2026-09-12T10:00+02:00",
        "resolved=2026-09-12T18:00+02:00",
    ]);
    // 8 of 720 hours: 98.888… %, of which 99.5 % were promised; 5 % of 2450.00 EUR.
    let (code, row) = level(&[]);
    assert_eq!((code, &row["measured"]), (1, &json!("98.8888%")));
    assert_eq!(row["due"], json!({"amount": "122.50", "currency": "EUR"}));
    // Nobody knew of it the day before, when the month was still running.
    let (code, row) = level(&["--as-of", "2026-09-11"]);
    assert_eq!((code, &row["outcome"]), (0, &json!("running")));
}

#[test]
fn levels_of_nothing_are_told_with_the_way_on() {
    let estate = Estate::shipped();
    for (id, told) in
        [("microsoft-365", "promises no service level"), ("lyon-colo-cag", "did you mean `lyon-colo-cage`?")]
    {
        let ran = estate.run(&["contract", "levels", id]);
        assert_eq!(ran.code, 4, "{ran:?}");
        assert!(ran.err.contains(told), "{ran:?}");
    }
}

/// Mail rests on virtualisation, directory and the network: 0.999 × 0.9995 × 0.999 = 0.9975015, and 99.8 %
/// are promised. The network has a supplier of 99.95 % for its 99.9 %.
#[test]
fn promises_are_set_against_those_under_them() {
    let estate = Estate::shipped();
    let answer = estate.ok(&["report", "back-to-back", "--json"]).json();
    let mail = row(&answer, "for", "mail");
    assert_eq!((&mail["at_best"], &mail["kept"]), (&json!("99.7501%"), &json!("no")));
    assert_eq!(row(&answer, "for", "network-core")["kept"], "yes");
    // A customer's contract that asks for more than the service promises itself is a finding.
    estate.ok(&["set", "groupe-lumen-sla", "service_levels[0].target=>= 99.9%"]);
    let ran = estate.run(&["audit", "--fail-on", "warning"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let told = "`>= 99.9%` is promised for erp, and what is under it allows 99.5% at best";
    assert!(ran.out.contains(told), "{ran:?}");
}

/// 78 of 85 seats are assigned; 7/85 of 12 × 994.50 EUR are 982.80 EUR. Of 32 cores of 3160.00 EUR, 12 are
/// used: 20/32 are 1975.00 EUR.
#[test]
fn the_licence_position_says_what_is_unused() {
    let estate = Estate::shipped();
    let answer = estate.ok(&["report", "licences", "--json"]).json();
    let office = row(&answer, "product", "Microsoft 365");
    assert_eq!([&office["owned"], &office["used"], &office["balance"]], [&json!(85), &json!(78), &json!(7)]);
    assert_eq!(office["unused_yearly"], json!({"amount": "982.80", "currency": "EUR"}));
    let windows = row(&answer, "product", "Windows Server 2022");
    assert_eq!((&windows["used"], &windows["position"]), (&json!(12), &json!("under-used")));
    assert_eq!(windows["unused_purchase"], json!({"amount": "1975.00", "currency": "EUR"}));
    // A subscription that has run out gives nothing: 78 seats are used without a right.
    estate.ok(&["set", "lic-office", "attributes.expires=2026-10-31"]);
    let ran = estate.run(&["audit", "--fail-on", "warning"]);
    assert!(ran.out.contains("78 users used, 0 owned"), "{ran:?}");
}

/// Of 60 294.80 EUR a year, 12 × 1475.00 EUR go to the data centre in Lyon: 29.355… %.
#[test]
fn coverage_names_gaps_and_shares() {
    let estate = Estate::shipped();
    let answer = estate.ok(&["report", "coverage", "--json"]).json();
    let unsupported: Vec<Value> =
        rows(&answer, "unsupported").iter().map(|row| row["item"].clone()).collect();
    assert_eq!(unsupported, [json!("ap-nantes-01"), json!("nas-nantes-01")]);
    let lyon = &rows(&answer, "suppliers")[0];
    assert_eq!((&lyon["party"], &lyon["limit"]), (&json!("lyon-colo"), &json!("no")));
    assert_eq!(lyon["yearly"], json!({"amount": "17700.00", "currency": "EUR"}));
    estate.ok(&["set", "settings", "coverage.supplier_limit=25%"]);
    let ran = estate.run(&["audit", "--fail-on", "warning"]);
    assert!(ran.out.contains("lyon-colo has 29.35%"), "{ran:?}");
    assert!(ran.out.contains("novatel-fibre has 25.67%"), "{ran:?}");
}

#[test]
fn openslo_goes_out_and_comes_back() {
    let estate = Estate::shipped();
    let written = estate.ok(&["export", "openslo", "mail"]);
    estate.write("slo.yaml", &written.out);
    let ran = estate.ok(&["import", "openslo", "slo.yaml"]);
    assert!(ran.err.contains("nothing to change"), "{ran:?}");
    estate.write("slo.yaml", &written.out.replace("99.8", "99.7"));
    estate.ok(&["import", "openslo", "slo.yaml"]);
    assert!(estate.read("inventory/services/mail.yaml").contains("target: \">= 99.7%\""));
    // One document that cannot be taken holds back the others.
    estate.write("slo.yaml", &format!("{}---\n{}", written.out, written.out.replace("mail", "maill")));
    let ran = estate.run(&["import", "openslo", "slo.yaml"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("there is no service `maill`: did you mean `mail`?"), "{ran:?}");
    assert!(estate.read("inventory/services/mail.yaml").contains("99.7"), "{ran:?}");
}
