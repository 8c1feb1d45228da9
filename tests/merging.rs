//! Branches brought together, as people do it: the binary, real repositories, real files.

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

use std::path::Path;

use common::{Estate, ran};
use estate::merge::{merge3, undecided};

const SERVER: &str = "inventory/items/server/srv-db-01.yaml";
const SERVICE: &str = "inventory/services/web-shop.yaml";
const CONTRACT: &str = "inventory/contracts/atelier-vigne-hosting.yaml";

/// The shipped estate, on `main`, with what each side does in a commit of its own. Ends on `main`.
fn parted(ours: impl Fn(&Estate), theirs: impl Fn(&Estate)) -> Estate {
    let estate = Estate::shipped();
    estate.git(&["branch", "-M", "main"]);
    estate.git(&["switch", "-qc", "feature"]);
    theirs(&estate);
    estate.git(&["switch", "-q", "main"]);
    ours(&estate);
    estate
}

fn set(arguments: &'static [&'static str]) -> impl Fn(&Estate) {
    move |estate| {
        let set: Vec<&str> = ["set"].iter().chain(arguments).copied().collect();
        estate.ok(&set);
    }
}

fn parents(estate: &Estate) -> usize {
    estate.git(&["log", "-1", "--format=%p"]).split_whitespace().count()
}

#[test]
fn disjoint_fields_are_merged_and_committed_with_both_parents() {
    let estate = parted(
        set(&["srv-db-01", "owner=apps-team", "attributes.memory_gib=768"]),
        set(&["srv-db-01", "attributes.cpu_cores=48", "tags+=gold"]),
    );
    let before = estate.read(SERVER);
    estate.refuses(&["merge", "feature", "--rev", "HEAD"], 2, "--rev is for reading");
    let dry = estate.ok(&["merge", "feature", "-n", "--json"]);
    assert_eq!(dry.column("field"), ["attributes.cpu_cores", "tags"]);
    assert_eq!((estate.read(SERVER), parents(&estate)), (before.clone(), 1));
    let ran = estate.ok(&["merge", "feature", "--change", "CHG-7"]);
    assert!(ran.err.contains("merged feature → ") && ran.err.contains("1 changed"), "{}", ran.err);
    assert_eq!(estate.read(SERVER), before.replace("cpu_cores: 32", "cpu_cores: 48") + "tags: [gold]\n");
    assert_eq!(parents(&estate), 2);
    assert_eq!(estate.git(&["log", "-1", "--format=%B"]), "Merge feature into main\n\nChange: CHG-7\n\n");
    assert_eq!(estate.status(), "");
    assert!(estate.ok(&["merge", "feature"]).err.contains("main holds all of feature already"));
    estate.git(&["fsck", "--strict"]);
}

#[test]
fn one_serial_given_out_twice_stops_the_merge() {
    let add = |id: &'static str| {
        move |estate: &Estate| {
            estate.ok(&["add", "server", id, "--name", id, "--status", "in_stock", "--serial", "XX11"]);
        }
    };
    let estate = parted(add("srv-a"), add("srv-b"));
    let (head, files) = (estate.head(), estate.files());
    for dry in [true, false] {
        let ran = estate.run(if dry { &["merge", "feature", "-n"] } else { &["merge", "feature"] });
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("duplicate-serial"), "{}", ran.out);
        // Both sides are named, with the commits that brought them.
        for side in ["srv-a.yaml comes from main (", "srv-b.yaml comes from feature ("] {
            assert!(ran.out.contains(side), "{}", ran.out);
        }
        assert_eq!((estate.head(), estate.files()), (head.clone(), files.clone()));
        assert_eq!(estate.status(), "");
    }
    // The way through: take the merge into the files, mend, conclude.
    let ran = estate.run(&["merge", "feature", "--no-commit"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(estate.run(&["merge", "--continue"]).code, 1);
    estate.replace("inventory/items/server/srv-b.yaml", "XX11", "XX12");
    estate.ok(&["merge", "--continue"]);
    assert_eq!((parents(&estate), estate.status()), (2, String::new()));
    estate.ok(&["audit"]);
}

#[test]
fn the_same_field_is_a_conflict_that_is_listed_resolved_and_concluded() {
    let estate = parted(
        set(&["srv-db-01", "owner=apps-team", "warranty_until=2029-02-12"]),
        set(&["srv-db-01", "owner=network-team", "warranty_until=2030-02-12", "asset_tag=HS-9999"]),
    );
    let ours = estate.read(SERVER);
    assert!(estate.ok(&["conflicts"]).err.contains("nothing is in conflict"));
    let dry = estate.run(&["merge", "feature", "-n"]);
    assert_eq!((dry.code, dry.out.as_str()), (1, "item/srv-db-01: owner\nitem/srv-db-01: warranty_until\n"));
    assert_eq!((estate.read(SERVER), estate.status()), (ours.clone(), String::new()));

    let ran = estate.run(&["merge", "feature"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let marked = estate.read(SERVER);
    assert!(
        marked.contains("<<<<<<< main\nowner: apps-team\n=======\nowner: network-team\n>>>>>>> feature\n"),
        "{marked}"
    );
    assert!(marked.contains("asset_tag: HS-9999\n"), "{marked}");
    let audit = estate.run(&["audit"]);
    assert!(audit.code == 1 && audit.out.contains("conflict-marker"), "{}", audit.out);
    let listed = estate.run(&["conflicts", "--json"]);
    assert_eq!(
        (listed.code, listed.column("field")),
        (1, vec!["owner".to_owned(), "warranty_until".to_owned()])
    );
    assert_eq!(listed.column("base"), ["infra-team", "2028-02-12"]);
    assert_eq!(listed.column("theirs"), ["network-team", "2030-02-12"]);
    assert!(listed.column("theirs_commit")[0].contains("Ada: Set owner"), "{}", listed.out);
    // Nobody goes on by accident.
    assert_eq!(estate.run(&["merge", "--continue"]).code, 1);
    estate.refuses(&["set", "srv-web-01", "owner=apps-team"], 3, "a merge is under way");
    estate.refuses(&["merge", "feature"], 3, "a merge is under way");
    estate.refuses(&["resolve", "srv-db-02", "owner", "--ours"], 4, "did you mean `srv-db-01`?");
    estate.refuses(&["resolve", "srv-db-01", "onwer", "--ours"], 4, "did you mean `owner`?");
    estate.refuses(&["resolve", "srv-db-01", "owner"], 2, "--ours");
    estate.refuses(&["resolve", "srv-db-01", "--value", "x"], 2, "FIELD");
    assert!(
        estate
            .ok(&["resolve", "srv-db-01", "owner", "--theirs", "-n"])
            .out
            .contains("\nowner: network-team\n")
    );
    assert_eq!(estate.read(SERVER), marked);

    assert!(estate.ok(&["resolve", "srv-db-01", "owner", "--theirs"]).err.contains("1 conflict is left"));
    assert_eq!(estate.run(&["conflicts", "--json"]).column("field"), ["warranty_until"]);
    let ran = estate.ok(&["resolve", "item/srv-db-01", "warranty_until", "--value", "2031-01-01"]);
    assert!(ran.err.contains("next: estate merge --continue"), "{}", ran.err);
    let resolved = ours
        .replace("apps-team", "network-team")
        .replace("2029-02-12", "2031-01-01")
        .replace("HS-0311", "HS-9999");
    assert_eq!(estate.read(SERVER), resolved);
    estate.ok(&["merge", "--continue"]);
    assert_eq!((parents(&estate), estate.status()), (2, String::new()));
    assert_eq!(estate.git(&["log", "-1", "--format=%s"]), "Merge feature into main\n");
    assert_eq!(estate.git(&["show", &format!("HEAD:{SERVER}")]), resolved);
    estate.refuses(&["merge", "--continue"], 3, "no merge is under way");
    estate.refuses(&["merge", "--abort"], 3, "no merge is under way");
}

#[test]
fn an_open_merge_can_be_taken_back_and_touches_nothing_else() {
    let estate = parted(set(&["srv-db-01", "owner=apps-team"]), |estate| {
        estate.ok(&["set", "srv-db-01", "owner=network-team"]);
        estate.ok(&["add", "party", "newcomer", "--name", "New", "--kind", "team"]);
    });
    // Dirty elsewhere: nobody's business. Dirty in a touched file, or staged: refused.
    estate.replace("inventory/items/server/srv-db-02.yaml", "cost: 12350.00 EUR", "cost: 1.00 EUR");
    let before = estate.files();
    estate.replace(SERVER, "HS-0311", "HS-0001");
    estate.refuses(&["merge", "feature"], 3, "has changes that are not committed");
    estate.replace(SERVER, "HS-0001", "HS-0311");
    estate.write("inventory/parties/newcomer.yaml", "mine: yes\n");
    estate.refuses(&["merge", "feature"], 3, "newcomer.yaml has changes that are not committed");
    std::fs::remove_file(estate.path("inventory/parties/newcomer.yaml")).unwrap();
    estate.git(&["add", "."]);
    estate.refuses(&["merge", "feature"], 3, "staged");
    estate.git(&["restore", "--staged", "."]);
    assert_eq!(estate.run(&["merge", "feature"]).code, 1);
    assert!(estate.path("inventory/parties/newcomer.yaml").exists());
    let ran = estate.ok(&["merge", "--abort"]);
    assert!(ran.err.contains("2 files are as in HEAD"), "{}", ran.err);
    assert_eq!(estate.files(), before);
    assert_eq!(estate.status(), " M inventory/items/server/srv-db-02.yaml\n");
}

#[test]
fn lists_of_both_sides_are_united() {
    let estate = parted(
        |estate| {
            estate.ok(&["set", "atelier-vigne-hosting", "covers+=srv-web-01"]);
            estate.ok(&[
                "set",
                "web-shop",
                "service_levels+={id: ours, metric: availability, target: '>= 90%', window: month}",
            ]);
        },
        |estate| {
            estate.ok(&["set", "atelier-vigne-hosting", "covers+=srv-web-02"]);
            estate.ok(&[
                "set",
                "web-shop",
                "service_levels+={id: theirs, metric: availability, target: '>= 90%', window: month}",
            ]);
        },
    );
    estate.ok(&["merge", "feature"]);
    assert!(estate.read(CONTRACT).contains("  - web-shop\n  - srv-web-01\n  - srv-web-02\n"));
    let service = estate.read(SERVICE);
    let level = |id: &str| format!("  - id: {id}\n    metric: availability\n");
    assert!(service.contains(&level("ours")) && service.contains(&level("theirs")), "{service}");
}

#[test]
fn a_record_that_moved_takes_the_others_change_along() {
    let moved = |estate: &Estate| {
        estate.ok(&["add", "laptop", "lap-x", "--name", "X", "--status", "in_stock"]);
        estate.git(&["branch", "-f", "feature"]);
    };
    let estate = Estate::shipped();
    estate.git(&["branch", "-M", "main"]);
    moved(&estate);
    estate.git(&["switch", "-q", "feature"]);
    estate.ok(&["set", "lap-x", "name=Y"]);
    estate.git(&["switch", "-q", "main"]);
    estate.ok(&["set", "lap-x", "class=workstation"]);
    estate.ok(&["merge", "feature"]);
    let text = estate.read("inventory/items/workstation/lap-x.yaml");
    assert!(text.contains("class: workstation\nname: 'Y'\n"), "{text}");
    assert!(!estate.path("inventory/items/laptop/lap-x.yaml").exists());
    assert_eq!(estate.status(), "");
}

#[test]
fn a_record_that_was_given_another_id_takes_the_others_change_along() {
    let [old, new] = ["inventory/parties/acme.yaml", "inventory/parties/acme-sa.yaml"];
    let rename = |estate: &Estate| {
        estate.replace(old, "id: acme", "id: acme-sa");
        estate.git(&["mv", old, new]);
        estate.git(&["commit", "-qam", "They are a company now"]);
    };
    let change = |estate: &Estate| drop(estate.ok(&["set", "acme", "name=Acme SA"]));
    for renamed_here in [true, false] {
        let estate = Estate::shipped();
        estate.git(&["branch", "-M", "main"]);
        estate.ok(&["add", "party", "acme", "--name", "Acme", "--kind", "supplier"]);
        estate.git(&["switch", "-qc", "feature"]);
        if renamed_here {
            change(&estate)
        } else {
            rename(&estate)
        }
        estate.git(&["switch", "-q", "main"]);
        if renamed_here {
            rename(&estate)
        } else {
            change(&estate)
        }
        estate.ok(&["merge", "feature"]);
        let text = estate.read(new);
        assert!(text.contains("id: acme-sa\n") && text.contains("Acme SA"), "{text}");
        assert_eq!((estate.path(old).exists(), estate.status()), (false, String::new()));
        assert!(estate.ok(&["undo"]).err.contains("took back"));
        assert_eq!((estate.path(old).exists(), estate.status()), (!renamed_here, String::new()));
    }
}

/// Where git merges the lines without conflict and to the same data, the outcome is git's to the byte.
#[test]
fn the_outcome_is_that_of_git_where_it_means_the_same() {
    let estate = Estate::shipped();
    let shape = estate::schema::Schemas::shipped().get("party").unwrap().shape().clone();
    let mut random: u64 = 20_261_124;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let line = |key: usize, value: u64| format!("key{key}: {value} # note {value}\n");
    let mut equal = 0;
    for _ in 0..100 {
        let base: Vec<String> = (0..12).map(|key| line(key, 0)).collect();
        let mut side = |value: u64| {
            let mut lines = base.clone();
            for _ in 0..=next(2) {
                let at = usize::try_from(next(12)).unwrap();
                match next(3) {
                    0 => lines[at] = line(at, value),
                    1 => lines[at] += &line(100 + at, value),
                    _ => lines[at] = String::new(),
                }
            }
            lines.concat()
        };
        let (ours, theirs, base) = (side(1), side(2), base.concat());
        for (name, text) in [("base", &base), ("ours", &ours), ("theirs", &theirs)] {
            estate.write(name, text);
        }
        let git =
            ran(estate.command("git").args(["merge-file", "-p", "ours", "base", "theirs"]).output().unwrap());
        let merged = merge3(Some(&base), Some(&ours), Some(&theirs), &shape, &undecided);
        if git.code == 0 {
            assert_eq!(merged.conflicts, [], "{base}\n{ours}\n{theirs}");
            assert_eq!(merged.ours.as_deref(), Some(git.out.as_str()));
            equal += 1;
        }
    }
    assert!(equal > 30, "git merges too few of them: {equal}");
}

#[test]
fn deletion_against_a_change_waits_for_a_person() {
    let delete = |estate: &Estate| {
        estate.git(&["rm", "-q", "inventory/contracts/atelier-vigne-hosting.yaml"]);
        estate.git(&["commit", "-qm", "The customer left"]);
    };
    for (choice, stays) in [("--ours", false), ("--theirs", true)] {
        let estate = parted(delete, set(&["atelier-vigne-hosting", "reference=HS-C-9"]));
        assert_eq!(estate.run(&["merge", "feature"]).code, 1);
        let listed = estate.run(&["conflicts", "--json"]);
        assert_eq!(listed.column("why"), ["ours took it away, theirs changed it"]);
        assert_eq!(estate.run(&["merge", "--continue"]).code, 1);
        estate.ok(&["resolve", "atelier-vigne-hosting", choice]);
        assert_eq!(estate.path(CONTRACT).exists(), stays);
        estate.ok(&["merge", "--continue"]);
        assert_eq!((parents(&estate), estate.status()), (2, String::new()));
    }
}

#[test]
fn a_branch_that_is_only_behind_moves_on() {
    let estate = parted(|_| {}, set(&["srv-db-01", "owner=apps-team"]));
    let theirs = estate.git(&["rev-parse", "feature"]);
    assert!(estate.ok(&["merge", "feature", "-n"]).out.contains("apps-team"));
    let ran = estate.ok(&["merge", "feature"]);
    assert!(ran.err.contains("moved main on to feature → "), "{}", ran.err);
    assert_eq!(estate.git(&["rev-parse", "main"]), theirs);
    assert_eq!(estate.status(), "");
}

#[test]
fn other_files_are_merged_by_lines() {
    let estate = parted(
        |estate| {
            estate.write("README.md", "a\nb\nours\n");
            estate.write("run.sh", "#!/bin/sh\n");
            estate.commit("Ours");
        },
        |estate| {
            estate.write("README.md", "a\nb\ntheirs\n");
            estate.write("picture.png", "\u{0}");
            estate.commit("Theirs");
        },
    );
    assert_eq!(estate.run(&["merge", "feature"]).code, 1);
    assert_eq!(estate.run(&["conflicts", "--json"]).column("record"), ["README.md"]);
    estate.write("README.md", "a\nb\nours and theirs\n");
    estate.ok(&["merge", "--continue"]);
    assert_eq!(estate.git(&["show", "HEAD:README.md"]), "a\nb\nours and theirs\n");
    assert_eq!((parents(&estate), estate.status()), (2, String::new()));
    assert!(estate.path("picture.png").exists());
}

#[test]
fn what_is_no_branch_or_has_no_common_past_is_told() {
    let estate = Estate::shipped();
    estate.refuses(&["merge", "nowhere"], 3, "names no commit");
    estate.git(&["branch", "feature"]);
    estate.refuses(&["merge", "featur"], 3, "did you mean `feature`?");
    estate.refuses(&["merge", "--output=x"], 2, "--output");
    estate.refuses(&["merge"], 2, "REV");
    let tree = estate.git(&["rev-parse", "HEAD^{tree}"]);
    let alone = estate.git(&["commit-tree", tree.trim(), "-m", "Alone"]);
    estate.git(&["branch", "lonely", alone.trim()]);
    estate.refuses(&["merge", "lonely"], 3, "no common ancestor");
}

/// `git merge` with the driver set up as `--wiring` says, and nothing else.
#[test]
fn git_merges_by_field_with_the_driver() {
    let estate = parted(
        set(&["srv-db-01", "owner=apps-team", "asset_tag=HS-1111"]),
        set(&["srv-db-01", "location=paris-dc1", "asset_tag=HS-2222"]),
    );
    let wiring = estate.ok(&["merge-driver", "--wiring"]).out;
    assert!(wiring.contains("inventory/**/*.yaml merge=estate"), "{wiring}");
    estate.write(".git/info/attributes", "inventory/**/*.yaml merge=estate\n");
    let driver = format!("{} merge-driver %O %A %B %P", env!("CARGO_BIN_EXE_estate"));
    estate.git(&["config", "merge.estate.driver", &driver]);
    let merge = ran(estate.command("git").args(["merge", "feature"]).output().unwrap());
    assert_eq!(merge.code, 1, "{merge:?}");
    let text = estate.read(SERVER);
    assert!(text.contains("owner: apps-team\nlocation: paris-dc1\n"), "{text}");
    assert!(
        text.contains("<<<<<<< ours\nasset_tag: HS-1111\n=======\nasset_tag: HS-2222\n>>>>>>> theirs\n"),
        "{text}"
    );
    // From here on estate goes on as with its own merges.
    assert_eq!(estate.run(&["conflicts", "--json"]).column("field"), ["asset_tag"]);
    estate.ok(&["resolve", "srv-db-01", "asset_tag", "--ours"]);
    estate.ok(&["merge", "--continue"]);
    assert_eq!((parents(&estate), estate.status()), (2, String::new()));
    estate.refuses(&["merge-driver", "a", "b"], 2, "required");
    estate.refuses(&["merge-driver", "no", "such", "file", "x"], 3, "cannot read");
}

/// A program that the repository names must not run, whatever the verb.
#[test]
fn nothing_that_the_repository_names_is_run() {
    let estate = parted(set(&["srv-db-01", "owner=apps-team"]), set(&["srv-db-01", "owner=network-team"]));
    let canary = estate.folder.path().join("canary");
    let touch = format!("touch {} #", canary.display());
    for key in [
        "merge.estate.driver",
        "core.fsmonitor",
        "core.editor",
        "core.pager",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "gpg.program",
        "gpg.ssh.program",
    ] {
        estate.git(&["config", key, &touch]);
    }
    estate.write(".git/info/attributes", "* merge=estate filter=x\n");
    for hook in [
        "post-merge",
        "pre-merge-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-checkout",
        "post-index-change",
    ] {
        let path = estate.path(&format!(".git/hooks/{hook}"));
        estate.write(&format!(".git/hooks/{hook}"), &format!("#!/bin/sh\n{touch}\n"));
        make_executable(&path);
    }
    estate.run(&["merge", "feature"]);
    estate.run(&["conflicts"]);
    estate.ok(&["merge", "--abort"]);
    estate.run(&["merge", "feature"]);
    estate.ok(&["resolve", "srv-db-01", "--ours"]);
    estate.ok(&["merge", "--continue"]);
    assert!(!canary.exists());
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
