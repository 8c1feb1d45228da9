//! The reading verbs on the shipped estate, as a shell sees them: stdout, stderr and exit code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// A copy of the shipped estate in a repository of its own, with one commit.
struct Estate {
    folder: tempfile::TempDir,
}

/// What a command answered.
#[derive(Debug)]
struct Answer {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One column of the rows.
    fn column(&self, key: &str) -> Vec<String> {
        let rows = self.json()["rows"].as_array().cloned().unwrap();
        rows.iter().map(|row| row[key].as_str().unwrap_or("-").to_owned()).collect()
    }
}

impl Estate {
    fn new() -> Estate {
        let estate = Estate { folder: tempfile::tempdir().unwrap() };
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["inventory", "schemas"] {
            copy(&project.join(folder), &estate.folder.path().join(folder));
        }
        git2::Repository::init(estate.folder.path()).unwrap();
        estate.commit("Start the record");
        estate
    }

    /// Commits every file as it lies on disk.
    fn commit(&self, message: &str) {
        let git = git2::Repository::open(self.folder.path()).unwrap();
        let mut index = git.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
        // 2026-01-31T12:00:00Z
        let when = git2::Time::new(1_769_860_800, 0);
        let author = git2::Signature::new("Ada", "ada@example.org", &when).unwrap();
        let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        git.commit(Some("HEAD"), &author, &author, message, &tree, &parents).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} holds no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_estate"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("ESTATE_TODAY", "2026-11-24");
        command
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        answer(self.command().args(arguments))
    }
}

fn answer(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

const WEB: &str = "inventory/items/server/srv-web-01.yaml";

#[test]
fn list_filters_sorts_and_sums() {
    let estate = Estate::new();
    let listed = estate.run(&[
        "list",
        "server",
        "--status",
        "in_use",
        "--location",
        "paris-dc1",
        "--where",
        "cost>9000",
        "--columns",
        "id,location,cost",
        "--sort",
        "-cost",
        "--json",
    ]);
    assert_eq!(listed.code, 0, "{listed:?}");
    assert_eq!(listed.column("id"), ["srv-db-01", "srv-virt-01", "srv-virt-02"]);
    // paris-dc1 holds rooms, and the rooms hold the servers.
    assert_eq!(listed.column("location"), ["paris-dc1-room-a", "paris-dc1-room-a", "paris-dc1-room-b"]);
    let document = listed.json();
    assert_eq!(document["schema"], "estate.list/1");
    assert_eq!(document["as_of"], "2026-11-24");
    // 12350 + 9860 + 9860
    assert_eq!(document["totals"]["cost"], json!({"amount": "32070.00", "currency": "EUR"}));
    let table = estate.run(&["list", "contracts", "--where", "party=dell", "--columns", "id,end"]);
    let lines: Vec<&str> = table.stdout.lines().skip(5).collect();
    assert_eq!(lines, ["dell-prosupport       2026-02-28", "dell-warranty-bak-01  2028-06-04"]);
}

#[test]
fn list_says_what_is_wrong_with_a_question() {
    let estate = Estate::new();
    for (arguments, code, hint) in [
        (&["list", "sever"][..], 2, "did you mean `server`?"),
        (&["list", "--columns", "id,cpu_cores"], 2, "did you mean `attributes.cpu_cores`?"),
        (&["list", "--status", "inuse"], 2, "did you mean `in_use`?"),
        (&["list", "--where", "cost>much"], 2, "money such as 8420.00 EUR"),
        (&["list", "--class", "sever"], 2, "did you mean `server`?"),
        (&["list", "--owner", "infra-tem"], 4, "did you mean `infra-team`?"),
        (&["list", "--format", "jsn"], 2, "did you mean `json`?"),
    ] {
        let answer = estate.run(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.stderr.contains(hint), "{arguments:?}: {answer:?}");
        assert_eq!(answer.stdout, "", "{arguments:?}");
    }
    let empty = estate.run(&["list", "--tag", "no-such-tag", "--json"]);
    assert_eq!((empty.code, &empty.json()["rows"]), (4, &json!([])));
}

#[test]
fn an_unreadable_record_is_listed_whatever_the_filters() {
    let estate = Estate::new();
    estate.write("inventory/items/server/srv-new.yaml", "id: [\n");
    let listed = estate.run(&["list", "server", "--where", "cost>12000", "--columns", "id,name", "--json"]);
    assert_eq!(listed.column("id"), ["srv-db-01", "srv-db-02", "srv-new"]);
    assert_eq!(listed.json()["rows"][2]["name"], json!({"missing": "unreadable"}));
    assert!(listed.stdout.contains("1 unreadable"));
}

#[test]
fn show_names_what_a_record_refers_to() {
    let estate = Estate::new();
    let shown = estate.run(&["show", "srv-web-01"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for line in
        ["owner           infra-team", "Infrastructure team", "├─ runs_on      rack-12", "Start the record"]
    {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains("used by"));
    assert_eq!(shown.stderr, "there is also schedule/srv-web-01\n");
    let document = estate.run(&["show", "srv-web-01", "--referrers", "--json"]).json();
    assert_eq!(document["fields"]["attributes"]["memory_gib"], "256");
    assert_eq!(document["schedule"]["books"]["accounting"]["life"], "5y");
    let contract = json!({"kind": "contract", "id": "dell-prosupport", "field": "covers"});
    assert!(document["used_by"].as_array().unwrap().contains(&contract), "{document}");
    let schedule = estate.run(&["show", "schedule/srv-web-01", "--json"]);
    assert_eq!((&schedule.json()["kind"], schedule.stderr.as_str()), (&json!("schedule"), ""));
}

#[test]
fn show_raw_is_the_file_and_follows_the_revision() {
    let estate = Estate::new();
    let before = estate.read(WEB);
    estate.replace(WEB, "Web front end 1", "Renamed");
    assert_eq!(estate.run(&["show", "srv-web-01", "--raw"]).stdout, estate.read(WEB));
    assert_eq!(estate.run(&["show", "srv-web-01", "--raw", "--rev", "HEAD"]).stdout, before);
    let noted = estate.run(&["show", "srv-web-01"]);
    assert!(noted.stdout.contains("changed since that commit"), "{noted:?}");
}

#[test]
fn show_needs_no_repository_and_suggests_ids() {
    let estate = Estate::new();
    fs::remove_dir_all(estate.path(".git")).unwrap();
    assert_eq!(estate.run(&["show", "rack-12", "--json"]).json()["last_change"], Value::Null);
    for (name, hint) in [
        ("srv-web-1", "did you mean `srv-web-01`?"),
        ("sevrice/web-shop", "did you mean `service/web-shop`?"),
        ("../../etc/passwd", "estate find"),
    ] {
        let answer = estate.run(&["show", name]);
        assert_eq!(answer.code, 4, "{answer:?}");
        assert!(answer.stderr.contains(hint), "{answer:?}");
    }
    assert_eq!(estate.run(&["log"]).code, 3);
}

#[test]
fn find_looks_everywhere() {
    let estate = Estate::new();
    let serial = estate.run(&["find", "7xk2l93", "--json"]);
    let row = &serial.json()["rows"][0];
    assert_eq!((&row["record"], &row["field"]), (&json!("item/srv-web-01"), &json!("serial")));
    assert_eq!(row["place"], "inventory/items/server/srv-web-01.yaml:10");
    assert_eq!(estate.run(&["find", "rack-12", "--json"]).column("field")[0], "id");
    let words = estate.run(&["find", "web", "front", "end", "2", "--json"]);
    assert_eq!(words.column("record"), ["item/srv-web-02"]);
    assert_eq!(estate.run(&["find", "no such text"]).code, 4);
    assert_eq!(estate.run(&["find", " "]).code, 2);
}

#[test]
fn diff_shows_fields_with_their_effect() {
    let estate = Estate::new();
    assert_eq!(estate.run(&["diff", "--exit-code"]).code, 0);
    estate.replace(WEB, "cost: 8420.00 EUR", "cost: 8000.00 EUR");
    estate.replace(WEB, "warranty_until: 2026-12-31", "warranty_until: 2027-01-31");
    estate.write("inventory/parties/new.yaml", "id: new\nname: New\nkind: team\n");
    let old = "inventory/items/server/srv-db-02.yaml";
    estate.write(
        "inventory/items/storage/srv-db-02.yaml",
        &estate.read(old).replace("class: server", "class: storage"),
    );
    fs::remove_file(estate.path(old)).unwrap();
    estate.write("inventory/items/server/.srv-lock.yaml", "an editor's lock");
    let diff = estate.run(&["diff", "--json", "--exit-code"]);
    assert_eq!(diff.code, 1);
    let row = |change: &str, record: &str, field: Value, before: Value, after: Value, delta: Value| json!({"change": change, "record": record, "field": field, "before": before, "after": after, "delta": delta});
    let web = "item/srv-web-01";
    let minus = json!({"amount": "-420.00", "currency": "EUR"});
    assert_eq!(
        diff.json()["rows"],
        json!([
            row("changed", web, "warranty_until".into(), "2026-12-31".into(), "2027-01-31".into(), 31.into()),
            row("changed", web, "cost".into(), "8420.00 EUR".into(), "8000.00 EUR".into(), minus),
            row("changed", "item/srv-db-02", "class".into(), "server".into(), "storage".into(), Value::Null),
            row("added", "party/new", Value::Null, Value::Null, "New".into(), Value::Null),
        ])
    );
    let names = |arguments: &[&str]| estate.run(arguments).stdout;
    assert_eq!(names(&["diff", "--name-only"]), "item/srv-web-01\nitem/srv-db-02\nparty/new\n");
    assert_eq!(names(&["diff", "--name-only", "--record", "new"]), "party/new\n");
    assert_eq!(names(&["diff", "--name-only", "--class", "storage"]), "item/srv-db-02\n");
    estate.commit("Change");
    assert_eq!(names(&["diff", "--name-only"]), "");
    assert_eq!(names(&["diff", "--name-only", "HEAD~1..HEAD"]).lines().count(), 3);
    assert_eq!(
        names(&["diff", "--name-only", "HEAD~1", "HEAD"]),
        names(&["diff", "--name-only", "HEAD~1.."])
    );
}

#[test]
fn diff_refuses_what_is_no_version() {
    let estate = Estate::new();
    for (arguments, code) in [
        (&["diff", "v9"][..], 3),
        (&["diff", "--", "--output=x"], 3),
        (&["diff", "a...b"], 2),
        (&["diff", "HEAD..HEAD", "HEAD"], 2),
        (&["diff", "--rev", "HEAD"], 2),
        (&["diff", "--class", "sever"], 2),
        (&["diff", "--record", "nobody"], 4),
    ] {
        let answer = estate.run(arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert!(answer.stderr.starts_with("error: "), "{answer:?}");
    }
    assert!(!estate.path("x").exists());
}

#[test]
fn log_tells_the_history_of_a_record_over_moves() {
    let estate = Estate::new();
    estate.replace(WEB, "cost: 8420.00 EUR", "cost: 8000.00 EUR");
    estate.commit("Correct the cost");
    estate.write(
        "inventory/items/storage/srv-web-01.yaml",
        &estate.read(WEB).replace("class: server", "class: storage"),
    );
    fs::remove_file(estate.path(WEB)).unwrap();
    estate.commit("File it under storage");
    fs::remove_file(estate.path("inventory/items/storage/srv-web-01.yaml")).unwrap();
    estate.commit("Delete it");
    let commits = estate.run(&["log", "--json"]);
    assert_eq!(commits.column("changes")[..3], ["1 removed", "1 moved", "1 changed"]);
    assert_eq!(commits.column("date")[0], "2026-01-31");
    // The item is gone and its schedule is not, so the kind has to be said.
    let history = estate.run(&["log", "item/srv-web-01", "--json"]);
    assert_eq!(history.column("change"), ["removed", "changed", "changed", "added"]);
    assert_eq!(history.column("field"), ["-", "class", "cost", "-"]);
    let cost = estate.run(&["log", "item/srv-web-01", "--field", "cost", "-n", "2", "--json"]);
    assert_eq!(cost.column("before"), ["8000.00 EUR", "8420.00 EUR"]);
    assert_eq!(cost.json()["notes"], json!(["only the newest: --limit 2"]));
    let named = estate.run(&["log", "--stat", "-n", "1", "--json"]);
    assert_eq!(named.column("commit")[1], "item/srv-web-01");
    let wrong = estate.run(&["log", "srv-web-02", "--field", "onwer"]);
    assert_eq!(wrong.code, 4);
    assert!(wrong.stderr.contains("did you mean `owner`?"), "{wrong:?}");
}

#[test]
fn shells_complete_verbs_and_record_ids() {
    let estate = Estate::new();
    let script = estate.run(&["completions", "bash"]);
    assert_eq!(script.code, 0);
    assert!(script.stdout.contains("ESTATE_COMPLETE"), "{}", script.stdout);
    let complete = |words: &[&str]| -> Vec<String> {
        let mut command = estate.command();
        command.env("ESTATE_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        let answer = answer(command.arg("--").args(words));
        answer.stdout.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(complete(&["estate", "sho"]), ["show"]);
    assert_eq!(complete(&["estate", "show", "srv-web"]), ["srv-web-01", "srv-web-02", "srv-web-03"]);
    assert_eq!(complete(&["estate", "log", "service/web"]), ["service/web-shop"]);
    assert_eq!(estate.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn manual_pages_come_from_the_help() {
    let estate = Estate::new();
    let page = estate.run(&["man", "list"]);
    assert!(
        page.stdout.contains(".TH estate-list 1") && page.stdout.contains("with holes"),
        "{}",
        page.stdout
    );
    assert!(estate.run(&["man"]).stdout.contains(".TH estate 1"));
    let wrong = estate.run(&["man", "lst"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `list`?"), "{wrong:?}");
}

/// Text of a record cannot move the cursor or hide, whatever the verb and the format.
#[test]
fn nothing_in_a_record_reaches_the_terminal_raw() {
    let estate = Estate::new();
    estate.replace(WEB, "name: Web front end 1", "name: \"Web\\e[31m front\\u202E end\"");
    for arguments in [
        &["list", "server"][..],
        &["show", "srv-web-01"],
        &["find", "Web"],
        &["diff"],
        &["diff", "--format", "yaml"],
        &["list", "server", "--json"],
        &["show", "srv-web-01", "--format", "yaml"],
    ] {
        let answer = estate.run(arguments);
        assert!(answer.stdout.contains("Web"), "{answer:?}");
        assert!(!answer.stdout.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {answer:?}");
    }
}

#[test]
fn answers_go_to_files() {
    let estate = Estate::new();
    assert_eq!(estate.run(&["list", "-o", "items.csv", "--format", "csv"]).code, 0);
    assert!(estate.read("items.csv").starts_with("id,class,name"));
    assert_eq!(estate.run(&["list", "-o", "new/items.txt"]).code, 0);
    assert!(estate.path("new/items.txt").is_file());
    assert_eq!(estate.run(&["list", "-o", "inventory"]).code, 3);
}
