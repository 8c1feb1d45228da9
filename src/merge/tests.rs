use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::schema::Schemas;
use crate::yaml::{Value, write};

const NAMES: [&str; 2] = ["main", "feature"];

fn shape(name: &str) -> Shape {
    Schemas::shipped().get(name).unwrap().shape().clone()
}

fn merged(schema: &str, base: &str, ours: &str, theirs: &str) -> Merged {
    merge3(Some(base), Some(ours), Some(theirs), &shape(schema), &undecided)
}

fn clean(schema: &str, base: &str, ours: &str, theirs: &str) -> String {
    let merged = merged(schema, base, ours, theirs);
    assert_eq!(merged.conflicts, [], "{}", merged.text(NAMES).unwrap());
    merged.ours.unwrap()
}

const SERVER: &str = "\
# Bought in May
id: srv
class: server
name: Web
status: in_use # since March
owner: infra
tags: [a, b]
relations:
  runs_on: [rack-1]
attributes: {cpu_cores: 8, memory_gib: 64}
";

#[test]
fn fields_that_one_side_changed_are_merged_and_comments_stay() {
    let ours = SERVER.replace("owner: infra", "owner: web  # moved").replace("[a, b]", "[a, b, c]");
    let theirs = SERVER
        .replace("in_use # since March", "in_maintenance # since June")
        .replace("[a, b]", "[d, b]")
        .replace("cpu_cores: 8", "cpu_cores: 16")
        + "serial: '0012e3'\n";
    assert_eq!(
        clean("server", SERVER, &ours, &theirs),
        "\
# Bought in May
id: srv
class: server
name: Web
status: in_maintenance # since March
owner: web  # moved
tags: [b, c, d]
relations:
  runs_on: [rack-1]
attributes: {cpu_cores: 16, memory_gib: 64}
serial: '0012e3'
"
    );
}

#[test]
fn lines_of_both_sides_keep_their_comments_where_the_data_is_the_merged_one() {
    let ours = format!("{SERVER}serial: S1 # on the back\n");
    let theirs = format!("{SERVER}# From the invoice\nwarranty_until: 2027-01-01 # three years\n");
    let both = format!("{ours}# From the invoice\nwarranty_until: 2027-01-01 # three years\n");
    assert_eq!(clean("server", SERVER, &ours, &theirs), both);
    // Only formatting on one side.
    let formatted = SERVER.replace("tags: [a, b]", "tags: # two\n  - a\n  - b");
    let theirs = SERVER.replace("infra", "web");
    let both = formatted.replace("infra", "web");
    assert_eq!(clean("server", SERVER, &formatted, &theirs), both);
    assert_eq!(clean("server", SERVER, &theirs, &formatted), both);
}

#[test]
fn events_are_appended_and_matched_by_key() {
    let base = "id: s\nitem: s\nevents:\n  - {date: 2024-01-01, kind: impairment, amount: 1.00 EUR}\n";
    let ours = format!("{base}  - {{date: 2025-01-01, kind: reversal, amount: 2.00 EUR}} # ours\n");
    let theirs = format!("{base}  - date: 2025-06-01\n    kind: disposal\n    amount: 3.00 EUR # theirs\n");
    assert_eq!(
        clean("schedule", base, &ours, &theirs),
        "id: s\nitem: s\nevents:\n  - {date: 2024-01-01, kind: impairment, amount: 1.00 EUR}\n  \
         - {date: 2025-01-01, kind: reversal, amount: 2.00 EUR} # ours\n  \
         - date: 2025-06-01\n    kind: disposal\n    amount: 3.00 EUR # theirs\n"
    );
}

#[test]
fn what_both_changed_is_a_conflict_at_the_field() {
    let base = "id: shop\nname: Shop\ncomponents:\n  - {item: a, share: 60%}\n  - {item: b}\n";
    let ours = base.replace("60%", "50%").replace("Shop", "Web shop");
    let theirs = base.replace("60%", "40%").replace("  - {item: b}\n", "  - {item: c}\n");
    let merged = merged("service", base, &ours, &theirs);
    let [conflict] = &merged.conflicts[..] else { panic!("{:?}", merged.conflicts) };
    assert_eq!(conflict.field, "components[item=a].share");
    let texts = [&conflict.base, &conflict.ours, &conflict.theirs].map(|side| side.as_deref().unwrap());
    assert_eq!(texts, ["60%", "50%", "40%"]);
    assert_eq!(
        merged.text(NAMES).unwrap(),
        "id: shop\nname: Web shop\ncomponents:\n<<<<<<< main\n  - {item: a, share: 50%}\n=======\n  \
         - {item: a, share: 40%}\n>>>>>>> feature\n  - {item: c}\n"
    );
    let value = |field: &str| (field == "components[item=a].share").then(|| Choice::Value(Data::text("45%")));
    let closed = merge3(Some(base), Some(&ours), Some(&theirs), &shape("service"), &value);
    assert_eq!(
        closed.text(NAMES).unwrap(),
        "id: shop\nname: Web shop\ncomponents:\n  - {item: a, share: 45%}\n  - {item: c}\n"
    );
}

#[test]
fn deletion_against_a_change_is_a_conflict_and_against_formatting_is_none() {
    let gone = |theirs: &str| merge3(Some(SERVER), None, Some(theirs), &shape("server"), &undecided);
    let changed = SERVER.replace("infra", "web");
    let merged = gone(&changed);
    assert_eq!(merged.conflicts.len(), 1);
    assert_eq!(merged.text(NAMES).unwrap(), format!("<<<<<<< main\n=======\n{changed}>>>>>>> feature\n"));
    assert_eq!(gone(&SERVER.replace("# Bought in May\n", "")), Merged::clean(None));
    let field = |ours: &str, theirs: &str| {
        merge3(Some(SERVER), Some(ours), Some(theirs), &shape("server"), &undecided)
    };
    let removed = SERVER.replace("relations:\n  runs_on: [rack-1]\n", "");
    let extended = SERVER.replace("[rack-1]", "[rack-1, rack-2]");
    for merged in [field(&removed, &extended), field(&extended, &removed)] {
        assert_eq!(merged.conflicts.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["relations"]);
    }
}

#[test]
fn both_new_are_merged_as_far_as_they_agree() {
    let theirs = SERVER.replace("infra", "web") + "serial: X1\n";
    let merged = merge3(None, Some(SERVER), Some(&theirs), &shape("server"), &undecided);
    assert_eq!(merged.conflicts.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["owner"]);
    assert_eq!(merged.ours.as_deref(), Some(&*format!("{SERVER}serial: X1\n")));
}

#[test]
fn what_is_no_record_is_merged_by_lines() {
    let base = "id: [\na: 1\nb: 2\nc: 3\n";
    let merged_text = clean("server", base, &base.replace("1", "5"), &base.replace("3", "6"));
    assert_eq!(merged_text, "id: [\na: 5\nb: 2\nc: 6\n");
    let merged = merged("server", base, &base.replace("1", "5"), &base.replace("1", "6"));
    assert_eq!(merged.conflicts[0].field, "");
    assert!(merged.text(NAMES).unwrap().contains("<<<<<<< main\na: 5\n=======\na: 6\n>>>>>>> feature\nb: 2"));
}

/// Every scalar of a record by its field, as [`Conflict::field`] names it.
fn leaves(text: &str) -> BTreeMap<String, String> {
    fn walk(field: &str, value: Value<'_>, into: &mut BTreeMap<String, String>) {
        if value.is_mapping() {
            for (key, _, value) in value.entries() {
                walk(&format!("{field}.{key}"), value, into);
            }
        } else if value.is_sequence() {
            for element in value.elements() {
                let key = element.field("item").map_or(element.to_string(), |item| format!("item={item}"));
                walk(&format!("{field}[{key}]"), element, into);
            }
        } else {
            into.insert(field.to_owned(), value.to_string());
        }
    }
    let mut found = BTreeMap::new();
    walk("", yaml::parse(text).unwrap().value(text), &mut found);
    found
}

/// One field of a service. Lists and mappings are never empty, since an empty one goes with its key.
fn field(name: &'static str) -> BoxedStrategy<Option<Data>> {
    let word = || "[a-c]".prop_map(Data::text);
    let value = match name {
        "tags" => prop::collection::btree_set("[a-e]", 1..4).prop_map(Data::list::<String>).boxed(),
        "consumers" => prop::collection::btree_map("[a-d]", word(), 1..4).prop_map(Data::map).boxed(),
        "components" => {
            let component = prop::collection::btree_map("(share|driver)", word(), 0..3);
            let list = prop::collection::btree_map("[a-d]", component, 1..4);
            list.prop_map(|list| {
                let element = |(item, rest): (String, BTreeMap<String, Data>)| {
                    Data::map(std::iter::once(("item".to_owned(), Data::Text(item))).chain(rest))
                };
                Data::List(list.into_iter().map(element).collect())
            })
            .boxed()
        }
        _ => word().boxed(),
    };
    prop_oneof![1 => Just(None), 4 => value.prop_map(Some)].boxed()
}

const FIELDS: [&str; 6] = ["name", "owner", "tags", "consumers", "components", "criticality"];

fn fields() -> impl Strategy<Value = Vec<Option<Data>>> {
    FIELDS.map(field).to_vec()
}

fn text(fields: &[Option<Data>]) -> String {
    let entries = FIELDS.iter().zip(fields).filter_map(|(name, data)| Some((*name, data.clone()?)));
    write(&Data::map(std::iter::once(("id", Data::text("shop"))).chain(entries)))
}

/// A base and what two sides made of it: each field kept or changed.
fn triple() -> impl Strategy<Value = [String; 3]> {
    let side = || (fields(), prop::collection::vec(any::<bool>(), FIELDS.len()));
    (fields(), side(), side()).prop_map(|(base, ours, theirs)| {
        let changed = |(fresh, changes): &(Vec<Option<Data>>, Vec<bool>)| {
            let fields: Vec<_> = (0..FIELDS.len())
                .map(|at| if changes[at] { fresh[at].clone() } else { base[at].clone() })
                .collect();
            text(&fields)
        };
        [text(&base), changed(&ours), changed(&theirs)]
    })
}

/// Whether `field` lies at a conflict, below or above one.
fn is_open(field: &str, conflicts: &[Conflict]) -> bool {
    let touches = |a: &str, b: &str| {
        a.strip_prefix(b).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let field = field.trim_start_matches('.');
    conflicts.iter().any(|open| touches(field, &open.field) || touches(&open.field, field))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_side_that_did_nothing_takes_the_other_to_the_byte([base, other, _] in triple()) {
        prop_assert_eq!(clean("service", &base, &other, &base), other.clone());
        prop_assert_eq!(clean("service", &base, &base, &other), other.clone());
        prop_assert_eq!(clean("service", &base, &other, &other), other);
    }

    /// Our comment survives whatever they do, and their data is taken.
    #[test]
    fn a_side_that_only_formats_keeps_its_formatting([base, _, theirs] in triple()) {
        let ours = format!("# kept above\n{}# kept below\n", base.replace("id: shop", "id:   'shop' # kept"));
        let merged = clean("service", &base, &ours, &theirs);
        prop_assert_eq!(leaves(&merged), leaves(&theirs));
        for kept in ["# kept above\n", "id:   'shop' # kept\n", "# kept below\n"] {
            prop_assert!(merged.contains(kept), "{merged}");
        }
    }

    #[test]
    fn nothing_is_dropped_and_nothing_invented([base, ours, theirs] in triple()) {
        let merged = merged("service", &base, &ours, &theirs);
        let [o, a, t] = [&base, &ours, &theirs].map(|text| leaves(text));
        let results = [&merged.ours, &merged.theirs].map(|text| leaves(text.as_ref().unwrap()));
        for (result, own) in results.iter().zip([&a, &t]) {
            for leaf in result {
                let from = |side: &BTreeMap<String, String>| side.get(leaf.0) == Some(leaf.1);
                prop_assert!(from(&a) || from(&t), "{leaf:?} is invented");
            }
            for leaf in own.iter().filter(|leaf| o.get(leaf.0) != Some(leaf.1)) {
                prop_assert_eq!(result.get(leaf.0), Some(leaf.1), "{:?} was added and is dropped", leaf);
            }
            for leaf in a.iter().filter(|leaf| t.get(leaf.0) == Some(leaf.1)) {
                prop_assert_eq!(result.get(leaf.0), Some(leaf.1), "{:?} was kept by both", leaf);
            }
        }
        // What one side took away and the other left alone is gone.
        for (kept, gone) in [(&a, &t), (&t, &a)] {
            for (field, value) in kept.iter().filter(|(field, value)| o.get(*field) == Some(value)) {
                let below = |other: &BTreeMap<String, String>| other.keys().any(|key| key.starts_with(field.as_str()));
                if !gone.contains_key(field) && !is_open(field, &merged.conflicts) && !below(&results[0]) {
                    prop_assert!(!results[0].contains_key(field), "{field}: {value} is back");
                }
            }
        }
    }

    #[test]
    fn sides_can_be_swapped([base, ours, theirs] in triple()) {
        let (there, back) = (merged("service", &base, &ours, &theirs), merged("service", &base, &theirs, &ours));
        let open = |merged: &Merged| merged.conflicts.iter().map(|c| c.field.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(open(&there), open(&back));
        prop_assert_eq!(leaves(&there.ours.unwrap()), leaves(&back.theirs.unwrap()));
    }

    #[test]
    fn merging_again_changes_nothing([base, ours, theirs] in triple()) {
        let once = merge3(Some(&base), Some(&ours), Some(&theirs), &shape("service"), &|_| Some(Choice::Ours));
        let result = once.ours.unwrap();
        let again = merge3(Some(&base), Some(&result), Some(&theirs), &shape("service"), &|_| Some(Choice::Ours));
        prop_assert_eq!(again.ours.unwrap(), result);
    }

    /// The file with markers alone is enough to go on: both sides and what is open come out of it.
    #[test]
    fn a_marked_file_holds_what_is_open([base, ours, theirs] in triple()) {
        let first = merged("service", &base, &ours, &theirs);
        // About half of the triples: what is left open by none has no markers to read.
        if first.conflicts.is_empty() {
            return Ok(());
        }
        let [our, their] = split(&first.text(NAMES).unwrap()).unwrap();
        let again = merged("service", &base, &our, &their);
        prop_assert!(!again.conflicts.is_empty());
        prop_assert!(again.conflicts.iter().all(|conflict| is_open(&conflict.field, &first.conflicts)));
        let decided = |choice: Choice| merge3(Some(&base), Some(&our), Some(&their), &shape("service"), &|_| Some(choice.clone()));
        prop_assert_eq!(leaves(&decided(Choice::Ours).ours.unwrap()), leaves(&our));
        prop_assert_eq!(leaves(&decided(Choice::Theirs).ours.unwrap()), leaves(&their));
    }
}
