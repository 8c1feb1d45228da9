//! `estate audit --fix`: what is spoilt in ways that leave one answer is as it was before, to the
//! byte, and what needs a decision is left.

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

use std::borrow::Cow;
use std::collections::BTreeMap;

use common::Estate;
use estate::audit::audit;
use estate::audit::fix::mend;
use estate::date::{Date, parse_date};
use estate::snapshot::{Content, Snapshot, Version};
use proptest::prelude::*;

type Files = BTreeMap<String, String>;

const WEB: &str = "inventory/items/server/srv-web-01.yaml";
const WEB_TEXT: &str = "\
# A server.
id: srv-web-01   # the first
class: server
name:  'Web 1'
status: in_use
owner: infra-team
location: room-a

acquired: 2023-02-07
in_service: 2023-03-01
cost: 8420.00 EUR
relations:
    runs_on: [rack-12] # third from below
tags: [front-end, web]
";

/// Not long after the server was delivered: it needs no sighting yet.
fn as_of() -> Date {
    parse_date("2023-06-01").unwrap()
}

/// A small sound estate.
fn files() -> Files {
    let file = |path: &str, text: &str| (format!("inventory/{path}"), text.to_owned());
    let party = |id: &str| file(&format!("parties/{id}.yaml"), &format!("id: {id}\nname: X\nkind: team\n"));
    let item = |class: &str, id: &str, rest: &str| {
        file(
            &format!("items/{class}/{id}.yaml"),
            &format!("id: {id}\nclass: {class}\nname: X\nstatus: planned\n{rest}"),
        )
    };
    let mut files: Files = [
        file(
            "settings.yaml",
            "organisation: {name: X}\ncurrency: EUR\nfiscal_year: {start: '01-01'}\nbooks:\n  accounting: {convention: thirty_360, default: true}\n",
        ),
        party("infra-team"),
        party("infra-team-2"),
        item("rack", "rack-12", ""),
        item("location", "room-a", ""),
        item("laptop", "lap-01", ""),
        file("schedules/srv-web-01.yaml", "id: srv-web-01\nitem: srv-web-01\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01}\n"),
    ]
    .into();
    files.insert(WEB.to_owned(), WEB_TEXT.to_owned());
    files
}

fn snapshot(files: &Files) -> Snapshot {
    let paths: Vec<String> = files.keys().cloned().collect();
    let read = |path: &str| Content::Bytes(Cow::Borrowed(files[path].as_bytes()));
    Snapshot::load(Version::Worktree, &paths, &[], read)
}

fn errors(files: &Files) -> Vec<String> {
    let found = audit(&snapshot(files), as_of()).findings;
    found.iter().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
}

/// The files after mending, and the rules whose findings were mended.
fn mended(files: &Files) -> (Files, Vec<String>) {
    let mended = mend(&snapshot(files), as_of(), |_| true);
    let mut after = files.clone();
    for (path, text) in mended.edit.files() {
        match text {
            Some(text) => drop(after.insert(path.to_owned(), text.to_owned())),
            None => drop(after.remove(path)),
        }
    }
    (after, mended.findings.iter().map(|finding| finding.rule.to_string()).collect())
}

/// Ways to spoil the server's file that leave one answer alone.
const SPOILT: [(&str, &str, &str); 14] = [
    ("status: in_use", "status: in-use", "invalid-value"),
    ("status: in_use", "status: 'in_use'", ""),
    ("status: in_use", "status: In Use", "invalid-value"),
    ("status: in_use", "status: in_ues", "invalid-value"),
    ("class: server", "class: sever", "unknown-class"),
    ("owner:", "onwer:", "unknown-field"),
    ("location:", "Location:", "unknown-field"),
    ("in_service:", "in-service:", "unknown-field"),
    ("2023-02-07", "2023/2/7", "invalid-value"),
    ("8420.00 EUR", "8420.00eur", "invalid-value"),
    ("runs_on: [rack-12]", "runs_on: [Rack_12]", "dangling-reference"),
    ("id: srv-web-01", "id: SRV-WEB-01", "id-not-file-name"),
    ("id: srv-web-01", "id: rack-12", "id-not-file-name"),
    ("[front-end, web]", "[front-end, web, web, front-end]", "invalid-value"),
];

#[test]
fn each_spoilt_place_is_mended_to_the_byte() {
    let sound = files();
    assert_eq!(errors(&sound), [""; 0]);
    for (right, wrong, rule) in SPOILT {
        let mut spoilt = sound.clone();
        spoilt.insert(WEB.to_owned(), WEB_TEXT.replacen(right, wrong, 1));
        let (after, rules) = mended(&spoilt);
        if rule.is_empty() {
            assert_eq!((after, rules.len()), (spoilt, 0), "{wrong} is no offence");
            continue;
        }
        assert_eq!(after[WEB], WEB_TEXT, "{wrong}");
        assert_eq!(rules, [rule], "{wrong}");
        let offered = audit(&snapshot(&spoilt), as_of()).findings.iter().any(|finding| finding.fix.is_some());
        assert!(offered, "{wrong}: no finding carries the fix");
    }
    let mut single = sound.clone();
    single.insert(WEB.to_owned(), WEB_TEXT.replace("[rack-12] #", "rack-12 #"));
    assert_eq!(mended(&single), (sound, vec!["wrong-type".to_owned()]));
}

#[test]
fn what_needs_a_decision_is_left() {
    for (right, wrong, rule) in [
        // A reference may mean either neighbour, or one that is still to come.
        ("owner: infra-team", "owner: infra-taem", "dangling-reference"),
        ("owner: infra-team", "owner: infra-team-3", "dangling-reference"),
        // The mended name would bring a reference to light that leads nowhere.
        ("owner: infra-team", "onwer: nobody", "unknown-field"),
        // The right name is there already.
        ("location: room-a", "location: room-a\nlocaton: room-b", "unknown-field"),
        ("2023-02-07", "07/02/2023", "invalid-value"),
        ("8420.00 EUR", "8.420,00 EUR", "invalid-value"),
        ("status: in_use", "status: used", "invalid-value"),
        ("class: server", "class: laptop", "wrong-folder"),
        ("runs_on: [rack-12]", "runs_on: 'rack-12, rack-13'", "wrong-type"),
        ("name:  'Web 1'", "name: [Web 1]", "wrong-type"),
    ] {
        let mut spoilt = files();
        spoilt.insert(WEB.to_owned(), WEB_TEXT.replacen(right, wrong, 1));
        assert!(
            errors(&spoilt).iter().any(|error| error.starts_with(rule)),
            "{wrong}: {:?}",
            errors(&spoilt)
        );
        assert_eq!(mended(&spoilt), (spoilt, vec![]), "{wrong}");
    }
}

#[test]
fn a_file_moves_where_its_fields_prove_the_folder_wrong() {
    let (from, to) = ("inventory/items/laptop/srv-02.yaml", "inventory/items/server/srv-02.yaml");
    let text =
        "id: srv-02\nclass: server\nname: X\nstatus: planned\nattributes: {height_u: 1, position_u: 3}\n";
    let mut files = files();
    files.insert(from.to_owned(), text.to_owned());
    let (after, rules) = mended(&files);
    assert_eq!(rules, ["wrong-folder"]);
    assert_eq!((after.get(from), after[to].as_str()), (None, text));
    // Where the editors' line names the folder's class, the class may be what is wrong.
    files.insert(
        from.to_owned(),
        format!("# yaml-language-server: $schema=../../../schemas/laptop.schema.json\n{text}"),
    );
    assert_eq!(mended(&files).1.len(), 0);
    // Nothing is written over.
    files.insert(from.to_owned(), text.to_owned());
    files.insert(to.to_owned(), text.to_owned());
    assert_eq!(mended(&files).0, files);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Any of them together: everything is mended at once, and there is nothing to mend then.
    #[test]
    fn mending_is_complete_and_idempotent(chosen in prop::collection::vec(0..SPOILT.len(), 1..6)) {
        let mut spoilt = files();
        let mut text = WEB_TEXT.to_owned();
        for (right, wrong, rule) in chosen.iter().map(|index| SPOILT[*index]) {
            if !rule.is_empty() && rule != "unknown-class" {
                text = text.replacen(right, wrong, 1);
            }
        }
        spoilt.insert(WEB.to_owned(), text);
        let (after, _) = mended(&spoilt);
        prop_assert_eq!(&after[WEB], WEB_TEXT);
        prop_assert_eq!(mended(&after), (after, vec![]));
    }
}

#[test]
fn the_command_shows_writes_and_reports_what_is_left() {
    let estate = Estate::shipped();
    let sound = estate.read(WEB);
    estate.replace(WEB, "status: in_use", "status: In Use");
    estate.replace(WEB, "owner:", "onwer:");
    estate.replace("inventory/services/web-shop.yaml", "owner: apps-team", "onwer: nobody");
    estate.commit("Edit by hand");
    assert!(estate.run(&["audit"]).out.contains("3 can be mended with --fix"));
    let (head, files) = (estate.head(), estate.files());
    let dry = estate.ok(&["audit", "--fix", "-n", "--json"]);
    assert!(dry.err.contains("fix: inventory/items/server/srv-web-01.yaml:5:9: `In Use`"), "{}", dry.err);
    assert!(dry.err.contains("left: 1 finding that could be mended"), "{}", dry.err);
    assert_eq!(dry.json()["schema"], "estate.diff/1");
    assert_eq!((estate.head(), estate.files()), (head, files));

    let one = estate.run(&["audit", "--fix", "--select", "unknown-field", "-q"]);
    assert_eq!(one.code, 1, "{one:?}");
    assert_eq!(estate.read(WEB), sound.replace("status: in_use", "status: In Use"));
    let all = estate.run(&["audit", "--fix"]);
    assert_eq!(all.code, 1, "what is left still fails: {all:?}");
    assert!(all.out.contains("`onwer` is not a field of service"), "{}", all.out);
    assert!(!all.out.contains("with --fix") && !all.out.contains("In Use"), "{}", all.out);
    assert_eq!(estate.read(WEB), sound);
    assert_eq!(estate.git(&["log", "-1", "--format=%s"]).trim(), "Mend 1 finding of the audit");
    assert_eq!(estate.status(), "");
    let head = estate.head();
    let again = estate.run(&["audit", "--fix"]);
    assert!(again.err.contains("there is nothing to mend without a decision"), "{}", again.err);
    assert_eq!(estate.head(), head);

    // What is not committed is mended in place.
    estate.replace(WEB, "owner:", "onwer:");
    estate.refuses(&["audit", "--fix"], 3, "not committed");
    estate.run(&["audit", "--fix", "--no-commit"]);
    assert_eq!(estate.read(WEB), sound);
    for arguments in [
        &["audit", "-n"][..],
        &["audit", "--no-commit"],
        &["audit", "--fix", "--staged"],
        &["audit", "--fix", "--rev", "HEAD"],
        &["audit", "--fix", "--select", "no-such-rule"],
        &["audit", "--fix", "--write-baseline", "x.json"],
    ] {
        estate.refuses(arguments, 2, "");
    }
}
