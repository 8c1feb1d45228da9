//! Every rule of the audit breaks where it should, and nowhere else.
//!
//! `tests/faults/<rule>/` is a small estate that breaks the rule, next to things that come close and
//! do not. Its `expected` file holds the whole answer: a line `rule path:line:column message` for
//! each finding.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]
// Some cases are links, sockets and names that only Unix has.
#![cfg(unix)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use estate::audit::{self, Check, RULES};
use estate::date::{Date, parse_date};
use estate::edit::Edit;
use estate::finding::{Finding, Level};
use estate::snapshot::{Content, Snapshot, Version};
use estate::store::Store;

fn as_of() -> Date {
    parse_date("2026-11-24").unwrap()
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

type Files = BTreeMap<String, Vec<u8>>;

/// The files below a folder, by path with forward slashes.
fn files_below(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

fn snapshot(files: &Files) -> Snapshot {
    let paths: Vec<String> = files.keys().cloned().collect();
    let read = |path: &str| Content::Bytes(Cow::Borrowed(files[path].as_slice()));
    Snapshot::load(Version::Worktree, &paths, &[], read)
}

fn audit_files(files: &Files) -> Vec<Finding> {
    audit::audit(&snapshot(files), as_of()).findings
}

fn line(finding: &Finding) -> String {
    format!("{} {} {}", finding.rule, finding.location, finding.message)
}

fn cases() -> Vec<(String, PathBuf)> {
    let folders = fs::read_dir(project().join("tests/faults")).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        folders.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path)).collect();
    cases.sort();
    cases
}

#[test]
fn each_case_has_exactly_the_findings_it_expects() {
    let mut differences = Vec::new();
    for (rule, folder) in cases() {
        let mut files = files_below(&folder);
        let expected = files.remove("expected").map(|bytes| String::from_utf8(bytes).unwrap());
        let found: Vec<String> = audit_files(&files).iter().map(line).collect();
        let expected: Vec<&str> = expected.as_deref().unwrap_or("").lines().collect();
        let before = differences.len();
        for line in found.iter().filter(|line| !expected.contains(&line.as_str())) {
            differences.push(format!("{rule}: not expected: {line}"));
        }
        for line in expected.iter().filter(|line| !found.iter().any(|found| found == *line)) {
            differences.push(format!("{rule}: not found: {line}"));
        }
        if differences.len() == before && found != expected {
            differences.push(format!("{rule}: the order or the number of the findings differs"));
        }
        if !expected.iter().any(|line| line.starts_with(&format!("{rule} "))) {
            differences.push(format!("{rule}: the case expects no finding of its own rule"));
        }
    }
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}

/// Cases of bytes and names that a folder under version control had better not hold: the rule, the
/// file's path, and how to make it.
type Made = (&'static str, &'static str, fn(&Path));

const MADE: [Made; 9] = [
    ("too-large", "inventory/parties/it.yaml", |path| fs::write(path, vec![b'#'; (1 << 20) + 1]).unwrap()),
    ("invalid-utf8", "inventory/parties/it.yaml", |path| {
        fs::write(path, b"id: it\nname: caf\xe9\n").unwrap()
    }),
    ("control-character", "inventory/parties/it.yaml", |path| fs::write(path, "name: \u{1b}[2J\n").unwrap()),
    ("conflict-marker", "inventory/parties/it.yaml", |path| {
        fs::write(path, "id: it\n<<<<<<< HEAD\nname: A\n=======\nname: B\n>>>>>>> other\n").unwrap();
    }),
    ("too-many-nodes", "inventory/parties/it.yaml", |path| {
        fs::write(path, (0..10_001).map(|key| format!("k{key}: 1\n")).collect::<String>()).unwrap();
    }),
    ("symlink", "inventory/parties/it.yaml", |path| std::os::unix::fs::symlink("/etc/passwd", path).unwrap()),
    ("not-a-file", "inventory/parties/it.yaml", |path| {
        std::os::unix::net::UnixListener::bind(path).unwrap();
    }),
    ("private-key-file", "inventory/parties/it.key", |path| {
        fs::write(path, ["-----BEGIN", " EC PRIVATE KEY-----\nAAAA\n"].concat()).unwrap();
        // Certificates and public keys are nobody's secret.
        fs::write(path.with_extension("pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    }),
    // A name that is no UTF-8 cannot be read by the name that is shown.
    ("unreadable-file", "inventory/parties/it\u{fffd}.yaml", |path| {
        use std::os::unix::ffi::OsStringExt;
        let name = std::ffi::OsString::from_vec(b"it\xff.yaml".to_vec());
        fs::write(path.with_file_name(name), "id: it\n").unwrap();
    }),
];

#[test]
fn files_that_are_no_records_are_findings_at_their_path() {
    for (rule, path, make) in MADE {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("inventory/parties")).unwrap();
        fs::copy(project().join("inventory/settings.yaml"), folder.path().join("inventory/settings.yaml"))
            .unwrap();
        make(&folder.path().join(path));
        let snapshot = Store::discover(folder.path()).unwrap().worktree().unwrap();
        let found = audit::audit(&snapshot, as_of()).findings;
        let found: Vec<(&str, String)> =
            found.iter().map(|finding| (&*finding.rule, finding.location.path.to_string())).collect();
        assert_eq!(found, [(rule, path.to_owned())]);
    }
}

/// Rules that need more than files: two branches, in `tests/audit_cli.rs`, or commits, in
/// `tests/history.rs`; and names that not every file system holds side by side, in the rule's file.
const ELSEWHERE: [&str; 3] = ["merge-conflict", "missing-change-reference", "colliding-path"];

#[test]
fn every_rule_has_a_case_and_every_file_is_in_the_registry() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "two rules have the same id");
    let cases = cases();
    let tested = cases.iter().map(|(rule, _)| rule.as_str()).chain(MADE.iter().map(|(rule, ..)| *rule));
    let tested: BTreeSet<&str> = tested.chain(ELSEWHERE).collect();
    assert_eq!(tested, ids, "cases and rules differ");

    let files = files_below(&project().join("src/audit/rules"));
    let files: BTreeSet<String> =
        files.keys().map(|name| name.trim_end_matches(".rs").replace('_', "-")).collect();
    let mut expected: BTreeSet<String> = RULES
        .iter()
        .filter(|rule| !matches!(rule.check, Check::Reading))
        .map(|rule| rule.id.to_owned())
        .collect();
    expected.extend(["mod".to_owned(), "reading".to_owned()]);
    assert_eq!(files, expected, "files and rules differ");
}

/// The rule ids that the source names where it makes findings.
fn ids_in_source() -> BTreeMap<String, String> {
    const MAKERS: [&str; 7] = [
        "Problem::new(",
        "Finding::error(",
        "Finding::warning(",
        "Finding::new(",
        "refuse(",
        "rule: ",
        "problem(",
    ];
    // Here every word with hyphens is the id of a rule.
    const READERS: [&str; 7] = [
        "yaml/text.rs",
        "yaml/parse.rs",
        "model/record.rs",
        "schema/check.rs",
        "snapshot.rs",
        "store/worktree.rs",
        "schema/mod.rs",
    ];
    let mut ids = BTreeMap::new();
    for (path, bytes) in files_below(&project().join("src")) {
        if path.starts_with("audit/rules/") || path.ends_with("tests.rs") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut add = |id: &str| {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if id.starts_with(|c: char| c.is_ascii_lowercase())
                && id.chars().all(word)
                && !id.starts_with("x-estate")
            {
                ids.insert(id.to_owned(), path.clone());
            }
        };
        for maker in MAKERS {
            for after in code.split(maker).skip(1) {
                if let Some(literal) = after.trim_start().strip_prefix('"') {
                    add(literal.split('"').next().unwrap());
                }
            }
        }
        if READERS.contains(&path.as_str()) {
            code.split('"').filter(|literal| literal.contains('-')).for_each(add);
        }
    }
    ids
}

#[test]
fn the_catalogue_holds_what_reading_finds_and_nothing_else() {
    let found = ids_in_source();
    let unknown: Vec<_> = found.iter().filter(|(id, _)| audit::rule(id).is_none()).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
    let dead: Vec<&str> = RULES
        .iter()
        .filter(|rule| matches!(rule.check, Check::Reading) && !found.contains_key(rule.id))
        .map(|rule| rule.id)
        .collect();
    assert!(dead.is_empty(), "nothing makes these findings: {dead:?}");
}

#[test]
fn findings_have_the_level_of_their_rule_and_say_how_to_mend() {
    for (name, folder) in cases() {
        for finding in audit_files(&files_below(&folder)) {
            let rule = audit::rule(&finding.rule).unwrap();
            assert_eq!(finding.level, rule.level, "{name}: {}", line(&finding));
            assert!(finding.help.is_some(), "{name}: no help: {}", line(&finding));
            assert!(!finding.message.ends_with('.'), "{name}: {}", line(&finding));
        }
    }
}

#[test]
fn the_shipped_inventory_audits_clean() {
    let mut files = files_below(&project().join("inventory"));
    files = files.into_iter().map(|(path, bytes)| (format!("inventory/{path}"), bytes)).collect();
    let found: Vec<String> = audit_files(&files).iter().map(line).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    assert!(files.len() > 100);
}

/// Rules whose examples say in words what cannot be shown in a few lines of text.
const IN_WORDS: &[&str] = &[
    "clashing-changes",
    "missing-change-reference",
    "merge-conflict",
    "unreadable-file",
    "not-a-file",
    "symlink",
    "private-key-file",
    "too-large",
    "invalid-utf8",
    "control-character",
    "too-many-nodes",
    "missing-settings",
    "restated-closing",
];

/// The field that begins on this line, at the top of a record.
fn top_level_key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then_some(key)
}

/// A record without some of its top-level fields.
fn without(text: &str, keys: &BTreeSet<&str>) -> String {
    let mut keep = true;
    let kept = text.split_inclusive('\n').filter(|line| {
        keep = top_level_key(line).map_or(keep, |key| !keys.contains(key));
        keep
    });
    kept.collect()
}

/// Examples are fragments: the fields of `tests/examples/` that they name are replaced by theirs. An
/// example with an id, or without any field, is the whole file.
fn with_example(example: &str) -> Files {
    let mut files = files_below(&project().join("tests/examples"));
    let (path, fragment) = match example.strip_prefix("# ").and_then(|rest| rest.split_once('\n')) {
        Some((path, fragment)) => (path, fragment),
        None => ("inventory/items/server/srv-web-01.yaml", example),
    };
    let keys: BTreeSet<&str> = fragment.lines().filter_map(top_level_key).collect();
    let mut text = fragment.to_owned();
    if let Some(base) = files.get(path).filter(|_| !keys.contains("id") && !keys.is_empty()) {
        text.push_str(&without(std::str::from_utf8(base).unwrap(), &keys));
    }
    files.insert(path.to_owned(), text.into_bytes());
    files
}

#[test]
fn the_examples_of_each_rule_break_it_and_mend_it() {
    let base: Vec<String> =
        audit_files(&files_below(&project().join("tests/examples"))).iter().map(line).collect();
    assert!(base.is_empty(), "the examples' surroundings are not sound: {base:#?}");
    let mut wrong = Vec::new();
    for rule in RULES.iter().filter(|rule| !IN_WORDS.contains(&rule.id)) {
        let breaks = |example: &str| audit_files(&with_example(example)).iter().any(|f| f.rule == rule.id);
        if !breaks(rule.bad) {
            wrong.push(format!("{}: the bad example does not break it", rule.id));
        }
        if breaks(rule.good) {
            wrong.push(format!("{}: the good example breaks it", rule.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The gate judges part of the estate where an edit cannot break a rule on the whole anew. So for
/// each field of each faulty estate: where adding the field breaks such a rule, the gate must know.
#[test]
fn no_edit_breaks_a_rule_on_the_estate_behind_the_gate() {
    let mut broken_by = BTreeSet::new();
    for (rule, folder) in cases() {
        let known = audit::rule(&rule).unwrap();
        if !matches!(known.check, Check::Estate { .. }) || known.level != Level::Error {
            continue;
        }
        let files = files_below(&folder);
        let count = |snapshot: &Snapshot| {
            audit::audit(snapshot, as_of()).findings.iter().filter(|finding| finding.rule == rule).count()
        };
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
            let text = std::str::from_utf8(bytes).unwrap();
            for key in text.lines().filter_map(top_level_key) {
                let mut files = files.clone();
                files.insert(path.clone(), without(text, &BTreeSet::from([key])).into_bytes());
                let before = snapshot(&files);
                let mut edit = Edit::new("Add the field");
                edit.write(path.as_str(), text);
                let after = before.with(&edit);
                if count(&after) > count(&before) {
                    broken_by.insert(rule.clone());
                    let seen = audit::needs_whole_estate(&edit, &before, &after);
                    assert!(seen, "{rule}: adding `{key}` to {path} breaks it unseen");
                }
            }
        }
    }
    let expected = [
        "duplicate-asset-tag",
        "duplicate-plan",
        "impossible-investment",
        "mixed-currencies",
        "over-allocated",
        "relation-cycle",
        "restated-closing",
        "salvage-above-cost",
        "section-179-over-limit",
        "unusable-policy",
    ];
    assert_eq!(broken_by.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn everyday_edits_are_judged_without_the_whole_estate() {
    let files = files_below(&project().join("tests/examples"));
    let path = "inventory/items/server/srv-web-01.yaml";
    let text = std::str::from_utf8(&files[path]).unwrap();
    let before = snapshot(&files);
    let needs = |path: &str, text: Option<String>| {
        let mut edit = Edit::new("x");
        match text {
            Some(text) => edit.write(path, text),
            None => edit.delete(path),
        }
        audit::needs_whole_estate(&edit, &before, &before.with(&edit))
    };
    for (old, new) in [("Web front end 1", "Web 1"), ("in_stock", "in_use"), ("7XK2L93", "7XK2L94")] {
        assert!(!needs(path, Some(text.replace(old, new))), "{new}");
    }
    assert!(needs(path, Some(text.replace("8420.00", "8421.00"))));
    assert!(needs(path, None));
    assert!(needs("inventory/parties/new.yaml", Some("id: new\nname: New\nkind: team\n".to_owned())));
    let settings = std::str::from_utf8(&files["inventory/settings.yaml"]).unwrap();
    assert!(needs("inventory/settings.yaml", Some(settings.replace("Example", "Other"))));
}
