//! The past as a shell sees it: merges, other ids, other folders, dates out of order, changes.

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

use common::{Estate, Ran, ran};

const WEB: &str = "inventory/items/server/srv-web-01.yaml";

/// Commits everything with this author's name and both dates.
fn commit(estate: &Estate, message: &str, author: &str, date: &str) -> String {
    estate.git(&["add", "."]);
    let when = format!("{date}T12:00:00+00:00");
    let mut command = estate.command("git");
    command.args(["commit", "-q", "-m", message]);
    command.env("GIT_AUTHOR_NAME", author).env("GIT_AUTHOR_DATE", &when).env("GIT_COMMITTER_DATE", &when);
    assert_eq!(ran(command.output().unwrap()).code, 0);
    short(estate, "HEAD")
}

fn short(estate: &Estate, revision: &str) -> String {
    estate.git(&["rev-parse", "--short=10", revision]).trim().to_owned()
}

fn server(fields: &str) -> String {
    format!("id: srv-web-01\nclass: server\nname: Web\nstatus: planned\n{fields}")
}

/// An estate whose first two commits are its beginning and one server.
fn estate() -> Estate {
    let estate = Estate::begun();
    estate.write(WEB, &server("serial: A1\nasset_tag: T1\n"));
    commit(&estate, "Add the server", "Ada", "2026-01-10");
    estate
}

/// The rows of an answer as `field commit`.
fn fields(answer: &Ran) -> Vec<String> {
    let rows = answer.json()["rows"].as_array().cloned().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    rows.iter().map(|row| format!("{} {}", text(&row["field"]), text(&row["commit"]))).collect()
}

fn blamed(estate: &Estate, id: &str, field: &str) -> String {
    let answer = estate.ok(&["blame", id, "--field", field, "--json"]);
    let column = answer.column("commit");
    assert_eq!(column.len(), 1, "{answer:?}");
    column[0].clone()
}

#[test]
fn a_merge_is_neither_log_nor_blame_of_what_its_sides_did() {
    let estate = estate();
    let added = short(&estate, "HEAD");
    estate.git(&["checkout", "-q", "-b", "side"]);
    estate.write(WEB, &server("serial: A1\nasset_tag: T2\n"));
    let side = commit(&estate, "Correct the tag\n\nChange: CHG-0042", "Bea", "2026-02-01");
    estate.git(&["checkout", "-q", "main"]);
    estate.write(WEB, &server("serial: A2\n\n# far apart\n\nasset_tag: T1\n"));
    let main = commit(&estate, "Correct the serial number", "Ada", "2026-02-02");
    let merging = estate.command("git").args(["merge", "-q", "side"]).output().unwrap();
    assert_ne!(merging.status.code(), Some(0), "the sides are meant to clash");
    // The merge takes both, and sets one field of its own.
    estate.write(WEB, &server("serial: A2\nasset_tag: T2\nnotes: merged\n"));
    let merge = commit(&estate, "Merge side", "Ada", "2026-02-03");

    let log = fields(&estate.ok(&["log", "srv-web-01", "--json"]));
    let expected = [
        format!("notes {merge}"),
        format!("serial {main}"),
        format!("asset_tag {side}"),
        format!("- {added}"),
    ];
    assert_eq!(log, expected);
    assert_eq!(blamed(&estate, "srv-web-01", "serial"), main);
    assert_eq!(blamed(&estate, "srv-web-01", "asset_tag"), side);
    assert_eq!(blamed(&estate, "srv-web-01", "notes"), merge);
    assert_eq!(blamed(&estate, "srv-web-01", "name"), added);
    let tag = estate.ok(&["blame", "srv-web-01", "--field", "asset_tag", "--json"]);
    assert_eq!(
        (tag.column("author"), tag.column("reference")),
        (vec!["Bea".into()], vec!["CHG-0042".into()])
    );

    // The filters of the log.
    assert_eq!(
        fields(&estate.ok(&["log", "srv-web-01", "--author", "BEA", "--json"])),
        [expected[2].clone()]
    );
    let since = fields(&estate.ok(&["log", "srv-web-01", "--since", "2026-02-02", "--json"]));
    assert_eq!(since, expected[..2]);
    let of_change = estate.ok(&["log", "--change", "chg-0042", "--json"]);
    assert_eq!(of_change.column("commit"), [side]);
    estate.refuses(&["log", "--change", "CHG-7"], 4, "Change: CHG-7");
}

#[test]
fn a_record_is_followed_to_the_id_and_the_class_it_had() {
    let estate = estate();
    let added = short(&estate, "HEAD");
    estate.ok(&["set", "srv-web-01", "serial=A2"]);
    let serial = short(&estate, "HEAD");
    estate.ok(&["set", "srv-web-01", "id=srv-shop-01"]);
    let renamed = short(&estate, "HEAD");
    estate.ok(&["set", "srv-shop-01", "class=workstation"]);
    let moved = short(&estate, "HEAD");
    let expected =
        [format!("class {moved}"), format!("id {renamed}"), format!("serial {serial}"), format!("- {added}")];
    let log = estate.ok(&["log", "srv-shop-01", "--json"]);
    assert_eq!(fields(&log), expected);
    assert_eq!(log.column("change"), ["changed", "renamed", "changed", "added"]);
    for (field, commit) in [("id", &renamed), ("class", &moved), ("serial", &serial), ("name", &added)] {
        assert_eq!(&blamed(&estate, "srv-shop-01", field), commit, "{field}");
    }
    // The old id leads to where it ended.
    assert_eq!(fields(&estate.ok(&["log", "srv-web-01", "--json"])), expected[1..]);
    estate.refuses(&["blame", "srv-web-01"], 4, "there is no item/srv-web-01 in HEAD");

    let diff = estate.ok(&["diff", "HEAD~2", "HEAD~1", "--json"]);
    assert_eq!(diff.column("change"), ["renamed"]);
    assert_eq!(
        (diff.column("before"), diff.column("after")),
        (vec!["srv-web-01".into()], vec!["srv-shop-01".into()])
    );
}

#[test]
fn blame_tells_what_is_not_committed() {
    let estate = estate();
    let added = short(&estate, "HEAD");
    estate.write(WEB, &server("serial: A9\nasset_tag: T1\n"));
    assert_eq!(blamed(&estate, "srv-web-01", "serial"), "-");
    assert_eq!(blamed(&estate, "srv-web-01", "asset_tag"), added);
    let at_head = estate.ok(&["blame", "srv-web-01", "--field", "serial", "--rev", "HEAD", "--json"]);
    assert_eq!((at_head.column("commit"), at_head.column("value")), (vec![added], vec!["A1".into()]));
    estate.refuses(&["blame", "srv-web-01", "--field", "serail"], 4, "did you mean `serial`?");
    estate.write(WEB, "id: [\n");
    estate.refuses(&["blame", "srv-web-01"], 3, "srv-web-01.yaml:2:1");
}

#[test]
fn a_knowledge_date_is_the_last_commit_of_the_branch_itself() {
    let estate = estate();
    let first = short(&estate, "HEAD");
    estate.git(&["checkout", "-q", "-b", "side"]);
    estate.write(WEB, &server("serial: SIDE\n"));
    commit(&estate, "On the side", "Bea", "2026-02-01");
    estate.git(&["checkout", "-q", "main"]);
    let mut merge = estate.command("git");
    merge.args(["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    merge.env("GIT_COMMITTER_DATE", "2026-03-01T12:00:00+00:00");
    assert_eq!(ran(merge.output().unwrap()).code, 0);
    // The beginning is of November 2026: the clock of whoever made it was wrong.
    let known = estate.run(&["show", "srv-web-01", "--known-on", "2026-02-15", "--raw"]);
    assert_eq!((known.code, known.out), (0, server("serial: A1\nasset_tag: T1\n")));
    assert!(known.err.contains("dates are not in order"), "{}", known.err);
    let merged = estate.ok(&["show", "srv-web-01", "--known-on", "2026-03-01", "--raw"]);
    assert_eq!(merged.out, server("serial: SIDE\n"));
    let listed = estate.ok(&["list", "--known-on", "2026-02-15", "--as-of", "2026-05-05", "--json"]).json();
    assert_eq!(listed["known_on"], "2026-02-15");
    assert_eq!(
        (listed["as_of"].as_str(), listed["rev"].as_str()),
        (Some("2026-05-05"), Some(first.as_str()))
    );
    let audit = estate.ok(&["audit", "--known-on", "2026-02-15", "--json"]).json();
    assert_eq!(audit["known_on"], "2026-02-15");
    let diff = estate.ok(&["diff", "2026-02-15", "2026-03-01", "--json"]);
    assert_eq!(diff.column("field"), ["serial", "asset_tag"]);
    estate.refuses(&["list", "--known-on", "2025-01-01"], 3, "nothing was known on 2025-01-01");
    estate.refuses(&["list", "--known-on", "soon"], 2, "--known-on");
    estate.refuses(&["set", "srv-web-01", "serial=X", "--known-on", "2026-03-01"], 2, "reading");
}

#[test]
fn a_shallow_clone_says_that_it_is_truncated() {
    let estate = estate();
    estate.ok(&["set", "srv-web-01", "serial=A2"]);
    let serial = short(&estate, "HEAD");
    let clone = Estate::empty();
    let url = format!("file://{}", estate.root.display());
    clone.git(&["clone", "-q", "--depth", "2", &url, "."]);
    let log = clone.ok(&["log", "srv-web-01"]);
    assert!(log.out.contains(&serial) && log.out.contains("truncated"), "{}", log.out);
    // That the clone begins with the record does not mean that the commit added it.
    assert!(!log.out.contains("added"), "{}", log.out);
    assert_eq!(blamed(&clone, "srv-web-01", "serial"), serial);
    let name = clone.ok(&["blame", "srv-web-01", "--field", "name"]);
    assert!(name.out.contains("before this shallow clone begins"), "{}", name.out);
    assert_eq!(clone.ok(&["log", "--json"]).column("commit"), [serial]);
}

#[test]
fn staged_is_a_version() {
    let estate = estate();
    estate.write(WEB, &server("serial: A1\nasset_tag: T2\n"));
    estate.git(&["add", "."]);
    estate.write(WEB, &server("serial: A2\nasset_tag: T2\n"));
    let field = |arguments: &[&str]| estate.ok(&[arguments, &["--json"]].concat()).column("field");
    assert_eq!(field(&["diff", "HEAD", "staged"]), ["asset_tag"]);
    assert_eq!(field(&["diff", "staged"]), ["serial"]);
    assert_eq!(field(&["diff", "worktree", "HEAD"]), ["serial", "asset_tag"]);
}

#[test]
fn git_shows_records_by_field() {
    let estate = estate();
    let wiring = estate.ok(&["diff-driver", "--wiring"]).out;
    assert!(wiring.contains("diff=estate") && wiring.contains("git config diff.estate.command"), "{wiring}");
    estate.write(".gitattributes", "inventory/**/*.yaml diff=estate\n");
    let program = format!("{} diff-driver", env!("CARGO_BIN_EXE_estate"));
    estate.git(&["config", "diff.estate.command", &program]);
    estate.write(WEB, &server("serial: A2\nasset_tag: T1\n"));
    estate.write("inventory/parties/it.yaml", "id: [\n");
    estate.git(&["add", "-N", "."]);
    let shown = estate.git(&["diff", "--", "inventory"]);
    assert_eq!(
        shown,
        "changed item/srv-web-01 (Web)\n  serial: A1 → A2\n\
         inventory/parties/it.yaml is not readable as a record: `git diff --no-ext-diff` shows its text\n"
    );
    estate.refuses(&["diff-driver", "a", "b"], 2, "seven arguments");
}

#[test]
fn changes_are_records_that_commits_name() {
    let estate = estate();
    let form = estate.ok(&["add", "change", "--template", "impact-study"]).out;
    estate.write("form.yaml", &form);
    estate.ok(&["add", "change", "chg-0042", "--from", "form.yaml"]);
    assert_eq!(estate.ok(&["list", "changes", "--json"]).column("id"), ["chg-0042"]);
    estate.refuses(&["add", "server", "--template", "impact-study"], 2, "add change --template");

    let known = estate.ok(&["set", "srv-web-01", "serial=A2", "--change", "CHG-0042"]);
    assert!(!known.err.contains("warning"), "{}", known.err);
    assert_eq!(
        estate.ok(&["log", "--change", "chg-0042", "--json"]).column("commit"),
        [short(&estate, "HEAD")]
    );
    let unknown = estate.ok(&["set", "srv-web-01", "serial=A3", "--change", "CHG-0043"]);
    assert!(unknown.err.contains("no change record `chg-0043`"), "{}", unknown.err);
    estate.refuses(&["set", "srv-web-01", "serial=A4", "--change", "x\nSigned-off-by: y"], 2, "--change");
}

#[test]
fn protected_classes_change_for_a_change_alone() {
    let estate = estate();
    let settings = estate.read("inventory/settings.yaml");
    estate.write("inventory/settings.yaml", &format!("{settings}protected:\n  classes: [server]\n"));
    commit(&estate, "Protect servers", "Ada", "2026-02-01");
    estate.git(&["branch", "base"]);
    estate.refuses(&["set", "srv-web-01", "serial=A2"], 3, "missing-change-reference");
    estate.ok(&["set", "srv-web-01", "serial=A2", "--change", "chg-1"]);
    assert_eq!(estate.ok(&["audit", "--changed-since", "base", "--json"]).code, 0);
    // Whoever commits with git alone is found by the audit of the branch.
    estate.replace(WEB, "serial: A2", "serial: A3");
    let past = commit(&estate, "Correct", "Bea", "2026-02-03");
    let audit = estate.run(&["audit", "--changed-since", "base"]);
    assert_eq!(audit.code, 1, "{audit:?}");
    assert!(audit.out.contains("missing-change-reference") && audit.out.contains(&past), "{}", audit.out);
}
