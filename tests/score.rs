//! `estate audit --score` as a shell sees it; the counting itself is tested in `src/score/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use common::{Estate, ran};
use serde_json::{Value, json};

/// Two laptops that use each other, delivered in January 2025; neither has an owner, a place, a maker,
/// a model or a serial number.
fn laptops() -> Estate {
    let estate = Estate::begun();
    for (id, other) in [("lap-1", "lap-2"), ("lap-2", "lap-1")] {
        let text = format!(
            "id: {id}\nclass: laptop\nname: {id}\nstatus: in_stock\nacquired: 2025-01-10\nrelations:\n  connects_to: [{other}]\n"
        );
        estate.write(&format!("inventory/items/laptop/{id}.yaml"), &text);
    }
    commit_on(&estate, "2025-06-30", "Enter two laptops");
    estate
}

/// Commits everything on a day.
fn commit_on(estate: &Estate, day: &str, message: &str) {
    estate.git(&["add", "-A"]);
    let mut git = estate.command("git");
    git.env("GIT_COMMITTER_DATE", format!("{day}T10:00:00+02:00"));
    let ran = ran(git.args(["commit", "-q", "--allow-empty", "-m", message]).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn section(answer: &Value, name: &str) -> Vec<Value> {
    let sections = answer["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["name"] == name).unwrap();
    section["rows"].as_array().unwrap().clone()
}

#[test]
fn each_tag_is_judged_for_the_day_of_its_commit() {
    let estate = laptops();
    estate.git(&["tag", "close/2025-h1"]);
    commit_on(&estate, "2026-03-31", "Nothing new");
    estate.git(&["tag", "-a", "baseline/spring", "-m", "x"]);
    // Tags that have no place in the trend.
    estate.git(&["checkout", "-q", "-b", "side"]);
    commit_on(&estate, "2026-04-01", "Aside");
    estate.git(&["tag", "aside"]);
    estate.git(&["checkout", "-q", "main"]);
    let blob = estate.git(&["rev-parse", "HEAD:inventory/settings.yaml"]);
    estate.git(&["tag", "settings", blob.trim()]);

    let answer = estate.ok(&["audit", "--score", "--trend", "--json"]).json();
    assert_eq!(answer["schema"], "estate.score_trend/1");
    let rows = answer["rows"].as_array().unwrap().clone();
    let row = |at: usize| {
        let keys = ["version", "as_of", "correctness_passed", "correctness_of", "correctness", "score"];
        keys.map(|key| rows[at][key].clone())
    };
    assert_eq!(rows.len(), 3);
    // In June 2025 the delivery is half a year ago, in March 2026 more than one.
    assert_eq!(
        row(0),
        [json!("close/2025-h1"), json!("2025-06-30"), json!(2), json!(2), json!("100%"), json!("50%")]
    );
    assert_eq!(
        row(1),
        [json!("baseline/spring"), json!("2026-03-31"), json!(0), json!(2), json!("0%"), json!("0%")]
    );
    assert_eq!(
        row(2),
        [json!("worktree"), json!("2026-11-24"), json!(0), json!(2), json!("0%"), json!("0%")]
    );
    let notes = answer["notes"].to_string();
    assert!(notes.contains("the tag aside is left out: HEAD does not come from it"), "{notes}");
    assert!(notes.contains("the tag settings is left out: it leads to no commit"), "{notes}");

    let named = estate.ok(&["audit", "--score", "--trend", "--tags", "close/*,nothing", "--json"]);
    assert_eq!(named.column("version"), ["close/2025-h1", "worktree"]);
    let past = estate.ok(&["audit", "--score", "--trend", "--known-on", "2025-12-31", "--json"]);
    assert_eq!(past.column("as_of"), ["2025-06-30", "2026-11-24"]);
    assert!(past.json()["notes"].to_string().contains("baseline/spring is left out"), "{past:?}");
    let none = estate.ok(&["audit", "--score", "--trend", "--tags", "v*", "--json"]).json();
    assert!(none["notes"].to_string().contains("there is no tag v*"), "{none}");
}

#[test]
fn a_limit_makes_a_gate_and_nothing_else_does() {
    let estate = laptops();
    let score = |arguments: &[&str]| {
        estate.run(&[&["audit", "--score", "--as-of", "2025-06-30"], arguments].concat())
    };
    // Completeness 0 of 2, correctness 2 of 2, no policy: 50%.
    for (arguments, code) in [
        (&[][..], 0),
        (&["--fail-under", "50"], 0),
        (&["--fail-under", "50%"], 0),
        (&["--fail-under", "50.01%"], 1),
        (&["--fail-under", "100", "--format", "csv"], 1),
        (&["--fail-under", "50.01", "--trend"], 1),
    ] {
        let ran = score(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        assert_eq!(ran.err.contains("the overall score of 50% is under"), code == 1, "{ran:?}");
    }
    for (wrong, says) in [
        (&["--fail-under", "101"][..], "no percentage from 0 to 100"),
        (&["--fail-under", "half"], "no percentage from 0 to 100"),
        (&["--by", "colour"], "class, service, owner"),
        (&["--select", "stale-record"], "cannot be used with"),
        (&["--changed-since", "HEAD"], "cannot be used with"),
        (&["--trend", "--details"], "cannot be used with"),
        (&["--tags", "v1"], "--trend"),
    ] {
        let ran = score(wrong);
        assert!(ran.code == 2 && ran.err.contains(says), "{wrong:?}: {ran:?}");
    }
    assert_eq!(estate.run(&["audit", "--by", "owner"]).code, 2, "--by is of the score");
}

#[test]
fn details_say_what_each_item_lacks() {
    let estate = laptops();
    let answer = estate.ok(&["audit", "--score", "--details", "--by", "owner", "--json"]).json();
    assert_eq!(answer["schema"], "estate.score/1");
    let failures: Vec<[String; 4]> = section(&answer, "failures")
        .iter()
        .map(|row| {
            ["item", "check", "why", "place"].map(|key| row[key].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let path = |id: &str, at: &str| format!("inventory/items/laptop/{id}.yaml:{at}");
    let expected = |id: &str| {
        let stale = format!(
            "`{id}` has not been verified since its delivery on 2025-01-10; a sighting holds for 365d"
        );
        [
            ["recommended", "without owner, location, manufacturer, model, serial", &path(id, "1:5")],
            ["stale", &stale, &path(id, "5:11")],
        ]
        .map(|[check, why, place]| [id, check, why, place].map(str::to_owned))
    };
    assert_eq!(failures, [expected("lap-1"), expected("lap-2")].concat());
    assert_eq!(section(&answer, "groups")[0]["owner"], "(no owner)");
}

#[test]
fn what_is_not_measured_is_no_hundred_percent() {
    let estate = Estate::begun();
    let answer = estate.ok(&["audit", "--score", "--json"]).json();
    let scores: Vec<String> = section(&answer, "checks").iter().map(|row| row["score"].to_string()).collect();
    assert_eq!(scores.len(), 9);
    assert!(scores.iter().all(|score| score.contains("not measured")), "{scores:?}");
    let ran = estate.run(&["audit", "--score", "--fail-under", "0"]);
    assert!(ran.code == 4 && ran.err.contains("no item to score"), "{ran:?}");
}

#[test]
fn a_broken_file_and_a_waiver_raise_no_score() {
    let estate = Estate::shipped();
    let tally = |arguments: &[&str], check: &str| {
        let answer = estate.ok(&[&["audit", "--score", "--json"], arguments].concat()).json();
        let row = section(&answer, "checks").into_iter().find(|row| row["check"] == check).unwrap();
        [row["passed"].as_u64().unwrap(), row["of"].as_u64().unwrap()]
    };
    let before = tally(&[], "required");
    assert_eq!(before[0], before[1]);
    estate.write("inventory/items/laptop/lap-022.yaml", "id: lap-022\nname: [\n");
    assert_eq!(tally(&[], "required"), [before[0] - 1, before[1]]);
    assert_eq!(tally(&["--rev", "HEAD"], "required"), before);
    // The shipped estate waives all stale records for a while; without the waiver nothing changes.
    let stale = tally(&[], "stale");
    assert!(stale[0] < stale[1], "{stale:?}");
    estate.write("inventory/waivers.yaml", "waivers: []\n");
    assert_eq!(tally(&[], "stale"), stale);
}

#[test]
fn every_format_can_show_it() {
    let estate = Estate::shipped();
    for format in ["table", "plain", "json", "jsonl", "csv", "yaml", "md", "html"] {
        let ran = estate.ok(&["audit", "--score", "--by", "service", "--details", "--format", format]);
        assert!(ran.out.contains("web-shop") && ran.out.contains("recommended"), "{format}: {}", ran.out);
    }
    let sarif = estate.run(&["audit", "--score", "--format", "sarif"]);
    assert!(sarif.code == 2 && sarif.err.contains("there is no format `sarif`"), "{sarif:?}");
}
