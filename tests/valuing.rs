//! `estate value` as a person uses it: all services, statements, holes, methods, what a change costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be"
)]

mod common;

use common::Estate;
use serde_json::Value;

fn cents(money: &Value) -> i64 {
    money["amount"].as_str().unwrap_or("0.00").replace('.', "").parse().unwrap()
}

/// An estate whose services `mail` and `directory` use one another.
fn with_circle() -> Estate {
    let estate = Estate::shipped();
    let path = "inventory/services/directory.yaml";
    let text = estate
        .read(path)
        .replace("  - item: lic-directory", "  - {service: mail, share: 5%}\n  - item: lic-directory");
    estate.write(path, &text);
    let path = "inventory/services/workplace.yaml";
    let text = estate.read(path).replace("service: mail\n    share: 100%", "service: mail\n    share: 90%");
    estate.write(path, &text);
    estate
}

/// The total was made apart from this program, from the same files with Python's `fractions`:
/// 42 140.40 of straight lines by 30/360, 60 624.43 of supplier contracts by day, 7 086.74 of
/// electricity; and three hours on an incident at 60.00.
#[test]
fn all_that_is_charged_is_all_that_it_costs() {
    let estate = Estate::shipped();
    let all = estate.ok(&["value", "--all", "--fiscal-year", "FY2026", "--json"]).json();
    assert_eq!(all["totals"]["out"]["amount"], "110031.57");
    let out: i64 = all["rows"].as_array().unwrap().iter().map(|row| cents(&row["out"])).sum();
    assert_eq!(out, cents(&all["totals"]["out"]));
    let payers = estate.ok(&["value", "--all", "--by", "consumer", "--json"]).json();
    assert_eq!(payers["totals"]["cost"], all["totals"]["out"]);
    // The invoices of all consumers are what the services leave to them.
    let rows = payers["rows"].as_array().unwrap();
    let mut invoiced = 0;
    for row in rows.iter().filter(|row| row["services"].is_number()) {
        let consumer = row["consumer"].as_str().unwrap();
        let statement = estate.ok(&["value", "--statement", consumer, "--json"]).json();
        assert_eq!(statement["totals"]["cost"], row["cost"], "{consumer}");
        invoiced += cents(&row["cost"]);
    }
    let services = all["rows"].as_array().unwrap().iter();
    let left = services.filter(|row| !row["service"].as_str().unwrap().starts_with('('));
    assert_eq!(invoiced, left.map(|row| cents(&row["out"])).sum::<i64>());
}

#[test]
fn a_missing_rate_is_a_hole_with_a_place_and_an_exit_code() {
    let estate = Estate::shipped();
    let path = "inventory/rates/electricity.yaml";
    let text = estate.read(path).replace("{from: 2024-01-01,", "{from: 2024-01-01, to: 2026-03-31,");
    let text = text.replace("{from: 2026-01-01,", "{from: 2026-09-01,");
    estate.write(path, &text);
    let audit = estate.run(&["audit", "--format", "github"]);
    assert!(audit.out.contains("gap-in-rates") && audit.out.contains(path), "{audit:?}");
    let value = estate.run(&["value", "mail"]);
    assert_eq!(value.code, 1, "{value:?}");
    let hole = "rate electricity has no figure from 2026-04-01 to 2026-08-31";
    assert!(value.out.contains(hole) && value.out.contains("at least"), "{}", value.out);
    assert_eq!(estate.run(&["value", "mail", "--allow-missing"]).code, 0);
    assert_eq!(estate.run(&["value", "--all"]).code, 1);
    assert_eq!(estate.run(&["value", "mail", "--horizon", "2y"]).code, 1);
    estate.ok(&["value", "mail", "--fiscal-year", "FY2025"]);
}

#[test]
fn a_circle_is_refused_by_name_or_solved() {
    let estate = with_circle();
    let value = estate.run(&["value", "mail"]);
    assert_eq!(value.code, 1, "{value:?}");
    assert!(value.out.contains("the service consumes itself: directory > mail > directory"), "{}", value.out);
    let solved = estate.ok(&["value", "--all", "--allocation", "reciprocal", "--json"]).json();
    let out: i64 = solved["rows"].as_array().unwrap().iter().map(|row| cents(&row["out"])).sum();
    assert_eq!(out, cents(&solved["totals"]["out"]));
    assert!(estate.run(&["audit"]).out.contains("relation-cycle"));
    let path = "inventory/settings.yaml";
    let before = estate.read(path);
    for settings in ["allocation: reciprocal", "order: [directory, mail]"] {
        estate.write(path, &before.replace("valuation:\n", &format!("valuation:\n  {settings}\n")));
        estate.ok(&["audit"]);
        estate.ok(&["value", "mail"]);
    }
}

#[test]
fn each_figure_is_walked_down_to_its_line_and_commit() {
    let estate = Estate::sample();
    let value = estate.ok(&["value", "web-shop", "--explain", "--json"]).json();
    let rows = value["sections"][0]["rows"].as_array().unwrap();
    let row = |label: &str| rows.iter().find(|row| row["component"] == label).unwrap();
    let power = row("electricity");
    assert_eq!(power["place"], "inventory/items/server/srv-web-01.yaml:41:12");
    assert!(power["commit"].as_str().unwrap().ends_with(" 2024-01-15"));
    // 650 W × 8760 h × 60 % = 3416.4 kWh, at 0.1742.
    assert_eq!(power["cost"]["amount"], "595.14");
}

/// 3416.4 kWh at 0.1742 and 0.052 kg; the budget of half a year is 181/365 of it.
#[test]
fn budgets_and_unit_costs_are_those_of_the_period() {
    let estate = Estate::shipped();
    let value = |more: &[&str]| {
        let arguments = [&["value", "web-shop", "--json"], more].concat();
        let value = estate.ok(&arguments).json();
        let rows = value["sections"][2]["rows"].as_array().unwrap().clone();
        move |measure: &str| rows.iter().find(|row| row["measure"] == measure).unwrap()["figure"].clone()
    };
    let half = value(&["--from", "2026-01-01", "--to", "2026-06-30"]);
    assert_eq!(half("volume (orders)"), "48000");
    assert_eq!(half("budget")["amount"], "17852.05");
    let before = value(&["--fiscal-year", "FY2025"]);
    assert_eq!(
        (before("volume (orders)"), before("budget")["amount"].clone()),
        ("72000".into(), "34000.00".into())
    );
    let cost = cents(&half("cost of the period"));
    assert_eq!(cents(&half("over (+) or under (-) budget")), cost - 1_785_205);
}

#[test]
fn a_change_shows_what_it_does_to_costs_and_commitments() {
    let estate = Estate::shipped();
    let path = "inventory/contracts/lyon-colo-cage.yaml";
    let text = estate.read(path);
    let price = text.lines().find(|line| line.starts_with("price:")).unwrap().to_owned();
    let dearer = price.replacen("amount: ", "amount: 1", 1);
    estate.write(path, &text.replace(&price, &dearer));
    let diff = estate.ok(&["diff", "HEAD", "--value", "--format", "md"]);
    for figure in ["cost of the period | service/backup", "committed to the end | contract/lyon-colo-cage"] {
        assert!(diff.out.contains(figure), "no {figure} in {}", diff.out);
    }
}

#[test]
fn wrong_arguments_are_told_apart() {
    let estate = Estate::shipped();
    for (arguments, code, says) in [
        (&["value", "web-shpo"][..], 4, "did you mean `web-shop`?"),
        (&["value", "--statement", "sals"], 4, "did you mean `sales`?"),
        (&["value", "--all", "--by", "component"], 2, "name a service"),
        (&["value", "mail", "--allocation", "recip"], 2, "direct, step_down, reciprocal"),
        (&["value", "mail", "--horizon", "5"], 2, "such as 5y"),
        (&["value", "mail", "--horizon", "60y"], 2, "at most 50y"),
        (&["value", "mail", "--cost-of-capital", "6"], 2, "such as 2.5%"),
        (&["value", "--all", "mail"], 2, "cannot be used with"),
    ] {
        estate.refuses(arguments, code, says);
    }
}
