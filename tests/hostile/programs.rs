//! Programs that a repository names: in its configuration, its attributes, its hooks. No verb runs one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{Repo, SERVER_PATH, ran};

const HOOKS: [&str; 14] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "pre-push",
    "reference-transaction",
    "update",
];

/// Keys of git's configuration whose value git runs.
const KEYS: [&str; 35] = [
    "alias.audit",
    "alias.diff",
    "alias.log",
    "alias.merge",
    "browser.evil.cmd",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.evil.command",
    "diff.evil.textconv",
    "diff.external",
    "difftool.evil.cmd",
    "filter.evil.clean",
    "filter.evil.process",
    "filter.evil.smudge",
    "gpg.openpgp.program",
    "gpg.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.ssh.program",
    "gpg.x509.program",
    "interactive.diffFilter",
    "man.evil.cmd",
    "merge.evil.driver",
    "mergetool.evil.cmd",
    "pager.diff",
    "pager.log",
    "remote.origin.uploadpack",
    "sequence.editor",
    "trailer.change.command",
    "uploadpack.packObjectsHook",
];

/// Runs what fits most verbs, so that a new one is tried without a word here.
const USUAL: [&[&str]; 6] =
    [&[], &["srv-01"], &["server"], &["HEAD~1"], &["srv-01", "name=Mail"], &["HEAD~1", "HEAD"]];

/// What a verb does only where it is asked in its own words.
fn own(verb: &str) -> &'static [&'static [&'static str]] {
    match verb {
        "add" => &[&["party", "it", "--name", "IT", "--kind", "team"]],
        "audit" => &[
            &["--rev", "HEAD"],
            &["--staged"],
            &["--merge-with", "other"],
            &["--changed-since", "HEAD~1"],
            &["--format", "sarif"],
        ],
        "baseline" => &[&["q4", "--sign", "key"], &["--require-signature", "--signers-from", "main"]],
        "close" => &[&["2025-01", "--sign", "key"], &["--verify", "--require-signature"]],
        "conflicts" | "undo" => &[&["-n"]],
        "diff" => &[&["HEAD", "staged"], &["HEAD~1", "--value"]],
        "edit" => &[&["srv-01", "--from", "new.yaml"]],
        "import" => &[&["yaml", "."], &["csv", "new.yaml"]],
        "init" => &[&["--name", "X", "new"], &["--sample", "sample"]],
        "log" => &[&["--change", "CHG-1"], &["srv-01", "--rev", "other"]],
        "merge" => &[&["other"], &["other", "-n"], &["--abort"]],
        "resolve" => &[&["srv-01", "name", "--ours"]],
        "retire" => &[&["srv-01", "--on", "2026-01-31"]],
        "unset" => &[&["srv-01", "supplier"]],
        _ => &[],
    }
}

/// A repository in which every way that git knows leads to a program that leaves a file behind.
fn trapped() -> (Repo, std::path::PathBuf) {
    let repo = Repo::new();
    repo.write("new.yaml", &repo.read(SERVER_PATH).replace("Web", "New"));
    repo.git(&["checkout", "-qb", "other"]);
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Theirs"));
    repo.git(&["commit", "-qam", "Theirs"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write(SERVER_PATH, &repo.read(SERVER_PATH).replace("Web", "Ours"));
    repo.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "Ours"]);
    repo.write("key", include_str!("../signing/ed25519"));
    for name in ["baseline/kept", "close/2024-12"] {
        let tag = include_str!("../signing/ed25519.tag");
        let id = repo.git_with(&["hash-object", "-t", "tag", "--literally", "-w", "--stdin"], tag.as_bytes());
        repo.git(&["update-ref", &format!("refs/tags/{name}"), &id]);
    }
    let canary = repo.folder.path().join("canary");
    let program = repo.folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\ncat\n", canary.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let run = program.to_str().unwrap();
    let mut config = fs::read_to_string(repo.root.join(".git/config")).unwrap();
    for key in KEYS {
        let (section, name) = key.rsplit_once('.').unwrap();
        let bang = if section == "alias" { "!" } else { "" };
        let section = match section.split_once('.') {
            Some((section, below)) => format!("{section} \"{below}\""),
            None => section.to_owned(),
        };
        config.push_str(&format!("[{section}]\n\t{name} = {bang}{run}\n"));
    }
    config.push_str("[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[log]\n\tshowSignature = true\n");
    config.push_str("[filter \"evil\"]\n\trequired = true\n");
    config.push_str(&format!("[remote \"origin\"]\n\turl = ext::{run}\n\tpromisor = true\n"));
    fs::write(repo.root.join(".git/config"), config).unwrap();
    fs::write(repo.root.join(".git/info/attributes"), "* filter=evil diff=evil merge=evil\n").unwrap();
    fs::create_dir_all(repo.root.join(".git/hooks")).unwrap();
    for hook in HOOKS {
        fs::copy(&program, repo.root.join(".git/hooks").join(hook)).unwrap();
    }
    (repo, canary)
}

/// The verbs below these, as the help lists them.
fn verbs(repo: &Repo, above: &[&str]) -> Vec<String> {
    let help = repo.run(&[above, &["--help"]].concat()).out;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn no_verb_runs_one() {
    let (repo, canary) = trapped();
    let found = verbs(&repo, &[]);
    assert!(found.len() > 25 && found.iter().any(|verb| verb == "merge-driver"), "{found:?}");
    let mut written = 0;
    for verb in &found {
        let below = verbs(&repo, &[verb]);
        let heads: Vec<Vec<&str>> = match below.is_empty() {
            true => vec![vec![verb.as_str()]],
            false => below.iter().map(|sub| vec![verb.as_str(), sub]).collect(),
        };
        let copy = repo.folder.path().join("copy");
        for head in heads {
            let _ = fs::remove_dir_all(&copy);
            let copied = Command::new("cp").arg("-a").arg(&repo.root).arg(&copy).status().unwrap();
            assert!(copied.success());
            for tail in USUAL.iter().chain(own(verb)) {
                let arguments = [&head[..], tail].concat();
                let mut command = repo.command(env!("CARGO_BIN_EXE_estate"));
                let ran = ran(command.current_dir(&copy).args(&arguments));
                assert!(ran.code.is_some_and(|code| code <= 5), "{arguments:?}: {:?} {}", ran.code, ran.err);
                assert!(!canary.exists(), "{arguments:?} ran a program of the repository");
                let head =
                    |root: &std::path::Path| fs::read_to_string(root.join(".git/refs/heads/main")).ok();
                written += u32::from(head(&copy) != head(&repo.root));
            }
        }
    }
    assert!(written >= 5, "only {written} of the commands wrote a commit");
    // The canary works: git itself runs it.
    let _ = ran(repo.command("git").arg("status"));
    assert!(canary.exists(), "the test's program cannot be run at all");
}

/// Signatures are made and judged without the programs that git would run.
#[test]
fn no_program_of_the_repository_signs_or_judges() {
    let (repo, canary) = trapped();
    let created = repo.run(&["baseline", "create", "q4", "--sign", "key"]);
    assert_eq!(created.code, Some(0), "{}", created.err);
    let judged = repo.run(&["baseline", "verify", "q4"]);
    assert!(judged.code == Some(1) && judged.out.contains("not pinned"), "{}{}", judged.out, judged.err);
    assert!(!canary.exists());
    let _ =
        ran(repo.command("git").args(["-c", "gpg.ssh.allowedSignersFile=key", "verify-tag", "baseline/q4"]));
    assert!(canary.exists(), "git would have run it");
}

/// The editor is the user's: of the environment, never of the repository.
#[test]
fn the_editor_of_the_repository_is_not_asked() {
    let (repo, canary) = trapped();
    let ran = repo.run(&["edit", "srv-01"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("VISUAL") && !canary.exists(), "{}", ran.err);
}
