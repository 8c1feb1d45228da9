//! Trees of git that no checkout would make: links, submodules, names that mean something to a
//! file system. They are read at a revision.

use super::{Repo, SERVER, SETTINGS};

const SECRET: &str = "CANARY-7c1f";

/// Adds a commit whose `inventory/items/server` holds these entries, as `mode type id name`, beside
/// sound settings; answers its id.
fn commit(repo: &Repo, entries: &[(&str, &str, &str, &[u8])]) -> String {
    let tree = |entries: &[(&str, &str, &str, &[u8])]| {
        let mut input = Vec::new();
        for (mode, kind, id, name) in entries {
            input.extend_from_slice(format!("{mode} {kind} {id}\t").as_bytes());
            input.extend_from_slice(name);
            input.push(0);
        }
        repo.git_with(&["mktree", "-z", "--missing"], &input)
    };
    let server = tree(entries);
    let items = tree(&[("040000", "tree", &server, b"server")]);
    let settings = blob(repo, SETTINGS);
    let inventory =
        tree(&[("040000", "tree", &items, b"items"), ("100644", "blob", &settings, b"settings.yaml")]);
    let root = tree(&[("040000", "tree", &inventory, b"inventory")]);
    repo.git(&["commit-tree", "-m", "hostile", &root])
}

fn blob(repo: &Repo, text: &str) -> String {
    repo.git_with(&["hash-object", "-w", "--stdin"], text.as_bytes())
}

/// The findings of an audit at a revision as `rule path`, and the whole output.
fn audit(repo: &Repo, revision: &str) -> (Vec<String>, String) {
    let ran = repo.run(&["audit", "--rev", revision, "--json"]);
    assert!(matches!(ran.code, Some(0 | 1)), "{:?}: {}{}", ran.code, ran.out, ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows = json["findings"].as_array().unwrap_or_else(|| panic!("{}", ran.out)).iter();
    let found = rows.map(|row| {
        let path = row["path"].as_str().or_else(|| row["location"]["path"].as_str()).unwrap();
        format!("{} {path}", row["rule"].as_str().unwrap())
    });
    (found.collect(), ran.out + &ran.err)
}

#[test]
fn links_and_submodules_are_findings_and_lead_nowhere() {
    let repo = Repo::new();
    let secret = repo.folder.path().join("secret.yaml");
    std::fs::write(&secret, format!("id: srv-02\nname: {SECRET}\n")).unwrap();
    let to_secret = blob(&repo, secret.to_str().unwrap());
    let head = repo.git(&["rev-parse", "HEAD"]);
    let revision = commit(
        &repo,
        &[
            ("120000", "blob", &to_secret, b"srv-02.yaml"),
            ("120000", "blob", &to_secret, b"folder"),
            ("160000", "commit", &head, b"srv-03.yaml"),
        ],
    );
    let folder = "inventory/items/server";
    let expected = [
        format!("symlink {folder}/folder"),
        format!("symlink {folder}/srv-02.yaml"),
        format!("not-a-file {folder}/srv-03.yaml"),
    ];
    let (found, said) = audit(&repo, &revision);
    assert_eq!(found, expected);
    assert!(!said.contains(SECRET));
    for verb in ["show", "log"] {
        let ran = repo.run(&[verb, "srv-02", "--rev", &revision]);
        assert!(!(ran.out + &ran.err).contains(SECRET), "{verb} follows the link");
    }
}

#[test]
fn links_on_disk_are_not_followed_either() {
    let repo = Repo::new();
    let secret = repo.folder.path().join("secret");
    std::fs::create_dir(&secret).unwrap();
    std::fs::write(secret.join("srv-02.yaml"), format!("id: srv-02\nname: {SECRET}\n")).unwrap();
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(secret.join(to), repo.root.join(at)).unwrap();
    };
    link("srv-02.yaml", "inventory/items/server/srv-02.yaml");
    link("", "inventory/items/laptop");
    link("", "inventory/contracts");
    let ran = repo.run(&["audit"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for path in ["items/server/srv-02.yaml", "items/laptop", "contracts"] {
        assert!(ran.out.contains(&format!("inventory/{path}")), "{path} has no finding in {}", ran.out);
    }
    for arguments in
        [&["audit"][..], &["list"], &["show", "srv-02"], &["find", "CANARY"], &["set", "srv-02", "name=x"]]
    {
        let ran = repo.run(arguments);
        assert!(!(ran.out + &ran.err).contains(SECRET), "{arguments:?} follows a link");
    }
    assert!(std::fs::read_to_string(secret.join("srv-02.yaml")).unwrap().contains(SECRET));
}

#[test]
fn names_that_are_no_ids_are_findings_with_their_name_escaped() {
    let repo = Repo::new();
    let text = blob(&repo, SERVER);
    let names: [&[u8]; 9] = [
        b"CON.yaml",
        b"con.yaml",
        b"--help.yaml",
        b"caf\xc3\xa9.yaml",
        b"cafe\xcc\x81.yaml",
        b"new\nline.yaml",
        b"esc\x1b[2J.yaml",
        b"latin\xe9.yaml",
        b"a b.yaml",
    ];
    let entries: Vec<_> = names.iter().map(|name| ("100644", "blob", text.as_str(), *name)).collect();
    let revision = commit(&repo, &entries);
    let (found, _) = audit(&repo, &revision);
    let invalid = found.iter().filter(|line| line.starts_with("invalid-id ")).count();
    assert_eq!(invalid, names.len(), "{found:#?}");
    for format in ["text", "sarif", "json"] {
        let ran = repo.run(&["audit", "--rev", &revision, "--format", format]);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains("new\nline"), "{format} is not escaped");
    }
    let ran = repo.run(&["list", "--rev", &revision]);
    assert!(!ran.out.contains('\u{1b}'), "list is not escaped");
}

#[test]
fn names_that_leave_the_folder_or_mean_git_are_no_records() {
    let repo = Repo::new();
    let text = blob(&repo, SERVER);
    let before = repo.state();
    let folder = repo.git_with(&["mktree"], format!("100644 blob {text}\tsrv-09.yaml\n").as_bytes());
    let revision = commit(
        &repo,
        &[
            ("040000", "tree", &folder, b".."),
            ("040000", "tree", &folder, b"."),
            ("040000", "tree", &folder, b".git"),
            ("040000", "tree", &folder, b".GIT"),
            ("040000", "tree", &folder, b"git~1"),
            ("100644", "blob", &text, b"srv-01.yaml"),
        ],
    );
    let ran = repo.run(&["list", "--rev", &revision, "--format", "plain"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("srv-01") && !ran.out.contains("srv-09"), "{}", ran.out);
    let (found, _) = audit(&repo, &revision);
    assert_eq!(found, ["stray-file inventory/items/server/git~1/srv-09.yaml"]);
    for arguments in [&["diff", "HEAD", &revision][..], &["log", "srv-09", "--rev", &revision]] {
        let ran = repo.run(arguments);
        assert!(matches!(ran.code, Some(0..=4)), "{arguments:?}: {}", ran.err);
    }
    let after = repo.state();
    assert_eq!(after, before, "reading changed something");
}

#[test]
fn objects_that_are_missing_are_findings() {
    let repo = Repo::new();
    let nowhere = "1234567890123456789012345678901234567890";
    let revision = commit(&repo, &[("100644", "blob", nowhere, b"srv-01.yaml")]);
    let (found, said) = audit(&repo, &revision);
    assert_eq!(found, ["unreadable-file inventory/items/server/srv-01.yaml"]);
    assert!(said.contains("fetch"), "{said}");
}
