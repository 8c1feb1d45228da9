//! The writing verbs as a person runs them: the binary, git repositories, files.

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
use std::process::Stdio;

use common::{Estate, ran};

const SERVER: &str = "inventory/items/server/srv-01.yaml";

/// A new estate with a team and a server.
fn with_server() -> Estate {
    let estate = Estate::begun();
    estate.ok(&["add", "party", "infra", "--name", "Infrastructure", "--kind", "team"]);
    estate.write(
        SERVER,
        "id: srv-01\nclass: server   # bought with srv-02\nname: \"One\"\nstatus: in_use\nowner: infra\ntags: [a, b]\n",
    );
    estate.git(&["add", "."]);
    estate.git(&["commit", "-qm", "A server"]);
    estate
}

#[test]
fn init_begins_an_estate_once() {
    let estate = Estate::empty();
    let ran = estate.ok(&["init", "--name", "a: \"b\"", "--currency", "CHF", "--fiscal-year-start", "04-01"]);
    assert!(ran.err.contains("in a new git repository"), "{}", ran.err);
    assert_eq!(
        estate.git(&["log", "--format=%s %an %aI"]),
        "Begin the estate Ada 2026-11-24T09:00:00+01:00\n"
    );
    assert_eq!(estate.status(), "");
    let settings = estate.read("inventory/settings.yaml");
    assert!(settings.contains("  name: 'a: \"b\"'\n") && settings.contains("currency: CHF\n"), "{settings}");
    assert!(settings.starts_with("# yaml-language-server: $schema=../schemas/settings.schema.json\n"));
    estate.ok(&["audit"]);
    let head = estate.head();
    assert!(estate.ok(&["init"]).err.contains("there already"));
    assert_eq!(estate.head(), head);
}

#[test]
fn init_never_overwrites_and_works_below_the_git_root() {
    let estate = Estate::empty();
    estate.git(&["init", "-q", "-b", "trunk"]);
    estate.write("it/schemas/server.schema.json", "{\"mine\": true}");
    estate.ok(&["init", "it"]);
    assert_eq!(estate.read("it/schemas/server.schema.json"), "{\"mine\": true}");
    assert_eq!(estate.status(), "?? it/schemas/server.schema.json\n");
    assert!(!estate.root.join("it/.git").exists());
    estate.ok(&["-C", "it", "add", "party", "a", "--name", "A", "--kind", "team"]);
    assert_eq!(
        estate.git(&["ls-files", "it/inventory"]),
        "it/inventory/parties/a.yaml\nit/inventory/settings.yaml\n"
    );
    assert_eq!(estate.git(&["branch", "--show-current"]), "trunk\n");
    estate.refuses(&["init", "it/inventory"], 3, "lies in the estate of");
}

#[test]
fn the_sample_is_the_same_everywhere() {
    let (one, two) = (Estate::sample(), Estate::empty());
    ran(two
        .estate()
        .args(["init", "--sample", "."])
        .env("TZ", "Asia/Tokyo")
        .env("GIT_AUTHOR_NAME", "Z")
        .output()
        .unwrap());
    assert!(one.head().is_some() && one.head() == two.head());
    assert_eq!(one.status(), "");
    assert_eq!(one.read("inventory/settings.yaml"), include_str!("../inventory/settings.yaml"));
    one.git(&["fsck", "--strict", "--full"]);
    one.ok(&["audit"]);
    one.refuses(&["init", "--sample", "."], 3, "is not an empty folder");
}

#[test]
fn add_writes_the_record_and_its_schedule_in_one_commit() {
    let estate = with_server();
    let ran = estate.ok(&[
        "add",
        "server",
        "--name",
        "Web front end",
        "--owner",
        "infra",
        "--in-service",
        "2026-11-02",
        "--cost",
        "8420.00 EUR",
        "--serial",
        "0012e3",
        "--set",
        "attributes.cpu_cores=32",
        "--runs-on",
        "srv-01",
    ]);
    let head = estate.git(&["rev-parse", "--short=10", "HEAD"]);
    assert_eq!(
        ran.err,
        format!(
            "added web-front-end (and its schedule) → {} on main; next: estate show web-front-end\n",
            head.trim()
        )
    );
    assert_eq!(
        estate.read("inventory/items/server/web-front-end.yaml"),
        "# yaml-language-server: $schema=../../../schemas/server.schema.json\n\
         id: web-front-end\nclass: server\nname: Web front end\nstatus: in_use\nowner: infra\nserial: '0012e3'\n\
         in_service: 2026-11-02\ncost: 8420.00 EUR\nrelations:\n  runs_on: [srv-01]\nattributes:\n  cpu_cores: 32\n"
    );
    assert_eq!(
        estate.read("inventory/schedules/web-front-end.yaml"),
        "# yaml-language-server: $schema=../../schemas/schedule.schema.json\n\
         id: web-front-end\nitem: web-front-end\nbooks:\n  accounting:\n    method: straight_line\n    life: 5y\n    start: 2026-11-02\n"
    );
    assert_eq!(estate.git(&["log", "-1", "--format=%s", "--name-only"]).lines().count(), 4);
    assert_eq!(estate.status(), "");
    estate.ok(&["add", "server", "--name", "Web front end", "--status", "in_stock", "--no-schedule"]);
    assert!(estate.root.join("inventory/items/server/web-front-end-2.yaml").exists());
    estate.ok(&["audit"]);
}

#[test]
fn add_takes_a_text_and_keeps_its_comments() {
    let estate = with_server();
    estate.write("draft.yaml", "# mine\nname: Two # the second\nstatus: in_stock\n");
    estate.ok(&["add", "server", "srv-02", "--from", "draft.yaml", "--owner", "infra"]);
    assert_eq!(
        estate.read("inventory/items/server/srv-02.yaml"),
        "# yaml-language-server: $schema=../../../schemas/server.schema.json\n\
         # mine\nid: srv-02\nclass: server\nname: Two # the second\nstatus: in_stock\nowner: infra\n"
    );
}

#[test]
fn add_refuses_what_is_wrong_and_writes_nothing() {
    let estate = with_server();
    for id in ["../x", ".git", "CON", "con", "A", "a b", "é", &"a".repeat(65)] {
        estate.refuses(&["add", "server", id, "--name", "x", "--status", "in_stock"], 2, "cannot be an id");
    }
    estate.refuses(&["add", "server", "--", "--help"], 2, "cannot be an id");
    estate.refuses(&["add", "sever"], 2, "did you mean `server`?");
    estate.refuses(&["add", "server", "x"], 2, "needs name, status");
    estate.refuses(
        &["add", "server", "srv-01", "--name", "x", "--status", "in_use"],
        3,
        "item/srv-01 exists already",
    );
    estate.refuses(
        &["add", "server", "x", "--name", "x", "--status", "in_usse"],
        3,
        "did you mean `in_use`?",
    );
    estate.refuses(
        &["add", "server", "x", "--name", "x", "--status", "in_stock", "--cost", "12"],
        3,
        "is not money",
    );
    estate.refuses(
        &["add", "server", "x", "--name", "x", "--status", "in_use", "--owner", "infar"],
        3,
        "dangling-reference",
    );
    estate.refuses(
        &["add", "party", "x", "--name", "x", "--kind", "team", "--cost", "1 EUR"],
        2,
        "not a field of party",
    );
    estate.refuses(&["add", "server", "x", "--from", "missing.yaml"], 3, "cannot read missing.yaml");
}

#[test]
fn set_changes_its_bytes_alone() {
    let estate = with_server();
    let before = estate.read(SERVER);
    estate.ok(&["set", "srv-01", "name=NO", "tags-=a", "tags+=c", "serial=0012e3"]);
    let expected = before.replace("\"One\"", "\"NO\"").replace("[a, b]", "[b, c]") + "serial: '0012e3'\n";
    assert_eq!(estate.read(SERVER), expected);
    assert_eq!(estate.git(&["show", &format!("HEAD:{SERVER}")]), expected);
    assert_eq!(estate.status(), "");
    estate.ok(&["unset", "srv-01", "serial"]);
    assert_eq!(estate.read(SERVER), before.replace("\"One\"", "\"NO\"").replace("[a, b]", "[b, c]"));
    assert!(estate.ok(&["set", "srv-01", "name=NO"]).err.contains("nothing to change"));
    estate.refuses(&["set", "srv-01", "onwer=x"], 2, "did you mean `owner`?");
    estate.refuses(&["set", "srv-1", "owner=x"], 4, "did you mean `srv-01`?");
    estate.refuses(&["unset", "srv-01", "name"], 3, "lacks the field `name`");
}

#[test]
fn a_class_and_an_id_are_changed_everywhere() {
    let estate = with_server();
    estate.ok(&["set", "srv-01", "class=laptop"]);
    assert!(estate.read("inventory/items/laptop/srv-01.yaml").contains("class: laptop   # bought"));
    assert!(!estate.root.join(SERVER).exists());
    estate.ok(&["set", "infra", "id=platform"]);
    assert!(estate.read("inventory/items/laptop/srv-01.yaml").contains("owner: platform\n"));
    assert_eq!(estate.status(), "");
    estate.ok(&["audit"]);
    estate.refuses(&["set", "srv-01", "class=lap"], 2, "did you mean `laptop`?");
    estate.refuses(&["set", "platform", "id=../x"], 2, "cannot be an id");
}

#[test]
fn retire_writes_the_item_and_the_disposal_together() {
    let estate = Estate::sample();
    let ran = estate.ok(&[
        "retire",
        "lap-031",
        "--date",
        "2026-10-31",
        "--kind",
        "sale",
        "--price",
        "300.00 EUR",
        "--reason",
        "too slow",
    ]);
    assert!(ran.err.contains("warning: the service workplace still uses it"), "{}", ran.err);
    let item = estate.read("inventory/items/laptop/lap-031.yaml");
    assert!(item.contains("status: disposed\n") && item.contains("retired: 2026-10-31\n"), "{item}");
    assert!(estate.read("inventory/schedules/lap-031.yaml").ends_with(
        "events:\n  - {date: 2026-10-31, kind: disposal, disposal: sale, proceeds: 300.00 EUR, reason: too slow}\n"
    ));
    assert_eq!(estate.git(&["show", "--format=", "--name-only"]).lines().count(), 2);
    assert_eq!(estate.status(), "");
    estate.refuses(&["retire", "lap-031", "--kind", "scrap"], 3, "disposed already since 2026-10-31");
    estate.refuses(&["retire", "lap-999"], 4, "there is no record");
    estate.refuses(&["retire", "dell"], 4, "there is no item `dell`");
}

#[test]
fn edit_keeps_the_text_that_it_cannot_write() {
    let estate = with_server();
    let edit =
        |script: &str| ran(estate.estate().args(["edit", "srv-01"]).env("EDITOR", script).output().unwrap());
    assert!(edit("true").err.contains("nothing to change"));
    assert_eq!(edit("sed -i 's/One/Two words/'").code, 0);
    assert!(estate.read(SERVER).contains("\"Two words\""));
    let refused = edit("sed -i 's/owner: infra/owner: nobody/'");
    assert_eq!((refused.code, estate.status().as_str()), (3, ""));
    let draft = refused.err.split("kept in ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    assert!(fs::read_to_string(&draft).unwrap().contains("owner: nobody"));
    // Somebody else writes while the editor is open.
    let binary = env!("CARGO_BIN_EXE_estate");
    let script = estate.folder.path().join("slow editor");
    fs::write(&script, format!("{binary} set srv-01 serial=1 && echo 'serial: 2' >> \"$1\"\n")).unwrap();
    let raced = edit(&format!("sh '{}'", script.display()));
    assert_eq!(raced.code, 5, "{}", raced.err);
    assert!(raced.err.contains("kept in") && estate.read(SERVER).contains("serial: '1'"), "{}", raced.err);
}

#[test]
fn writers_at_once_lose_nothing() {
    let estate = with_server();
    let acknowledged: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let estate = &estate;
                let add = move |number: usize| {
                    let id = format!("w{writer}-{number}");
                    estate.run(&["add", "server", &id, "--name", "x", "--status", "in_stock"]).code == 0
                };
                scope.spawn(move || (0..20).filter(|number| add(*number)).count())
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    let committed =
        estate.git(&["ls-tree", "--name-only", "HEAD", "inventory/items/server/"]).lines().count();
    assert_eq!((acknowledged, committed), (40, 41));
    assert_eq!(estate.status(), "");
    let checked = ran(estate.command("git").args(["fsck", "--strict"]).output().unwrap());
    assert!(checked.code == 0 && !checked.err.contains("error"), "{}", checked.err);
}

#[test]
fn what_others_have_not_committed_stays_theirs() {
    let estate = with_server();
    estate.write("notes.txt", "staged\n");
    estate.git(&["add", "notes.txt"]);
    estate.write("inventory/parties/infra.yaml", "id: infra # dirty\nname: Infrastructure\nkind: team\n");
    estate.ok(&["set", "srv-01", "serial=1"]);
    assert_eq!(estate.status(), " M inventory/parties/infra.yaml\nA  notes.txt\n");
    estate.refuses(&["set", "infra", "name=X"], 3, "has changes that are not committed");
    estate.write("inventory/items/server/new.yaml", "mine");
    estate.refuses(
        &["add", "server", "new", "--name", "x", "--status", "in_stock"],
        3,
        "item/new exists already",
    );
    // Staged only: the file on disk is what is committed.
    estate.git(&["checkout", "-q", "inventory/parties/infra.yaml"]);
    let committed = estate.read(SERVER);
    estate.write(SERVER, &committed.replace("One", "Staged"));
    estate.git(&["add", SERVER]);
    estate.write(SERVER, &committed);
    estate.refuses(&["set", "srv-01", "serial=2"], 3, "staged");
    assert!(estate.git(&["show", &format!(":{SERVER}")]).contains("Staged"));
}

#[test]
fn a_folder_that_is_a_link_is_not_written_through() {
    let estate = with_server();
    let outside = estate.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, estate.root.join("inventory/items/laptop")).unwrap();
    estate.refuses(&["add", "laptop", "x", "--name", "x", "--status", "in_stock"], 3, "symbolic link");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn repositories_that_cannot_take_a_commit_are_told() {
    const SET: [&str; 3] = ["set", "srv-01", "name=X"];
    let detached = with_server();
    detached.git(&["checkout", "-q", "--detach"]);
    detached.refuses(&SET, 3, "HEAD is detached");

    let merging = with_server();
    fs::write(merging.root.join(".git/MERGE_HEAD"), merging.head().unwrap()).unwrap();
    merging.refuses(&SET, 3, "a merge is under way");
    merging.ok(&["set", "srv-01", "name=X", "--no-commit"]);

    let none = with_server();
    fs::remove_dir_all(none.root.join(".git")).unwrap();
    none.refuses(&SET, 3, "is not in a git repository");
    none.ok(&["set", "srv-01", "name=X", "--no-commit"]);

    let nameless = with_server();
    let mut command = nameless.estate();
    for variable in ["NAME", "EMAIL", "DATE"] {
        command.env_remove(format!("GIT_AUTHOR_{variable}"));
    }
    let told = ran(command.args(SET).output().unwrap());
    assert!(told.code == 3 && told.err.contains("git config user.name"), "{}", told.err);

    let bare = with_server();
    bare.git(&["config", "core.bare", "true"]);
    let told = bare.run(&SET);
    assert!(told.code == 3 && told.err.contains("bare"), "{}", told.err);

    let blocked = with_server();
    blocked.write("inventory/items/laptop", "a file where a folder must be");
    let told = blocked.run(&["add", "laptop", "x", "--name", "x", "--status", "in_stock"]);
    assert_eq!(told.code, 3, "{}", told.err);

    let nowhere = Estate::empty();
    nowhere.refuses(&SET, 3, "run `estate init`");
}

#[test]
fn the_first_commit_may_be_ours() {
    let estate = Estate::empty();
    estate.git(&["init", "-q", "-b", "main"]);
    estate.ok(&["init"]);
    assert_eq!(estate.git(&["rev-list", "--count", "HEAD"]), "1\n");
    assert_eq!(estate.status(), "");
}

#[test]
fn a_dry_run_writes_nothing_and_no_commit_only_files() {
    let estate = with_server();
    let before = (estate.head(), estate.files());
    for arguments in [
        &["set", "srv-01", "name=X", "-n"][..],
        &["unset", "srv-01", "owner", "-n"],
        &["add", "party", "x", "--name", "x", "--kind", "team", "-n"],
        &["retire", "srv-01", "-n"],
        &["edit", "srv-01", "--from", SERVER, "-n"],
        &["init", "-n"],
    ] {
        estate.ok(arguments);
        assert_eq!((estate.head(), estate.files()), before, "{arguments:?}");
    }
    estate.ok(&["set", "srv-01", "name=X", "--no-commit"]);
    assert_eq!(estate.head(), before.0);
    assert_eq!(estate.status(), format!(" M {SERVER}\n"));
}

#[test]
fn a_linked_worktree_commits_on_its_own_branch() {
    let estate = with_server();
    estate.git(&["worktree", "add", "-q", "../other", "-b", "other"]);
    let (main, other) = (estate.head(), estate.folder.path().join("other"));
    estate.ok(&["-C", other.to_str().unwrap(), "set", "srv-01", "name=X"]);
    assert_eq!(estate.head(), main);
    assert_eq!(estate.git(&["log", "-1", "--format=%s", "other"]), "Set name of srv-01 to X\n");
    assert_eq!(estate.git(&["-C", other.to_str().unwrap(), "status", "--porcelain"]), "");
}

#[test]
fn an_answer_goes_into_a_pipe_without_replacing_it() {
    let estate = Estate::empty();
    let pipe = estate.root.join("pipe");
    assert!(estate.command("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = estate.command("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    estate.ok(&["schema", "server", "-o", "pipe"]);
    let read = ran(reader.wait_with_output().unwrap());
    assert_eq!(read.out, include_str!("../schemas/server.schema.json"));
    assert!(!fs::metadata(&pipe).unwrap().is_file());
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let estate = with_server();
    let canary = estate.folder.path().join("ran");
    let script = estate.folder.path().join("canary");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", canary.display())).unwrap();
    let mut permissions = fs::metadata(&script).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    fs::set_permissions(&script, permissions).unwrap();
    let hooks = estate.folder.path().join("hooks");
    fs::create_dir(&hooks).unwrap();
    for hook in ["pre-commit", "post-commit", "commit-msg", "reference-transaction", "post-index-change"] {
        fs::copy(&script, hooks.join(hook)).unwrap();
    }
    estate.write(".gitattributes", "*.yaml filter=canary diff=canary merge=canary\n");
    estate.git(&["add", ".gitattributes"]);
    estate.git(&["commit", "-qm", "attributes"]);
    let script = script.to_str().unwrap();
    for (name, value) in [
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.fsmonitor", script),
        ("core.editor", script),
        ("core.pager", script),
        ("filter.canary.clean", script),
        ("filter.canary.smudge", script),
        ("filter.canary.process", script),
        ("diff.canary.textconv", script),
        ("merge.canary.driver", script),
        ("gpg.program", script),
        ("commit.gpgSign", "true"),
        ("sequence.editor", script),
    ] {
        estate.git(&["config", name, value]);
    }
    let _ = fs::remove_file(&canary);
    estate.ok(&["set", "srv-01", "name=X"]);
    estate.ok(&["unset", "srv-01", "tags"]);
    estate.ok(&["add", "party", "x", "--name", "x", "--kind", "team"]);
    estate.ok(&["retire", "srv-01"]);
    estate.ok(&["init"]);
    assert_eq!(estate.run(&["edit", "srv-01"]).code, 3);
    assert!(!canary.exists(), "a program that the repository names was run");
    // The canary itself works.
    estate.command("git").args(["status"]).output().unwrap();
    assert!(canary.exists());
}
