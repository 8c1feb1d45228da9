//! Repositories in a state that is not the usual one, and revisions that are none.

use std::fs;

use super::{Ran, Repo, SERVER_PATH};

const SET: [&str; 3] = ["set", "srv-01", "name=Mail"];

/// The command fails with this code and says this, without a panic and without a change.
fn refuses(repo: &Repo, arguments: &[&str], code: i32, says: &str) {
    let before = repo.read(SERVER_PATH);
    let ran = repo.run(arguments);
    assert_eq!(ran.code, Some(code), "{arguments:?}: {}{}", ran.out, ran.err);
    assert!(ran.err.contains(says), "{arguments:?} does not say {says:?}: {}", ran.err);
    assert_eq!(repo.read(SERVER_PATH), before, "{arguments:?} changed the file");
}

fn reads(repo: &Repo, arguments: &[&str]) -> Ran {
    let ran = repo.run(arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.err);
    ran
}

#[test]
fn revisions_that_are_none_make_nothing() {
    let repo = Repo::new();
    let before = repo.state();
    for revision in [
        "--output=x",
        "-O",
        "-Ox",
        "--",
        "",
        "x",
        ":/nothing",
        "HEAD:inventory",
        "HEAD^{tree}",
        "HEAD~9",
        "@{9}",
        "@{upstream}",
        "a..b",
        "HEAD...main",
        "HEAD\nmain",
        "refs/heads/",
        "../../etc/passwd",
        "main.lock",
        "0000000000000000000000000000000000000000",
        "ffff",
        "^HEAD",
        "HEAD^{/x",
        "\u{1b}[31m",
        "é",
    ] {
        for arguments in [
            &["audit", &format!("--rev={revision}")][..],
            &["list", "server", &format!("--rev={revision}")],
            &["diff", &format!("--rev={revision}"), "HEAD"],
            &["log", "srv-01", &format!("--rev={revision}")],
        ] {
            let ran = repo.run(arguments);
            assert!(matches!(ran.code, Some(2 | 3)), "{arguments:?}: {:?} {}", ran.code, ran.out);
            assert!(
                ran.err.starts_with("error: ") && !ran.err.contains('\u{1b}'),
                "{arguments:?}: {}",
                ran.err
            );
        }
        let ran = repo.run(&["diff", "--", revision, "HEAD"]);
        assert!(matches!(ran.code, Some(2 | 3)), "diff {revision:?}: {:?} {}", ran.code, ran.out);
    }
    assert_eq!(repo.state(), before);
}

#[test]
fn no_repository() {
    let repo = Repo::without_git();
    reads(&repo, &["audit"]);
    reads(&repo, &["show", "srv-01"]);
    refuses(&repo, &["audit", "--rev", "HEAD"], 3, "not in a git repository");
    refuses(&repo, &SET, 3, "not in a git repository");
    reads(&repo, &["set", "srv-01", "name=Mail", "--no-commit"]);
    assert!(repo.read(SERVER_PATH).contains("name: Mail"));
}

#[test]
fn no_commit_yet() {
    let repo = Repo::without_git();
    repo.git(&["init", "-q", "-b", "main"]);
    reads(&repo, &["audit"]);
    refuses(&repo, &["audit", "--rev", "HEAD"], 3, "no commit yet");
    refuses(&repo, &["diff"], 3, "no commit yet");
}

#[test]
fn bare() {
    let repo = Repo::new();
    repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = repo.root.with_file_name("bare.git");
    let ran = repo.run(&["-C", bare.to_str().unwrap(), "list", "server"]);
    assert_eq!(ran.code, Some(3), "{}", ran.out);
    assert!(ran.err.contains("no estate") || ran.err.contains("bare"), "{}", ran.err);
    // A bare repository around a worktree's files, as some back-up tools keep it.
    repo.git(&["config", "core.bare", "true"]);
    reads(&repo, &["audit"]);
    refuses(&repo, &SET, 3, "bare");
}

#[test]
fn detached() {
    let repo = Repo::new();
    repo.git(&["checkout", "-q", "--detach"]);
    reads(&repo, &["audit", "--rev", "HEAD"]);
    refuses(&repo, &SET, 3, "detached");
}

#[test]
fn in_the_middle_of_a_merge() {
    let repo = Repo::new();
    repo.git(&["checkout", "-qb", "other"]);
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Other"));
    repo.git(&["commit", "-qam", "Other"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Ours"));
    repo.git(&["commit", "-qam", "Ours"]);
    assert_ne!(super::ran(repo.command("git").args(["merge", "-q", "other"])).code, Some(0));
    let ran = repo.run(&["audit"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("conflict-marker") && ran.out.contains(SERVER_PATH), "{}", ran.out);
    reads(&repo, &["audit", "--rev", "HEAD"]);
    let ran = repo.run(&["add", "party", "it", "--name", "IT", "--kind", "team"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("merge"), "{}", ran.err);
}

#[test]
fn shallow() {
    let repo = Repo::new();
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Later"));
    repo.git(&["commit", "-qam", "Later"]);
    let url = format!("file://{}", repo.root.display());
    repo.git(&["clone", "-q", "--depth", "1", &url, "../shallow"]);
    let shallow = repo.root.with_file_name("shallow");
    let at = shallow.to_str().unwrap();
    reads(&repo, &["-C", at, "audit", "--rev", "HEAD"]);
    let ran = repo.run(&["-C", at, "audit", "--rev", "HEAD~1"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("shallow"), "{}", ran.err);
    let ran = repo.run(&["-C", at, "log", "srv-01"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

/// libgit2 reads repositories of SHA-1 alone: the files can be read, and the rest says why not.
#[test]
fn of_sha256() {
    let repo = Repo::without_git();
    repo.git(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "Begin"]);
    reads(&repo, &["audit"]);
    refuses(&repo, &["audit", "--rev", "HEAD"], 3, "git repository cannot be used");
    refuses(&repo, &SET, 3, "git repository cannot be used");
}

#[test]
fn damaged() {
    let repo = Repo::new();
    fs::write(repo.root.join(".git/HEAD"), "nonsense\n").unwrap();
    reads(&repo, &["audit"]);
    refuses(&repo, &SET, 3, "git");
    fs::write(repo.root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(repo.root.join(".git/refs/heads/main"), "").unwrap();
    reads(&repo, &["audit"]);
    refuses(&repo, &SET, 3, "git");
}
