//! Investments through the program. The figures are those of an independent calculation with decimals
//! of 60 digits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use common::{Estate, Ran};
use serde_json::Value;

const RECORD: &str = "inventory/investments/pumps.yaml";

/// Keeping costs 5000 a year; a new one costs 9000, less and less to save every year.
const PUMPS: &str = "id: pumps
name: New pumps
start: 2026-01-01
horizon: 3y
discount_rate: 10%
options:
  - id: keep
    flows:
      - {kind: run, date: 2026-12-31, amount: 5000.00 EUR, per: year}
  - id: new
    name: Buy new ones
    depreciation: {method: straight_line, life: 3y}
    flows:
      - {kind: acquisition, date: 2026-01-01, amount: 9000.00 EUR}
      - {kind: run, date: 2026-12-31, amount: 1000.00 EUR, per: year, growth: 5%, scales: true}
      - {kind: residual, date: 2028-12-31, amount: 600.00 EUR}
";

fn pumps(change: impl Fn(String) -> String) -> Estate {
    let estate = Estate::begun();
    estate.write(RECORD, &change(PUMPS.to_owned()));
    estate
}

fn show(estate: &Estate) -> Ran {
    estate.ok(&["invest", "show", "pumps", "--json"])
}

/// A figure of an option, an amount without its currency.
fn figure(ran: &Ran, option: &str, name: &str) -> String {
    let json = ran.json();
    let row = json["rows"].as_array().unwrap().iter().find(|row| row["option"] == option).unwrap();
    match &row[name] {
        Value::Object(money) => money["amount"].as_str().unwrap().to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn options_stand_side_by_side() {
    let ran = show(&pumps(|record| record));
    assert_eq!(figure(&ran, "keep", "net_present_value"), "-12436.53");
    assert_eq!(figure(&ran, "new", "net_present_value"), "-11154.86");
    assert_eq!(figure(&ran, "new", "total_cost"), "-11552.50");
    // What the first option pays is what the others save.
    assert_eq!(figure(&ran, "keep", "irr"), "null");
    let profit = ["irr", "mirr", "payback", "profitability_index"].map(|name| figure(&ran, "new", name));
    assert_eq!(profit, ["17.77%", "14.99%", "2.23", "1.14"]);
    assert!(ran.out.contains("new is best by its net present value"), "{}", ran.out);
}

/// Each payment lowers the tax by a quarter of it, to the cent, the 3000 a year of depreciation, too, and the
/// residual value is a gain on what is written off.
#[test]
fn tax_counts_payments_and_depreciation() {
    let estate = pumps(|record| record.replace("options:", "tax_rate: 25%\noptions:"));
    let ran = show(&estate);
    assert_eq!(figure(&ran, "keep", "net_present_value"), "-9327.39");
    assert_eq!(figure(&ran, "new", "net_present_value"), "-8750.66");
    assert_eq!(figure(&ran, "new", "total_cost"), "-8664.37");
    assert_eq!(figure(&ran, "new", "annual_equivalent"), "-3516.00");
    assert_eq!(figure(&ran, "new", "irr"), "13.55%");
    let flows = estate.ok(&["invest", "flows", "pumps", "--format", "csv"]).out;
    assert!(flows.contains("new,2027-12-31,depreciation,0.00,EUR,750.00,EUR,750.00,EUR"), "{flows}");
    assert!(flows.contains("new,2028-12-31,residual,600.00,EUR,-150.00,EUR,450.00,EUR"), "{flows}");
}

/// The contract bills on 1 July; of the year that is running when the comparison begins, 181 of 365
/// days are left. The schedule charges 2000 a year, which lowers the tax by 500.
#[test]
fn flows_come_from_contracts_and_schedules() {
    let option = "options:
  - id: keep
    flows:
      - {kind: run, contract: care}
      - {kind: acquisition, schedule: old}
";
    let record = |head: &str| PUMPS.split("options:").next().unwrap().to_owned() + head + option;
    let estate = pumps(|_| record(""));
    estate.write(
        "inventory/contracts/care.yaml",
        "id: care\nside: supplier\nkind: maintenance\nparty: maker\nterm: {start: 2025-07-01, length: 3y}\n\
         price: {amount: 1200.00 EUR, per: year, billed: in_advance}\n",
    );
    estate.write(
        "inventory/items/server/old.yaml",
        "id: old\nclass: server\nname: Old\nstatus: in_use\ncost: 10000.00 EUR\nin_service: 2024-01-01\n",
    );
    estate.write(
        "inventory/schedules/old.yaml",
        "id: old\nitem: old\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2024-01-01}\n",
    );
    assert_eq!(figure(&show(&estate), "keep", "net_present_value"), "-2780.22");
    estate.write(RECORD, &record("tax_rate: 25%\n"));
    assert_eq!(figure(&show(&estate), "keep", "net_present_value"), "-841.51");
}

#[test]
fn sensitivity_moves_one_figure_at_a_time() {
    let estate = pumps(|record| record);
    let json = estate.ok(&["invest", "sensitivity", "pumps", "--json"]).json();
    let sections = json["sections"].as_array().unwrap();
    let row = |at: usize, driver: Option<&str>| {
        let mut rows = sections[at]["rows"].as_array().unwrap().iter();
        rows.find(|row| row["option"] == "new" && driver.is_none_or(|driver| row["driver"] == driver))
            .unwrap()
    };
    assert_eq!(row(0, None)["highest"]["amount"], "-11088.12", "at 12 %");
    assert_eq!(row(0, None)["planned"]["amount"], "-11154.86");
    assert_eq!(row(1, None)["highest"]["amount"], "-11675.99", "at 120 % of the volume");
    let acquisition = row(2, Some("acquisition"));
    assert_eq!(acquisition["low"]["amount"], "-10254.86");
    assert_eq!(acquisition["high"]["amount"], "-12054.86");
    let first = sections[2]["rows"].as_array().unwrap().iter().find(|row| row["option"] == "new").unwrap();
    assert_eq!(first["driver"], "acquisition", "the widest swing comes first");
}

/// A present value over six years is not one over three.
#[test]
fn unequal_lives_compare_by_the_year() {
    let estate = pumps(|record| record.replace("    name: Buy new ones\n", "    name: Buy\n    life: 6y\n"));
    let ran = show(&estate);
    assert!(ran.out.contains("best by its annual equivalent, since lives differ"), "{}", ran.out);
}

#[test]
fn what_if_needs_no_estate() {
    let estate = Estate::empty();
    let figures = |arguments: &[&str]| {
        let mut all = vec!["invest", "what-if", "--json"];
        all.extend(arguments);
        let json = estate.ok(&all).json();
        let rows = json["rows"].as_array().unwrap().clone();
        move |name: &str| rows.iter().find(|row| row["figure"] == name).unwrap()["value"].clone()
    };
    // Cases irr-009 and xirr-001.
    let two = figures(&["--flow", "0=-1000", "--flow", "1=2500", "--flow", "2=-1540", "--rate", "10%"]);
    assert_eq!((two("irr"), two("npv")), (serde_json::json!(["10%", "40%"]), "0".into()));
    let dated = figures(&[
        "--flow=2008-01-01=-10000",
        "--flow=2009-04-01=2750",
        "--flow=2008-03-01=2750",
        "--flow=2008-10-30=4250",
        "--flow=2009-02-15=3250",
        "--rate=9%",
    ]);
    assert_eq!((dated("npv"), dated("irr")), ("2086.647602031537".into(), "37.3362533519%".into()));
}

#[test]
fn wrong_questions_are_told() {
    let estate = pumps(|record| record);
    estate.refuses(&["invest", "show", "pump"], 4, "did you mean `pumps`?");
    estate.refuses(&["invest", "what-if", "--flow", "x=1"], 2, "`x=1` is no payment");
    estate.refuses(&["invest", "what-if", "--flow", "0=-1", "--flow", "2026-01-01=1"], 2, "date all of them");
    estate.refuses(&["invest", "what-if", "--flow", "0=-1", "--rate", "8"], 2, "`8` is no rate");
    estate.refuses(&["invest", "what-if", "--flow", "0=-1", "--rate", "-100%"], 3, "");
    estate.replace(RECORD, "horizon: 3y", "horizon: 3 years");
    estate.refuses(&["invest", "show", "pumps"], 3, "investment pumps has errors");
    estate.replace(RECORD, "horizon: 3 years", "horizon: 3y");
    estate.replace(RECORD, "date: 2028-12-31", "date: 2038-12-31");
    let ran = estate.run(&["invest", "show", "pumps"]);
    assert_eq!(ran.code, 1, "an option without figures is a hole");
    assert!(ran.out.contains("? 2038-12-31 is after the end of the comparison, 2029-01-01"), "{}", ran.out);
    assert!(ran.out.contains("an option without figures is not compared"), "{}", ran.out);
}

/// 1200 a year against 1000, paid by the day and counted at the end of 2025 and 2026.
#[test]
fn an_option_can_be_a_branch() {
    let estate = Estate::begun();
    let path = "inventory/contracts/care.yaml";
    let contract = "id: care\nside: supplier\nkind: maintenance\nparty: maker\nterm: {start: 2024-01-01}\n\
        price: {amount: 1200.00 EUR, per: year}\n";
    estate.write(path, contract);
    estate.commit("Care");
    estate.git(&["branch", "now"]);
    estate.git(&["checkout", "-q", "-b", "cheaper"]);
    estate.replace(path, "1200.00", "1000.00");
    estate.commit("Cheaper care");
    let compare = |more: &[&str]| {
        let mut arguments =
            vec!["invest", "compare", "now", "cheaper", "--years", "2", "--as-of", "2025-06-30"];
        arguments.extend(more);
        estate.run(&arguments)
    };
    let json = compare(&["--rate", "10%", "--json"]).json();
    let row = |section: usize, at: usize| json["sections"][section]["rows"][at].clone();
    assert_eq!(row(0, 0)["cost"]["amount"], "2400.00");
    assert_eq!(row(0, 0)["difference"], Value::Null);
    assert_eq!(row(0, 0)["present_cost"]["amount"], "2083.19");
    assert_eq!(row(0, 1)["present_cost"]["amount"], "1735.99");
    assert_eq!(row(0, 1)["difference"]["amount"], "-400.00");
    assert_eq!(
        (row(1, 3)["fiscal_year"].clone(), row(1, 3)["cost"]["amount"].clone()),
        ("FY2026".into(), "1000.00".into())
    );
    // A branch that cannot be valued is a hole, and so is every comparison with it.
    estate.replace(path, "price: {amount: 1000.00 EUR, per: year}\n", "");
    estate.commit("Lose the price");
    let ran = compare(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("? not all costs are known"), "{}", ran.out);
    estate.refuses(&["invest", "compare", "now"], 2, "");
    estate.refuses(&["invest", "compare", "now", "cheapr"], 3, "cheapr");
    estate.refuses(&["invest", "compare", "now", "cheaper", "--rate", "8"], 2, "`8` is no rate");
}
