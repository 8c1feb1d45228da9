//! `estate fsck`: each thing that can go wrong is found, named, and never mended by accident.

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
use std::time::{Duration, SystemTime};

use common::Estate;

/// Finds exactly this check at exactly this level, and exits accordingly.
fn finds(estate: &Estate, check: &str, level: &str, at: &str) {
    let ran = estate.run(&["fsck", "--json"]);
    assert_eq!(ran.code, i32::from(level != "note"), "{}{}", ran.out, ran.err);
    assert_eq!(ran.column("check"), [check], "{}", ran.out);
    assert_eq!(ran.column("level"), [level]);
    assert!(ran.column("at")[0].contains(at), "{}", ran.out);
}

fn age(estate: &Estate, path: &str, seconds: u64) {
    let file = fs::File::options().write(true).open(estate.path(path)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn a_sound_repository_is_well() {
    let estate = Estate::shipped();
    let ran = estate.ok(&["fsck"]);
    assert!(ran.err.contains("1 commits") && ran.err.contains("all is well"), "{}", ran.err);
    assert_eq!(estate.ok(&["fsck", "--json"]).json()["rows"].as_array().unwrap().len(), 0);
    estate.ok(&["set", "srv-db-01", "owner=apps-team"]);
    estate.ok(&["fsck"]);
    let none = Estate::empty();
    none.write("inventory/settings.yaml", "");
    none.refuses(&["fsck"], 3, "not in a git repository");
}

#[test]
fn only_old_temporary_files_are_deleted_and_only_when_asked() {
    let estate = Estate::shipped();
    let temporary = "inventory/items/server/.estate-x1.tmp";
    estate.write(temporary, "half");
    estate.ok(&["fsck"]);
    age(&estate, temporary, 120);
    finds(&estate, "temporary-file", "warning", ".estate-x1.tmp");
    assert!(estate.path(temporary).exists());
    estate.write("inventory/items/server/.estate-new.tmp", "being written");
    estate.write("inventory/items/server/other.tmp", "mine");
    age(&estate, "inventory/items/server/other.tmp", 120);
    assert!(estate.ok(&["fsck", "--fix"]).err.contains("deleted 1 temporary file\n"));
    assert!(!estate.path(temporary).exists());
    assert!(estate.path("inventory/items/server/.estate-new.tmp").exists());
    assert!(estate.path("inventory/items/server/other.tmp").exists());
}

#[test]
fn locks_references_and_substitutes() {
    let estate = Estate::shipped();
    estate.write(".git/refs/heads/feature.lock", "");
    finds(&estate, "lock", "warning", "feature.lock");
    fs::remove_file(estate.path(".git/refs/heads/feature.lock")).unwrap();
    // What a power cut leaves of a reference.
    estate.write(".git/refs/heads/empty", "");
    let ran = estate.run(&["fsck", "--json"]);
    assert_eq!((ran.code, ran.column("check")), (1, vec!["broken-reference".to_owned()]), "{}", ran.out);
    fs::remove_file(estate.path(".git/refs/heads/empty")).unwrap();
    estate.write(".git/refs/heads/lost", "1234567890123456789012345678901234567890\n");
    finds(&estate, "broken-reference", "error", "refs/heads/lost");
    fs::remove_file(estate.path(".git/refs/heads/lost")).unwrap();
    estate.write(".git/info/grafts", "");
    finds(&estate, "substitute", "warning", "grafts");
}

#[test]
fn missing_and_damaged_objects() {
    let estate = Estate::shipped();
    let blob = estate.git(&["rev-parse", "HEAD:inventory/items/server/srv-db-01.yaml"]);
    let object = format!(".git/objects/{}/{}", &blob[..2], blob[2..].trim());
    let other = estate.git(&["rev-parse", "HEAD:inventory/items/server/srv-db-02.yaml"]);
    let other = format!(".git/objects/{}/{}", &other[..2], other[2..].trim());
    let bytes = fs::read(estate.path(&object)).unwrap();
    fs::remove_file(estate.path(&object)).unwrap();
    finds(&estate, "missing-object", "error", "srv-db-01.yaml");
    // Sound by itself, and not what its name says.
    fs::copy(estate.path(&other), estate.path(&object)).unwrap();
    finds(&estate, "missing-object", "error", "srv-db-01.yaml");
    fs::remove_file(estate.path(&object)).unwrap();
    fs::write(estate.path(&object), bytes).unwrap();
    estate.ok(&["fsck"]);
}

#[test]
fn work_that_no_branch_holds() {
    let estate = Estate::shipped();
    for name in ["One", "Two", "Three"] {
        estate.ok(&["set", "srv-db-01", &format!("name={name}")]);
    }
    let lost = estate.git(&["rev-parse", "--short=10", "HEAD"]);
    estate.ok(&["fsck"]);
    estate.git(&["reset", "-q", "--hard", "HEAD~3"]);
    // The last of them, which keeps the others.
    finds(&estate, "unreachable-work", "note", lost.trim());
    estate.git(&["branch", "kept", lost.trim()]);
    assert!(estate.ok(&["fsck"]).err.contains("4 commits and 2 references"));
}

#[test]
fn a_write_that_was_cut_short() {
    let estate = Estate::shipped();
    estate.write(".git/estate/journal", "what a power cut left");
    // It may be that of a command that is running.
    estate.ok(&["fsck"]);
    age(&estate, ".git/estate/journal", 120);
    finds(&estate, "write-cut-short", "error", ".git/estate/journal");
    estate.ok(&["fsck", "--fix"]);
    assert!(!estate.path(".git/estate/journal").exists());
}

#[test]
fn names_and_modes_of_the_tree() {
    let estate = Estate::shipped();
    let blob = estate.git(&["rev-parse", "HEAD:inventory/settings.yaml"]);
    let commit = |entries: &[(&str, &str)]| {
        estate.git(&["read-tree", "HEAD"]);
        for (mode, path) in entries {
            estate.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{},{path}", blob.trim())]);
        }
        let tree = estate.git(&["write-tree"]);
        let id = estate.git(&["commit-tree", tree.trim(), "-p", "HEAD", "-m", "Odd"]);
        estate.git(&["update-ref", "HEAD", id.trim()]);
    };
    commit(&[("100644", "notes/A\u{301}.txt"), ("100644", "notes/\u{e1}.txt")]);
    finds(&estate, "path-collision", "error", "notes/");
    estate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    commit(&[("120000", "inventory/items/server/link.yaml")]);
    finds(&estate, "odd-mode", "error", "link.yaml");
    estate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    commit(&[("100755", "inventory/parties/x.yaml")]);
    finds(&estate, "odd-mode", "note", "x.yaml");
}

#[test]
fn what_is_staged_and_schemas_that_cannot_be_used() {
    let estate = Estate::shipped();
    estate.replace("inventory/items/server/srv-db-01.yaml", "HS-0311", "HS-0312");
    estate.git(&["add", "."]);
    finds(&estate, "staged", "note", "srv-db-01.yaml");
    estate.git(&["reset", "-q", "--hard"]);
    estate.write("schemas/badge.schema.json", "{");
    finds(&estate, "unusable-schema", "error", "badge.schema.json");
}
