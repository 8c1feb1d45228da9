//! Public corpora of hostile and tricky input, where a copy is at hand: the YAML test suite, attack
//! files and the big list of naughty strings. `.ci/run` names their folder in `ESTATE_CORPORA`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test stops at what is not as it should be, and says what it counted"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use estate::model::{Place, Record};
use estate::render::{self, Format, Style};
use estate::report::{Cell, Column, Report, Section};
use estate::schema::Schemas;
use estate::yaml::{self, Data, Value};
use serde_json::Value as Json;

const SERVER: &str = "inventory/items/server/srv-01.yaml";
/// Generous: a debug build on a busy machine. What hangs or grows with the square takes longer.
const LIMIT: Duration = Duration::from_secs(10);

fn corpora() -> PathBuf {
    PathBuf::from(std::env::var_os("ESTATE_CORPORA").expect("ESTATE_CORPORA names the folder of the corpora"))
}

fn folders_with(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    if folder.join(name).is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            folders_with(&path, name, found);
        }
    }
}

/// The rules by which records refuse YAML that is valid.
const RESTRICTIONS: [&str; 10] = [
    "alias",
    "anchor",
    "tag",
    "directive",
    "several-documents",
    "duplicate-key",
    "merge-key",
    "unusable-key",
    "empty-file",
    "control-character",
];

#[test]
#[ignore = "needs the corpora"]
fn the_yaml_test_suite_is_judged_as_it_should_be() {
    let mut cases = Vec::new();
    folders_with(&corpora().join("yaml-test-suite"), "in.yaml", &mut cases);
    cases.sort();
    let (mut refused, mut read, mut restricted, mut compared) = (0, 0, BTreeMap::new(), 0);
    let mut wrong = Vec::new();
    for case in &cases {
        let bytes = fs::read(case.join("in.yaml")).unwrap();
        let text = yaml::decode(&bytes);
        let outcome = text.and_then(|text| yaml::parse(text).map(|tree| (text, tree)));
        match (case.join("error").is_file(), outcome) {
            (true, Err(_)) => refused += 1,
            (true, Ok(_)) => wrong.push(format!("{}: is invalid and was read", case.display())),
            (false, Err(problem)) if RESTRICTIONS.contains(&problem.rule) => {
                *restricted.entry(problem.rule).or_insert(0) += 1;
            }
            (false, Err(problem)) => {
                wrong.push(format!("{}: {}: {}", case.display(), problem.rule, problem.message))
            }
            (false, Ok((text, tree))) => {
                read += 1;
                let json = fs::read_to_string(case.join("in.json"))
                    .ok()
                    .and_then(|json| serde_json::from_str(&json).ok());
                if let Some(json) = json {
                    compared += 1;
                    if !agrees(tree.value(text), &json) {
                        wrong.push(format!(
                            "{}: reads as {} and not {json}",
                            case.display(),
                            tree.value(text)
                        ));
                    }
                }
            }
        }
    }
    println!(
        "YAML test suite: {} cases, {refused} invalid refused, {read} read, {compared} compared, restricted: {restricted:?}",
        cases.len()
    );
    assert!(cases.len() > 400, "the suite is not whole");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a value is what the suite's JSON says. What a plain scalar means is not the parser's
/// business: a number or truth value of the JSON may be any text here.
fn agrees(value: Value<'_>, json: &Json) -> bool {
    match json {
        Json::Object(map) => {
            value.is_mapping()
                && value.len() == map.len()
                && map.iter().all(|(key, json)| value.field(key).is_some_and(|value| agrees(value, json)))
        }
        Json::Array(list) => {
            value.is_sequence()
                && value.len() == list.len()
                && value.elements().zip(list).all(|(value, json)| agrees(value, json))
        }
        Json::String(text) => value.text() == Some(text) || (text.is_empty() && value.is_nothing()),
        Json::Null => value.is_nothing(),
        Json::Bool(_) | Json::Number(_) => value.text().is_some(),
    }
}

#[test]
#[ignore = "needs the corpora"]
fn every_attack_file_has_a_located_finding() {
    let folder = tempfile::tempdir().unwrap();
    let script = corpora().join("yaml-attacks/generate.py");
    let made = Command::new("python3").arg(script).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let schemas = Schemas::shipped();
    let place = Place::of(SERVER).unwrap();
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let begun = Instant::now();
        let record = Record::read(&place, SERVER, &bytes, &schemas);
        assert!(begun.elapsed() < LIMIT, "{} took {:?}", path.display(), begun.elapsed());
        let finding =
            record.findings().first().unwrap_or_else(|| panic!("{} has no finding", path.display()));
        assert!(finding.location.line >= 1, "{}: {finding:?}", path.display());
        *rules.entry(finding.rule.to_string()).or_insert(0) += 1;
        count += 1;
    }
    println!("attack files: {count}, first findings: {rules:?}");
    assert!(count > 60, "the attacks are not whole");
}

#[test]
#[ignore = "needs the corpora"]
fn naughty_strings_survive_every_sink() {
    let json = fs::read_to_string(corpora().join("blns/blns.json")).unwrap();
    let strings: Vec<String> = serde_json::from_str(&json).unwrap();
    let schemas = Schemas::shipped();
    let place = Place::of(SERVER).unwrap();
    let (mut kept, mut refused) = (0, 0);
    for naughty in &strings {
        let fields = [("id", "srv-01"), ("class", "server"), ("name", "x"), ("status", "planned")];
        let mut data = Data::map(fields);
        for route in ["name", "notes", "serial", "attributes.hostname"] {
            data.set(&yaml::Route::parse(route), naughty.as_str()).unwrap();
        }
        let text = yaml::write(&data);
        let record = Record::read(&place, SERVER, text.as_bytes(), &schemas);
        match record.is_sound() {
            true => {
                assert_eq!(record.text("name"), Some(naughty.as_str()), "{text}");
                assert_eq!(record.text("attributes.hostname"), Some(naughty.as_str()), "{text}");
                kept += 1;
            }
            // Only what cannot be text of a record: empty.
            false => {
                assert!(naughty.is_empty(), "{naughty:?}: {:?}", record.findings());
                refused += 1;
            }
        }
        shows_safely(naughty);
    }
    println!("naughty strings: {}, {kept} kept, {refused} refused", strings.len());
    assert!(strings.len() > 500, "the list is not whole");
}

/// No format lets a control or bidi character through, and what is to be read back reads back.
fn shows_safely(text: &str) {
    let mut section = Section::new("rows", text, vec![Column::new("name", "Name")]);
    section.push(vec![Cell::text(text)]);
    let report = Report::new("list", text).section(section).note(text);
    for format in Format::ALL {
        let shown = render::report(&report, *format, &Style::default());
        let hidden = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || ('\u{202a}'..='\u{202e}').contains(&c)
        };
        assert!(!shown.contains(hidden), "{}: {shown:?}", format.info().name);
        if format.info().name == "json" {
            let back: Json = serde_json::from_str(&shown).unwrap();
            assert_eq!(back["rows"][0]["name"], text);
        }
    }
}
