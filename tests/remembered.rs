//! What an audit keeps in `.git/estate/`: it makes the next one shorter and never another one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]
// Elsewhere nothing is kept.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use common::{Estate, Ran};

/// No finding speaks of it, not even a waived one.
const LAPTOP: &str = "inventory/items/laptop/lap-017.yaml";
const WEB: &str = "inventory/items/server/srv-web-01.yaml";

fn memory(estate: &Estate) -> PathBuf {
    estate.path(".git/estate/audit")
}

/// The shipped estate, its files and those of its repository as old as in daily life.
fn estate() -> Estate {
    let estate = Estate::shipped();
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for (path, _) in estate.files() {
        fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    }
    estate
}

fn audit(estate: &Estate) -> Ran {
    estate.run(&["audit"])
}

/// The same without a place for the secret: nothing is kept, nothing recalled.
fn whole(estate: &Estate) -> Ran {
    let mut command = estate.estate();
    common::ran(command.arg("audit").env("HOME", "").output().unwrap())
}

fn agrees(estate: &Estate, when: &str) {
    let (kept, whole) = (audit(estate), whole(estate));
    assert_eq!((kept.code, kept.out, kept.err), (whole.code, whole.out, whole.err), "{when}");
}

#[test]
fn it_agrees_with_a_whole_audit_whatever_happens_to_the_files() {
    let estate = estate();
    agrees(&estate, "first");
    assert!(memory(&estate).is_file());
    agrees(&estate, "second");
    let text = estate.read(WEB);
    for change in [
        text.replace("serial:", "# A comment\nserial:"),
        text.replace("status: in_use", "status: retired"),
        text.replace("owner: infra-team", "owner: nobody-at-all"),
        text.replace("class: server", "class: sever"),
        "id: [".to_owned(),
        text.clone(),
    ] {
        estate.write(WEB, &change);
        agrees(&estate, &change);
        agrees(&estate, &change);
    }
    fs::remove_file(estate.path(WEB)).unwrap();
    agrees(&estate, "deleted");
    estate.write(WEB, &text);
    estate.write("inventory/items/server/srv-new-99.yaml", &text);
    agrees(&estate, "added");
    estate.write("inventory/policies/strict.yaml", "id: strict\n");
    agrees(&estate, "a policy");
    estate.replace("inventory/settings.yaml", "currency: EUR", "currency: USD");
    agrees(&estate, "settings");
}

/// The write keeps size and time of modification, as `cp -p` and `touch -r` do.
#[test]
fn a_file_that_hides_its_change_is_found() {
    let estate = estate();
    audit(&estate);
    let disk = estate.path(WEB);
    let modified = fs::metadata(&disk).unwrap().modified().unwrap();
    let text = estate.read(WEB);
    estate.write(WEB, &text.replace("owner: infra-team", "owner: infra-taem"));
    fs::File::options().write(true).open(&disk).unwrap().set_modified(modified).unwrap();
    let ran = audit(&estate);
    assert!(ran.out.contains("infra-taem") && ran.code == 1, "{}", ran.out);
}

#[test]
fn what_is_damaged_or_of_another_user_is_no_memory() {
    let estate = estate();
    estate.replace(WEB, "owner: infra-team", "owner: nobody-at-all");
    let expected = audit(&estate);
    assert!(expected.code == 1 && expected.out.contains("nobody-at-all"), "{}", expected.out);
    let kept = fs::read(memory(&estate)).unwrap();
    let step = kept.len() / 40;
    let flipped = (0..kept.len()).step_by(step).map(|at| {
        let mut damaged = kept.clone();
        damaged[at] ^= 1;
        damaged
    });
    let cut = [Vec::new(), kept[..40].to_vec(), kept[..kept.len() - 1].to_vec(), [&kept[..], b"x"].concat()];
    for damaged in flipped.chain(cut) {
        fs::write(memory(&estate), &damaged).unwrap();
        let ran = audit(&estate);
        assert_eq!((ran.code, ran.out), (1, expected.out.clone()));
        assert_ne!(fs::read(memory(&estate)).unwrap(), damaged, "it was not made anew");
    }
    // Somebody else's clean bill: made of the same files at the same place with another secret.
    fs::write(estate.folder.path().join("home/.local/state/estate/secret"), [7; 32]).unwrap();
    let forged = fs::read(memory(&estate)).unwrap();
    assert_eq!(audit(&estate).out, expected.out);
    assert_ne!(fs::read(memory(&estate)).unwrap(), forged, "it was believed");
}

/// A whole audit writes what it found anew.
#[test]
fn a_small_change_needs_no_whole_audit() {
    use std::os::unix::fs::MetadataExt;
    let estate = estate();
    audit(&estate);
    let inode = || fs::metadata(memory(&estate)).unwrap().ino();
    let first = inode();
    let text = estate.read(LAPTOP);
    estate.write(LAPTOP, &text.replace("serial:", "# A comment\nserial:"));
    audit(&estate);
    assert_eq!(inode(), first);
    estate.write(LAPTOP, &text.replace("status: lost", "status: retired"));
    audit(&estate);
    assert_ne!(inode(), first, "a field that rules on the estate watch");
}

#[test]
fn a_score_counts_every_item_whatever_is_kept() {
    let estate = estate();
    let first = estate.run(&["audit", "--score"]);
    audit(&estate);
    assert!(memory(&estate).is_file());
    assert_eq!(estate.run(&["audit", "--score"]).out, first.out);
    assert!(!first.out.contains("not measured"), "{}", first.out);
}

#[test]
fn another_day_is_another_audit() {
    let estate = estate();
    audit(&estate);
    for day in ["2026-11-25", "2031-01-01"] {
        let (mut kept, mut whole) = (estate.estate(), estate.estate());
        let kept = common::ran(kept.args(["audit", "--as-of", day]).output().unwrap());
        let whole = common::ran(whole.args(["audit", "--as-of", day]).env("HOME", "").output().unwrap());
        assert_eq!((kept.code, kept.out), (whole.code, whole.out));
    }
}

#[test]
fn several_at_once_and_one_that_may_not_write_agree() {
    let estate = estate();
    let expected = whole(&estate).out;
    let running: Vec<_> = (0..6)
        .map(|_| estate.estate().arg("audit").stdout(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    for child in running {
        assert_eq!(common::ran(child.wait_with_output().unwrap()).out, expected);
    }
    // Nothing is left behind, and a file in the place of the folder is no obstacle.
    let folder = estate.path(".git/estate");
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["audit"]);
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    assert_eq!(audit(&estate).out, expected);
}
