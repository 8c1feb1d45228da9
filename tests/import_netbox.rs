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

mod common;

use std::path::{Path, PathBuf};

use common::Estate;

fn has(estate: &Estate, path: &str) -> bool {
    estate.path(path).is_file()
}

fn dump() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/netbox.json")
}

#[test]
fn rejected_objects_stop_an_import_until_they_may_be_skipped() {
    let estate = Estate::begun();
    let dump = dump();
    let import = ["import", "netbox", dump.to_str().unwrap()];
    let server = "inventory/items/server/node-1-brest.yaml";
    let refused = estate.run(&import);
    assert_eq!((refused.code, has(&estate, server)), (1, false), "{}", refused.err);
    assert!(refused.err.contains("dcim.cable 5   side B is dcim.interface 99, which is not in the file"));
    let taken = estate.run(&[&import[..], &["--skip-rejected"]].concat());
    assert_eq!((taken.code, has(&estate, server)), (1, true), "{}", taken.err);
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
    let estate = Estate::begun();
    let refused = estate.run(&["import", "netbox", "inventory/settings.yaml"]);
    assert_eq!(refused.code, 3);
    assert!(
        refused.err.contains("this is not JSON") && refused.err.contains("manage.py dumpdata"),
        "{}",
        refused.err
    );
}
