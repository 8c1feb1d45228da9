//! Repositories that are not the plain kind: each is answered rightly or refused clearly.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Ran, Repo, SERVER_PATH, ran};

/// A repository with two more commits, in which the server is called Second, then Third.
fn with_past() -> Repo {
    let repo = Repo::new();
    for (old, new) in [("Web", "Second"), ("Second", "Third")] {
        repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace(old, new));
        repo.git(&["commit", "-qam", new]);
    }
    repo
}

/// Runs the command in a folder beside the repository.
fn run_in(repo: &Repo, root: &Path, arguments: &[&str]) -> Ran {
    ran(repo.command(env!("CARGO_BIN_EXE_estate")).current_dir(root).args(arguments))
}

fn reads(repo: &Repo, root: &Path, arguments: &[&str]) -> String {
    let ran = run_in(repo, root, arguments);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.err);
    ran.out
}

fn refuses(repo: &Repo, root: &Path, arguments: &[&str], says: &[&str]) {
    let ran = run_in(repo, root, arguments);
    assert_eq!(ran.code, Some(3), "{arguments:?}: {}{}", ran.out, ran.err);
    for says in says {
        assert!(ran.err.contains(says), "{arguments:?} does not say {says:?}: {}", ran.err);
    }
}

fn beside(repo: &Repo, name: &str) -> PathBuf {
    repo.root.with_file_name(name)
}

/// `git replace` is a private view of a history: what was committed is told.
#[test]
fn replaced_commits_are_told_as_they_were_made() {
    let repo = with_past();
    let log = reads(&repo, &repo.root, &["log", "srv-01", "--json"]);
    repo.git(&["replace", "HEAD~1", "HEAD~2"]);
    assert!(!repo.git(&["log", "--format=%s"]).contains("Second"), "git itself hides the commit");
    assert_eq!(reads(&repo, &repo.root, &["log", "srv-01", "--json"]), log);
    assert!(reads(&repo, &repo.root, &["diff", "HEAD~1", "HEAD"]).contains("Second"));
}

#[test]
fn grafts_are_refused() {
    let repo = with_past();
    let grafts = format!("{} {}\n", repo.git(&["rev-parse", "HEAD"]), repo.git(&["rev-parse", "HEAD~2"]));
    fs::create_dir_all(repo.root.join(".git/info")).unwrap();
    fs::write(repo.root.join(".git/info/grafts"), grafts).unwrap();
    reads(&repo, &repo.root, &["audit"]);
    for arguments in
        [&["log", "srv-01"][..], &["diff", "HEAD~1", "HEAD"], &["list", "server", "--rev", "HEAD"]]
    {
        refuses(&repo, &repo.root, arguments, &["info/grafts", "delete"]);
    }
    refuses(&repo, &repo.root, &["set", "srv-01", "name=Mail"], &["info/grafts"]);
    fs::write(repo.root.join(".git/info/grafts"), "").unwrap();
    assert!(reads(&repo, &repo.root, &["log", "srv-01"]).contains("Second"));
}

/// Contents that were never fetched are not taken for equal, and nothing is fetched behind one's back.
#[test]
fn a_partial_clone_says_what_it_lacks() {
    let repo = with_past();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.root.display());
    repo.git(&["clone", "-q", "--filter=blob:none", &url, "../partial"]);
    let partial = beside(&repo, "partial");
    reads(&repo, &partial, &["audit"]);
    reads(&repo, &partial, &["audit", "--rev", "HEAD"]);
    let lacks = ["cannot be read", "git fetch --refetch"];
    refuses(&repo, &partial, &["diff", "HEAD~2", "HEAD~1"], &lacks);
    refuses(&repo, &partial, &["diff", "HEAD~1"], &lacks);
    refuses(&repo, &partial, &["log", "srv-01"], &["clone is incomplete", "git fetch --refetch"]);
    let audit = run_in(&repo, &partial, &["audit", "--rev", "HEAD~1"]);
    assert_eq!(audit.code, Some(1), "{}", audit.err);
    assert!(audit.out.contains("unreadable-file") && audit.out.contains(SERVER_PATH), "{}", audit.out);
    let list = reads(&repo, &partial, &["list", "server", "--rev", "HEAD~1"]);
    assert!(list.contains("unreadable"), "{list}");
}

/// A part of the files is not taken for the whole.
#[test]
fn a_sparse_checkout_is_no_estate() {
    let repo = with_past();
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/inventory/items/"]);
    assert!(!repo.root.join(SERVER_PATH).exists());
    for arguments in [&["audit"][..], &["list", "server"], &["show", "srv-01"], &["set", "srv-01", "name=X"]]
    {
        refuses(
            &repo,
            &repo.root,
            arguments,
            &["sparse checkout", SERVER_PATH, "git sparse-checkout disable"],
        );
    }
    assert!(reads(&repo, &repo.root, &["list", "server", "--rev", "HEAD"]).contains("Third"));
    // One that leaves out other files only is as good as any.
    repo.write("docs/plan.md", "A plan\n");
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/docs/"]);
    reads(&repo, &repo.root, &["audit"]);
    repo.git(&["sparse-checkout", "disable"]);
    reads(&repo, &repo.root, &["set", "srv-01", "name=Mail"]);
}

#[test]
fn a_linked_worktree_commits_to_its_own_branch() {
    let repo = with_past();
    let main = repo.git(&["rev-parse", "main"]);
    repo.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    let linked = beside(&repo, "linked");
    reads(&repo, &linked, &["audit"]);
    reads(&repo, &linked, &["set", "srv-01", "name=Mail"]);
    assert_eq!(repo.git(&["rev-parse", "main"]), main);
    assert_eq!(repo.git(&["rev-parse", "side~1"]), main);
    assert!(repo.git(&["show", &format!("side:{SERVER_PATH}")]).contains("name: Mail"));
    assert!(repo.read(SERVER_PATH).contains("name: Third"), "the other worktree was touched");
}

/// An estate that is another repository's submodule is its own repository.
#[test]
fn a_submodule_is_its_own_repository() {
    let repo = with_past();
    let around = beside(&repo, "around");
    fs::create_dir(&around).unwrap();
    let git = |arguments: &[&str]| {
        let ran = ran(repo.command("git").current_dir(&around).args(arguments));
        assert_eq!(ran.code, Some(0), "git {arguments:?}: {}", ran.err);
        ran.out
    };
    git(&["init", "-q", "-b", "main"]);
    let url = repo.root.to_str().unwrap();
    git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", url, "estate"]);
    git(&["commit", "-qm", "Around"]);
    let before = git(&["rev-parse", "HEAD"]);
    let inside = around.join("estate");
    reads(&repo, &inside, &["audit", "--rev", "HEAD"]);
    reads(&repo, &inside, &["set", "srv-01", "name=Mail"]);
    assert_eq!(git(&["rev-parse", "HEAD"]), before, "the repository around it was written to");
    assert!(git(&["status", "--porcelain"]).contains("estate"), "its commit moved");
}

/// The folder says which repository is meant; the variables of a surrounding git command do not.
#[test]
fn variables_of_git_lead_nowhere_else() {
    let repo = with_past();
    let other = Repo::new();
    let mut command = repo.command(env!("CARGO_BIN_EXE_estate"));
    command.env("GIT_DIR", other.root.join(".git")).env("GIT_WORK_TREE", &other.root);
    let log = ran(command.args(["log", "srv-01"]));
    assert_eq!(log.code, Some(0), "{}", log.err);
    assert!(log.out.contains("Third"), "{}", log.out);
    let mut command = repo.command(env!("CARGO_BIN_EXE_estate"));
    command.env("GIT_DIR", other.root.join(".git")).env("GIT_WORK_TREE", &other.root);
    let before = other.state();
    assert_eq!(ran(command.args(["set", "srv-01", "name=Mail"])).code, Some(0));
    assert_eq!(other.state(), before);
    assert!(repo.git(&["show", &format!("HEAD:{SERVER_PATH}")]).contains("name: Mail"));
}

/// Git's protection of folders that belong to somebody else holds here, too, and so does its list of
/// exceptions. Only root can give a folder away.
#[test]
fn a_repository_of_another_user_is_not_used() {
    use std::os::unix::fs::{MetadataExt, chown};
    let repo = with_past();
    let mine = fs::metadata(&repo.root).unwrap().uid();
    let git = repo.root.join(".git");
    if chown(&repo.root, Some(mine + 1), None).is_err() || chown(&git, Some(mine + 1), None).is_err() {
        return;
    }
    reads(&repo, &repo.root, &["audit"]);
    refuses(&repo, &repo.root, &["log", "srv-01"], &["not owned by current user"]);
    refuses(&repo, &repo.root, &["set", "srv-01", "name=Mail"], &["not owned by current user"]);
    // In the home folder's .gitconfig: the library that reads it does not know GIT_CONFIG_GLOBAL.
    let config = format!("[safe]\n\tdirectory = {}\n", repo.root.display());
    fs::write(repo.folder.path().join(".gitconfig"), config).unwrap();
    let log = reads(&repo, &repo.root, &["log", "srv-01"]);
    assert!(log.contains("Third"), "{log}");
}
