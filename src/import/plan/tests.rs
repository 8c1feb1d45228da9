use proptest::prelude::*;

use super::*;
use crate::import::Proposal;
use crate::model::Kind;
use crate::snapshot::testing::{SETTINGS, snapshot};
use crate::yaml::Data;

/// A proposal with its fields as YAML; its key in the system `out` is empty for `_`.
fn proposal(kind: Kind, class: Option<&str>, id: &str, key: &str, fields: &str) -> Proposal {
    let tree = crate::yaml::parse(fields).unwrap();
    Proposal {
        kind,
        class: class.map(str::to_owned),
        id: id.into(),
        key: ("out".into(), if key == "_" { "" } else { key }.into()),
        fields: Data::from(tree.value(fields)),
        origin: format!("line {key}"),
    }
}

fn server(id: &str, key: &str, fields: &str) -> Proposal {
    proposal(Kind::Item, Some("server"), id, key, fields)
}

fn import(before: &Snapshot, proposals: Vec<Proposal>) -> Plan {
    plan(before, Incoming { proposals, ..Incoming::default() }, Options::of("out"))
}

fn text<'p>(plan: &'p Plan, path: &str) -> &'p str {
    let found = plan.edit.files().find(|(written, _)| *written == format!("inventory/{path}"));
    found.and_then(|(_, text)| text).unwrap_or_else(|| panic!("{path} is not in {:?}", plan.edit))
}

fn counts(plan: &Plan) -> (usize, usize, usize, usize) {
    (plan.created, plan.updated, plan.unchanged, plan.rejections.len())
}

#[test]
fn a_new_record_is_written_in_the_order_of_its_schema() {
    let before = snapshot(&[SETTINGS]);
    let fields = "{status: in_use, cost: 8420.00 EUR, name: 'Web, 1', serial: 0012e3, attributes: {memory_gib: '64', hostname: 'no'}, notes: ''}";
    let plan = import(&before, vec![server("Web 1", "7", fields)]);
    assert_eq!(plan.rejections, []);
    let expected = "# yaml-language-server: $schema=../../../schemas/server.schema.json
id: web-1
class: server
name: Web, 1
status: in_use
serial: '0012e3'
cost: 8420.00 EUR
attributes:
  hostname: 'no'
  memory_gib: 64
external:
  out: '7'
";
    assert_eq!(text(&plan, "items/server/web-1.yaml"), expected);
    assert_eq!(plan.edit.summary, "Import 1 record from out (1 created)");
    assert!(before.with(&plan.edit).findings().count() == 0);
}

#[test]
fn an_update_sets_the_fields_of_the_source_and_leaves_everything_else() {
    let text_before = "# bought in a hurry\nid: web-1\nclass: server\nname:   Web 1   # front\nstatus: in_use\nowner: it\ntags: [b, a]\nattributes: {memory_gib: 32, hostname: w1}\nexternal: {out: '7', other: x}\n";
    let before = snapshot(&[
        SETTINGS,
        ("items/server/web-1.yaml", text_before),
        ("parties/it.yaml", "id: it\nname: IT\nkind: team\n"),
    ]);
    let fields = "{name: Web 2, status: in_use, tags: [a, b], attributes: {memory_gib: 64}, serial: S1}";
    let plan = import(&before, vec![server("another-name", "7", fields)]);
    let expected = "# bought in a hurry\nid: web-1\nclass: server\nname:   Web 2   # front\nstatus: in_use\nowner: it\ntags: [b, a]\nattributes: {memory_gib: 64, hostname: w1}\nexternal: {out: '7', other: x}\nserial: S1\n";
    assert_eq!(text(&plan, "items/server/web-1.yaml"), expected);
    assert_eq!(counts(&plan), (0, 1, 0, 0));
}

#[test]
fn ids_are_given_in_order_and_kept_by_key() {
    let other = "id: web\nclass: rack\nname: Web\nstatus: in_use\n";
    let before = snapshot(&[SETTINGS, ("items/rack/web.yaml", other)]);
    let fields = |name: &str| format!("{{name: {name}, status: in_use}}");
    let proposals = || {
        vec![
            server("Web", "1", &fields("A")),
            server("WEB", "2", &fields("B")),
            server("web", "3", &fields("C")),
        ]
    };
    let first = import(&before, proposals());
    for (path, key) in [("web-2", "'1'"), ("web-3", "'2'"), ("web-4", "'3'")] {
        assert!(
            text(&first, &format!("items/server/{path}.yaml")).contains(&format!("out: {key}")),
            "{path}"
        );
    }
    let mut again = proposals();
    again.reverse();
    let second = import(&before.with(&first.edit), again);
    assert_eq!((counts(&second), second.edit.len()), ((0, 0, 3, 0), 0));
}

#[test]
fn references_lead_to_the_ids_that_were_given() {
    let site = "id: old-name\nclass: location\nname: Renamed\nstatus: in_use\nexternal: {out: site-1}\n";
    let rack = "id: r1\nclass: server\nname: Not a rack\nstatus: in_use\n";
    let before =
        snapshot(&[SETTINGS, ("items/location/old-name.yaml", site), ("items/server/r1.yaml", rack)]);
    let plan = import(
        &before,
        vec![
            server(
                "Web",
                "1",
                "{name: Web, status: in_use, location: Paris DC, relations: {runs_on: [R1]}, owner: Ops Team}",
            ),
            proposal(Kind::Item, Some("location"), "Paris DC", "site-1", "{name: Renamed}"),
            proposal(
                Kind::Item,
                Some("rack"),
                "R1",
                "rack-1",
                "{name: R1, status: in_use, location: Paris DC}",
            ),
            proposal(Kind::Party, None, "Ops Team", "_", "{name: Ops Team, kind: team}"),
            proposal(Kind::Party, None, "Nobody asks", "_", "{name: Nobody, kind: team}"),
        ],
    );
    assert_eq!(plan.rejections, []);
    let web = text(&plan, "items/server/web.yaml");
    assert!(web.contains("location: old-name\n") && web.contains("runs_on: [r1-2]\n"), "{web}");
    assert!(web.contains("owner: ops-team\n"), "{web}");
    assert!(text(&plan, "items/rack/r1-2.yaml").contains("location: old-name\n"));
    assert_eq!(counts(&plan), (3, 0, 1, 0));
    assert_eq!(before.with(&plan.edit).findings().count(), 0);
}

#[test]
fn a_record_that_names_itself_says_nothing() {
    let before = snapshot(&[SETTINGS]);
    let fields = "{name: IT, kind: team, parent: IT}";
    let plan = import(&before, vec![proposal(Kind::Party, None, "IT", "1", fields)]);
    assert_eq!(plan.rejections, []);
    assert!(!text(&plan, "parties/it.yaml").contains("parent"));
}

#[test]
fn what_is_only_named_is_found_by_id_or_name_and_left_alone() {
    let dell = "id: supplier-dell\nname: Dell\nkind: supplier\n";
    let before = snapshot(&[SETTINGS, ("parties/supplier-dell.yaml", dell)]);
    let plan = import(
        &before,
        vec![
            server("Web", "1", "{name: Web, status: in_use, supplier: Dell}"),
            proposal(Kind::Party, None, "Dell", "_", "{name: Dell, kind: manufacturer}"),
        ],
    );
    assert!(text(&plan, "items/server/web.yaml").contains("supplier: supplier-dell\n"));
    assert_eq!((counts(&plan), plan.edit.len()), ((1, 0, 0, 0), 1));
}

#[test]
fn a_name_finds_its_record_only_where_it_tells_it_apart() {
    let place = |id: &str, name: &str| format!("id: {id}\nclass: location\nname: {name}\nstatus: in_use\n");
    let before = snapshot(&[
        SETTINGS,
        ("items/location/lyon-room-a.yaml", &place("lyon-room-a", "Room A")),
        ("items/location/hq.yaml", &place("hq", "Head office")),
        ("items/location/n1.yaml", &place("n1", "Nantes")),
        ("items/location/n2.yaml", &place("n2", "Nantes")),
    ]);
    let at = |location: &str| format!("{{name: X, status: in_use, location: {location}}}");
    let room = proposal(Kind::Item, Some("location"), "Paris Room A", "_", "{name: Room A, status: in_use}");
    let plan = import(
        &before,
        vec![
            room,
            server("a", "1", &at("Paris Room A")),
            server("b", "2", &at("Head office")),
            server("c", "3", &at("Nantes")),
        ],
    );
    assert!(text(&plan, "items/server/a.yaml").contains("location: paris-room-a\n"));
    assert!(text(&plan, "items/server/b.yaml").contains("location: hq\n"));
    assert_eq!(plan.rejections.iter().map(|r| r.origin.as_str()).collect::<Vec<_>>(), ["line 3"]);
}

#[test]
fn a_record_that_people_made_is_adopted_where_its_name_or_serial_agrees() {
    let file =
        |name: &str, more: &str| format!("id: web\nclass: server\nname: {name}\nstatus: in_use\n{more}");
    let adopted = |text: &str, fields: &str| {
        let before = snapshot(&[SETTINGS, ("items/server/web.yaml", text)]);
        import(&before, vec![server("web", "1", fields)]).updated == 1
    };
    assert!(adopted(&file("Web", ""), "{name: Web, status: in_use}"));
    assert!(adopted(&file("Other", "serial: S1\n"), "{name: Web, status: in_use, serial: S1}"));
    assert!(!adopted(&file("Other", ""), "{name: Web, status: in_use}"));
    let before = snapshot(&[SETTINGS, ("items/server/web.yaml", &file("Web", ""))]);
    let twins = || ["1", "2"].map(|key| server("web", key, "{name: Web, status: in_use}")).to_vec();
    let first = import(&before, twins());
    assert_eq!(counts(&first), (1, 1, 0, 0));
    assert_eq!(counts(&import(&before.with(&first.edit), twins())), (0, 0, 2, 0));
    assert!(!adopted(&file("Web", "external: {out: '2'}\n"), "{name: Web, status: in_use}"));
}

#[test]
fn what_cannot_be_taken_in_is_rejected_with_its_reason() {
    let before = snapshot(&[SETTINGS]);
    let plan = import(
        &before,
        vec![
            server("a", "1", "{name: A, status: inuse}"),
            server("b", "2", "{name: B, status: in_use, cost: 12}"),
            server("c", "3", "{name: C, status: in_use, location: nowhere}"),
            server("d", "4", "{name: D, status: in_use, relations: {runs_on: [c]}}"),
            server("e", "5", "{name: E, status: in_use, relations: {runs_on: [d]}}"),
            server("f", "6", "{name: F, status: in_use}"),
            server("g", "6", "{name: G, status: in_use}"),
            server("f", "6", "{name: F, status: in_use}"),
            proposal(Kind::Item, Some("servr"), "h", "7", "{name: H, status: in_use}"),
            server("i", "8", "{name: I, status: in_use, attributes: {memory_gib: lots}}"),
        ],
    );
    let reason = |line: &str| {
        let found = plan.rejections.iter().find(|rejection| rejection.origin == format!("line {line}"));
        found.map(|rejection| rejection.reason.as_str()).unwrap_or_default()
    };
    for (line, start) in [
        ("1", "`inuse` is not a value of `status`"),
        ("2", "`12` is not money"),
        ("3", "`location` refers to `nowhere`: neither the import nor the estate has such a location"),
        ("4", "it refers to the item `c`, which is rejected: `location`"),
        ("5", "it refers to the item `d`, which is rejected: it refers to the item `c`"),
        ("6", "the key `6` stands already at line 6, with other values"),
        ("7", "there is no class `servr`; did you mean `server`?"),
        ("8", "`lots` is not a whole number"),
    ] {
        assert!(reason(line).starts_with(start), "{line}: {:?}", reason(line));
    }
    assert_eq!(counts(&plan), (1, 0, 0, 8));
}

#[test]
fn what_breaks_a_rule_of_the_audit_is_rejected_with_what_refers_to_it() {
    let before = snapshot(&[SETTINGS]);
    let fields = "{name: A, status: planned, asset_tag: T1}";
    let late = "{name: C, status: planned, ordered: 2024-01-02, acquired: 2023-01-01}";
    let proposals = vec![
        server("a", "1", fields),
        server("c", "3", late),
        server("d", "4", "{name: D, status: planned, relations: {runs_on: [c]}}"),
    ];
    let incoming = Incoming { proposals, ..Incoming::default() };
    let as_of = crate::date::parse_date("2026-01-01").ok();
    let plan = plan(&before, incoming, Options { as_of, ..Options::of("out") });
    assert_eq!(counts(&plan), (1, 0, 0, 2), "{:?}", plan.rejections);
    let origins: Vec<&str> = plan.rejections.iter().map(|rejection| rejection.origin.as_str()).collect();
    assert_eq!(origins, ["line 3", "line 4"]);
    assert!(plan.rejections[1].reason.starts_with("it refers to the item `c`, which is rejected: "));
}

#[test]
fn a_class_that_people_chose_stays() {
    let text = "id: fw\nclass: network_device\nname: FW\nstatus: in_use\nexternal: {out: '1'}\n";
    let before = snapshot(&[SETTINGS, ("items/network_device/fw.yaml", text)]);
    let ok = import(&before, vec![server("fw", "1", "{name: FW 2, status: in_use}")]);
    assert_eq!((counts(&ok), ok.edit.len()), ((0, 1, 0, 0), 1));
    let no = import(&before, vec![server("fw", "1", "{name: FW, attributes: {cpu_cores: 8}}")]);
    let reason = no.rejections.first().map(|rejection| rejection.reason.as_str()).unwrap_or_default();
    assert!(reason.ends_with("(the estate has it as `network_device`, the import as `server`)"), "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the names, an import is sound, and the second changes nothing.
    #[test]
    fn importing_twice_is_importing_once(names in proptest::collection::vec("[a-zA-Zéß東: #'\"-]{1,12}", 1..8)) {
        let before = snapshot(&[SETTINGS]);
        let named = |data: &[(&str, &str)]| Data::map(data.iter().map(|(key, value)| (*key, *value)));
        let proposals = || names.iter().enumerate().map(|(index, name)| Proposal {
            kind: Kind::Party,
            class: None,
            id: name.clone(),
            key: ("out".into(), index.to_string()),
            fields: named(&[("name", name), ("kind", "team"), ("parent", &names[index / 2])]),
            origin: String::new(),
        }).collect::<Vec<_>>();
        let first = import(&before, proposals());
        let after = before.with(&first.edit);
        prop_assert_eq!(after.findings().count(), 0);
        let second = import(&after, proposals());
        prop_assert_eq!((second.edit.len(), &second.rejections), (0, &first.rejections));
    }
}
