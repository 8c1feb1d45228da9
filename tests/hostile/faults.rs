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
    let [before, commit] = ["HEAD~1", "HEAD"].map(|name| repo.git(&["rev-parse", name]));
    repo.write(".git/estate/journal", &format!("commit\0{before}\0{commit}\0refs/heads/main\n"));
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

/// A command under test: what comes before it, and the command.
type Case<'c> = (&'c [&'c [&'c str]], &'c [&'c str]);

/// From `main`, `behind` follows with one commit, and `clean` and `conflict` go their own ways.
const CASES: [Case<'_>; 7] = [
    (&[], &["set", "srv-01", "name=Second"]),
    (&[], &["merge", "behind"]),
    (&[&["set", "srv-01", "status=ordered"]], &["merge", "clean"]),
    (&[&["set", "srv-01", "name=Ours"]], &["merge", "conflict"]),
    (
        &[&["set", "srv-01", "name=Ours"], &["merge", "conflict"], &["resolve", "srv-01", "--theirs"]],
        &["merge", "--continue"],
    ),
    (&[&["set", "srv-01", "name=Ours"], &["merge", "conflict"]], &["merge", "--abort"]),
    (&[&["set", "srv-01", "status=ordered"], &["merge", "clean"]], &["undo"]),
];

/// What a person finds: the last commit's files, how many commits there are, the files, what git says
/// of them, and whether a merge is open.
#[derive(Clone, PartialEq, Eq, Debug)]
struct State {
    tree: String,
    commits: String,
    files: BTreeMap<String, String>,
    status: String,
    merging: bool,
}

fn state(base: &Repo, root: &Path) -> State {
    let git = |arguments: &[&str]| super::ran(base.command("git").current_dir(root).args(arguments)).out;
    let mut files = BTreeMap::new();
    for path in git(&["ls-files", "-z", "--cached", "--others", "inventory"]).split_terminator('\0') {
        if let Ok(text) = fs::read_to_string(root.join(path)) {
            files.insert(path.to_owned(), text);
        }
    }
    // Nobody looks for a file that a killed command had not finished.
    files.retain(|path, _| !path.contains("/.estate-"));
    let status = git(&["status", "--porcelain"]);
    State {
        tree: git(&["rev-parse", "HEAD^{tree}"]),
        commits: git(&["rev-list", "--count", "HEAD"]),
        files,
        status: status.lines().filter(|line| !line.contains("/.estate-")).collect(),
        merging: root.join(".git/MERGE_HEAD").exists(),
    }
}

fn copy_of(base: &Path, copy: &Path) {
    let _ = fs::remove_dir_all(copy);
    assert_eq!(ran(Command::new("cp").arg("-a").arg(base).arg(copy)).code, Some(0));
}

/// One fault at the `number`th call; `None` where there are not so many calls.
fn with_fault(
    base: &Repo,
    copy: &Path,
    arguments: &[&str],
    call: &str,
    fault: &str,
    number: usize,
) -> Option<Ran> {
    copy_of(&base.root, copy);
    let trace = copy.with_extension("trace");
    let mut command = base.command("strace");
    command.current_dir(copy).args(["-f", "-qq", "-o"]).arg(&trace);
    command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}:when={number}")]);
    let ran = ran(command.arg(env!("CARGO_BIN_EXE_estate")).args(arguments));
    let trace = String::from_utf8_lossy(&fs::read(trace).unwrap()).into_owned();
    (trace.contains("(INJECTED)") || trace.contains("killed by SIGKILL")).then_some(ran)
}

/// Slow: some thousand runs under strace. `.ci/run` runs it where strace is installed.
#[test]
#[ignore = "needs strace and some minutes"]
fn no_fault_at_any_system_call_loses_anything() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (before, arguments) in CASES {
        let base = with_branches();
        for step in before {
            assert!(base.run(step).code.is_some_and(|code| code < 2), "{step:?}");
        }
        let copy = base.folder.path().join("copy");
        copy_of(&base.root, &copy);
        let done = ran(base.command(env!("CARGO_BIN_EXE_estate")).current_dir(&copy).args(arguments));
        let states = [state(&base, &base.root), state(&base, &copy)];
        assert!(done.code.is_some_and(|code| code < 2) && states[0] != states[1], "{arguments:?}");
        println!("{arguments:?}");
        for fault in ["signal=KILL", "error=EIO"] {
            for call in CALLS {
                for number in 1..1_000 {
                    let Some(ran) = with_fault(&base, &copy, arguments, call, fault, number) else { break };
                    *counts.entry((fault, call)).or_default() += 1;
                    for problem in problems(&base, &copy, &ran, &states, done.code) {
                        wrong.push(format!("{arguments:?} {call} {number} {fault}: {problem}"));
                    }
                }
            }
        }
    }
    println!("faults: {counts:?}");
    assert!(counts.values().sum::<usize>() > 500, "strace injects nothing");
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn with_branches() -> Repo {
    let base = Repo::new();
    base.write(OTHER, &base.read(SERVER_PATH).replace("srv-01", "srv-02"));
    base.git(&["add", "."]);
    base.git(&["commit", "-qm", "Another"]);
    assert_eq!(base.run(&["set", "srv-01", "name=First"]).code, Some(0));
    for (branch, changes) in [
        ("behind", &["name=Theirs"][..]),
        ("clean", &["asset_tag=HS-1"]),
        ("conflict", &["name=Theirs", "asset_tag=HS-1"]),
    ] {
        base.git(&["switch", "-q", "-c", branch, "main"]);
        assert_eq!(base.run(&[&["set", "srv-01"], changes].concat()).code, Some(0));
        assert_eq!(base.run(&["add", "party", "it", "--name", "IT", "--kind", "team"]).code, Some(0));
        base.git(&["rm", "-q", OTHER]);
        base.git(&["commit", "-qm", "Sold"]);
    }
    base.git(&["switch", "-q", "main"]);
    base
}

/// After the next command all is as before or all is done, whatever the fault was; what was
/// acknowledged is done.
fn problems(base: &Repo, copy: &Path, ran: &Ran, states: &[State; 2], done: Option<i32>) -> Vec<String> {
    let run = |program: &str, arguments: &[&str]| {
        super::ran(base.command(program).current_dir(copy).args(arguments))
    };
    let [old, new] = states;
    let mut problems = Vec::new();
    for (path, text) in state(base, copy).files {
        if ![old, new].map(|state| state.files.get(&path)).contains(&Some(&text)) {
            problems.push(format!("{path} holds neither the old text nor the new: {text:?}"));
        }
    }
    if ran.err.contains("panicked") {
        problems.push(format!("it panicked: {}", ran.err));
    }
    if ran.code.is_some_and(|code| code > 1) && !ran.err.contains("error: ") {
        problems.push(format!("it fails without saying why: {}", ran.err));
    }
    let check = run("git", &["fsck", "--strict"]);
    if check.code != Some(0) || check.err.contains("error") {
        problems.push(format!("git fsck: {}{}", check.out, check.err));
    }
    let next = run(env!("CARGO_BIN_EXE_estate"), &["fsck", "--fix"]);
    let after = state(base, copy);
    if next.code.is_none_or(|code| code > 1) {
        problems.push(format!("the next command fails: {}", next.err));
    }
    if !states.contains(&after) {
        problems.push(format!("{}: after the next command it is neither of both: {after:?}", ran.err));
    }
    if ran.code == done && after != *new {
        problems.push("it was acknowledged and is not done".to_owned());
    }
    problems
}
