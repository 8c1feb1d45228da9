//! Every operator on every type, every relation and quantifier, on a small estate; and random
//! conditions.

use proptest::prelude::*;

use super::Policies;
use crate::date::parse_date;
use crate::snapshot::Snapshot;
use crate::snapshot::testing::{SETTINGS, snapshot};

const AS_OF: &str = "2026-11-24";

const ESTATE: [(&str, &str); 12] = [
    SETTINGS,
    ("parties/it.yaml", "id: it\nname: IT\nkind: team\n"),
    ("parties/dell.yaml", "id: dell\nname: Dell\nkind: supplier\nparent: it\n"),
    ("items/location/paris.yaml", "id: paris\nclass: location\nname: Paris\nstatus: in_use\n"),
    ("items/location/lyon.yaml", "id: lyon\nclass: location\nname: Lyon\nstatus: in_use\n"),
    (
        "items/location/room.yaml",
        "id: room\nclass: location\nname: Room\nstatus: in_use\nrelations: {part_of: [paris]}\n",
    ),
    (
        "items/server/a.yaml",
        "id: a\nclass: server\nname: Web A\nstatus: in_use\nowner: it\nlocation: room\nserial: 0012e3\nacquired: 2023-02-28\nwarranty_until: 2026-02-28\ncost: 8420.00 EUR\ntags: [front, shop]\nattributes: {cpu_cores: 32}\n",
    ),
    (
        "items/server/b.yaml",
        "id: b\nclass: server\nname: Web B\nstatus: in_stock\nlocation: lyon\nacquired: 2023-02-28\nwarranty_until: 2023-02-01\ncost: 8420.00 USD\nattributes: {cpu_cores: 9007199254740993}\n",
    ),
    (
        "items/virtual_machine/vm.yaml",
        "id: vm\nclass: virtual_machine\nname: VM\nstatus: in_use\nrelations: {hosted_on: [a]}\n",
    ),
    (
        "services/shop.yaml",
        "id: shop\nname: Shop\nstatus: in_use\ncriticality: high\nconsumers: {it: 100%}\ncomponents:\n  - {any_of: [a, b], share: 12.5%}\n  - {item: vm}\n",
    ),
    (
        "contracts/care.yaml",
        "id: care\nside: supplier\nkind: support\nparty: dell\nterm: {start: 2023-03-01, length: 3y}\nrenewal: {mode: tacit, period: 1y, notice: 3mo}\nprice: {amount: 1200.00 EUR, per: year}\ncovers: [a, shop]\n",
    ),
    ("contracts/open.yaml", "id: open\nside: customer\nkind: sla\nparty: dell\nterm: {start: 2023-03-01}\n"),
];

/// The estate with one policy, and what comes of it: the ids of the records that break it, or what
/// is wrong with it.
fn judge(select: &str, when: &str) -> Result<Vec<String>, String> {
    judge_with(select, when, |snapshot| {
        let policies = Policies::compile(snapshot, parse_date(AS_OF).unwrap());
        match policies.problems.first() {
            Some(problem) => {
                Err(format!("{}; {}", problem.message, problem.help.clone().unwrap_or_default()))
            }
            None => Ok(policies.judge().into_iter().map(|finding| finding.message).collect()),
        }
    })
}

fn judge_with<T>(select: &str, when: &str, look: impl FnOnce(&Snapshot) -> T) -> T {
    let text = format!(
        "id: p\nname: P\nlevel: error\nselect: {select}\nwhen: {when}\nmessage: \"{{id}}\"\nhelp: mend it\n"
    );
    let mut files = ESTATE.to_vec();
    files.push(("policies/p.yaml", &text));
    let snapshot = snapshot(&files);
    let unsound: Vec<_> = snapshot.findings().collect();
    assert!(unsound.is_empty(), "{when}: {unsound:#?}");
    look(&snapshot)
}

/// The ids of the records of a kind for which each condition holds.
fn each(select: &str, cases: &[(&str, &[&str])]) {
    for (when, expected) in cases {
        let found = judge(select, when);
        assert_eq!(found, Ok(expected.iter().map(|id| (*id).to_owned()).collect()), "{when}");
    }
}

#[test]
fn each_operator_on_each_type() {
    const SERVERS: &str = "{kind: item, classes: [server]}";
    each(
        SERVERS,
        &[
            ("{field: status, op: eq, value: in_use}", &["a"]),
            ("{field: status, op: ne, value: in_use}", &["b"]),
            ("{field: status, op: in, value: [in_stock, lost]}", &["b"]),
            ("{field: status, op: not_in, value: [in_stock, lost]}", &["a"]),
            ("{field: owner, op: exists}", &["a"]),
            ("{field: owner, op: absent}", &["b"]),
            // What is not there is not unequal either; `not` says the opposite of everything.
            ("{field: owner, op: ne, value: dell}", &["a"]),
            ("{not: {field: owner, op: eq, value: dell}}", &["a", "b"]),
            ("{field: serial, op: eq, value: 0012e3}", &["a"]),
            ("{field: serial, op: eq, value: 12000}", &[]),
            ("{field: name, op: contains, value: A}", &["a"]),
            ("{field: name, op: contains, value: web}", &[]),
            ("{field: name, op: matches, value: 'Web ?'}", &["a", "b"]),
            ("{field: tags, op: contains, value: shop}", &["a"]),
            ("{field: tags, op: contains, value: sho}", &[]),
            ("{field: tags, op: ne, value: lab}", &["a"]),
            ("{field: tags, op: not_in, value: [lab, shop]}", &[]),
            ("{field: warranty_until, op: lt, value: {field: acquired}}", &["b"]),
            ("{field: warranty_until, op: le, value: {field: acquired, plus: 3y}}", &["a", "b"]),
            ("{field: warranty_until, op: lt, value: {field: acquired, plus: 3y}}", &["b"]),
            ("{field: acquired, op: eq, value: {field: warranty_until, minus: 3y}}", &["a"]),
            ("{field: warranty_until, op: lt, value: today}", &["a", "b"]),
            ("{field: warranty_until, op: gt, value: today - 1y}", &["a"]),
            ("{field: warranty_until, op: ge, value: 2026-02-28}", &["a"]),
            ("{field: warranty_until, op: gt, value: 2026-02-28}", &[]),
            // Neither 32 nor its neighbour is a float: 2^53 + 1 is not 2^53.
            ("{field: attributes.cpu_cores, op: gt, value: 9007199254740992}", &["b"]),
            ("{field: attributes.cpu_cores, op: lt, value: 33}", &["a"]),
            ("{field: cost, op: eq, value: 8420.00 EUR}", &["a"]),
            ("{field: cost, op: eq, value: 8420 USD}", &["b"]),
            (
                "{all: [{field: status, op: eq, value: in_use}, {field: cost, op: gt, value: 8419.99 EUR}]}",
                &["a"],
            ),
            ("{any: [{field: status, op: eq, value: in_use}, {field: cost, op: exists}]}", &["a", "b"]),
            ("{field: site, op: eq, value: paris}", &["a"]),
        ],
    );
    each(
        "{kind: contract}",
        &[
            ("{field: renewal.period, op: eq, value: 12mo}", &["care"]),
            ("{field: renewal.period, op: gt, value: 40w}", &["care"]),
            ("{field: renewal.notice, op: lt, value: 100d}", &["care"]),
            ("{field: price.amount, op: lt, value: 1200.01 EUR}", &["care"]),
            ("{field: notice_by, op: le, value: today + 6d}", &["care"]),
            ("{field: notice_by, op: le, value: today + 5d}", &[]),
            ("{field: term_end, op: eq, value: 2027-02-28}", &["care"]),
            ("{field: end, op: eq, value: 2026-02-28}", &["care"]),
            ("{field: covers, op: contains, value: shop}", &["care"]),
        ],
    );
    each(
        "{kind: service}",
        &[
            ("{field: components.share, op: lt, value: 12.6%}", &["shop"]),
            ("{field: components.share, op: ge, value: 12.6%}", &[]),
            ("{field: consumers, op: contains, value: it}", &["shop"]),
        ],
    );
}

#[test]
fn each_relation_and_quantifier() {
    each(
        "{kind: item, classes: [server, virtual_machine]}",
        &[
            ("{relation: owner}", &["a"]),
            ("{relation: owner, quantifier: none}", &["b", "vm"]),
            ("{relation: location, where: {field: name, op: eq, value: Lyon}}", &["b"]),
            ("{relation: relations.hosted_on, where: {field: status, op: eq, value: in_use}}", &["vm"]),
            ("{relation: hosts, where: {field: class, op: eq, value: virtual_machine}}", &["a"]),
            ("{relation: covered_by, where: {field: kind, op: eq, value: support}}", &["a"]),
            (
                "{relation: used_by, where: {field: criticality, op: in, value: [high, critical]}}",
                &["a", "b", "vm"],
            ),
            ("{relation: stand_ins}", &["a", "b"]),
            ("{relation: stand_ins, where: {field: site, op: ne, value: {subject: site}}}", &["a", "b"]),
            ("{relation: stand_ins, where: {field: status, op: eq, value: {subject: status}}}", &[]),
            // Of no neighbours, all meet it.
            ("{relation: owner, quantifier: all, where: {field: kind, op: eq, value: person}}", &["b", "vm"]),
            ("{relation: covered_by, quantifier: count, op: eq, value: 1}", &["a"]),
            ("{relation: used_by, quantifier: count, op: lt, value: 1}", &[]),
            (
                "{relation: covered_by, where: {relation: party, where: {relation: parent, where: {field: id, op: eq, value: it}}}}",
                &["a"],
            ),
        ],
    );
    each("{kind: party}", &[("{relation: contracts, quantifier: count, op: ge, value: 2}", &["dell"])]);
    each(
        "{kind: contract}",
        &[("{relation: covers, where: {field: criticality, op: eq, value: high}}", &["care"])],
    );
    each("{kind: item, classes: [location]}", &[("{relation: located_here}", &["lyon", "room"])]);
}

/// By the value date the contract has passed from a to b, and the shop is to leave it next year.
#[test]
fn coverage_is_that_of_the_value_date() {
    let care = "id: care\nside: supplier\nkind: support\nparty: dell\nterm: {start: 2023-03-01, length: 9y}\ncovers: [a, shop]\namendments:\n  \
        - {id: m1, from: 2025-01-01, covers: {add: [b], remove: [a]}}\n  - {id: m2, from: 2027-01-01, covers: {remove: [shop]}}\n";
    let judge = |kind: &str, when: &str| {
        let policy = format!(
            "id: p\nname: P\nlevel: error\nselect: {{kind: {kind}}}\nwhen: {when}\nmessage: \"{{id}}\"\n"
        );
        let mut files = ESTATE.to_vec();
        files.retain(|(path, _)| *path != "contracts/care.yaml");
        files.extend([("contracts/care.yaml", care), ("policies/p.yaml", &policy)]);
        let snapshot = snapshot(&files);
        let findings = Policies::compile(&snapshot, parse_date(AS_OF).unwrap()).judge();
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(judge("item", "{relation: covered_by}"), ["b"]);
    assert_eq!(judge("service", "{relation: covered_by}"), ["shop"]);
    let covers = |id: &str| {
        judge("contract", &format!("{{relation: covers, where: {{field: id, op: eq, value: {id}}}}}"))
    };
    assert_eq!([covers("a"), covers("b")], [vec![], vec!["care".to_owned()]]);
}

#[test]
fn the_schema_names_every_operator_relation_and_reckoned_field() {
    let (_, text) =
        crate::embedded::SCHEMAS.iter().find(|(path, _)| path.ends_with("policy.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(text).unwrap();
    let comment = schema["properties"]["when"]["$comment"].as_str().unwrap();
    let words: Vec<&str> = comment.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let named = super::compile::OPERATORS
        .into_iter()
        .chain(super::relation::backward_names(|_| true))
        .chain(super::field::reckoned(|_| true));
    for name in named {
        assert!(words.contains(&name), "the schema of policies does not name `{name}`");
    }
}

#[test]
fn what_a_condition_cannot_mean_is_said() {
    for (select, when, expected) in [
        ("{kind: item}", "{field: onwer, op: exists}", "no item has a field `onwer`; did you mean `owner`?"),
        (
            "{kind: item}",
            "{field: cpu_cores, op: gt, value: 1}",
            "no item has a field `cpu_cores`; did you mean `attributes.cpu_cores`?",
        ),
        (
            "{kind: contract}",
            "{field: notice, op: lt, value: today}",
            "no contract has a field `notice`; did you mean `notice_by`?",
        ),
        (
            "{kind: item}",
            "{field: status, op: eq, value: inuse}",
            "`status` is never `inuse`; did you mean `in_use`?",
        ),
        (
            "{kind: item}",
            "{field: status, op: '=', value: in_use}",
            "there is no operator `=`; did you mean `eq`?",
        ),
        (
            "{kind: item}",
            "{field: cost, op: lt, value: 5}",
            "`5` is not money such as 8420.00 EUR; `cost` is money such as 8420.00 EUR",
        ),
        (
            "{kind: item}",
            "{relation: covered, quantifier: none}",
            "there is no relation `covered` here; did you mean `covered_by`?",
        ),
        (
            "{kind: item}",
            "{field: acquired, op: lt, value: {field: ordered, plus: 3 years}}",
            "`3 years` is not a length of time: write a number and y, mo, w or d, such as 5y or 36mo; such as 60d, 2w, 3mo or 5y",
        ),
        (
            "{kind: item}",
            "{field: cost, op: lt, value: {field: cost, plus: 3y}}",
            "`cost` is not a date; delete `plus` or `minus`",
        ),
        ("{kind: item}", "{field: status, op: in, value: in_use}", "this is a list of values; write [a, b]"),
        (
            "{kind: item}",
            "{relation: owner, quantifier: count, op: ge, value: two}",
            "a count is compared with a whole number; add `op: lt` and `value: 2`",
        ),
        (
            "{kind: item}",
            "{relation: owner, op: ge, value: 2}",
            "only `quantifier: count` is compared; put the comparison under `where`",
        ),
    ] {
        assert_eq!(judge(select, when), Err(expected.to_owned()), "{when}");
    }
}

#[test]
fn a_finding_shows_the_field_and_the_policy() {
    let when = "{field: cost, op: gt, value: 1.00 EUR}";
    judge_with("{kind: item, classes: [server]}", when, |snapshot| {
        let found = Policies::compile(snapshot, parse_date(AS_OF).unwrap()).judge();
        let shown: Vec<_> = found
            .iter()
            .map(|f| format!("{} {} {} {} {}", f.rule, f.location, f.related[0].location, f.field, f.message))
            .collect();
        assert_eq!(
            shown,
            [
                "policy/p inventory/items/server/a.yaml:10:7 inventory/policies/p.yaml:5:15 cost a",
                // Dollars and euros have no common measure, and that is no reason to keep silent.
                "policy/p inventory/items/server/b.yaml:8:7 inventory/policies/p.yaml:5:15 cost this cannot be judged: 8420.00 USD in `cost` has no common measure with 1.00 EUR",
            ]
        );
    });
}

/// Four hundred records lie in one place, which is asked for all that lie there: the square of the
/// estate, were it asked each time.
#[test]
fn a_policy_that_looks_at_everything_from_everywhere_is_answered_once_or_stopped() {
    let servers: Vec<(String, String)> = (0..400)
        .map(|number| {
            let text = format!("id: s{number}\nclass: server\nname: S\nstatus: in_use\nlocation: dc\n");
            (format!("items/server/s{number}.yaml"), text)
        })
        .collect();
    let mut files: Vec<(&str, &str)> =
        servers.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("items/location/dc.yaml", "id: dc\nclass: location\nname: DC\nstatus: in_use\n"));
    let policy = |when: &str| {
        format!("id: p\nname: P\nlevel: note\nselect: {{kind: item}}\nwhen: {when}\nmessage: x\n")
    };
    let judge = |policy: &str| {
        let mut files = files.clone();
        files.push(("policies/p.yaml", policy));
        let snapshot = snapshot(&files);
        Policies::compile(&snapshot, parse_date(AS_OF).unwrap()).judge()
    };
    let here = |filter: &str| {
        let located = format!("relation: located_here, quantifier: count, op: gt, value: 9{filter}");
        judge(&policy(&format!("{{relation: location, where: {{{located}}}}}")))
    };
    assert_eq!(here("").len(), 400);
    assert_eq!(here(", where: {field: owner, op: exists}").len(), 0);
    // What depends on who asks has to be asked each time.
    let found = here(", where: {field: id, op: ne, value: {subject: id}}");
    let rules: Vec<&str> = found.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["unusable-policy"]);
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("today".to_owned()),
        Just("today - 9999y".to_owned()),
        Just("8420.00 EUR".to_owned()),
        Just("[in_use, 1]".to_owned()),
        Just("{field: cost}".to_owned()),
        Just("{subject: acquired, plus: 9999y}".to_owned()),
        Just("{}".to_owned()),
        Just("2".to_owned()),
        "[a-z0-9 ]{0,6}",
    ]
}

fn any_condition() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("status"),
        Just("cost"),
        Just("acquired"),
        Just("site"),
        Just("tags"),
        Just("nope"),
        Just("attributes.cpu_cores"),
        Just("notice_by"),
        Just("\"\"")
    ];
    let op = prop_oneof![
        Just("eq"),
        Just("ne"),
        Just("lt"),
        Just("ge"),
        Just("in"),
        Just("not_in"),
        Just("contains"),
        Just("matches"),
        Just("exists"),
        Just("absent"),
        Just("is")
    ];
    let relation = prop_oneof![
        Just("owner"),
        Just("used_by"),
        Just("stand_ins"),
        Just("components.any_of"),
        Just("covers"),
        Just("hosts"),
        Just("nope")
    ];
    let quantifier = prop_oneof![Just("any"), Just("all"), Just("none"), Just("count"), Just("some")];
    let leaf = (field, op, prop::option::of(any_value())).prop_map(|(field, op, value)| {
        let value = value.map(|value| format!(", value: {value}")).unwrap_or_default();
        format!("{{field: {field}, op: {op}{value}}}")
    });
    // Mostly conditions that can be asked of every kind, so that large trees are judged, too.
    let usable = prop_oneof![
        Just("{field: id, op: exists}"),
        Just("{field: id, op: matches, value: 's*'}"),
        Just("{field: id, op: ne, value: {subject: id}}"),
        Just("{field: path, op: contains, value: a}"),
    ];
    let leaf = prop_oneof![9 => usable.prop_map(str::to_owned), 1 => leaf];
    leaf.prop_recursive(6, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|parts| format!("{{all: [{}]}}", parts.join(", "))),
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|parts| format!("{{any: [{}]}}", parts.join(", "))),
            inner.clone().prop_map(|part| format!("{{not: {part}}}")),
            (relation.clone(), quantifier.clone(), inner).prop_map(|(relation, quantifier, part)| {
                format!("{{relation: {relation}, quantifier: {quantifier}, where: {part}}}")
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..Default::default() })]

    /// Whatever a policy says, it is either judged or refused with a place in its file.
    #[test]
    fn any_condition_is_judged_or_refused(when in any_condition(), kind in prop_oneof![Just("item"), Just("service"), Just("contract"), Just("party")]) {
        let text = format!("id: p\nname: P\nlevel: error\nselect: {{kind: {kind}}}\nwhen: {when}\nmessage: \"{{id}}\"\n");
        let mut files = ESTATE.to_vec();
        files.push(("policies/p.yaml", &text));
        let snapshot = snapshot(&files);
        let policies = Policies::compile(&snapshot, parse_date(AS_OF).unwrap());
        for problem in &policies.problems {
            prop_assert!(problem.location.line > 0 && problem.help.is_some(), "{problem:?}");
        }
        let sound = snapshot.get(crate::model::Kind::Policy, "p").is_some_and(|record| record.is_sound());
        prop_assert_eq!(policies.judges.len(), usize::from(sound && policies.problems.is_empty()), "{}", when);
        for finding in policies.judge() {
            prop_assert_eq!(&*finding.rule, "policy/p");
        }
    }
}
