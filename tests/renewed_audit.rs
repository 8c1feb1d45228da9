//! An audit renewed from what an earlier one found says what a whole audit says: whatever changes, in
//! every estate of faults and in the sample.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use estate::audit::{self, Audit, Former, Memory};
use estate::date::{Date, parse_date};
use estate::graph;
use estate::snapshot::{Content, Snapshot, Version};

type Files = BTreeMap<String, String>;

fn as_of() -> Date {
    parse_date("2026-11-24").unwrap()
}

/// The files of an estate that are text; the others have tests of their own.
fn files_below(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.join("inventory"), root.join("schemas")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, text);
            }
        }
    }
    files
}

fn load(files: &Files, wanted: &BTreeSet<String>) -> Snapshot {
    let (read, known): (Vec<String>, Vec<String>) =
        files.keys().cloned().partition(|path| wanted.contains(path));
    let text = |path: &str| Content::Bytes(Cow::Borrowed(files[path].as_bytes()));
    Snapshot::load(Version::Worktree, &read, &known, text)
}

fn whole(files: &Files) -> Snapshot {
    load(files, &files.keys().cloned().collect())
}

/// What the command line does: judges what changed in a snapshot of little more.
fn renewed(memory: &Memory, before: &Files, after: &Files, path: &str) -> Option<Audit> {
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    let at = paths.binary_search(&path).unwrap();
    let needed = memory.needed(as_of(), &paths, &[at])?;
    let alone = load(after, &needed.judged);
    let ids: BTreeSet<String> = alone
        .records()
        .flat_map(|record| graph::references(record, &alone))
        .map(|reference| format!("/{}.yaml", reference.id))
        .collect();
    let always = |path: &str| path.starts_with("schemas/") || path.matches('/').count() == 1;
    let named = |path: &str| ids.iter().any(|id| path.ends_with(id.as_str()));
    let mut wanted: BTreeSet<String> =
        paths.iter().filter(|path| always(path) || named(path)).map(|p| (*p).to_owned()).collect();
    wanted.extend(needed.judged.iter().chain(&needed.read).cloned());
    let former = Former { path: path.to_owned(), text: before[path].clone().into_bytes() };
    memory.renew(&load(after, &wanted), as_of(), &needed.judged, &[former])
}

/// The text without one of its top-level fields, with another value in it, and with a comment above.
fn variants(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_field = |line: &str| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(':');
    let starts: Vec<usize> = (0..lines.len()).filter(|at| is_field(lines[*at])).collect();
    let mut found = vec![format!("# A line more\n{text}")];
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(lines.len());
        let around = |middle: &str| format!("{}{middle}{}", lines[..*start].concat(), lines[end..].concat());
        found.push(around(""));
        let (field, _) = lines[*start].split_once(':').unwrap();
        for value in ["in_use", "2019-05-06", "1.00 EUR", "zzz", "[zzz]", "{depends_on: [zzz]}"] {
            found.push(around(&format!("{field}: {value}\n")));
        }
    }
    // One below the top level.
    for at in (0..lines.len()).filter(|at| lines[*at].starts_with("  ")) {
        found.push(format!("{}{}", lines[..at].concat(), lines[at + 1..].concat()));
    }
    found
}

/// How many changes of every `step`th were tried, and how many of them did not need a whole audit.
fn compare(root: &Path, step: usize) -> (usize, usize) {
    let files = files_below(root);
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    let (first, memory) = Memory::audit(&whole(&files), as_of(), &paths);
    assert_eq!(first, audit::audit(&whole(&files), as_of()));
    let Some(memory) = memory else { return (0, 0) };
    let memory = Memory::from_bytes(&memory.to_bytes().unwrap()).unwrap();
    let (mut all, mut short) = (0, 0);
    let records = files.keys().filter(|path| path.ends_with(".yaml"));
    let changes = records.flat_map(|path| variants(&files[path]).into_iter().map(move |text| (path, text)));
    for (path, text) in changes.step_by(step) {
        let mut after = files.clone();
        after.insert(path.clone(), text);
        all += 1;
        if let Some(audit) = renewed(&memory, &files, &after, path) {
            short += 1;
            let expected = audit::audit(&whole(&after), as_of());
            assert_eq!(audit, expected, "{}: {path} as\n{}", root.display(), after[path]);
        }
    }
    (all, short)
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn in_every_estate_of_faults() {
    let (mut all, mut short) = (0, 0);
    for entry in fs::read_dir(project().join("tests/faults")).unwrap() {
        let (a, s) = compare(&entry.unwrap().path(), 5);
        (all, short) = (all + a, short + s);
    }
    assert!(all > 50 && short > all / 20, "{short} of {all}");
}

#[test]
fn in_the_sample() {
    // About one change in twenty needs no whole audit; which are tried depends on every file before them.
    let (all, short) = compare(&project(), 73);
    assert!(all > 50 && short > all / 40, "{short} of {all}");
}
