//! The reading verbs on the shipped estate, as a shell sees them: stdout, stderr and exit code.

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

use std::fs;

use common::{Estate, ran};
use serde_json::{Value, json};

const WEB: &str = "inventory/items/server/srv-web-01.yaml";

#[test]
fn list_filters_sorts_and_sums() {
    let estate = Estate::shipped();
    let listed = estate.run(&[
        "list",
        "server",
        "--status",
        "in_use",
        "--location",
        "paris-dc1",
        "--where",
        "cost>9000",
        "--columns",
        "id,location,cost",
        "--sort",
        "-cost",
        "--json",
    ]);
    assert_eq!(listed.code, 0, "{listed:?}");
    assert_eq!(listed.column("id"), ["srv-db-01", "srv-virt-01", "srv-virt-02"]);
    // paris-dc1 holds rooms, and the rooms hold the servers.
    assert_eq!(listed.column("location"), ["paris-dc1-room-a", "paris-dc1-room-a", "paris-dc1-room-b"]);
    let document = listed.json();
    assert_eq!(document["schema"], "estate.list/1");
    assert_eq!(document["as_of"], "2026-11-24");
    // 12350 + 9860 + 9860
    assert_eq!(document["totals"]["cost"], json!({"amount": "32070.00", "currency": "EUR"}));
    let table = estate.run(&["list", "contracts", "--where", "party=dell", "--columns", "id,end"]);
    let lines: Vec<&str> = table.out.lines().skip(5).collect();
    assert_eq!(lines, ["dell-prosupport       2026-02-28", "dell-warranty-bak-01  2028-06-04"]);
}

#[test]
fn list_says_what_is_wrong_with_a_question() {
    let estate = Estate::shipped();
    for (arguments, code, hint) in [
        (&["list", "sever"][..], 2, "did you mean `server`?"),
        (&["list", "--columns", "id,cpu_cores"], 2, "did you mean `attributes.cpu_cores`?"),
        (&["list", "--status", "inuse"], 2, "did you mean `in_use`?"),
        (&["list", "--where", "cost>much"], 2, "money such as 8420.00 EUR"),
        (&["list", "--class", "sever"], 2, "did you mean `server`?"),
        (&["list", "--owner", "infra-tem"], 4, "did you mean `infra-team`?"),
        (&["list", "--format", "jsn"], 2, "did you mean `json`?"),
    ] {
        let answer = estate.run(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.err.contains(hint), "{arguments:?}: {answer:?}");
        assert_eq!(answer.out, "", "{arguments:?}");
    }
    let empty = estate.run(&["list", "--tag", "no-such-tag", "--json"]);
    assert_eq!((empty.code, &empty.json()["rows"]), (4, &json!([])));
}

#[test]
fn an_unreadable_record_is_listed_whatever_the_filters() {
    let estate = Estate::shipped();
    estate.write("inventory/items/server/srv-new.yaml", "id: [\n");
    let listed = estate.run(&["list", "server", "--where", "cost>12000", "--columns", "id,name", "--json"]);
    assert_eq!(listed.column("id"), ["srv-db-01", "srv-db-02", "srv-new"]);
    assert_eq!(listed.json()["rows"][2]["name"], json!({"missing": "unreadable"}));
    assert!(listed.out.contains("1 unreadable"));
}

#[test]
fn show_names_what_a_record_refers_to() {
    let estate = Estate::shipped();
    let shown = estate.run(&["show", "srv-web-01"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for line in
        ["owner           infra-team", "Infrastructure team", "├─ runs_on      rack-12", "Start the record"]
    {
        assert!(shown.out.contains(line), "{line}: {}", shown.out);
    }
    assert!(!shown.out.contains("used by"));
    assert_eq!(shown.err, "", "the schedule of an item is no other record to tell of");
    let document = estate.run(&["show", "srv-web-01", "--referrers", "--json"]).json();
    assert_eq!(document["fields"]["attributes"]["memory_gib"], "256");
    assert_eq!(document["schedule"]["books"]["accounting"]["life"], "5y");
    let contract = json!({"kind": "contract", "id": "dell-prosupport", "field": "covers"});
    assert!(document["used_by"].as_array().unwrap().contains(&contract), "{document}");
    let schedule = estate.run(&["show", "schedule/srv-web-01", "--json"]);
    assert_eq!((&schedule.json()["kind"], schedule.err.as_str()), (&json!("schedule"), ""));
}

#[test]
fn show_raw_is_the_file_and_follows_the_revision() {
    let estate = Estate::shipped();
    let before = estate.read(WEB);
    estate.replace(WEB, "Web front end 1", "Renamed");
    assert_eq!(estate.run(&["show", "srv-web-01", "--raw"]).out, estate.read(WEB));
    assert_eq!(estate.run(&["show", "srv-web-01", "--raw", "--rev", "HEAD"]).out, before);
    let noted = estate.run(&["show", "srv-web-01"]);
    assert!(noted.out.contains("changed since that commit"), "{noted:?}");
    estate.write("inventory/parties/new.yaml", "id: new\nname: New\nkind: team\n");
    let new = estate.run(&["show", "new"]);
    assert!(new.out.contains("in none of the last 200 commits"), "{new:?}");
}

#[test]
fn show_needs_no_repository_and_suggests_ids() {
    let estate = Estate::shipped();
    fs::remove_dir_all(estate.path(".git")).unwrap();
    assert_eq!(estate.run(&["show", "rack-12", "--json"]).json()["last_change"], Value::Null);
    for (name, hint) in [
        ("srv-web-1", "did you mean `srv-web-01`?"),
        ("sevrice/web-shop", "did you mean `service/web-shop`?"),
        ("../../etc/passwd", "estate find"),
    ] {
        let answer = estate.run(&["show", name]);
        assert_eq!(answer.code, 4, "{answer:?}");
        assert!(answer.err.contains(hint), "{answer:?}");
    }
    assert_eq!(estate.run(&["log"]).code, 3);
}

#[test]
fn find_looks_everywhere() {
    let estate = Estate::shipped();
    let serial = estate.run(&["find", "7xk2l93", "--json"]);
    let row = &serial.json()["rows"][0];
    assert_eq!((&row["record"], &row["field"]), (&json!("item/srv-web-01"), &json!("serial")));
    assert_eq!(row["place"], "inventory/items/server/srv-web-01.yaml:10");
    assert_eq!(estate.run(&["find", "rack-12", "--json"]).column("field")[0], "id");
    let words = estate.run(&["find", "web", "front", "end", "2", "--json"]);
    assert_eq!(words.column("record"), ["item/srv-web-02"]);
    assert_eq!(estate.run(&["find", "no such text"]).code, 4);
    assert_eq!(estate.run(&["find", " "]).code, 2);
}

#[test]
fn diff_shows_fields_with_their_effect() {
    let estate = Estate::shipped();
    assert_eq!(estate.run(&["diff", "--exit-code"]).code, 0);
    estate.replace(WEB, "cost: 8420.00 EUR", "cost: 8000.00 EUR");
    estate.replace(WEB, "warranty_until: 2026-12-31", "warranty_until: 2027-01-31");
    estate.write("inventory/parties/new.yaml", "id: new\nname: New\nkind: team\n");
    let old = "inventory/items/server/srv-db-02.yaml";
    estate.write(
        "inventory/items/storage/srv-db-02.yaml",
        &estate.read(old).replace("class: server", "class: storage"),
    );
    fs::remove_file(estate.path(old)).unwrap();
    estate.write("inventory/items/server/.srv-lock.yaml", "an editor's lock");
    let diff = estate.run(&["diff", "--json", "--exit-code"]);
    assert_eq!(diff.code, 1);
    let row = |change: &str, record: &str, field: Value, before: Value, after: Value, delta: Value| json!({"change": change, "record": record, "field": field, "before": before, "after": after, "delta": delta});
    let web = "item/srv-web-01";
    let minus = json!({"amount": "-420.00", "currency": "EUR"});
    assert_eq!(
        diff.json()["rows"],
        json!([
            row("changed", web, "warranty_until".into(), "2026-12-31".into(), "2027-01-31".into(), 31.into()),
            row("changed", web, "cost".into(), "8420.00 EUR".into(), "8000.00 EUR".into(), minus),
            row("changed", "item/srv-db-02", "class".into(), "server".into(), "storage".into(), Value::Null),
            row("added", "party/new", Value::Null, Value::Null, "New".into(), Value::Null),
        ])
    );
    let names = |arguments: &[&str]| estate.run(arguments).out;
    assert_eq!(names(&["diff", "--name-only"]), "item/srv-web-01\nitem/srv-db-02\nparty/new\n");
    assert_eq!(names(&["diff", "--name-only", "--record", "new"]), "party/new\n");
    assert_eq!(names(&["diff", "--name-only", "--class", "storage"]), "item/srv-db-02\n");
    estate.commit("Change");
    assert_eq!(names(&["diff", "--name-only"]), "");
    assert_eq!(names(&["diff", "--name-only", "HEAD~1..HEAD"]).lines().count(), 3);
    assert_eq!(
        names(&["diff", "--name-only", "HEAD~1", "HEAD"]),
        names(&["diff", "--name-only", "HEAD~1.."])
    );
}

#[test]
fn diff_refuses_what_is_no_version() {
    let estate = Estate::shipped();
    for (arguments, code) in [
        (&["diff", "v9"][..], 3),
        (&["diff", "--", "--output=x"], 3),
        (&["diff", "a...b"], 2),
        (&["diff", "HEAD..HEAD", "HEAD"], 2),
        (&["diff", "--rev", "HEAD"], 2),
        (&["diff", "--class", "sever"], 2),
        (&["diff", "--record", "nobody"], 4),
    ] {
        let answer = estate.run(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.err.starts_with("error: "), "{answer:?}");
    }
    assert!(!estate.path("x").exists());
}

#[test]
fn log_tells_the_history_of_a_record_over_moves() {
    let estate = Estate::shipped();
    estate.replace(WEB, "cost: 8420.00 EUR", "cost: 8000.00 EUR");
    estate.commit("Correct the cost");
    estate.write(
        "inventory/items/storage/srv-web-01.yaml",
        &estate.read(WEB).replace("class: server", "class: storage"),
    );
    fs::remove_file(estate.path(WEB)).unwrap();
    estate.commit("File it under storage");
    fs::remove_file(estate.path("inventory/items/storage/srv-web-01.yaml")).unwrap();
    estate.commit("Delete it");
    let commits = estate.run(&["log", "--json"]);
    assert_eq!(commits.column("changes")[..3], ["1 removed", "1 moved", "1 changed"]);
    assert_eq!(commits.column("date")[0], "2026-01-31");
    // The item is gone and its schedule is not, so the kind has to be said.
    let history = estate.run(&["log", "item/srv-web-01", "--json"]);
    assert_eq!(history.column("change"), ["removed", "changed", "changed", "added"]);
    assert_eq!(history.column("field"), ["-", "class", "cost", "-"]);
    let cost = estate.run(&["log", "item/srv-web-01", "--field", "cost", "-n", "2", "--json"]);
    assert_eq!(cost.column("before"), ["8000.00 EUR", "8420.00 EUR"]);
    assert_eq!(cost.json()["notes"], json!(["only the newest: --limit 2"]));
    let named = estate.run(&["log", "--stat", "-n", "1", "--json"]);
    assert_eq!(named.column("commit")[1], "item/srv-web-01");
    let wrong = estate.run(&["log", "srv-web-02", "--field", "onwer"]);
    assert_eq!(wrong.code, 4);
    assert!(wrong.err.contains("did you mean `owner`?"), "{wrong:?}");
}

#[test]
fn shells_complete_verbs_and_record_ids() {
    let estate = Estate::shipped();
    let script = estate.run(&["completions", "bash"]);
    assert_eq!(script.code, 0);
    assert!(script.out.contains("ESTATE_COMPLETE"), "{}", script.out);
    let complete = |words: &[&str]| -> Vec<String> {
        let mut command = estate.estate();
        command.env("ESTATE_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        let answer = ran(command.arg("--").args(words).output().unwrap());
        answer.out.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(complete(&["estate", "sho"]), ["show"]);
    assert_eq!(complete(&["estate", "show", "srv-web"]), ["srv-web-01", "srv-web-02", "srv-web-03"]);
    assert_eq!(complete(&["estate", "log", "service/web"]), ["service/web-shop"]);
    assert_eq!(estate.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn manual_pages_come_from_the_help() {
    let estate = Estate::shipped();
    let page = estate.run(&["man", "list"]);
    assert!(page.out.contains(".TH estate-list 1") && page.out.contains("with holes"), "{}", page.out);
    assert!(estate.run(&["man"]).out.contains(".TH estate 1"));
    let wrong = estate.run(&["man", "lst"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `list`?"), "{wrong:?}");
}

/// Text of a record cannot move the cursor or hide, whatever the verb and the format.
#[test]
fn nothing_in_a_record_reaches_the_terminal_raw() {
    let estate = Estate::shipped();
    estate.replace(WEB, "name: Web front end 1", "name: \"Web\\e[31m front\\u202E end\"");
    for arguments in [
        &["list", "server"][..],
        &["show", "srv-web-01"],
        &["find", "Web"],
        &["diff"],
        &["diff", "--format", "yaml"],
        &["list", "server", "--json"],
        &["show", "srv-web-01", "--format", "yaml"],
    ] {
        let answer = estate.run(arguments);
        assert!(answer.out.contains("Web"), "{answer:?}");
        assert!(!answer.out.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {answer:?}");
    }
}

#[test]
fn answers_go_to_files() {
    let estate = Estate::shipped();
    assert_eq!(estate.run(&["list", "-o", "items.csv", "--format", "csv"]).code, 0);
    assert!(estate.read("items.csv").starts_with("id,class,name"));
    assert_eq!(estate.run(&["list", "-o", "new/items.txt"]).code, 0);
    assert!(estate.path("new/items.txt").is_file());
    assert_eq!(estate.run(&["list", "-o", "inventory"]).code, 3);
}
