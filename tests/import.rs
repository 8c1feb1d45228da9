//! `estate import`, as a person would use it: on the exports of well-known products, twice, and on
//! files that are wrong. The samples in `tests/import/` have the columns that those products write.

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
use std::path::{Path, PathBuf};

use common::{Estate, Ran};

/// What the tests of imports ask of an estate.
trait Importing {
    fn import(&self, file: &Path, map: &str, more: &[&str]) -> Ran;
    fn text(&self, path: &str) -> String;
    fn commits(&self) -> Vec<String>;
}

impl Importing for Estate {
    fn import(&self, file: &Path, map: &str, more: &[&str]) -> Ran {
        let mut arguments = vec!["import", "csv", file.to_str().unwrap(), "--map", map];
        arguments.extend(more);
        self.run(&arguments)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join("inventory").join(path)).unwrap_or_default()
    }

    /// The commits so far, by their first lines, the newest first.
    fn commits(&self) -> Vec<String> {
        let git = git2::Repository::open(&self.root).unwrap();
        let mut walk = git.revwalk().unwrap();
        walk.push_head().unwrap();
        let summary = |id| git.find_commit(id).unwrap().summary().unwrap().unwrap().to_owned();
        walk.map(|id| summary(id.unwrap())).collect()
    }
}

fn sample(map: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/import/{map}.csv"))
}

const MAPS: [(&str, &str); 7] = [
    ("netbox-sites", "Import 4 records from netbox (4 created)"),
    ("netbox-racks", "Import 3 records from netbox (3 created)"),
    ("netbox-devices", "Import 3 records from netbox (3 created)"),
    ("netbox-virtual-machines", "Import 2 records from netbox (2 created)"),
    ("netbox-circuits", "Import 3 records from netbox (3 created)"),
    ("snipeit-assets", "Import 7 records from snipe-it (7 created)"),
    ("glpi-computers", "Import 6 records from glpi (6 created)"),
];

#[test]
fn exports_are_taken_in_once_and_refer_to_each_other() {
    let estate = Estate::begun();
    let begun = estate.commits().len();
    for round in 1..=2 {
        for (map, summary) in MAPS {
            let done = estate.import(&sample(map), map, &[]);
            assert_eq!(done.code, 0, "round {round}, {map}: {}", done.err);
            if round == 1 {
                assert_eq!(estate.commits()[0], summary);
            }
        }
        assert_eq!(estate.commits().len(), begun + MAPS.len(), "round {round}");
    }
    let server = estate.text("items/server/srv-web-01.yaml");
    for line in [
        "owner: infra-team",
        "location: paris-dc1-room-a",
        "  runs_on: [paris-dc1-r101]",
        "asset_tag: '0042'",
        "  role: Web Server",
        "  netbox: dcim.device:10",
    ] {
        assert!(server.lines().any(|known| known == line), "{line}\n{server}");
    }
    assert!(estate.text("items/virtual_machine/vm-app-01.yaml").contains("hosted_on: [srv-web-01]"));
    assert!(estate.text("items/virtual_machine/vm-app-01.yaml").contains("memory_gib: 8\n"));
    assert!(estate.text("items/laptop/00123.yaml").contains("cost: 2499.00 EUR\n"));
    assert!(estate.text("items/workstation/pc-compta-01.yaml").contains("serial: '00123E4'\n"));
    let audit = estate.run(&["audit", "--fail-on", "error"]);
    assert_eq!(audit.code, 0, "{}", audit.out);
}

#[test]
fn what_people_add_stays_and_what_the_source_says_is_set() {
    let estate = Estate::begun();
    estate.import(&sample("netbox-racks"), "netbox-racks", &[]);
    let path = "items/rack/paris-dc1-r101.yaml";
    let text = estate.text(path).replace("id: ", "# by the window\nid: ");
    let text = text.replace("height_u: 42", "height_u: 47 # measured") + "notes: creaks\n";
    fs::write(estate.root.join("inventory").join(path), &text).unwrap();
    let refused = estate.import(&sample("netbox-racks"), "netbox-racks", &[]);
    assert_eq!(refused.code, 3, "uncommitted work is not written over: {}", refused.err);
    let done = estate.import(&sample("netbox-racks"), "netbox-racks", &["--no-commit"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(estate.text(path), text.replace("47 # measured", "42 # measured"));
}

#[test]
fn a_dry_run_shows_the_changes_and_writes_nothing() {
    let estate = Estate::begun();
    let begun = estate.commits();
    let done = estate.import(&sample("netbox-racks"), "netbox-racks", &["-n", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(
        done.out.contains("\"item/paris-dc1-r101\"") && done.out.contains("estate.diff/1"),
        "{}",
        done.out
    );
    assert_eq!((estate.commits(), estate.text("items/rack/paris-dc1-r101.yaml").as_str()), (begun, ""));
}

#[test]
fn rejected_rows_are_named_and_stop_the_others_unless_told_not_to() {
    let estate = Estate::begun();
    let begun = estate.commits();
    let file = estate.root.join("devices.csv");
    let text = fs::read_to_string(sample("netbox-devices")).unwrap();
    fs::write(&file, text.replace("srv-web-01,Active", "srv-web-01,Actve") + "short,row\n").unwrap();
    let refused = estate.import(&file, "netbox-devices", &[]);
    assert_eq!((refused.code, estate.commits()), (1, begun.clone()), "{}", refused.err);
    for part in [
        "line 2 (srv-web-01)",
        "status: `Actve` is not in",
        "line 5",
        "it has 2 cells",
        "nothing was written",
    ] {
        assert!(refused.err.contains(part), "{part}\n{}", refused.err);
    }
    let quiet = estate.import(&file, "netbox-devices", &["--quiet"]);
    assert!(quiet.code == 1 && quiet.err.contains("line 2 (srv-web-01)"), "{}", quiet.err);
    let taken = estate.import(&file, "netbox-devices", &["--skip-rejected", "--json"]);
    assert_eq!((taken.code, estate.commits().len()), (1, begun.len() + 1), "{}", taken.err);
    assert!(
        taken.out.contains("estate.import/1") && taken.out.contains("line 2 (srv-web-01)"),
        "{}",
        taken.out
    );
}

#[test]
fn wrong_files_and_mappings_are_told_with_a_way_out() {
    let estate = Estate::begun();
    let devices = sample("netbox-devices");
    for (file, map, code, message) in [
        (devices.as_path(), "netbox-device", 2, "did you mean `netbox-devices`?"),
        (devices.as_path(), "./mine.yaml", 3, "cannot open ./mine.yaml"),
        (devices.as_path(), "glpi-computers", 3, "the file lacks the column `Model`"),
        (Path::new("missing.csv"), "netbox-devices", 3, "cannot open missing.csv"),
        (Path::new("."), "netbox-devices", 3, "cannot read ."),
    ] {
        let done = estate.import(file, map, &[]);
        assert_eq!(done.code, code, "{message}: {}", done.err);
        assert!(done.err.contains(message), "{message}: {}", done.err);
    }
    let nothing = estate.run(&["import", "yaml", ".", "--map", "kubernetes-namespaces"]);
    assert_eq!(nothing.code, 4, "{}", nothing.err);
}

#[test]
fn yaml_files_are_rows_and_what_is_no_yaml_is_rejected() {
    let estate = Estate::begun();
    let folder = estate.root.join("source/namespaces/live");
    let namespace = "kind: Namespace\nmetadata:\n  name: web-dev\n  labels: {cloud-platform.justice.gov.uk/environment-name: dev}\n  annotations:\n    cloud-platform.justice.gov.uk/owner: 'Web Team: web@example.org'\n    cloud-platform.justice.gov.uk/business-unit: Sales\n";
    for (name, text) in [("web-dev", namespace), ("broken", "kind: [\n")] {
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("00-namespace.yaml"), text).unwrap();
    }
    let done = estate.run(&["import", "yaml", "source", "--map", "kubernetes-namespaces", "--skip-rejected"]);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.err.contains("namespaces/live/broken/00-namespace.yaml"), "{}", done.err);
    let namespace = estate.text("items/cloud_resource/web-dev.yaml");
    assert!(namespace.contains("owner: web-team\n") && namespace.contains("tags: [dev]\n"), "{namespace}");
    assert!(estate.text("parties/web-team.yaml").contains("email: web@example.org\n"));
}

#[test]
fn the_mapping_of_the_help_can_be_used() {
    let estate = Estate::begun();
    let help = estate.run(&["import", "csv", "--help"]).out;
    let (_, rest) = help.split_once("A mapping is a YAML file:\n").unwrap();
    let (mapping, _) = rest.split_once("\n`{A|B}`").unwrap();
    let mapping: String =
        mapping.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(""))).collect();
    let file = |name: &str| estate.root.join(name);
    fs::write(file("ours.yaml"), mapping).unwrap();
    fs::write(
        file("ours.csv"),
        "Tag;Name;Type;State;Site;Price;Labels\nT1;PC 1;Big laptop;Used;HQ;1 234,50 €;a, B c\n",
    )
    .unwrap();
    let done = estate.import(&file("ours.csv"), "ours.yaml", &[]);
    assert_eq!(done.code, 0, "{}", done.err);
    let laptop = estate.text("items/laptop/pc-1.yaml");
    for line in ["location: hq", "cost: 1234.50 EUR", "tags: [a, b-c]", "  asset-list: T1"] {
        assert!(laptop.lines().any(|known| known == line), "{line}\n{laptop}");
    }
}
