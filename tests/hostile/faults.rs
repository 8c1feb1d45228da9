//! A command that is killed, or whose disk fails, at every system call of a write: the estate is
//! what it was or what it was to be, and the next command works.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Ran, Repo, SERVER_PATH, ran};

const OTHER: &str = "inventory/items/server/srv-02.yaml";

/// A repository in which a command was killed after the branch had moved: the files, the index and
/// what else lies about are of the moment before.
fn killed_after_the_branch_moved() -> Repo {
    let repo = Repo::new();
    assert_eq!(repo.run(&["set", "srv-01", "name=Second"]).code, Some(0));
    repo.git(&["checkout", "-q", "HEAD~1", "--", SERVER_PATH]);
    let commit = repo.git(&["rev-parse", "HEAD"]);
    repo.write(".git/estate/journal", &format!("{commit} refs/heads/main\n"));
    repo.write(".git/index.lock", "");
    repo.write(".git/refs/heads/main.lock", &commit);
    repo.write("inventory/items/server/.estate-abc123.tmp", "id: sr");
    repo
}

fn name(repo: &Repo) -> String {
    let text = repo.read(SERVER_PATH);
    text.lines().find_map(|line| line.strip_prefix("name: ")).unwrap().to_owned()
}

#[test]
fn the_next_command_finishes_what_a_killed_one_began() {
    let repo = killed_after_the_branch_moved();
    assert_eq!(name(&repo), "Web");
    let ran = repo.run(&["set", "srv-01", "status=ordered"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("was killed"), "{}", ran.err);
    assert_eq!(name(&repo), "Second");
    assert!(repo.read(SERVER_PATH).contains("status: ordered"));
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    assert!(!repo.root.join(".git/estate/journal").exists());
}

#[test]
fn what_somebody_wrote_since_is_left_alone() {
    let repo = killed_after_the_branch_moved();
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Mine"));
    let ran = repo.run(&["add", "party", "it", "--name", "IT", "--kind", "team"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(name(&repo), "Mine");
}

#[test]
fn a_branch_that_has_moved_on_is_not_followed_back() {
    let repo = killed_after_the_branch_moved();
    fs::remove_file(repo.root.join(".git/index.lock")).unwrap();
    fs::remove_file(repo.root.join(".git/refs/heads/main.lock")).unwrap();
    repo.git(&["commit", "-qm", "Back to what the file says"]);
    let ran = repo.run(&["set", "srv-01", "status=ordered"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(!ran.err.contains("was killed"), "{}", ran.err);
    assert_eq!(name(&repo), "Web");
}

#[test]
fn a_lock_of_another_command_is_respected_and_named() {
    for lock in [".git/index.lock", ".git/refs/heads/main.lock"] {
        let repo = Repo::new();
        repo.write(lock, "");
        let before = repo.state();
        let ran = repo.run(&["set", "srv-01", "name=Second"]);
        assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(lock), "{}", ran.err);
        assert_eq!(repo.state(), before);
        assert!(repo.root.join(lock).exists());
    }
}

/// System calls by which a write reaches the disk.
const CALLS: [&str; 9] =
    ["write", "pwrite64", "fsync", "rename", "renameat", "link", "unlink", "mkdir", "fchmod"];

/// One fault at the `number`th call, in a fresh copy; `None` where there are not so many calls.
fn with_fault(base: &Repo, copy: &Path, call: &str, fault: &str, number: usize) -> Option<Ran> {
    let _ = fs::remove_dir_all(copy);
    assert_eq!(ran(Command::new("cp").arg("-a").arg(&base.root).arg(copy)).code, Some(0));
    let trace = copy.with_extension("trace");
    let mut command = base.command("strace");
    command.current_dir(copy).args(["-f", "-qq", "-o"]).arg(&trace);
    command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}:when={number}")]);
    let ran = ran(command.arg(env!("CARGO_BIN_EXE_estate")).args(["set", "srv-01", "name=Second"]));
    let trace = String::from_utf8_lossy(&fs::read(trace).unwrap()).into_owned();
    (trace.contains("(INJECTED)") || trace.contains("killed by SIGKILL")).then_some(ran)
}

/// Slow: some hundred runs under strace. `.ci/run` runs it where strace is installed.
#[test]
#[ignore = "needs strace and some minutes"]
fn no_fault_at_any_system_call_loses_anything() {
    let base = Repo::new();
    base.write(OTHER, &base.read(SERVER_PATH).replace("srv-01", "srv-02"));
    base.git(&["add", "."]);
    base.git(&["commit", "-qm", "Another"]);
    assert_eq!(base.run(&["set", "srv-01", "name=First"]).code, Some(0));
    let copy = base.folder.path().join("copy");
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for fault in ["signal=KILL", "error=EIO", "error=ENOSPC"] {
        for call in CALLS {
            for number in 1..1_000 {
                let Some(ran) = with_fault(&base, &copy, call, fault, number) else { break };
                *counts.entry((fault, call)).or_default() += 1;
                for problem in problems(&base, &copy, &ran) {
                    wrong.push(format!("{call} {number} {fault}: {problem}"));
                }
            }
        }
    }
    println!("faults: {counts:?}");
    assert!(counts.values().sum::<usize>() > 150, "strace injects nothing");
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn problems(base: &Repo, copy: &Path, ran: &Ran) -> Vec<String> {
    let git = |arguments: &[&str]| super::ran(base.command("git").current_dir(copy).args(arguments));
    let committed = || git(&["show", &format!("HEAD:{SERVER_PATH}")]).out;
    let on_disk = || fs::read_to_string(copy.join(SERVER_PATH)).unwrap_or_default();
    let old = base.read(SERVER_PATH);
    let new = old.replace("First", "Second");
    let mut problems = Vec::new();
    for (what, text) in [("file", on_disk()), ("commit", committed())] {
        if text != old && text != new {
            problems.push(format!("the {what} holds neither the old text nor the new: {text:?}"));
        }
        if ran.code == Some(0) && text != new {
            problems.push(format!("it was acknowledged and the {what} is the old one"));
        }
    }
    if ran.err.contains("panicked") {
        problems.push(format!("it panicked: {}", ran.err));
    }
    if ran.code.is_some_and(|code| code != 0) && !ran.err.starts_with("error: ") {
        problems.push(format!("it fails without saying why: {}", ran.err));
    }
    let check = git(&["fsck", "--strict"]);
    if check.code != Some(0) || check.err.contains("error") {
        problems.push(format!("git fsck: {}{}", check.out, check.err));
    }
    // Not on the same field, so that a lost change would be seen.
    let next = super::ran(base.command(env!("CARGO_BIN_EXE_estate")).current_dir(copy).args([
        "set",
        "srv-02",
        "name=Next",
    ]));
    if next.code != Some(0) {
        problems.push(format!("the next command fails: {}", next.err));
    }
    let status = git(&["status", "--porcelain"]).out;
    if !status.is_empty() {
        problems.push(format!("something is left over: {status}"));
    }
    if committed() != on_disk() {
        problems.push("file and commit differ after the next command".to_owned());
    }
    problems
}
