//! Impact, single points of failure and drawings through the program, on an estate small enough to
//! know the answers by looking at it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use common::{Estate, Ran};

/// Two servers in one rack, each with the same two power feeds, form a cluster on which a program
/// runs. The shop needs one of the servers and the program; the portal needs the shop.
fn shop() -> Estate {
    let estate = Estate::begun();
    let item = |class: &str, id: &str, rest: &str| {
        let text = format!("id: {id}\nclass: {class}\nname: The {id}\nstatus: in_use\n{rest}");
        estate.write(&format!("inventory/items/{class}/{id}.yaml"), &text);
    };
    item("rack", "rack", "");
    item("power", "feed-a", "");
    item("power", "feed-b", "");
    item("container_host", "cluster", "");
    let server = "relations: {runs_on: [rack], powered_by: [feed-a, feed-b], member_of: [cluster]}\n";
    item("server", "one", server);
    item("server", "two", server);
    item("application", "program", "relations: {runs_on: [cluster]}\n");
    item("server", "old", "relations: {runs_on: [rack]}\n");
    estate.replace("inventory/items/server/old.yaml", "in_use", "retired");
    estate.write("inventory/parties/sales.yaml", "id: sales\nname: Sales\nkind: department\n");
    estate.write("inventory/parties/acme.yaml", "id: acme\nname: Acme\nkind: customer\n");
    let service = |id: &str, components: &str| {
        let text = format!(
            "id: {id}\nname: The {id}\nstatus: in_use\nconsumers: {{sales: 100%}}\ncomponents:\n{components}"
        );
        estate.write(&format!("inventory/services/{id}.yaml"), &text);
    };
    service("shop", "  - {any_of: [one, two], min_up: 1}\n  - item: program\n");
    service("portal", "  - service: shop\n");
    estate.write(
        "inventory/contracts/acme.yaml",
        "id: acme\nside: customer\nkind: sla\nparty: acme\nterm: {start: 2024-01-01}\n\
         price: {amount: 1000.00 EUR, per: month}\ncovers: [portal]\nservice_levels:\n  \
         - {id: up, metric: availability, target: \">= 99%\", window: month, penalty: {rate: 5%, cap: 10%}}\n",
    );
    estate.write(
        "inventory/contracts/care.yaml",
        "id: care\nside: supplier\nkind: maintenance\nparty: acme\nterm: {start: 2024-01-01, end: 2026-06-30}\n\
         price: {amount: 600.00 EUR, per: year}\ncovers: [rack]\n",
    );
    estate
}

fn impact(estate: &Estate, arguments: &[&str]) -> Ran {
    let mut all = vec!["impact", "--json", "--as-of", "2026-03-01"];
    all.extend(arguments);
    estate.ok(&all)
}

/// What is hit, as `record effect`, without what failed itself.
fn hits(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let sections = json["sections"].as_array().unwrap();
    let hits = sections.iter().find(|section| section["name"] == "hits").unwrap();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or("").to_owned();
    let rows = hits["rows"].as_array().unwrap().iter();
    let mut hits: Vec<String> = rows
        .map(|row| format!("{} {}", text(row, "record"), text(row, "effect")))
        .filter(|hit| !hit.ends_with(" fails"))
        .collect();
    hits.sort();
    hits
}

#[test]
fn what_has_a_spare_goes_on() {
    let estate = shop();
    let spare = "up, no spare left (1 of 1 needed)";
    assert_eq!(
        hits(&impact(&estate, &["feed-a"])),
        [format!("item/one {spare}"), format!("item/two {spare}")]
    );
    assert_eq!(
        hits(&impact(&estate, &["one"])),
        [format!("item/cluster {spare}"), format!("service/shop {spare}")]
    );
    let down = ["item/cluster down", "item/program down", "service/portal down", "service/shop down"];
    assert_eq!(hits(&impact(&estate, &["one", "two"])), down);
    let through = impact(&estate, &["one", "two"]).out;
    assert!(through.contains("one → shop → portal"), "{through}");
    // Nothing needs a retired server, and it helps nobody.
    assert!(impact(&estate, &["old"]).out.contains("down already"));
}

#[test]
fn a_record_says_how_many_it_needs() {
    let estate = shop();
    estate.replace(
        "inventory/items/container_host/cluster.yaml",
        "status: in_use\n",
        "status: in_use\nredundancy: {members: 2}\n",
    );
    let down = ["item/cluster down", "item/program down", "service/portal down", "service/shop down"];
    assert_eq!(hits(&impact(&estate, &["one"])), down);
    estate.replace("inventory/services/shop.yaml", "min_up: 1", "min_up: 2");
    estate.replace("inventory/items/container_host/cluster.yaml", "members: 2", "members: 1");
    assert_eq!(
        hits(&impact(&estate, &["one"])),
        ["item/cluster up, no spare left (1 of 1 needed)", "service/portal down", "service/shop down"]
    );
}

#[test]
fn what_is_planned_to_be_down_is_no_spare() {
    let estate = shop();
    estate.write(
        "inventory/changes/chg-1.yaml",
        "id: chg-1\nname: New disks\nreason: The old ones are full\naffects: [two]\nscheduled: 2026-03-05\n\
         scheduled_until: 2026-03-06\nrisk: {level: low}\n",
    );
    let services = |day: &str| {
        let hits = hits(&impact(&estate, &["one", "--planned", day]));
        hits.iter().filter(|hit| hit.starts_with("service/") && hit.ends_with(" down")).count()
    };
    assert_eq!([services("2026-03-04"), services("2026-03-06"), services("2026-03-07")], [0, 2, 0]);
    let study = estate.ok(&["impact", "--change", "CHG-1", "--format", "md", "--as-of", "2026-03-01"]).out;
    assert!(study.contains("## Impact study of chg-1: New disks"), "{study}");
    assert!(study.contains("The old ones are full"), "{study}");
    assert!(study.contains("? not said"), "a way back is needed: {study}");
    assert!(study.contains("up, no spare left"), "{study}");
}

/// 12 000 a year at the cap of 10 % is 1200; the maintenance contract ends in June.
#[test]
fn single_points_of_failure_say_what_is_at_stake() {
    let estate = shop();
    let points = impact(&estate, &["--spof"]);
    let mut items = points.column("item");
    items.sort();
    assert_eq!(items, ["cluster", "program", "rack"]);
    for row in points.json()["rows"].as_array().unwrap() {
        assert_eq!(row["services"], serde_json::json!(["portal", "shop"]));
        assert_eq!(row["penalty"]["amount"], "1200.00");
    }
    let support = |day: &str| {
        let ran = estate.ok(&["impact", "--spof", "--json", "--as-of", day]);
        let json = ran.json();
        let row = json["rows"].as_array().unwrap().iter().find(|row| row["item"] == "rack").unwrap().clone();
        row["support"].clone()
    };
    assert_eq!(support("2026-06-30"), "care");
    assert_eq!(support("2026-07-01"), serde_json::json!({"missing": "no contract"}));
}

#[test]
fn drawings_hold_what_is_asked_for() {
    let estate = shop();
    let dot = estate.ok(&["graph", "portal", "--depth", "2", "--format", "dot"]).out;
    assert!(
        dot.contains(r#""service/portal" -> "service/shop""#) && dot.contains("components[0], 1 of 2"),
        "{dot}"
    );
    assert!(!dot.contains("rack"), "it is three steps away: {dot}");
    let up = estate.ok(&["graph", "feed-a", "--up", "--json"]);
    assert_eq!(
        up.column("record"),
        [
            "item/feed-a",
            "item/one",
            "item/cluster",
            "item/program",
            "service/shop",
            "service/portal",
            "service/shop",
            "item/two",
            "item/cluster",
            "service/shop"
        ]
    );
    let all = estate.ok(&["graph", "--format", "graphml"]).out;
    let document = roxmltree::Document::parse(&all).unwrap();
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("node")).count(), 10);
    assert!(estate.ok(&["graph", "--format", "mermaid"]).out.starts_with("flowchart LR\n"));
}

#[test]
fn wrong_questions_are_told() {
    let estate = shop();
    estate.refuses(&["impact", "on"], 4, "did you mean `one`?");
    estate.refuses(&["impact", "sales"], 2, "only items and services fail");
    estate.refuses(&["impact"], 2, "");
    estate.refuses(&["impact", "one", "--planned", "soon"], 2, "--planned");
    estate.refuses(&["impact", "--change", "chg-9"], 4, "there is no record `change/chg-9`");
    estate.refuses(&["graph", "one", "--format", "dott"], 2, "did you mean `dot`?");
    estate.refuses(&["graph", "--up"], 2, "");
}
