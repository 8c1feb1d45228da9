//! Policies, waivers, baselines and levels, through the program.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and writes files"
)]

mod common;

use common::{Estate, Ran};

/// The findings of an audit as `rule subject-or-path:line`, whatever else it says.
fn found(estate: &Estate, arguments: &[&str]) -> Vec<String> {
    let ran = estate.run(&[&["audit", "--json"], arguments].concat());
    let findings = ran.json()["findings"].as_array().cloned().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    findings
        .iter()
        .map(|finding| format!("{} {}:{}", text(&finding["rule"]), text(&finding["path"]), finding["line"]))
        .collect()
}

/// What the audit of the shipped estate finds after some files were edited.
fn after(edits: &[(&str, &str, &str)], arguments: &[&str]) -> Vec<String> {
    let estate = Estate::shipped();
    edits.iter().for_each(|(path, text, by)| edit(&estate, path, text, by));
    found(&estate, arguments)
}

fn edit(estate: &Estate, path: &str, text: &str, by: &str) {
    let whole = estate.read(path);
    assert_eq!(whole.matches(text).count(), 1, "{path} does not hold {text:?} once");
    estate.write(path, &whole.replace(text, by));
}

const WEB_1: &str = "inventory/items/server/srv-web-01.yaml";
const DEBIAN: &str = "inventory/items/operating_system/os-debian-12.yaml";
const WAIVERS: &str = "inventory/waivers.yaml";

#[test]
fn the_warranty_that_ends_before_the_purchase() {
    let rule = ["--select", "policy/warranty-before-purchase"];
    // The day of the order is still a warranty, if a short one.
    assert_eq!(after(&[(WEB_1, "2026-12-31", "2023-01-16")], &rule), [""; 0]);
    let broken = after(&[(WEB_1, "2026-12-31", "2023-01-15")], &rule);
    assert_eq!(broken, [format!("policy/warranty-before-purchase {WEB_1}:15")]);
}

#[test]
fn the_production_server_without_a_second_site() {
    let rule = ["--select", "policy/production-server-without-second-site"];
    let move_to_paris = ("inventory/items/server/srv-db-02.yaml", "lyon-dc2-room-1", "paris-dc1-room-b");
    let database = |number: u8| {
        format!("policy/production-server-without-second-site inventory/items/server/srv-db-0{number}.yaml:7")
    };
    assert_eq!(after(&[move_to_paris], &rule), [database(1), database(2)]);
    // Where the service matters little, one site will do.
    let hosting = ("inventory/services/database-hosting.yaml", "criticality: high", "criticality: low");
    assert_eq!(after(&[move_to_paris, hosting], &rule), [""; 0]);
    // A stand-in that is out of use stands in for nothing.
    let broken =
        after(&[("inventory/items/server/srv-db-02.yaml", "status: in_use", "status: in_stock")], &rule);
    assert_eq!(broken, [database(1)]);
}

#[test]
fn the_contract_whose_notice_is_due() {
    let rule = ["--select", "policy/contract-notice-due"];
    let due = |day: &str| {
        let estate = Estate::shipped();
        estate.write(WAIVERS, "waivers: []\n");
        found(&estate, &[&rule[..], &["--as-of", day]].concat())
    };
    // HPE's support ends on 31 May 2027 and asks for two months: 31 March, 60 days before.
    let hpe = "policy/contract-notice-due inventory/contracts/hpe-support.yaml:11".to_owned();
    assert!(due("2027-01-30").contains(&hpe));
    assert!(!due("2027-01-29").contains(&hpe));
    assert!(due("2027-03-31").contains(&hpe));
    assert!(!due("2027-04-01").contains(&hpe));
    // What runs from month to month is never due.
    assert!(due("2027-01-30").iter().all(|finding| !finding.contains("ovhcloud")));
}

#[test]
fn the_operating_system_without_support() {
    let rule = ["--select", "policy/unsupported-os-in-production"];
    let old = (DEBIAN, "end_of_support: 2028-06-30", "end_of_support: 2026-11-23");
    assert_eq!(after(&[old], &rule), [format!("policy/unsupported-os-in-production {DEBIAN}:8")]);
    let last_day = (DEBIAN, "end_of_support: 2028-06-30", "end_of_support: 2026-11-24");
    assert_eq!(after(&[last_day], &rule), [""; 0]);
    assert_eq!(after(&[old, (DEBIAN, "status: in_use", "status: retired")], &rule), [""; 0]);
}

#[test]
fn the_data_without_a_backup() {
    let rule = ["--select", "policy/data-without-backup"];
    let database = "inventory/items/database/db-shop.yaml";
    let broken = [format!("policy/data-without-backup {database}:8")];
    assert_eq!(after(&[(database, "  uses:\n    - bak-01\n", "")], &rule), broken);
    let elsewhere = (database, "    - bak-01", "    - san-01");
    assert_eq!(after(&[elsewhere], &rule).len(), 1, "a disk array is no backup");
    assert_eq!(after(&[(database, "    - bak-01", "    - cld-offsite")], &rule), [""; 0]);
    let retired = (database, "status: in_use", "status: retired\nretired: 2026-11-01");
    assert_eq!(after(&[elsewhere, retired], &rule), [""; 0]);
}

#[test]
fn a_policy_is_shown_with_both_places_and_explained() {
    let estate = Estate::shipped();
    edit(&estate, WEB_1, "2026-12-31", "2023-01-15");
    let ran = estate.run(&["audit", "--select", "policy/warranty-before-purchase"]);
    let expected = "\
error[policy/warranty-before-purchase]: the warranty ends on 2023-01-15, before the order of 2023-01-16
  --> inventory/items/server/srv-web-01.yaml:15:17
   |
15 | warranty_until: 2023-01-15
   |                 ^^^^^^^^^^
   |
  ::: inventory/policies/warranty-before-purchase.yaml:11:10
   |
11 |   field: warranty_until
   |          -------------- this policy forbids it
   |
   = help: correct the date, or delete warranty_until where there is no warranty
";
    assert!(ran.out.contains(expected), "{}", ran.out);
    assert_eq!(ran.code, 1);
    let sarif = estate.run(&["audit", "--format", "sarif"]).json();
    let result = &sarif["runs"][0]["results"][0];
    let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][at]["id"], "policy/warranty-before-purchase");

    let explained = estate.ok(&["explain", "policy/warranty-before-purchase"]).out;
    assert!(explained.contains("Warranty ends before the purchase"), "{explained}");
    assert!(estate.ok(&["explain"]).out.contains("policy/data-without-backup"));
    let ran = estate.run(&["audit", "--select", "policy/waranty-before-purchase"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `policy/warranty-before-purchase`?"), "{}", ran.err);
}

fn summary(ran: &Ran) -> &str {
    ran.out.trim_end().lines().last().unwrap_or("")
}

#[test]
fn waivers_hide_what_they_name_and_expire() {
    let estate = Estate::shipped();
    let ran = estate.run(&["audit"]);
    assert!(summary(&ran).ends_with("; 52 waived"), "{}", ran.out);
    assert_eq!(estate.run(&["audit", "--json"]).json()["summary"]["waived"], 52);
    // On the day after, the web servers stand out again, and the waiver with them.
    edit(
        &estate,
        WAIVERS,
        "    reason: Web front end 3, ordered in September 2026, goes to Lyon.\n    owner: infra-team\n    until: 2027-03-31\n",
        "    reason: Soon.\n    owner: infra-team\n    until: 2026-11-23\n",
    );
    assert_eq!(
        found(&estate, &[]),
        [
            "policy/production-server-without-second-site inventory/items/server/srv-web-01.yaml:7"
                .to_owned(),
            "policy/production-server-without-second-site inventory/items/server/srv-web-02.yaml:7"
                .to_owned(),
            format!("expired-waiver {WAIVERS}:9"),
        ]
    );
    // A comment does as well, beside the offence or above it.
    let comment = "# estate: ignore[policy/production-server-without-second-site] the third goes to Lyon";
    edit(&estate, WEB_1, "location: paris-dc1-room-a", &format!("{comment}\nlocation: paris-dc1-room-a"));
    let second = "inventory/items/server/srv-web-02.yaml";
    edit(&estate, second, "location: paris-dc1-room-a", &format!("location: paris-dc1-room-a  {comment}"));
    assert_eq!(found(&estate, &[]), [format!("expired-waiver {WAIVERS}:9")]);
    // The value date decides, not the clock.
    assert!(!found(&estate, &["--as-of", "2026-11-23"]).contains(&format!("expired-waiver {WAIVERS}:9")));
}

#[test]
fn the_gate_before_a_write_knows_waivers_and_levels() {
    let lost = ["set", "srv-web-01", "relations.depends_on=[nowhere]"];
    let estate = Estate::shipped();
    estate.refuses(&lost, 3, "dangling-reference");
    let level = "currency: EUR\naudit:\n  levels: {dangling-reference: warning}\n";
    edit(&estate, "inventory/settings.yaml", "currency: EUR\n", level);
    estate.commit("A dangling reference is a warning");
    estate.ok(&lost);
    assert_eq!(found(&estate, &[]), [format!("dangling-reference {WEB_1}:22")]);

    let estate = Estate::shipped();
    let waiver = "waivers:\n  - {rule: dangling-reference, record: item/srv-web-01, field: 'relations.depends_on*', reason: moved next week, owner: it, until: 2026-12-01}\n";
    edit(&estate, WAIVERS, "waivers:\n", waiver);
    estate.commit("Wait for the move");
    estate.ok(&lost);
    assert_eq!(found(&estate, &[]), [""; 0]);
    estate.refuses(&["set", "srv-web-02", "relations.depends_on=[nowhere]"], 3, "dangling-reference");
}

#[test]
fn settings_give_rules_their_level_or_turn_them_off() {
    let estate = Estate::shipped();
    estate.write(WAIVERS, "waivers: []\n");
    let levels = |levels: &str| {
        let text = estate.read("inventory/settings.yaml");
        let text = text.split("audit:").next().unwrap().to_owned();
        estate.write("inventory/settings.yaml", &format!("{text}audit:\n  levels: {levels}\n"));
        estate.run(&["audit"])
    };
    let ran = levels("{policy/contract-notice-due: error}");
    assert!(summary(&ran).starts_with("3 errors, 4 warnings"), "{}", ran.out);
    assert_eq!(ran.code, 1);
    let ran = levels(
        "{stale-record: off, in-use-without-support: off, contract-ends-before-item: off, policy/contract-notice-due: off, policy/production-server-without-second-site: note}",
    );
    assert!(summary(&ran).starts_with("2 notes"), "{}", ran.out);
    assert_eq!(ran.code, 0);
    let ran = levels("{policy/contract-notice-deu: off}");
    assert!(ran.out.contains("did you mean `policy/contract-notice-due`?"), "{}", ran.out);
    let ran = levels("{duplicate-id: fatal}");
    assert!(ran.out.contains("`fatal` is not a value of"), "{}", ran.out);
}

#[test]
fn a_baseline_hides_what_was_there_and_nothing_new() {
    let estate = Estate::shipped();
    estate.write(WAIVERS, "waivers: []\n");
    let baseline = ["audit", "--fail-on", "note", "--baseline", "known.json"];
    assert_eq!(estate.run(&["audit", "--fail-on", "note"]).code, 1);

    let ran = estate.run(&["audit", "--fail-on", "note", "--write-baseline", "known.json"]);
    assert_eq!((ran.code, summary(&ran).ends_with("; 52 in the baseline")), (0, true), "{ran:?}");
    let written = estate.read("known.json");
    assert!(written.contains("{\"record\":\"item/srv-web-01\",\"rule\":\"policy/production-server-without-second-site\",\"field\":\"location\",\"count\":1}"), "{written}");

    // Lines move, and the baseline holds.
    edit(&estate, WEB_1, "id: srv-web-01", "# moved\n\nid: srv-web-01");
    assert_eq!(estate.run(&baseline).code, 0);
    // A new offence of the same rule on another record is new.
    edit(&estate, "inventory/items/server/srv-db-02.yaml", "lyon-dc2-room-1", "paris-dc1-room-b");
    let ran = estate.run(&baseline);
    assert_eq!((ran.code, summary(&ran).starts_with("2 warnings")), (1, true), "{ran:?}");

    // What is mended is told, and dropped without taking in what is new.
    edit(&estate, WEB_1, "status: in_use", "status: in_maintenance");
    let ran = estate.run(&baseline);
    assert!(
        ran.err.contains("1 entry of the baseline is no longer found; --write-baseline drops it"),
        "{}",
        ran.err
    );
    let ran = estate.run(&[&baseline[..], &["--write-baseline", "known.json"]].concat());
    assert_eq!((ran.code, estate.read("known.json").lines().count()), (1, written.lines().count() - 1));
    assert_eq!(estate.run(&baseline).err, "");
}

#[test]
fn a_baseline_that_cannot_be_read_is_told() {
    let estate = Estate::shipped();
    let refused = |text: Option<&str>| {
        if let Some(text) = text {
            estate.write("known.json", text);
        }
        let ran = estate.run(&["audit", "--baseline", "known.json"]);
        assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{text:?}");
        ran.err
    };
    assert!(refused(None).contains("the baseline known.json cannot be read"));
    assert!(refused(Some("[")).contains("known.json is no baseline: it is no JSON"));
    assert!(
        refused(Some("{\"schema\": \"estate.baseline/9\"}")).contains("its schema is `estate.baseline/9`")
    );
}

#[test]
fn policies_are_records_like_any_other() {
    let estate = Estate::shipped();
    let listed = estate.run(&["list", "policies", "--json"]);
    assert_eq!(listed.column("id").len(), 5);
    estate.ok(&["set", "data-without-backup", "level=error"]);
    let refused = estate.run(&["set", "data-without-backup", "select.classes=[databse]"]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("there is no class `databse`"), "{}", refused.err);
    assert!(estate.ok(&["show", "waivers"]).out.contains("policy/contract-notice-due"));
}
