//! `estate baseline`: a version that was agreed on, kept by name, and whether it is still that.

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

use common::{Estate, ran};

fn with_baselines(names: &[&str]) -> Estate {
    let estate = Estate::shipped();
    for name in names {
        estate.ok(&["set", "srv-db-01", &format!("name={name}")]);
        estate.ok(&["baseline", "create", name]);
    }
    estate
}

/// Verifies everything: the code, and a word for each thing that is wrong or not.
fn states(estate: &Estate) -> (i32, Vec<String>) {
    let ran = estate.run(&["baseline", "verify", "--json"]);
    (ran.code, ran.column("state"))
}

#[test]
fn a_baseline_says_what_it_holds() {
    let estate = Estate::shipped();
    let message = estate.ok(&["baseline", "create", "q4", "-n"]).out;
    assert_eq!(estate.git(&["tag"]), "");
    let ran = estate.ok(&["baseline", "create", "q4", "-m", "Agreed on by the board\n\nContent: none"]);
    assert!(ran.err.contains("baseline/q4 is on ") && ran.err.contains("git push"), "{}", ran.err);
    let tag = estate.git(&["for-each-ref", "--format=%(contents)", "refs/tags/baseline/q4"]);
    assert!(tag.starts_with("Agreed on by the board\n\nContent: none\n\nRecords: "), "{tag}");
    let rest = message.strip_prefix("Configuration baseline q4\n").unwrap();
    assert!(tag.trim_end().ends_with(rest.trim_end()), "{tag}\n{message}");
    // By other programs' lights: git, sort, sha256sum.
    let recount = "git ls-tree -r --name-only baseline/q4 inventory schemas | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 sha256sum | sha256sum";
    let sum = ran_shell(&estate, recount);
    assert!(tag.contains(&format!("\nContent: sha256:{}\n", sum.split(' ').next().unwrap())), "{tag}\n{sum}");
    let servers = ran_shell(&estate, "git ls-tree -r --name-only HEAD inventory/items | wc -l");
    assert!(tag.contains(&format!("item {}", servers.trim())), "{tag}\n{servers}");

    let listed = estate.ok(&["baseline", "list", "--json"]);
    assert_eq!(listed.column("baseline"), ["q4"]);
    assert_eq!(
        (listed.column("by"), listed.column("signed")),
        (vec!["Ada".to_owned()], vec!["no".to_owned()])
    );
    assert_eq!(listed.column("date"), ["2026-11-24"]);
    assert_eq!(states(&estate), (0, vec!["untouched".to_owned()]));
    estate.git(&["fsck", "--strict"]);
}

fn ran_shell(estate: &Estate, script: &str) -> String {
    let shell = ran(estate.command("sh").args(["-c", script]).output().unwrap());
    assert_eq!(shell.code, 0, "{}", shell.err);
    shell.out
}

#[test]
fn what_changed_since_and_between() {
    let estate = with_baselines(&["one", "two"]);
    estate.ok(&["set", "srv-db-01", "name=now"]);
    let after = |arguments: &[&str]| {
        estate.ok(&[&["baseline", "diff"], arguments, &["--json"]].concat()).column("after")
    };
    assert_eq!(after(&["one"]), ["now"]);
    assert_eq!(after(&["one", "baseline/two"]), ["two"]);
    assert_eq!(after(&["two", "HEAD"]), ["now"]);
    assert_eq!(estate.run(&["baseline", "diff", "one", "--exit-code"]).code, 1);
    // A branch of the same name is not meant.
    estate.git(&["branch", "baseline/one"]);
    assert_eq!(after(&["one"]), ["now"]);
    assert!(estate.ok(&["baseline", "diff", "one", "one"]).err.contains("nothing changed"));
}

#[test]
fn an_older_version_can_be_kept() {
    let estate = with_baselines(&["new"]);
    estate.replace("inventory/items/server/srv-db-01.yaml", "new", "newer");
    estate.refuses(&["baseline", "create", "old"], 3, "srv-db-01.yaml has changes that are not committed");
    estate.ok(&["baseline", "create", "old", "--rev", "HEAD~1"]);
    assert_eq!(estate.git(&["rev-parse", "baseline/old^{commit}"]), estate.git(&["rev-parse", "HEAD~1"]));
    // It follows none that is later.
    assert!(!estate.git(&["cat-file", "tag", "baseline/old"]).contains("Follows"));
    assert_eq!(states(&estate), (0, vec!["untouched".to_owned(); 2]));
}

#[test]
fn whatever_is_not_as_it_was_is_told() {
    let estate = with_baselines(&["one", "two"]);
    assert!(estate.git(&["cat-file", "tag", "baseline/two"]).contains("Follows: baseline/one "));
    assert_eq!(states(&estate), (0, vec!["untouched".to_owned(); 2]));
    let original = estate.git(&["rev-parse", "baseline/one"]);
    let restore = || estate.git(&["update-ref", "refs/tags/baseline/one", original.trim()]);

    // Deleted: the next one misses it.
    estate.git(&["tag", "-d", "baseline/one"]);
    assert_eq!(states(&estate), (1, vec!["missing".to_owned()]));
    // Moved, keeping its message.
    let [from, to] = ["HEAD~1", "HEAD"].map(|name| estate.git(&["rev-parse", name]).trim().to_owned());
    restore();
    estate.forge_tag("baseline/one", |tag| tag.replacen(&from, &to, 1));
    assert_eq!(states(&estate), (1, ["moved", "changed", "moved"].map(str::to_owned).to_vec()));
    // Moved, with the commit in its message.
    restore();
    estate.forge_tag("baseline/one", |tag| tag.replace(&from, &to));
    assert_eq!(states(&estate), (1, ["changed", "moved"].map(str::to_owned).to_vec()));
    // Another baseline in its place.
    estate.git(&["update-ref", "refs/tags/baseline/one", "refs/tags/baseline/two"]);
    assert!(states(&estate).1.contains(&"replaced".to_owned()));
    // Made again by hand.
    estate.git(&["tag", "-f", "baseline/one", "HEAD~1"]);
    assert_eq!(states(&estate), (1, ["replaced", "moved"].map(str::to_owned).to_vec()));
    restore();
    assert_eq!(states(&estate).0, 0);

    // A history that was rewritten holds the same content: told, and no trouble.
    estate.git(&[
        "-c",
        "user.name=B",
        "-c",
        "user.email=b@example.org",
        "commit",
        "-q",
        "--amend",
        "-m",
        "Other",
    ]);
    let ran = estate.ok(&["baseline", "verify", "two"]);
    assert!(ran.out.contains("HEAD does not come after it"), "{}", ran.out);
}

#[test]
fn what_cannot_be_is_refused() {
    let estate = Estate::shipped();
    assert!(estate.ok(&["baseline", "list"]).err.contains("there are no baselines"));
    assert_eq!(estate.run(&["baseline", "verify"]).code, 4);
    for name in ["a b", "-x", "a..b", "a/b", "x.lock", "", ".a", "é", "a\u{1b}[1m"] {
        assert_eq!(estate.run(&["baseline", "create", "--", name]).code, 2, "{name:?}");
    }
    estate.ok(&["baseline", "create", "before-the-move"]);
    estate.refuses(&["baseline", "create", "Before-the-move"], 3, "choose another name");
    estate.refuses(&["baseline", "diff", "before-the-mov"], 4, "did you mean `before-the-move`?");
    estate.refuses(&["baseline", "diff", "before-the-move", "nowhere"], 3, "names no commit");
    estate.refuses(&["baseline", "verify", "--rev", "HEAD"], 2, "--rev");
    estate.refuses(&["baseline", "create", "x", "--rev", "nowhere"], 3, "names no commit");
    let none = Estate::empty();
    none.write("inventory/settings.yaml", "");
    none.refuses(&["baseline", "create", "x"], 3, "not in a git repository");
}
