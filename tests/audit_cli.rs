//! The scopes of `estate audit`, as a shell sees them: what is staged, what a branch changed, what a
//! merge would give.

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

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Estate, Ran, ran};

const WEB_1: &str = "inventory/items/server/srv-web-01.yaml";
const WEB_2: &str = "inventory/items/server/srv-web-02.yaml";

/// The findings of a JSON answer as `rule path:line`.
fn found(answer: &Ran) -> Vec<String> {
    let document = answer.json();
    let line = |finding: &serde_json::Value| {
        let line = finding["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
        format!("{} {}{line}", finding["rule"].as_str().unwrap(), finding["path"].as_str().unwrap())
    };
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

/// The shipped estate with the branches `base` and `other`, on a third branch; `edit` makes the
/// contents of each but the base.
fn branches(ours: impl Fn(&Estate), theirs: impl Fn(&Estate)) -> Estate {
    let estate = Estate::shipped();
    estate.git(&["branch", "base"]);
    for (branch, edit) in [("other", &theirs as &dyn Fn(&Estate)), ("ours", &ours)] {
        estate.git(&["switch", "-q", "-c", branch, "base"]);
        edit(&estate);
        estate.commit(branch);
        estate.git(&["reset", "-q", "--hard"]);
    }
    estate
}

/// Every file of the repository's own folder, to see that nothing was written.
fn repository(estate: &Estate) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![estate.path(".git")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(files.insert(path.clone(), fs::read(path).unwrap())),
            }
        }
    }
    files
}

fn line_of(estate: &Estate, path: &str, text: &str) -> usize {
    estate.read(path).lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn two_clean_branches_can_be_broken_together() {
    let tag = |path: &'static str, tag: &'static str| {
        move |estate: &Estate| {
            let text = estate.read(path);
            let old = text.lines().find(|line| line.starts_with("asset_tag: ")).unwrap();
            estate.replace(path, old, &format!("asset_tag: {tag}"));
        }
    };
    let estate = branches(tag(WEB_1, "HS-9999"), tag(WEB_2, "hs-9999"));
    for branch in ["ours", "other"] {
        assert_eq!(estate.run(&["audit", "--fail-on", "note", "--rev", branch]).code, 0);
    }
    let before = (repository(&estate), estate.files());
    let merged = estate.run(&["audit", "--merge-with", "other", "--json"]);
    let line = line_of(&estate, WEB_1, "asset_tag");
    let second = line_of(&estate, WEB_2, "asset_tag");
    assert_eq!((merged.code, found(&merged)), (1, vec![format!("duplicate-asset-tag {WEB_2}:{second}")]));
    let related = &merged.json()["findings"][0]["related"][0];
    assert_eq!((related["path"].as_str(), related["line"].as_u64()), (Some(WEB_1), Some(line as u64)));
    // The same from the other side, and only what the branch adds to the one it goes into.
    let rev = estate.run(&["audit", "--rev", "other", "--merge-with", "ours", "--json"]);
    assert_eq!(found(&rev), found(&merged));
    let scoped = estate.run(&["audit", "--merge-with", "other", "--changed-since", "other", "--json"]);
    assert_eq!((scoped.code, found(&scoped)), (1, found(&merged)));
    assert_eq!((repository(&estate), estate.files()), before, "an audit writes nothing");
    // git agrees about what the merge gives.
    estate.git(&["merge", "-q", "--no-edit", "other"]);
    assert_eq!(found(&estate.run(&["audit", "--json"])), found(&merged));
}

#[test]
fn contents_that_only_the_merge_has_are_audited() {
    let estate = branches(
        |estate| estate.replace(WEB_1, "name: Web front end 1", "name: Renamed"),
        |estate| estate.replace(WEB_1, "verified: {on: 2026-09-16", "verified: {on: 2026-09-17"),
    );
    let merged = estate.run(&["audit", "--merge-with", "other", "--json"]);
    assert_eq!((merged.code, found(&merged)), (0, vec![]));
    let comment = estate.run(&["ci", "comment", "other", "ours"]);
    assert!(comment.out.contains("| changed | item/srv-web-01 | name | Web front end 1 | Renamed |"));
    assert!(!comment.out.contains("verified"), "{}", comment.out);
}

#[test]
fn what_git_cannot_merge_is_found_in_its_place() {
    let estate = branches(
        |estate| {
            estate.replace(WEB_1, "status: in_use", "status: in_maintenance");
            estate.replace(WEB_1, "disk_gib: 1920", "disk_gib: 3840");
            estate.replace(WEB_2, "name: Web front end 2", "name: Second");
            estate.write("inventory/parties/new.yaml", "id: new\nname: Ours\nkind: team\n");
        },
        |estate| {
            estate.replace(WEB_1, "status: in_use", "status: in_stock");
            estate.replace(WEB_1, "disk_gib: 1920", "disk_gib: 960");
            estate.git(&["rm", "-q", WEB_2]);
            estate.write("inventory/parties/new.yaml", "id: new\nname: Theirs\nkind: team\n");
        },
    );
    let before = repository(&estate);
    let merged = estate.run(&["audit", "--merge-with", "other", "--select", "merge-conflict", "--json"]);
    let line = line_of(&estate, WEB_1, "status:");
    let expected = [
        format!("merge-conflict {WEB_1}:{line}"),
        format!("merge-conflict {WEB_2}"),
        "merge-conflict inventory/parties/new.yaml".to_owned(),
    ];
    assert_eq!((merged.code, found(&merged)), (1, expected.to_vec()));
    let findings = merged.json()["findings"].clone();
    assert_eq!(findings[0]["label"], "in other: `status: in_stock`");
    assert_eq!(findings[0]["related"][0]["line"], line_of(&estate, WEB_1, "disk_gib"));
    assert_eq!(findings[1]["message"], "this file is changed here and gone in other");
    assert_eq!(findings[2]["message"], "this file is new here and in other, with different contents");
    assert_eq!(repository(&estate), before);
    // git stops at the same files, and so does the audit of an unfinished merge that is staged.
    let git = ran(estate.command("git").args(["merge", "other"]).output().unwrap());
    assert_eq!(git.code, 1);
    for path in [WEB_1, WEB_2, "inventory/parties/new.yaml"] {
        assert!(git.out.contains(path), "{git:?}");
    }
    let staged = estate.run(&["audit", "--staged", "--select", "merge-conflict", "--json"]);
    assert_eq!((staged.code, found(&staged)), (1, expected.to_vec()));
}

#[test]
fn a_merge_that_git_would_not_begin_is_refused() {
    let estate = Estate::shipped();
    let tree = estate.git(&["rev-parse", "HEAD^{tree}"]);
    let alone = estate.git(&["commit-tree", "-m", "alone", tree.trim()]);
    estate.git(&["branch", "alone", alone.trim()]);
    estate.replace(WEB_1, "Web front end 1", "x");
    estate.commit("Go on");
    estate.refuses(&["audit", "--merge-with", "alone"], 3, "alone and HEAD have no common ancestor");
    estate.refuses(&["audit", "--changed-since", "alone"], 3, "no common ancestor");
    estate.refuses(&["audit", "--merge-with", "nowhere"], 3, "`nowhere` names no commit");
    estate.refuses(&["audit", "--merge-with=--help"], 3, "`--help` names no commit");
    estate.refuses(&["audit", "--merge-with", "HEAD", "--staged"], 2, "cannot be used with");
    estate.refuses(&["audit", "--rev", "HEAD", "--staged"], 2, "--rev is of the past");
    let shallow = estate.folder.path().join("shallow");
    let url = format!("file://{}", estate.root.display());
    estate.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &url, shallow.to_str().unwrap()]);
    let answer = estate.run(&["-C", shallow.to_str().unwrap(), "audit", "--merge-with", "origin/alone"]);
    assert_eq!(answer.code, 3);
    assert!(answer.err.contains("fetch-depth: 0"), "{}", answer.err);
}

#[test]
fn staged_is_what_the_next_commit_holds() {
    let estate = Estate::shipped();
    let sound = estate.read(WEB_1);
    estate.replace(WEB_1, "owner: infra-team", "owner: nobody");
    estate.git(&["add", WEB_1]);
    estate.write(WEB_1, &sound);
    // Untracked, and announced without contents: neither is part of the commit.
    estate.write("inventory/parties/untracked.yaml", "id: [\n");
    estate.write("inventory/parties/announced.yaml", "id: [\n");
    estate.git(&["add", "-N", "inventory/parties/announced.yaml"]);
    let index = fs::read(estate.path(".git/index")).unwrap();
    let staged = estate.run(&["audit", "--staged", "--json"]);
    let line = line_of(&estate, WEB_1, "owner:");
    assert_eq!((staged.code, found(&staged)), (1, vec![format!("dangling-reference {WEB_1}:{line}")]));
    assert_eq!(fs::read(estate.path(".git/index")).unwrap(), index);
    let on_disk = found(&estate.run(&["audit", "--json"]));
    assert_eq!(on_disk.iter().filter(|line| line.contains(WEB_1)).count(), 0);
    assert_eq!(on_disk.len(), 2, "{on_disk:?}");
    let untouched = estate.run(&["audit", "--staged", "--changed-since", "HEAD", "--json"]);
    assert_eq!(found(&untouched), found(&staged));
}

/// `git commit -a` gives its hooks another index than the repository's.
#[cfg(unix)]
#[test]
fn the_hook_of_a_commit_sees_what_is_committed() {
    use std::os::unix::fs::PermissionsExt;
    let estate = Estate::shipped();
    let hook = format!("#!/bin/sh\nexec '{}' audit --staged\n", env!("CARGO_BIN_EXE_estate"));
    estate.write(".git/hooks/pre-commit", &hook);
    fs::set_permissions(estate.path(".git/hooks/pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |arguments: &[&str]| {
        let mut command = estate.command("git");
        ran(command.args(["commit", "-q", "-m", "x"]).args(arguments).output().unwrap())
    };
    estate.replace(WEB_1, "owner: infra-team", "owner: nobody");
    let before = estate.head();
    let refused = commit(&["-a"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(format!("{}{}", refused.out, refused.err).contains("there is no party `nobody`"), "{refused:?}");
    assert_eq!(estate.head(), before);
    estate.replace(WEB_1, "owner: nobody", "owner: network-team");
    let made = commit(&[WEB_1]);
    assert_eq!(made.code, 0, "{made:?}");
}

#[test]
fn a_branch_answers_for_what_it_changed_and_its_neighbours() {
    let estate = Estate::shipped();
    // Two old faults: one on a record that nothing of the branch touches.
    estate.replace(WEB_1, "acquired: 2023-02-17", "acquired: 2099-02-17");
    estate.replace(WEB_2, "warranty_until:", "warranty:");
    estate.commit("Old faults");
    let all = found(&estate.run(&["audit", "--json"]));
    assert!(all.iter().any(|line| line.contains(WEB_2)), "{all:?}");
    estate.git(&["switch", "-q", "-c", "branch"]);
    let code = |arguments: &[&str]| estate.run(arguments).code;
    assert_eq!(code(&["audit", "--changed-since", "branch"]), 4, "nothing has changed");
    assert_eq!(code(&["audit", "--changed-since", "branch", "--allow-empty"]), 0);
    estate.refuses(&["audit", "--changed-since", "branch"], 4, "--allow-empty");

    let since = |rest: &[&str]| {
        let answer = estate.run(&[&["audit", "--changed-since", "main-line", "--json"], rest].concat());
        (answer.code, found(&answer))
    };
    estate.git(&["branch", "main-line"]);
    let laptop = "inventory/items/laptop/lap-021.yaml";
    estate.replace(laptop, "status: in_use", "status: in_repair");
    let expected = vec![format!("invalid-value {laptop}:{}", line_of(&estate, laptop, "status:"))];
    assert_eq!(since(&[]), (1, expected.clone()));
    estate.commit("A new fault");
    assert_eq!(since(&[]), (1, expected.clone()));
    assert_eq!(since(&["--rev", "branch"]), (1, expected.clone()));
    // What the main line does meanwhile is not the branch's doing.
    estate.git(&["switch", "-q", "main-line"]);
    estate.replace("inventory/items/rack/rack-12.yaml", "status: in_use", "status: in_repair");
    estate.commit("A fault of the main line");
    assert_eq!(since(&["--rev", "branch"]), (1, expected));

    // Deleting a record breaks those that refer to it.
    estate.git(&["switch", "-q", "-C", "deletion", "main-line"]);
    estate.git(&["rm", "-q", "inventory/parties/network-team.yaml"]);
    let (code, broken) = since(&[]);
    assert_eq!(code, 1);
    assert!(broken.iter().any(|line| line.starts_with("dangling-reference ")), "{broken:?}");
    assert!(!broken.iter().any(|line| line.contains(laptop)), "{broken:?}");
    // Settings have to do with everything.
    estate.git(&["checkout", "-q", "-f", "deletion"]);
    estate.replace("inventory/settings.yaml", "organisation:", "# changed\norganisation:");
    assert_eq!(since(&[]).1, found(&estate.run(&["audit", "--json"])));
}

#[test]
fn nothing_checked_is_no_success() {
    let estate = Estate::empty();
    fs::create_dir(estate.path("inventory")).unwrap();
    estate.git(&["init", "-q"]);
    estate.refuses(&["audit"], 4, "there is no record to check");
    estate.refuses(&["audit", "--staged"], 4, "there is no record to check");
    assert_eq!(estate.run(&["audit", "--staged", "--allow-empty", "--fail-on", "error"]).code, 1);
    estate.refuses(&["audit", "--merge-with", "main"], 3, "the repository has no commit yet");
    fs::remove_dir_all(estate.path(".git")).unwrap();
    estate.refuses(&["audit", "--staged"], 3, "is not in a git repository");
}

/// No driver or filter that a repository names is run, and none can hide a conflict.
#[test]
fn the_repository_cannot_choose_how_it_is_merged() {
    let estate = branches(
        |estate| estate.replace(WEB_1, "status: in_use", "status: in_maintenance"),
        |estate| estate.replace(WEB_1, "status: in_use", "status: in_stock"),
    );
    let canary = estate.folder.path().join("canary");
    estate.git(&["config", "merge.mine.driver", &format!("touch {}; true", canary.display())]);
    estate.git(&["config", "filter.mine.smudge", &format!("touch {}; cat", canary.display())]);
    estate.write(".gitattributes", "*.yaml merge=mine filter=mine\n");
    estate.commit("Attributes");
    let merged = estate.run(&["audit", "--merge-with", "other", "--select", "merge-conflict", "--json"]);
    assert_eq!((merged.code, found(&merged).len()), (1, 1), "{merged:?}");
    assert!(!Path::new(&canary).exists());
}
