//! The formats of `estate audit` that other programs read, held to what those programs publish.

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

use std::collections::HashSet;
use std::fs;

use common::Estate;
use estate::render::findings::FindingFormat;
use serde_json::Value;

const WEB: &str = "inventory/items/server/srv-web-01.yaml";

/// An estate below the root of its repository, in a folder whose name needs quoting, with an error,
/// two warnings of one rule, and an item that text which bites was written to.
fn faulty() -> Estate {
    let estate = Estate::shipped();
    let root = estate.root.clone();
    estate.replace(WEB, "owner: infra-team", "owner: nobody");
    estate.replace(WEB, "name: Web front end 1", "name: \"<b>%0A::error::]]&gt; \\uFFFE @ada\"");
    estate.write("inventory/items/été, 100%.yaml", "id: x\n");
    estate.write("inventory/items/z\u{202e}.yaml", "id: x\n");
    let below = root.join("it estate");
    fs::create_dir(&below).unwrap();
    for folder in ["inventory", "schemas"] {
        fs::rename(root.join(folder), below.join(folder)).unwrap();
    }
    estate
}

fn audit(estate: &Estate, format: &str) -> String {
    let answer = estate.run(&["-C", "it estate", "audit", "--format", format]);
    assert_eq!((answer.code, answer.err.as_str()), (1, ""), "{format}");
    answer.out
}

#[test]
fn the_exit_code_never_depends_on_the_format() {
    let clean = Estate::shipped();
    let warned = Estate::shipped();
    warned.write("inventory/items/stray.yaml", "id: x\n");
    let broken = Estate::shipped();
    broken.replace(WEB, "owner: infra-team", "owner: nobody");
    let empty = Estate::empty();
    fs::create_dir(empty.path("inventory")).unwrap();
    let cases: [(&Estate, &[&str], i32); 7] = [
        (&clean, &["audit"], 0),
        (&warned, &["audit"], 0),
        (&warned, &["audit", "--fail-on", "warning"], 1),
        (&broken, &["audit"], 1),
        (&broken, &["audit", "--ignore", "dangling-reference"], 0),
        (&broken, &["audit", "--rev", "nowhere"], 3),
        (&empty, &["audit"], 4),
    ];
    for format in FindingFormat::ALL.iter().map(|format| format.info().name) {
        for (estate, arguments, code) in cases {
            let answer = estate.run(&[arguments, &["--format", format]].concat());
            assert_eq!(answer.code, code, "{format}: {arguments:?}: {answer:?}");
        }
    }
    assert!(FindingFormat::ALL.len() >= 13);
}

#[test]
fn sarif_is_valid_by_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("formats/sarif-schema-2.1.0.json")).unwrap();
    // As published it has a bracket too many, which a strict reader of expressions refuses.
    for definition in ["run", "toolComponent"] {
        let language = schema["definitions"][definition]["properties"]["language"].as_object_mut().unwrap();
        assert!(language.remove("pattern").is_some());
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let estate = faulty();
    let clean = Estate::shipped();
    for text in [audit(&estate, "sarif"), clean.ok(&["audit", "--format", "sarif"]).out] {
        let log: Value = serde_json::from_str(&text).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    let mut log: Value = serde_json::from_str(&audit(&estate, "sarif")).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], format!("it%20estate/{WEB}"));
    // The schema would see what GitHub refuses.
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    assert!(!validator.is_valid(&log));
}

/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
#[test]
fn gitlab_gets_every_field_that_it_asks_for() {
    let estate = faulty();
    let issues: Vec<Value> = serde_json::from_str(&audit(&estate, "gitlab")).unwrap();
    assert_eq!(issues.len(), 3);
    let mut fingerprints = HashSet::new();
    for issue in &issues {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).unwrap().to_owned();
        text(&issue["description"]);
        text(&issue["check_name"]);
        assert!(fingerprints.insert(text(&issue["fingerprint"])), "{issue}");
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.contains(&text(&issue["severity"]).as_str()), "{issue}");
        let path = text(&issue["location"]["path"]);
        assert!(path.starts_with("it estate/inventory/"), "{path}");
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1, "{issue}");
    }
    assert_eq!(
        (&issues[0]["severity"], &issues[0]["check_name"]),
        (&"major".into(), &"dangling-reference".into())
    );
    // A moved line is the same finding to GitLab.
    let text = estate.read(&format!("it estate/{WEB}"));
    estate.write(&format!("it estate/{WEB}"), &format!("# a comment\n{text}"));
    let moved: Vec<Value> = serde_json::from_str(&audit(&estate, "gitlab")).unwrap();
    assert_eq!(moved[0]["fingerprint"], issues[0]["fingerprint"]);
    assert_ne!(moved[0]["location"], issues[0]["location"]);
    let clean = Estate::shipped();
    assert_eq!(clean.ok(&["audit", "--format", "gitlab"]).out, "[]\n");
}

/// The rules of the schema that Jenkins publishes (junit-10.xsd) and that others share: what may
/// stand where, which attributes each element has, and counts that add up.
#[test]
fn junit_keeps_the_rules_of_its_readers() {
    let estate = faulty();
    let text = audit(&estate, "junit");
    let document = roxmltree::Document::parse(&text).unwrap();
    let elements = |node: roxmltree::Node<'_, '_>| node.children().filter(|node| node.is_element()).count();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), elements(root)), ("testsuites", 1));
    let suite = root.first_element_child().unwrap();
    assert_eq!(suite.tag_name().name(), "testsuite");
    let children: Vec<_> = suite.children().filter(|node| node.is_element()).collect();
    let names: Vec<&str> = children.iter().map(|node| node.tag_name().name()).collect();
    assert_eq!(names[0], "properties");
    assert!(names[1..].iter().all(|name| *name == "testcase"));
    let (mut failures, mut said) = (0, 0);
    for case in &children[1..] {
        for attribute in ["name", "classname", "time"] {
            assert!(
                case.attribute(attribute).is_some_and(|value| !value.is_empty()),
                "{attribute}: {case:?}"
            );
        }
        for outcome in case.children().filter(|node| node.is_element()) {
            match outcome.tag_name().name() {
                "failure" => {
                    failures += 1;
                    assert!(outcome.attribute("message").is_some() && outcome.attribute("type").is_some());
                }
                "system-out" => said += 1,
                other => panic!("{other} in a test case"),
            }
        }
    }
    assert_eq!((failures, said), (1, 2), "one error; warnings pass");
    let count = |attribute: &str| suite.attribute(attribute).unwrap().parse::<usize>().unwrap();
    assert_eq!((count("tests"), count("failures"), count("errors")), (children.len() - 1, 1, 0));
    let failed = children.iter().find(|case| elements(**case) == 1).unwrap();
    assert_eq!(failed.attribute("file"), Some(format!("it estate/{WEB}").as_str()));
    // Every rule and every policy has a case: what is not broken passes.
    let rules: HashSet<&str> = children[1..].iter().filter_map(|case| case.attribute("classname")).collect();
    let policies = std::fs::read_dir(estate.path("it estate/inventory/policies")).unwrap().count();
    assert!(policies > 0, "the sample has policies");
    assert_eq!(rules.len(), estate::audit::RULES.len() + policies);
}

#[test]
fn github_gets_commands_and_nothing_in_a_record_becomes_one() {
    let estate = faulty();
    let text = audit(&estate, "github");
    let lines: Vec<&str> = text.lines().collect();
    let line =
        estate.read(&format!("it estate/{WEB}")).lines().position(|line| line.starts_with("owner")).unwrap()
            + 1;
    let begin = format!(
        "::error file=it estate/{WEB},line={line},endLine={line},col=8,endColumn=14,title=dangling-reference::"
    );
    assert!(lines[0].starts_with(&begin), "{}", lines[0]);
    assert!(
        lines[1].starts_with("::warning file=it estate/inventory/items/z\\u{202e}.yaml,title=stray-file::"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2]
            .starts_with("::warning file=it estate/inventory/items/été%2C 100%25.yaml,title=stray-file::"),
        "{}",
        lines[2]
    );
    assert_eq!(lines.len(), 4);
    assert!(lines[3].starts_with("1 error, 2 warnings in "), "{}", lines[3]);
}

#[test]
fn the_summary_names_places_from_the_root_of_the_repository() {
    let estate = faulty();
    let text = audit(&estate, "md");
    assert!(text.contains("\n### 1 error\n\n**dangling-reference**: "), "{text}");
    assert!(text.contains(&format!("\n- `it estate/{WEB}:")), "{text}");
    // A person reads the files from the estate's own folder.
    assert!(audit(&estate, "text").contains(&format!("--> {WEB}:")));
}
