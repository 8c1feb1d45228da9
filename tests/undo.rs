//! `estate undo`: what an operation did is taken back, exactly.

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

fn tree(estate: &Estate) -> String {
    estate.git(&["rev-parse", "HEAD^{tree}"])
}

/// Every writing verb, alone and all in a row: each undo gives the tree before the last operation.
#[test]
fn undo_after_any_operation_gives_the_tree_before_it() {
    let estate = Estate::shipped();
    let operations: [&[&str]; 8] = [
        &["set", "srv-db-01", "owner=apps-team", "tags+=gold"],
        &["unset", "srv-db-02", "asset_tag"],
        &[
            "add",
            "server",
            "srv-x",
            "--name",
            "X",
            "--status",
            "in_stock",
            "--cost",
            "10.00 EUR",
            "--in-service",
            "2026-01-01",
        ],
        &["set", "srv-x", "id=srv-y"],
        &["set", "srv-y", "class=workstation"],
        &["add", "party", "newcomer", "--name", "New", "--kind", "team"],
        &["retire", "srv-y", "--reason", "sold", "--date", "2026-10-01"],
        &["set", "srv-db-01", "name=Other"],
    ];
    let mut before = Vec::new();
    for operation in operations {
        let (old, files) = (tree(&estate), estate.files());
        let ran = estate.run(operation);
        if ran.code != 0 {
            panic!("{operation:?}: {}{}", ran.out, ran.err);
        }
        assert_ne!(tree(&estate), old);
        let after = tree(&estate);
        let dry = estate.ok(&["undo", "-n"]);
        assert!(dry.err.contains("dry run: would take back `"), "{}", dry.err);
        assert_eq!(tree(&estate), after);
        estate.ok(&["undo"]);
        assert_eq!(
            (tree(&estate), estate.files(), estate.status()),
            (old.clone(), files, String::new()),
            "{operation:?}"
        );
        estate.ok(operation);
        assert_eq!(tree(&estate), after);
        before.push(old);
    }
    for old in before.iter().rev() {
        estate.ok(&["undo"]);
        assert_eq!(&tree(&estate), old);
    }
    // All eight are taken back twice: what is left was committed by git.
    estate.refuses(&["undo"], 3, "there is nothing to undo");
    assert_eq!(estate.git(&["rev-list", "--count", "HEAD"]), "33\n");
    estate.git(&["fsck", "--strict"]);
}

#[test]
fn undo_is_refused_where_it_would_take_more_than_its_own() {
    let estate = Estate::shipped();
    estate.refuses(&["undo"], 3, "there is nothing to undo");
    estate.ok(&["add", "party", "newcomer", "--name", "New", "--kind", "team"]);
    // Somebody relies on it by now.
    estate.replace("inventory/items/server/srv-db-01.yaml", "owner: infra-team", "owner: newcomer");
    estate.commit("Hand over");
    estate.refuses(&["undo"], 3, "would break rules");
    estate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    // The file was changed by another tool.
    estate.replace("inventory/parties/newcomer.yaml", "New", "Renamed");
    estate.refuses(&["undo"], 3, "has changes that are not committed");
    estate.commit("Rename");
    estate.refuses(&["undo"], 3, "newcomer.yaml was changed after the operation, by ");
    // Another file: no matter.
    estate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    estate.replace("inventory/items/server/srv-db-01.yaml", "HS-0311", "HS-0312");
    estate.commit("Correct a tag");
    let ran = estate.ok(&["undo"]);
    assert!(ran.err.contains("took back `Add party newcomer"), "{}", ran.err);
    assert!(!estate.path("inventory/parties/newcomer.yaml").exists());
    assert!(estate.git(&["log", "-1", "--format=%B"]).contains("\nUndoes: "));
    estate.refuses(&["undo", "--rev", "HEAD~1"], 2, "the past cannot be written");
    estate.git(&["switch", "-q", "--detach"]);
    estate.refuses(&["undo"], 3, "HEAD is detached");
}

#[test]
fn the_beginning_stays() {
    let estate = Estate::begun();
    estate.refuses(&["undo"], 3, "began the history");
}

#[test]
fn a_merge_is_taken_back_with_a_word_of_warning() {
    let estate = Estate::shipped();
    estate.git(&["branch", "-M", "main"]);
    estate.git(&["switch", "-qc", "feature"]);
    estate.ok(&["set", "srv-db-01", "owner=apps-team"]);
    estate.git(&["switch", "-q", "main"]);
    estate.ok(&["set", "srv-db-02", "owner=apps-team"]);
    let before = tree(&estate);
    estate.ok(&["merge", "feature"]);
    let ran = estate.ok(&["undo"]);
    assert!(ran.err.contains("merging that branch again will not"), "{}", ran.err);
    assert_eq!(tree(&estate), before);
    estate.ok(&["undo", "--redo"]);
    assert!(estate.read("inventory/items/server/srv-db-01.yaml").contains("owner: apps-team"));
}

#[test]
fn what_was_taken_back_comes_back_step_by_step() {
    let estate = Estate::shipped();
    let mut trees = vec![tree(&estate)];
    for name in ["One", "Two"] {
        estate.ok(&["set", "srv-db-01", &format!("name={name}")]);
        trees.push(tree(&estate));
    }
    let go = |arguments: &[&str], at: usize| {
        estate.ok(arguments);
        assert_eq!(tree(&estate), trees[at], "{arguments:?}");
    };
    estate.refuses(&["undo", "--redo"], 3, "`Set name of srv-db-01 to Two` came after");
    go(&["undo"], 1);
    go(&["undo", "--redo"], 2);
    assert_eq!(estate.git(&["log", "-1", "--format=%s"]), "Redo \"Set name of srv-db-01 to Two\"\n");
    estate.refuses(&["undo", "--redo"], 3, "came after");
    for (arguments, at) in [
        (&["undo"][..], 1),
        (&["undo"], 0),
        (&["undo", "--redo"], 1),
        (&["undo", "--redo"], 2),
        (&["undo"], 1),
    ] {
        go(arguments, at);
    }
    estate.ok(&["set", "srv-db-02", "name=Other"]);
    estate.refuses(&["undo", "--redo"], 3, "came after");
    estate.ok(&["undo"]);
    estate.ok(&["undo"]);
    assert_eq!(tree(&estate), trees[0]);
    estate.git(&["fsck", "--strict"]);
}
