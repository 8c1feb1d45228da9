use proptest::prelude::*;

use super::*;
use crate::snapshot::testing::snapshot;
use crate::yaml::excerpts;

const SERVER: &str = "id: srv\nclass: server\nname: Web\nstatus: in_use\ncost: 900.00 EUR\nin_service: 2023-03-01\ntags: [a, b]\nrelations: {runs_on: [rack-1, rack-2]}\n";

fn item(text: &str) -> Snapshot {
    snapshot(&[("items/server/srv.yaml", text)])
}

/// `kind record: field before -> after (effect)`, a line a field.
fn lines(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut lines = Vec::new();
    for change in diff(before, after) {
        let head = format!("{} {}", change.kind.name(), change.record);
        if change.fields.is_empty() {
            lines.push(head.clone());
        }
        for field in &change.fields {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let effect = match field.effect {
                Effect::None => String::new(),
                Effect::Money(money) => format!(" ({money})"),
                Effect::Days(days) => format!(" ({days} days)"),
            };
            lines.push(format!(
                "{head}: {} {} -> {}{effect}",
                field.route,
                text(&field.before),
                text(&field.after)
            ));
        }
    }
    lines
}

fn edited(from: &str, to: &str) -> Vec<String> {
    assert!(SERVER.contains(from), "{from}");
    lines(&item(SERVER), &item(&SERVER.replace(from, to)))
}

#[test]
fn money_and_dates_say_by_how_much() {
    assert_eq!(
        edited("900.00 EUR", "1234.50 EUR"),
        ["changed item/srv: cost 900.00 EUR -> 1234.50 EUR (334.50 EUR)"]
    );
    // 2023-03-01 to 2024-03-01 has 366 days, since 2024 has a 29 February.
    assert_eq!(
        edited("2023-03-01", "2024-03-01"),
        ["changed item/srv: in_service 2023-03-01 -> 2024-03-01 (366 days)"]
    );
    assert_eq!(edited("900.00 EUR", "900.00 USD"), ["changed item/srv: cost 900.00 EUR -> 900.00 USD"]);
    let changes = diff(&item(SERVER), &item(&SERVER.replace("900.00", "1000.00")));
    assert_eq!(changes[0].money.map(|money| money.to_string()).as_deref(), Some("100.00 EUR"));
}

#[test]
fn sets_have_no_order_and_show_what_came_and_went() {
    assert_eq!(edited("[rack-1, rack-2]", "[rack-2, rack-1]"), ["formatted item/srv"]);
    assert_eq!(
        edited("[rack-1, rack-2]", "[rack-2, rack-3]"),
        ["changed item/srv: relations.runs_on rack-1 -> rack-3"]
    );
    assert_eq!(edited("tags: [a, b]", "tags: [a, b, c]"), ["changed item/srv: tags - -> c"]);
}

#[test]
fn keyed_lists_are_matched_by_key() {
    let service = |components: &str| {
        let text = format!("id: shop\nname: Shop\nstatus: in_use\ncomponents:\n{components}");
        snapshot(&[("services/shop.yaml", text.as_str())])
    };
    let before = service("  - {item: a, share: 60%}\n  - {item: b}\n");
    let after = service("  - {item: c}\n  - {item: a, share: 50%}\n");
    assert_eq!(
        lines(&before, &after),
        [
            "changed service/shop: components[item=a].share 60% -> 50%",
            "changed service/shop: components[item=b] {item: b} -> -",
            "changed service/shop: components[item=c] - -> {item: c}",
        ]
    );
}

#[test]
fn comments_quotes_and_the_order_of_fields_are_formatting() {
    let dressed = "# Bought in May\nclass: server\nid: \"srv\"\nname:   'Web'\nstatus: in_use # yes\ncost: 900.00 EUR\nin_service: 2023-03-01\ntags:\n  - a\n  - b\nrelations:\n  runs_on: [rack-1, rack-2]\n";
    assert_eq!(lines(&item(SERVER), &item(dressed)), ["formatted item/srv"]);
}

#[test]
fn a_move_to_another_class_is_one_record() {
    let laptop = SERVER.replace("class: server", "class: laptop");
    let after = snapshot(&[("items/laptop/srv.yaml", laptop.as_str())]);
    assert_eq!(lines(&item(SERVER), &after), ["changed item/srv: class server -> laptop"]);
    let misplaced = snapshot(&[("items/laptop/srv.yaml", SERVER)]);
    assert_eq!(lines(&item(SERVER), &misplaced), ["moved item/srv"]);
}

#[test]
fn leaving_service_is_more_than_a_change() {
    let kind = |to: &str| diff(&item(SERVER), &item(&SERVER.replace("in_use", to)))[0].kind;
    assert_eq!(kind("retired"), ChangeKind::Retired);
    assert_eq!(kind("lost"), ChangeKind::Retired);
    assert_eq!(kind("in_maintenance"), ChangeKind::Changed);
    // Sold after it was retired: it had left service before.
    let retired = SERVER.replace("in_use", "retired");
    let sold = SERVER.replace("in_use", "disposed");
    assert_eq!(diff(&item(&retired), &item(&sold))[0].kind, ChangeKind::Changed);
}

#[test]
fn records_that_come_or_go_count_with_their_money_and_losses_come_first() {
    let before = snapshot(&[("items/server/srv.yaml", SERVER), ("parties/old.yaml", "id: old\nname: Old\n")]);
    let after = snapshot(&[("parties/new.yaml", "id: new\nname: New\n")]);
    let changes = diff(&before, &after);
    let shown: Vec<_> = changes.iter().map(|change| (change.kind, change.record.to_string())).collect();
    assert_eq!(
        shown,
        [
            (ChangeKind::Removed, "item/srv".to_owned()),
            (ChangeKind::Removed, "party/old".to_owned()),
            (ChangeKind::Added, "party/new".to_owned()),
        ]
    );
    assert_eq!(summary(&changes), "2 removed (-900.00 EUR), 1 added");
    assert_eq!(summary(&[]), "no change");
}

#[test]
fn a_file_that_stops_being_yaml_is_a_change() {
    assert_eq!(lines(&item(SERVER), &item("id: [\n")), ["changed item/srv:  (readable) -> (not YAML)"]);
}

fn estate() -> impl Strategy<Value = Vec<(String, String)>> {
    let field = prop_oneof![
        "[a-z]{1,8}".prop_map(|name| format!("name: {name}\n")),
        (0u32..100_000).prop_map(|cents| format!("cost: {}.{:02} EUR\n", cents / 100, cents % 100)),
        prop::collection::vec("[a-c]", 0..4).prop_map(|tags| format!("tags: [{}]\n", tags.join(", "))),
        // Also what no schema allows, and what is not YAML at all.
        "[ -~]{0,20}".prop_map(|text| format!("notes: {text}\n")),
    ];
    let record = ("[a-d]", prop::collection::vec(field, 0..4), prop::bool::ANY);
    prop::collection::vec(record, 0..4).prop_map(|records| {
        let file = |(id, fields, is_server): (String, Vec<String>, bool)| {
            let class = if is_server { "server" } else { "laptop" };
            (format!("items/{class}/{id}.yaml"), format!("id: {id}\nclass: {class}\n{}", fields.concat()))
        };
        records.into_iter().map(file).collect()
    })
}

fn load(files: &[(String, String)]) -> Snapshot {
    snapshot(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(files in estate()) {
        prop_assert_eq!(diff(&load(&files), &load(&files)), []);
    }

    /// What is added in one direction is removed in the other, with the opposite money.
    #[test]
    fn the_way_back_undoes_the_way_there(old in estate(), new in estate()) {
        let (old, new) = (load(&old), load(&new));
        let mut there: Vec<_> =
            diff(&old, &new).into_iter().map(|c| (c.before_path, c.after_path, c.money)).collect();
        let mut back: Vec<_> = diff(&new, &old)
            .into_iter()
            .map(|c| (c.after_path, c.before_path, c.money.map(|money| money.negated())))
            .collect();
        there.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        back.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        prop_assert_eq!(there, back);
    }
}

#[test]
fn the_same_data_under_another_id_is_a_rename() {
    let after = snapshot(&[("items/server/web.yaml", &SERVER.replace("id: srv", "id: web"))]);
    assert_eq!(lines(&item(SERVER), &after), ["renamed item/web: id srv -> web"]);
    assert_eq!(diff(&item(SERVER), &after)[0].money, None);
    // One field more, and nobody can say that it is the same one.
    let other = SERVER.replace("id: srv", "id: web").replace("name: Web", "name: Shop");
    let changes = diff(&item(SERVER), &snapshot(&[("items/server/web.yaml", other.as_str())]));
    assert_eq!(changes.iter().map(|c| c.kind).collect::<Vec<_>>(), [ChangeKind::Removed, ChangeKind::Added]);
    // Nor where two could be it.
    let twins = [("web-1", "items/server/web-1.yaml"), ("web-2", "items/server/web-2.yaml")]
        .map(|(id, path)| (path, SERVER.replace("id: srv", &format!("id: {id}"))));
    let twins = snapshot(&twins.each_ref().map(|(path, text)| (*path, text.as_str())));
    assert!(diff(&item(SERVER), &twins).iter().all(|change| change.kind != ChangeKind::Renamed));
}

#[test]
fn an_element_under_another_key_is_the_same_element_where_there_is_no_doubt() {
    let service = |components: &str| {
        snapshot(&[("services/shop.yaml", &format!("id: shop\nname: Shop\ncomponents:\n{components}"))])
    };
    let before = service("  - {item: a, share: 60%}\n  - {item: b, share: 40%}\n");
    let after = service("  - {item: c, share: 60%}\n  - {item: b, share: 40%}\n");
    assert_eq!(lines(&before, &after), ["changed service/shop: components[item=a].item a -> c"]);
    // Two with the same share may have changed places.
    let before = service("  - {item: a, share: 50%}\n  - {item: b, share: 50%}\n");
    let after = service("  - {item: c, share: 50%}\n  - {item: d, share: 50%}\n");
    assert_eq!(lines(&before, &after).len(), 4);
}

/// Records of lines that could mislead whoever takes each line that begins with a letter for a field.
fn misleading_record() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "name: a",
        "name: b",
        "cost: 1.00 EUR",
        "cost: 2.00 EUR",
        "notes: \"first",
        "notes: 'first",
        "notes: [a,",
        "notes: {a: b,",
        "notes: |",
        "notes: >-",
        "notes: |2",
        "notes:",
        "notes: plain",
        "  second: line",
        "  second\"",
        "  second'",
        "  b]",
        "  c: d}",
        "b]",
        "]",
        "tags:",
        "- x",
        "  - y",
        "- z: 1",
        "  w: 2",
        "# about: it",
        "",
        " ",
        "owner: it's \"so\"",
        "owner: \"\\\"\"",
        "key: &a 1",
        "other: *a",
    ]);
    let lines = prop::collection::vec(line, 0..5);
    lines.prop_map(|lines| format!("id: srv\nclass: server\n{}\n", lines.join("\n")))
}

fn readable_changes(old: &str, new: &str) -> Option<Vec<Change>> {
    let [old, new] = [old, new].map(|text| snapshot(&[("items/server/srv.yaml", text)]));
    let is_yaml = |side: &Snapshot| side.records().all(|record| record.root().is_some());
    (is_yaml(&old) && is_yaml(&new)).then(|| diff(&old, &new))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn excerpts_differ_as_the_whole_texts_do(old in misleading_record(), new in misleading_record()) {
        let parts = excerpts(&old, &new, |key, _| matches!(key, "class" | "name"));
        if let (Some([old_part, new_part]), Some(whole)) = (parts, readable_changes(&old, &new)) {
            prop_assert_eq!(readable_changes(&old_part, &new_part), Some(whole));
        }
    }
}
