//! Sightings: `estate verify`, and what counts from them.

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

const WEB_1: &str = "inventory/items/server/srv-web-01.yaml";
const RACK: &str = "inventory/items/rack/rack-11.yaml";

#[test]
fn a_sighting_is_one_commit_that_touches_nothing_else() {
    let estate = Estate::shipped();
    let before = [WEB_1, RACK].map(|path| estate.read(path));
    let ran = estate.ok(&["verify", "srv-web-01", "rack-11", "--by", "a-martin", "--note", "stock-take"]);
    assert!(ran.err.starts_with("verified 2 items on 2026-11-24 by a-martin → "), "{}", ran.err);
    let [web, rack] = [WEB_1, RACK].map(|path| estate.read(path));
    assert_eq!(web, before[0].replace("{on: 2026-09-16, by: a-martin}", "{on: 2026-11-24, by: a-martin}"));
    assert_eq!(rack, format!("{}verified:\n  on: 2026-11-24\n  by: a-martin\n", before[1]));
    let message = estate.git(&["log", "-1", "--format=%B"]);
    assert_eq!(message.trim(), "Verify 2 items on 2026-11-24\n\nstock-take\n\nsrv-web-01\nrack-11");
    assert_eq!(estate.status(), "");
    // The same again has nothing to write, and a dry run writes nothing.
    let head = estate.head();
    let again = estate.ok(&["verify", "srv-web-01", "--by", "a-martin"]);
    assert!(again.err.contains("seen on 2026-11-24 by a-martin already"), "{}", again.err);
    let dry = estate.ok(&["verify", "srv-db-01", "--by", "a-martin", "-n"]);
    assert!(dry.out.contains("verified.on") && dry.err.contains("nothing was written"), "{dry:?}");
    assert_eq!((estate.head(), estate.status()), (head, String::new()));
}

#[test]
fn a_sighting_ends_a_record_being_stale_and_an_edit_does_not() {
    let estate = Estate::shipped();
    estate.replace(
        "inventory/waivers.yaml",
        "  - rule: stale-record\n    record: item/*\n",
        "  - rule: stale-record\n    record: item/none\n",
    );
    estate.commit("Waive nothing");
    let stale = || {
        let audit = estate.run(&["audit", "--select", "stale-record", "--json"]).json();
        let findings = audit["findings"].as_array().unwrap().clone();
        let path = |finding: &serde_json::Value| finding["path"].as_str().map(str::to_owned);
        findings.iter().filter_map(path).collect::<Vec<_>>()
    };
    let path = "inventory/items/laptop/lap-022.yaml".to_owned();
    assert!(stale().contains(&path), "{:?}", stale());
    estate.ok(&["set", "lap-022", "notes=looked after"]);
    assert!(stale().contains(&path));
    estate.ok(&["verify", "lap-022", "--by", "l-petit", "--on", "2025-11-23"]);
    assert!(stale().contains(&path), "366 days before the value date");
    estate.ok(&["verify", "lap-022", "--by", "l-petit", "--on", "2025-11-24"]);
    assert!(!stale().contains(&path), "365 days before the value date");
    estate.ok(&["set", "lap-022", "verified.on=2020-01-01"]);
    estate.replace(
        "inventory/settings.yaml",
        "currency: EUR\n",
        "currency: EUR\naudit: {stale_after: {laptop: 99y}}\n",
    );
    assert!(!stale().contains(&path), "the settings give laptops more time");
}

#[test]
fn who_saw_it_is_the_author_of_the_commit_where_that_is_a_party() {
    let estate = Estate::shipped();
    let as_author = |name: &str, email: &str| {
        let mut command = estate.estate();
        command.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        ran(command.args(["verify", "rack-11", "-n", "--json"]).output().unwrap())
    };
    let by_email = as_author("A. M.", "Alain.Martin@helio.example");
    assert!(by_email.out.contains("a-martin"), "{by_email:?}");
    let by_name = as_author("Camille Moreau", "camille@elsewhere.example");
    assert!(by_name.out.contains("c-moreau"), "{by_name:?}");
    let nobody = as_author("Nobody", "nobody@elsewhere.example");
    assert_eq!(nobody.code, 2, "{nobody:?}");
    assert!(
        nobody.err.contains("no party has the e-mail address") && nobody.err.contains("--by PARTY"),
        "{nobody:?}"
    );
    // Two parties of one address: somebody has to say which.
    estate.replace(
        "inventory/parties/c-moreau.yaml",
        "camille.moreau@helio.example",
        "alain.martin@helio.example",
    );
    let either = as_author("A. M.", "alain.martin@helio.example");
    assert_eq!(either.code, 2);
    assert!(either.err.contains("may be any of a-martin, c-moreau"), "{either:?}");
}

#[test]
fn items_are_chosen_by_conditions_too() {
    let estate = Estate::shipped();
    let listed = estate.ok(&["list", "server", "--where", "location=lyon-dc2-room-1", "--json"]).column("id");
    assert!(listed.len() > 1);
    estate.ok(&[
        "verify",
        "--where",
        "class=server",
        "--where",
        "location=lyon-dc2-room-1",
        "--by",
        "a-martin",
    ]);
    let seen = estate.ok(&["list", "server", "--where", "verified.on=2026-11-24", "--json"]).column("id");
    assert_eq!(seen, listed);
    estate.refuses(&["verify", "--where", "location=nowhere", "--by", "a-martin"], 4, "no item matches");
    estate.refuses(&["verify", "--where", "locaton=x", "--by", "a-martin"], 2, "locaton");
}

#[test]
fn what_cannot_be_so_is_refused() {
    let estate = Estate::shipped();
    let by = ["--by", "a-martin"];
    for (arguments, code, says) in [
        (&["srv-web-01", "--on", "2026-11-25"][..], 2, "nothing has been seen on it"),
        (&["srv-web-01", "--on", "2026-02-30"], 2, "--on"),
        (&["srv-web-01", "--on", "2020-01-01"], 3, "was acquired on 2023-02-17"),
        (&["srv-web-01", "--on", "2026-09-15"], 3, "seen on 2026-09-16 already"),
        (&["srv-mail-01"], 3, "is disposed"),
        (&["srv-web-03"], 3, "is ordered"),
        (&["web-shop"], 4, "is a service"),
        (&["srv-wbe-01"], 4, "srv-web-01"),
        // One that cannot be so keeps all from being written.
        (&["rack-11", "srv-mail-01"], 3, "is disposed"),
        (&["rack-11", "--rev", "HEAD"], 2, "the past cannot be written"),
    ] {
        let arguments: Vec<&str> = ["verify"].iter().chain(arguments).chain(&by).copied().collect();
        estate.refuses(&arguments, code, says);
    }
    estate.refuses(&["verify", "rack-11", "--by", "a-martn"], 2, "a-martin");
    estate.refuses(&["verify", "rack-11", "--by", "srv-web-01"], 2, "party");
    estate.refuses(&["verify"], 2, "ID");
}
