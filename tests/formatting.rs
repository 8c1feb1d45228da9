//! `estate fmt`: the canonical form on real records and from the command line.

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
use estate::edits::formatted;
use estate::model::{Place, Record};
use estate::schema::Schemas;

const WEB: &str = "inventory/items/server/srv-web-01.yaml";

fn record(path: &str, text: &str) -> Record {
    Record::read(&Place::of(path).unwrap(), path, text.as_bytes(), &Schemas::shipped())
}

fn canonical(path: &str, text: &str) -> String {
    formatted(&record(path, text), &Schemas::shipped())
        .unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
}

/// The texts of comments, sorted; no text of the sample has a `#` in it.
fn told(text: &str) -> Vec<&str> {
    let mut told: Vec<&str> =
        text.lines().filter_map(|line| line.find('#').map(|at| line[at..].trim())).collect();
    told.sort_unstable();
    told
}

/// The top-level entries of a file, the comments above going along, in reverse.
fn reversed(text: &str) -> String {
    let mut entries: Vec<String> = Vec::new();
    let mut above = String::new();
    for line in text.split_inclusive('\n') {
        match line.starts_with('#') || line.trim().is_empty() {
            true => above.push_str(line),
            false if line.starts_with(' ') => entries.last_mut().unwrap().push_str(&format!("{above}{line}")),
            false => entries.push(format!("{above}{line}")),
        }
        if !line.starts_with('#') && !line.trim().is_empty() {
            above.clear();
        }
    }
    entries.reverse();
    entries.concat() + &above
}

#[test]
fn whatever_is_done_to_the_sample_it_keeps_data_and_comments() {
    let estate = Estate::shipped();
    let mut files = 0;
    for (path, text) in estate.files() {
        let path = path.strip_prefix(&estate.root).unwrap().to_str().unwrap().to_owned();
        if Place::of(&path).is_none() {
            continue;
        }
        files += 1;
        assert_eq!(canonical(&path, &text), text, "{path} is not in canonical form: `estate fmt` mends it");
        let spaced = text.replace('\n', "  \r\n\r\n\r\n").replace(": {", ":   { ");
        assert_eq!(canonical(&path, &spaced).replace("\n\n", "\n"), text.replace("\n\n", "\n"), "{path}");
        let turned = reversed(&text);
        let new = canonical(&path, &turned);
        assert!(
            record(&path, &new).root().unwrap().same_data(&record(&path, &text).root().unwrap()),
            "{path}"
        );
        assert_eq!(told(&new), told(&text), "{path}");
        assert_eq!(canonical(&path, &new), new, "{path}");
    }
    assert!(files > 100);
}

#[test]
fn files_are_listed_and_then_written_in_one_commit() {
    let estate = Estate::shipped();
    assert_eq!(estate.ok(&["fmt", "--check", "--json"]).json()["rows"].as_array().unwrap().len(), 0);
    let good = estate.read(WEB);
    estate.replace(WEB, "status: in_use\n", "");
    estate.replace(WEB, "tags:\n", "# why\n\n\nstatus:   'in_use'   # really\ntags:\n");
    estate.replace("inventory/parties/dell.yaml", "\n", "\r\n");
    estate.commit("Edit by hand");
    let head = estate.head();
    let check = estate.run(&["fmt", "--check", "--json"]);
    assert_eq!(check.code, 1);
    assert_eq!(check.column("path"), [WEB, "inventory/parties/dell.yaml"]);
    assert_eq!(
        estate.run(&["fmt", "--check", "dell", "--json"]).column("path"),
        ["inventory/parties/dell.yaml"]
    );
    let dry = estate.ok(&["fmt", "-n"]);
    assert!(dry.out.contains("only formatting") && dry.err.contains("nothing was written"), "{dry:?}");
    assert_eq!(estate.head(), head);
    let done = estate.ok(&["fmt"]);
    assert!(done.err.contains("formatted 2 records"), "{}", done.err);
    assert_eq!(estate.read(WEB), good.replace("status: in_use\n", "# why\n\nstatus: in_use  # really\n"));
    assert_eq!(estate.status(), "");
    assert_eq!(estate.git(&["log", "-1", "--format=%s"]).trim(), "Format 2 records");
    assert!(estate.ok(&["fmt"]).err.contains("every file is in canonical form"));
    assert_eq!(estate.ok(&["diff", "HEAD~1", "HEAD", "--json"]).json()["schema"], "estate.diff/1");
}

#[test]
fn a_file_that_is_no_yaml_is_left_alone_with_its_finding() {
    let estate = Estate::shipped();
    let broken = "id: dell\nname: [\n";
    estate.write("inventory/parties/dell.yaml", broken);
    estate.replace(WEB, "\n", "\r\n");
    let check = estate.run(&["fmt", "--check"]);
    assert_eq!(check.code, 1);
    assert!(
        check.err.contains("left alone: inventory/parties/dell.yaml:3:1: this is not YAML"),
        "{}",
        check.err
    );
    // What is not committed is written without a commit alone.
    estate.refuses(&["fmt"], 3, "inventory/items/server/srv-web-01.yaml");
    let ran = estate.run(&["fmt", "--no-commit", "."]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(estate.read("inventory/parties/dell.yaml"), broken);
    assert!(!estate.read(WEB).contains('\r'));
    estate.refuses(&["fmt", "nobody"], 4, "there is no record `nobody`");
    estate.refuses(&["fmt", "inventory/parties/nobody.yaml"], 4, "there is no record at");
    estate.refuses(&["fmt", "--rev", "HEAD"], 2, "the past cannot be written");
}
