use proptest::prelude::*;

use super::*;
use crate::import::{Options, plan};
use crate::snapshot::testing::{SETTINGS, snapshot};
use crate::yaml;

const DUMP: &str = include_str!("../../../tests/import/netbox.json");
const DUMP_4: &str = include_str!("../../../tests/import/netbox-4.json");

fn records(incoming: &Incoming) -> String {
    let shown = incoming.proposals.iter().map(|proposal| {
        let class = proposal.class.as_deref().unwrap_or(proposal.kind.name());
        let (system, key) = &proposal.key;
        format!("# {class} {} ({system} {key})\n{}", proposal.id, yaml::write(&proposal.fields))
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn counts(counts: &BTreeMap<String, usize>) -> Vec<(&str, usize)> {
    counts.iter().map(|(model, count)| (model.as_str(), *count)).collect()
}

fn reasons(incoming: &Incoming) -> Vec<String> {
    incoming
        .rejections
        .iter()
        .map(|rejection| format!("{}: {}", rejection.origin, rejection.reason))
        .collect()
}

fn number_of_objects(json: &str) -> usize {
    serde_json::from_str::<Vec<serde_json::Value>>(json).unwrap().len()
}

fn number_accounted_for(incoming: &Incoming) -> usize {
    incoming.proposals.len()
        + incoming.rejections.len()
        + incoming.merged.values().sum::<usize>()
        + incoming.left_out.values().sum::<usize>()
}

#[test]
fn a_dump_becomes_these_records() {
    let incoming = read(DUMP.as_bytes()).unwrap();
    assert_eq!(records(&incoming), include_str!("../../../tests/import/netbox.expected.yaml"));
}

#[test]
fn a_dump_of_a_newer_version_becomes_these_records() {
    let incoming = read(DUMP_4.as_bytes()).unwrap();
    assert_eq!(records(&incoming), include_str!("../../../tests/import/netbox-4.expected.yaml"));
}

/// Counted by hand in the file.
#[test]
fn every_object_is_imported_merged_left_out_or_rejected() {
    let incoming = read(DUMP.as_bytes()).unwrap();
    assert_eq!(
        counts(&incoming.merged),
        [
            ("circuits.circuittermination", 3),
            ("circuits.circuittype", 1),
            ("circuits.providernetwork", 1),
            ("dcim.cable", 6),
            ("dcim.devicebay", 1),
            ("dcim.devicerole", 4),
            ("dcim.platform", 1),
            ("dcim.rackrole", 1),
            ("extras.customfield", 1),
            ("ipam.ipaddress", 1),
            ("tenancy.tenantgroup", 1),
            ("virtualization.clustergroup", 1),
            ("virtualization.clustertype", 2),
        ]
    );
    assert_eq!(
        counts(&incoming.left_out),
        [
            ("dcim.cable (planned)", 1),
            ("dcim.cable (within one device or circuit, or between circuits)", 1),
            ("dcim.devicebay", 1),
            ("dcim.devicerole", 1),
            ("dcim.frontport", 1),
            ("dcim.interface", 2),
            ("dcim.poweroutlet", 1),
            ("dcim.powerport", 2),
            ("dcim.rackrole", 1),
            ("dcim.rearport", 1),
            ("extras.customfield", 1),
            ("ipam.ipaddress", 1),
            ("ipam.vlan", 1),
            ("users.token", 1),
        ]
    );
    assert_eq!(
        reasons(&incoming),
        [
            "object 76: it is a second dcim.device 1; the first one counts",
            "object 77: it is no object with `model`, `pk` and `fields`",
            "dcim.cable 5: side B is dcim.interface 99, which is not in the file",
            "dcim.device 8: its `site` is dcim.site 99, which is not in the file",
            "dcim.rack 3: its `site` is dcim.site 3, which is rejected",
            "dcim.rack 4: it has no `name`",
            "dcim.site 3: its `region` is dcim.region 77, which is not in the file",
        ]
    );
    assert_eq!(number_accounted_for(&incoming), number_of_objects(DUMP));
    let newer = read(DUMP_4.as_bytes()).unwrap();
    assert_eq!(
        reasons(&newer),
        [
            "dcim.cable 3: side A is of content type 9, which the file does not explain: write it with --natural-foreign"
        ]
    );
    assert_eq!(newer.left_out.get("dcim.cable (one end is loose)"), Some(&1));
    assert_eq!(number_accounted_for(&newer), number_of_objects(DUMP_4));
}

#[test]
fn the_estate_takes_every_record_in_without_an_error_and_once() {
    for dump in [DUMP, DUMP_4] {
        let before = snapshot(&[SETTINGS]);
        let incoming = read(dump.as_bytes()).unwrap();
        let (records, rejected) = (incoming.proposals.len(), incoming.rejections.len());
        let first = plan(&before, incoming, Options::of("netbox"));
        assert_eq!((first.created, first.rejections.len()), (records, rejected), "{:#?}", first.rejections);
        let after = before.with(&first.edit);
        assert_eq!(after.findings().map(|finding| finding.message.as_str()).collect::<Vec<_>>(), [""; 0]);
        let again = plan(&after, read(dump.as_bytes()).unwrap(), Options::of("netbox"));
        assert_eq!((again.unchanged, again.edit.is_empty()), (records, true));
    }
}

#[test]
fn the_order_of_the_file_has_no_say() {
    let mut objects: Vec<serde_json::Value> = serde_json::from_str(DUMP).unwrap();
    // The last two are wrong on purpose, and of two equal keys the first one counts.
    objects.truncate(objects.len() - 2);
    let read_again = |objects: &[serde_json::Value]| read(&serde_json::to_vec(objects).unwrap()).unwrap();
    let forwards = read_again(&objects);
    objects.reverse();
    assert_eq!(records(&read_again(&objects)), records(&forwards));
}

#[test]
fn what_is_no_dump_is_told_with_the_way_to_make_one() {
    for (json, message) in [
        (&b"-- PostgreSQL database dump"[..], "this is not JSON: invalid number at line 1 column 2"),
        (b"", "this is not JSON: EOF while parsing a value at line 1 column 0"),
        (b"\xff\xfe", "this is not JSON: expected value at line 1 column 1"),
        (b"{\"results\": []}", "a dump is a list of objects, and this is an object"),
        (b"3", "a dump is a list of objects, and this is a number"),
        (b"[1, {\"id\": 3}]", "nothing in this list is an object with `model`, `pk` and `fields`"),
    ] {
        let error = read(json).unwrap_err();
        assert_eq!(error.message, message);
        assert!(error.help.unwrap().contains("manage.py dumpdata"));
    }
    let deep = "[".repeat(100_000);
    assert!(read(deep.as_bytes()).unwrap_err().message.contains("recursion limit"));
    assert_eq!(read(b"\xef\xbb\xbf[]").unwrap().proposals, []);
}

#[test]
fn regions_in_a_circle_and_chains_of_rejected_ones_end() {
    let region = |pk: u64, parent: u64| {
        format!(
            r#"{{"model": "dcim.region", "pk": {pk}, "fields": {{"name": "r{pk}", "parent": {parent}}}}}"#
        )
    };
    let circle = format!("[{}, {}, {}]", region(1, 2), region(2, 1), region(3, 3));
    assert_eq!(read(circle.as_bytes()).unwrap().proposals.len(), 3);
    let chain: Vec<String> = (1..500).map(|pk| region(pk, pk + 1)).collect();
    let incoming = read(format!("[{}]", chain.join(",")).as_bytes()).unwrap();
    assert_eq!((incoming.proposals.len(), incoming.rejections.len()), (0, 499));
}

/// Values that no field expects.
const ODD: [&str; 14] = [
    "null",
    "true",
    "-1",
    "0",
    "1.5",
    "1e308",
    "18446744073709551615",
    "\"\"",
    "\"\\u0000\\u001b[2J\"",
    "\"2024-13-99\"",
    "[]",
    "[\"dcim\", 3]",
    "{\"a\": [1]}",
    "[\"dcim\", \"device\"]",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in a field, nothing panics, no object is lost, and no record is given to the
    /// estate that it could not read.
    #[test]
    fn odd_values_lose_no_object(newer: bool, at: prop::sample::Index, field: prop::sample::Index, odd in 0..ODD.len()) {
        let mut objects: Vec<serde_json::Value> = serde_json::from_str(if newer { DUMP_4 } else { DUMP }).unwrap();
        let at = at.index(objects.len());
        if let Some(fields) = objects[at].get_mut("fields").and_then(|fields| fields.as_object_mut()) {
            let name = fields.keys().nth(field.index(fields.len())).unwrap().clone();
            fields[&name] = serde_json::from_str(ODD[odd]).unwrap();
        }
        let incoming = read(&serde_json::to_vec(&objects).unwrap()).unwrap();
        prop_assert_eq!(number_accounted_for(&incoming), objects.len());
        let before = snapshot(&[SETTINGS]);
        let after = before.with(&plan(&before, incoming, Options::of("netbox")).edit);
        prop_assert_eq!(after.findings().count(), 0);
    }
}
