//! `estate import netbox` as a person runs it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Estate {
    folder: tempfile::TempDir,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Estate {
    fn new() -> Estate {
        let estate = Estate { folder: tempfile::tempdir().unwrap() };
        let begun = estate.run(&["init", "--name", "Helio"]);
        assert_eq!(begun.code, 0, "{}", begun.err);
        estate
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_estate"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.folder.path()).env("ESTATE_TODAY", "2026-11-24");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada");
            command.env(format!("GIT_{role}_EMAIL"), "ada@helio.example");
        }
        let output = command.output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn has(&self, path: &str) -> bool {
        self.folder.path().join(path).is_file()
    }
}

fn dump() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/netbox.json")
}

#[test]
fn rejected_objects_stop_an_import_until_they_may_be_skipped() {
    let estate = Estate::new();
    let dump = dump();
    let import = ["import", "netbox", dump.to_str().unwrap()];
    let server = "inventory/items/server/node-1-brest.yaml";
    let refused = estate.run(&import);
    assert_eq!((refused.code, estate.has(server)), (1, false), "{}", refused.err);
    assert!(refused.err.contains("dcim.cable 5   side B is dcim.interface 99, which is not in the file"));
    let taken = estate.run(&[&import[..], &["--skip-rejected"]].concat());
    assert_eq!((taken.code, estate.has(server)), (1, true), "{}", taken.err);
    for line in
        ["30 created, 7 rejected", "told by other records: 3 circuits.circuittermination", "1 ipam.vlan"]
    {
        assert!(taken.err.contains(line), "no {line} in {}", taken.err);
    }
    assert_eq!(estate.run(&["audit"]).code, 0);
    let again = estate.run(&[&import[..], &["--skip-rejected", "--json"]].concat());
    assert!(again.err.contains("nothing to change"), "{}", again.err);
    let answer: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    let rows = answer["sections"][0]["rows"].as_array().unwrap();
    for (outcome, count) in
        [("unchanged", 30), ("told by other records: dcim.cable", 6), ("left out: ipam.vlan", 1)]
    {
        assert!(
            rows.iter().any(|row| row["outcome"] == outcome && row["count"] == count),
            "{outcome}: {rows:?}"
        );
    }
}

#[test]
fn what_is_no_dump_is_refused() {
    let estate = Estate::new();
    let refused = estate.run(&["import", "netbox", "inventory/settings.yaml"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.err.contains("this is not JSON") && refused.err.contains("manage.py dumpdata"),
        "{}",
        refused.err
    );
}
