//! Contracts followed at the command line: what is due, what is recorded, what is checked.

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

#[test]
fn due_is_sorted_by_the_day_to_act_and_says_what_waiting_costs() {
    let estate = Estate::shipped();
    let due = estate.ok(&["contract", "due", "--within", "60d", "--json"]);
    let days = due.column("act_by");
    assert!(days.is_sorted() && days.len() > 5, "{days:?}");
    let json = due.json();
    assert_eq!(
        (json["schema"].as_str(), json["until"].as_str()),
        (Some("estate.contract.due/1"), Some("2027-01-23"))
    );
    let first = &json["rows"][0];
    // Three months before 1 March 2027 is 1 December; the day before is the last one.
    assert_eq!(
        (first["act_by"].as_str(), first["record"].as_str(), first["cost"]["amount"].as_str()),
        (Some("2026-11-30"), Some("contract/dell-prosupport"), Some("1380.00"))
    );
    assert_eq!(
        estate.ok(&["contract", "due", "--within", "1d", "--json"]).json()["rows"],
        serde_json::json!([])
    );
}

#[test]
fn everything_that_ends_is_due() {
    let estate = Estate::shipped();
    let due = estate.ok(&["contract", "due", "--within", "5y", "--json"]);
    let whats = due.column("what");
    for what in ["notice", "end", "end of warranty", "end of support", "expiry"] {
        assert!(whats.iter().any(|found| found == what), "no {what} in {whats:?}");
    }
    estate.replace("inventory/settings.yaml", "currency: EUR\n", "currency: EUR\nverify_every: 1y\n");
    estate.replace(
        "inventory/items/server/srv-web-01.yaml",
        "verified: {on: 2026-09-16,",
        "verified: {on: 2025-10-02,",
    );
    let due = estate.ok(&["contract", "due", "--within", "1d", "--json"]).json();
    let row = &due["rows"][0];
    assert_eq!(
        (row["act_by"].as_str(), row["days"].as_i64(), row["what"].as_str()),
        (Some("2026-10-02"), Some(-53), Some("verification"))
    );
}

/// RFC 5545: lines end in CRLF and hold at most 75 octets; an event has a UID, a stamp and a day.
#[test]
fn the_calendar_is_the_same_bytes_and_its_identities_are_stable() {
    let estate = Estate::shipped();
    let calendar = |arguments: &[&str]| {
        let arguments = [&["contract", "due", "--within", "1y", "--format", "ics"], arguments].concat();
        estate.ok(&arguments).out
    };
    let text = calendar(&[]);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.split_terminator("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    let uids = |text: &str| {
        let unfolded = text.replace("\r\n ", "");
        let uids: std::collections::BTreeSet<String> =
            unfolded.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect();
        assert_eq!(uids.len(), unfolded.matches("BEGIN:VEVENT").count(), "two events have one identity");
        uids
    };
    assert_eq!(text, calendar(&[]));
    assert!(text.contains("DTSTAMP:20261124T000000Z\r\n"));
    let later = calendar(&["--as-of", "2026-11-25"]);
    assert_eq!(uids(&later), uids(&text));
    assert!(uids(&text).contains("UID:notice.contract.dell-prosupport@helio-services.estate"));
    estate.refuses(&["contract", "due", "--format", "icz"], 2, "did you mean `ics`?");
}

#[test]
fn what_is_recorded_is_checked() {
    let estate = Estate::shipped();
    let clean = estate.ok(&["contract", "check", "--json"]).json();
    assert_eq!(clean["findings"].as_str(), Some("0"), "{clean}");
    let record = ["contract", "record", "dell-prosupport", "invoice", "--on", "2026-03-02"];
    let again = ["--amount", "1380.00 EUR", "--period", "2026-03-01..2027-02-28", "due=2026-04-01"];
    estate.ok(&[&record[..], &again[..]].concat());
    let path = "inventory/executions/dell-prosupport/2026-03-02-invoice-dell-prosupport-2.yaml";
    assert!(estate.read(path).contains("\namount: 1380.00 EUR\n"));
    let ran = estate.run(&["contract", "check", "--json"]);
    let json = ran.json();
    assert_eq!((ran.code, json["sections"][0]["rows"].as_array().unwrap().len()), (1, 1));
    assert_eq!(json["sections"][0]["rows"][0]["verdict"].as_str(), Some("duplicate"));
    // Unpaid, it is due.
    let due = estate.ok(&["contract", "due", "--json"]);
    assert_eq!(due.column("what")[0], "payment");
    // On the day before, nothing of it was known.
    assert_eq!(estate.run(&["contract", "check", "--as-of", "2026-03-01"]).code, 4);
}

#[test]
fn a_notice_ends_the_contract_in_the_same_commit() {
    let estate = Estate::shipped();
    let before = estate.ok(&["contract", "show", "lyon-colo-cage"]).out;
    assert!(before.contains("runs on until notice is given"));
    estate.ok(&["contract", "record", "lyon-colo-cage", "notice", "--on", "2026-11-20"]);
    // Six months before the end of 2026 are gone, so it is for the end of 2027.
    let text = estate.read("inventory/contracts/lyon-colo-cage.yaml");
    assert!(text.ends_with("termination:\n  given: 2026-11-20\n  end: 2027-12-31\n"), "{text}");
    assert!(text.contains("# Notice is long: six months before the end of December.\n"));
    assert_eq!(estate.status(), "");
    assert_eq!(
        estate.git(&["show", "--stat", "--format=%s", "HEAD"]).lines().next(),
        Some("Record notice of lyon-colo-cage on 2026-11-20")
    );
    let after = estate.ok(&["contract", "list", "--json"]).json();
    let row = after["rows"].as_array().unwrap().iter().find(|row| row["id"] == "lyon-colo-cage").cloned();
    assert_eq!(row.unwrap()["end"].as_str(), Some("2027-12-31"));
    estate.ok(&["contract", "check", "lyon-colo-cage"]);
}

#[test]
fn what_cannot_be_recorded_is_refused_with_a_way_out() {
    let estate = Estate::shipped();
    let record = |rest: &[&str], code: i32, says: &str| {
        estate.refuses(&[&["contract", "record"], rest].concat(), code, says);
    };
    record(&["dell-prosuport", "meeting"], 4, "did you mean `dell-prosupport`?");
    record(&["dell-prosupport", "invoice", "--amount", "1380"], 3, "1380");
    record(&["dell-prosupport", "invoice", "--amount", "1.00 EUR"], 3, "lacks the field `period`");
    record(
        &["dell-prosupport", "invoice", "--amount", "1.00 USD", "--period", "2026-03"],
        3,
        "the invoice is in USD",
    );
    record(&["dell-prosupport", "incident", "opened=2026-03-01T08:14"], 3, "is not a moment");
    record(&["dell-prosupport", "incident", "opened=2026-02-30T08:14Z"], 3, "is not a moment");
    record(
        &["dell-prosupport", "incident", "service_level=respons", "opened=2026-03-01T08:14Z"],
        3,
        "did you mean `response`?",
    );
    record(&["dell-prosupport", "meeting", "--on", "2026-02-30"], 2, "--on");
    record(&["dell-prosupport", "invoice", "--period", "2026-13"], 2, "there is no period");
    record(
        &["dell-prosupport", "payment", "--amount", "1.00 EUR", "invoice=nope"],
        3,
        "there is no execution `nope`",
    );
    record(&["buroprint-lease", "notice"], 2, "ends=DATE");
    estate.refuses(&["add", "execution"], 2, "estate contract record");
}

#[test]
fn a_fact_is_a_record_as_any_other() {
    let estate = Estate::shipped();
    let id = "2026-09-14-incident-dell-prosupport";
    assert!(estate.ok(&["show", id]).out.contains("SR 190442817"));
    estate.ok(&["set", id, "excluded=planned maintenance"]);
    assert!(estate.ok(&["log", id]).out.contains("excluded"));
    assert_eq!(
        estate
            .ok(&["list", "executions", "--where", "kind=incident", "--json"])
            .column("id")
            .first()
            .map(String::as_str),
        Some(id)
    );
    // Another id for the contract moves what happened under it.
    estate.ok(&["set", "dell-prosupport", "id=dell-care"]);
    assert!(
        estate.read(&format!("inventory/executions/dell-care/{id}.yaml")).contains("contract: dell-care\n")
    );
    assert!(!estate.path("inventory/executions/dell-prosupport").exists());
    estate.ok(&["audit"]);
}
