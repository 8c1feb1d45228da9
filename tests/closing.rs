//! Closed periods: every way to change the past is found, and none passes the gate.

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

use common::Estate;
use estate::schedule::ENGINE;

const SCHEDULE: &str = "inventory/schedules/srv-web-01.yaml";
const ITEM: &str = "inventory/items/server/srv-web-01.yaml";
const CLOSING: &str = "inventory/closings/fy2025.yaml";

fn closed() -> Estate {
    let estate = Estate::shipped();
    estate.ok(&["close", "FY2025"]);
    estate
}

/// What --verify finds, as (item, found).
fn verified(estate: &Estate) -> Vec<(String, String)> {
    let ran = estate.run(&["close", "--verify", "--json"]);
    let rows = ran.column("item").into_iter().zip(ran.column("found")).collect::<Vec<_>>();
    assert_eq!(ran.code, i32::from(!rows.is_empty()), "{ran:?}");
    rows
}

fn found(estate: &Estate) -> Vec<String> {
    let mut found: Vec<String> = verified(estate).into_iter().map(|(_, found)| found).collect();
    found.dedup();
    found
}

/// srv-web-01: 8420 less 400 over five years from March 2023 is 1604 a year; 1336.67 in 2023.
#[test]
fn a_closing_keeps_the_figures_and_tags_its_commit() {
    let estate = Estate::shipped();
    let before = estate.head().unwrap();
    let register =
        |estate: &Estate| estate.ok(&["schedule", "--all", "--period", "FY2025", "--format", "csv"]).out;
    let figures = register(&estate);
    estate.ok(&["close", "FY2025"]);
    let record = estate.read(CLOSING);
    assert!(record.contains("\n      srv-web-01 1604.00 4544.67 0.00 3875.33 EUR "), "{record}");
    assert!(record.contains(&format!("computed_from: {}", before.trim())));
    assert_eq!(estate.git(&["cat-file", "-t", "close/fy2025"]), "tag\n");
    assert_eq!(estate.git(&["rev-parse", "close/fy2025^{commit}"]), estate.head().unwrap());
    assert_eq!(estate.git(&["rev-parse", "HEAD~1"]), before);
    assert_eq!(verified(&estate), []);
    estate.ok(&["audit"]);
    assert_eq!(estate.status(), "");

    // Closing, then opening again, changes nothing but the record, which says why.
    assert_eq!(register(&estate), figures);
    estate.ok(&["close", "--reopen", "FY2025", "--reason", "invoice found", "--confirm", "FY2025"]);
    assert_eq!(register(&estate), figures);
    let by = "by: Ada <ada@helio.example>";
    let log = format!(
        "log:\n  - {{date: 2026-11-24, action: close, {by}}}\n  - {{date: 2026-11-24, action: reopen, {by}, reason: invoice found}}\n"
    );
    assert!(estate.read(CLOSING).ends_with(&log), "{}", estate.read(CLOSING));
    assert_eq!(verified(&estate), []);
    estate.ok(&["set", "srv-web-01", "cost=9000.00 EUR"]);
    estate.ok(&["close", "FY2025"]);
    // (9000 - 400) / 5
    assert!(estate.read(CLOSING).contains("\n      srv-web-01 1720.00 "));
    assert_eq!(estate.git(&["tag"]), "close/fy2025\nclose/fy2025.2\n");
    assert_eq!(verified(&estate), []);
}

#[test]
fn the_gate_keeps_closed_figures_and_lets_the_future_pass() {
    let estate = closed();
    let says = "`srv-web-01` is restated: charge was 1604.00 EUR and is 1720.00 EUR";
    estate.refuses(&["set", "srv-web-01", "cost=9000.00 EUR"], 3, says);
    let sold = ["retire", "srv-web-01", "--kind", "sale", "--price", "900.00 EUR", "--date"];
    let late = "events+={date: 2025-12-01, kind: impairment, amount: 100.00 EUR}";
    estate.refuses(&["set", "schedule/srv-web-01", late], 3, "FY2025 is closed");
    estate.refuses(&["set", "schedule/srv-web-01", late], 3, "needs `posted: 2026-01-01`");
    let new = ["add", "server", "srv-late", "--name", "Late", "--cost", "1000.00 EUR"];
    let rest =
        ["--owner", "infra-team", "--location", "paris-dc1-room-a", "--status", "in_use", "--in-service"];
    estate.ok(&[&new[..], &rest, &["2025-06-01"]].concat());
    assert!(estate.read("inventory/schedules/srv-late.yaml").contains("posted: 2026-01-01"));
    let says = "it was not in the books of the period";
    estate.refuses(&["unset", "schedule/srv-late", "books.accounting.posted"], 3, says);
    estate.ok(&[&sold[..], &["2026-01-31"]].concat());
    assert_eq!(verified(&estate), []);
}

#[test]
fn a_past_value_edited_is_found() {
    for (path, from, to, what) in [
        (ITEM, "8420.00 EUR", "8421.00 EUR", "figures changed"),
        (SCHEDULE, "400.00 EUR", "399.00 EUR", "figures changed"),
        // The first year's figures are the same by either convention: it begins with a month.
        (SCHEDULE, "    life: 5y\n", "    life: 5y\n    convention: full_month\n", "terms changed"),
    ] {
        let estate = closed();
        estate.replace(path, from, to);
        estate.commit("Correct a figure");
        let rows = verified(&estate);
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row == &("srv-web-01".to_owned(), what.to_owned())),
            "{to}: {rows:?}"
        );
        let audit = estate.run(&["audit", "--json"]);
        assert_eq!(audit.code, 1);
        assert!(audit.out.contains("restated-closing"), "{}", audit.out);
    }
}

#[test]
fn a_file_deleted_is_found() {
    let estate = closed();
    fs::remove_file(estate.path(SCHEDULE)).unwrap();
    estate.commit("Delete a schedule");
    assert_eq!(verified(&estate), vec![("srv-web-01".to_owned(), "gone".to_owned()); 2]);

    let estate = closed();
    fs::remove_file(estate.path(CLOSING)).unwrap();
    assert_eq!(found(&estate), ["deleted"]);
    estate.commit("Delete the closing");
    assert_eq!(found(&estate), ["deleted"]);
    estate.git(&["tag", "-d", "close/fy2025"]);
    assert_eq!(found(&estate), ["deleted"]);
}

#[test]
fn a_record_edited_is_found() {
    // The line agrees with the new cost of the item, but not with what was closed.
    let estate = closed();
    estate.replace(CLOSING, "srv-web-01 1604.00", "srv-web-01 1605.00");
    estate.commit("Edit the closing");
    let rows = verified(&estate);
    let says = |item: &str, found: &str| rows.contains(&(item.to_owned(), found.to_owned()));
    assert!(says("", "record edited") && says("srv-web-01", "computed otherwise"), "{rows:?}");
    assert!(says("srv-web-01", "figures changed"), "{rows:?}");
    assert!(estate.run(&["audit"]).out.contains("the totals of the closing are not the sums of its lines"));

    let estate = closed();
    estate.replace(CLOSING, "srv-web-01 1604.00 4544.67 0.00 3875.33 EUR ", "srv-web-01 ");
    estate.commit("Break a line");
    assert!(estate.run(&["audit"]).out.contains("this line of the closing cannot be read: srv-web-01 "));

    // Rates that were other ones then are told, though no figure moved.
    let estate = closed();
    let text = estate.read(CLOSING);
    let digest = text.lines().find(|line| line.starts_with("rule_data: ")).unwrap();
    estate.replace(CLOSING, digest, &format!("rule_data: {}", "0".repeat(64)));
    estate.commit("Edit the digest of the rules");
    let ran = estate.run(&["close", "--verify"]);
    assert!(ran.out.contains("closed with other rates and tables"), "{}", ran.out);
    assert_eq!(found(&estate), ["record edited"]);
    let other = ENGINE + 1;
    estate.replace(CLOSING, &format!("\nengine: {ENGINE}\n"), &format!("\nengine: {other}\n"));
    let ran = estate.run(&["close", "--verify"]);
    let said = format!("closed by engine {other}; engine {ENGINE} computes 0 of its figures otherwise");
    assert!(ran.out.contains(&said), "{}", ran.out);
}

#[test]
fn history_rewritten_is_found() {
    let estate = closed();
    // The same files, as if they had always been so.
    let tree = estate.git(&["rev-parse", "HEAD^{tree}"]);
    let commit = estate.git(&["commit-tree", tree.trim(), "-m", "Start the record"]);
    estate.git(&["reset", "-q", "--hard", commit.trim()]);
    assert_eq!(verified(&estate), vec![(String::new(), "history rewritten".to_owned()); 2]);
    estate.ok(&["audit"]);
}

#[test]
fn a_tag_moved_or_deleted_is_found() {
    let estate = closed();
    estate.ok(&["set", "srv-web-01", "name=Another name"]);
    for elsewhere in ["HEAD~2", "HEAD"] {
        estate.git(&["tag", "-f", "close/fy2025", elsewhere]);
        assert_eq!(found(&estate), ["tag moved"], "{elsewhere}");
    }
    estate.git(&["tag", "-d", "close/fy2025"]);
    assert_eq!(found(&estate), ["tag missing"]);
}

#[test]
fn what_cannot_be_closed_is_refused_with_a_reason() {
    let estate = Estate::shipped();
    for (arguments, code, says) in [
        (&["close", "FY2026"][..], 3, "FY2026 ends on 2026-12-31 and is not over"),
        (&["close", "FY20"], 2, "there is no period `FY20`"),
        (&["close", "2025-13"], 2, "there is no period `2025-13`"),
        (&["close", "2025-01-01..2025-02-01"], 2, "cannot be closed"),
        (&["close", "FY2025", "--book", "txa"], 2, "the books are: accounting, tax"),
        (&["close", "FY2025", "--no-commit"], 2, "--no-commit makes none"),
        (&["close", "--verify"], 4, "no period is closed"),
        (&["close", "--verify", "FY2024"], 4, "FY2024 is not closed"),
        (&["close"], 2, "PERIOD"),
        (&["close", "--reopen", "FY2025"], 2, "--reason"),
        (&["close", "--reopen", "FY2025", "--reason", "x", "--confirm", "FY2025"], 3, "fy2025 is not closed"),
        (&["close", "--reopen", "FY2025", "--reason", " ", "--confirm", "FY2025"], 2, "--reason is empty"),
        (&["close", "--reopen", "FY2025", "--reason", "x", "--confirm", "FY2024"], 2, "--confirm FY2025"),
    ] {
        estate.refuses(arguments, code, says);
    }
    estate.replace(ITEM, "8420.00", "8421.00");
    estate.refuses(&["close", "FY2025"], 3, "has changes that are not committed");
    estate.replace(SCHEDULE, "400.00", "9000.00");
    estate.commit("Too much salvage");
    estate.refuses(&["close", "FY2025"], 3, "srv-web-01: the salvage value 9000.00 EUR is above the cost");
    // A month in one book, and the dry run, write no more than they say.
    let estate = Estate::shipped();
    let dry = estate.ok(&["close", "2026-03", "--book", "tax", "-n"]);
    assert!(dry.out.contains("2026-03-tax"), "{}", dry.out);
    assert_eq!((estate.status(), estate.git(&["tag"])), (String::new(), String::new()));
    estate.ok(&["close", "2026-03", "--book", "tax"]);
    estate.refuses(&["close", "2026-03", "--book", "tax"], 3, "is closed already");
    estate.ok(&["close", "2026-03"]);
    assert_eq!(estate.git(&["tag"]), "close/2026-03\nclose/2026-03-tax\n");
    assert_eq!(verified(&estate), []);
}
