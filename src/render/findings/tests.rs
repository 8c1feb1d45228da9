//! Every format of findings on findings of every shape: with and without a line, label, related
//! place, help and fix, and with text that bites.

use std::borrow::Cow;

use serde_json::Value;

use super::{FindingFormat, FindingsView, LeftOut, RuleInfo, findings};
use crate::edit::Edit;
use crate::finding::{Finding, Level};
use crate::render::Style;
use crate::source::{Location, Source, Span};

const RULES: [RuleInfo; 2] = [
    RuleInfo {
        id: Cow::Borrowed("dangling-reference"),
        level: Level::Error,
        title: "A reference leads nowhere",
        help: "Write the id of a record that exists",
    },
    RuleInfo {
        id: Cow::Borrowed("duplicate-serial"),
        level: Level::Warning,
        title: "Two items share a serial",
        help: "Mend one",
    },
];

fn at(path: &str, text: &str, place: &str) -> Location {
    let start = text.find(place).unwrap();
    Source::new(path, text).location(Span::new(start, start + place.len()))
}

fn sample() -> Vec<Finding> {
    let item = "id: srv-web-01\nserial: 7XK2L93\nrelations:\n\tdepends_on: [東京, san-9]\n";
    let mut rename = Edit::new("Rename");
    rename.write("inventory/items/a.yaml", "id: a\n");
    vec![
        Finding::warning(
            "duplicate-serial",
            at("inventory/items/srv web-01.yaml", item, "7XK2L93"),
            "serial `7XK2L93` is used twice",
        )
        .field("serial")
        .label("again here")
        .related(
            at(
                "inventory/items/srv-web-02.yaml",
                &format!("{}serial: 7XK2L93\n", "#\n".repeat(11)),
                "7XK2L93",
            ),
            "first used here",
        ),
        Finding::error(
            "dangling-reference",
            at("inventory/items/srv web-01.yaml", item, "san-9"),
            "`san-9` is no item \u{1b}[31m<b>\u{202e}",
        )
        .field("relations.depends_on[1]")
        .help("write `san-01`")
        .fix(rename),
        Finding::new("stray-file", Level::Note, Location::file("inventory/=x|\u{7f}.txt"), "not a record")
            .label("nothing\nreads it")
            .help("delete it"),
    ]
}

fn view(findings: &[Finding]) -> FindingsView<'_> {
    FindingsView {
        findings,
        rules: &RULES,
        header: vec![("as_of", "2025-06-30".into()), ("rev", "3a1f9c2".into())],
        prefix: "it/",
        files: 154,
        left_out: LeftOut { waived: 3, baselined: 0 },
    }
}

fn shown(format: FindingFormat) -> String {
    findings(&view(&sample()), format, &Style::default())
}

macro_rules! golden {
    ($($test:ident: $format:ident, $name:literal;)*) => { $(
        #[test]
        fn $test() {
            assert_eq!(shown(FindingFormat::$format), include_str!(concat!("../golden/findings.", $name)));
        }
    )* };
}

golden! {
    text_is_golden: Text, "text";
    json_is_golden: Json, "json";
    jsonl_is_golden: Jsonl, "jsonl";
    csv_is_golden: Csv, "csv";
    md_is_golden: Md, "md";
    github_is_golden: Github, "github";
    gitlab_is_golden: Gitlab, "gitlab";
    junit_is_golden: Junit, "junit";
}

fn sarif(findings: &[Finding]) -> Value {
    let text = super::findings(&view(findings), FindingFormat::Sarif, &Style::default());
    serde_json::from_str(&text).unwrap()
}

/// What the schema of SARIF 2.1.0 and GitHub's upload demand of each part.
#[test]
fn sarif_keeps_the_rules_of_its_readers() {
    let log = sarif(&sample());
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "estate");
    for rule in driver["rules"].as_array().unwrap() {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
        assert!(rule["help"]["text"].is_string());
    }
    let results = run["results"].as_array().unwrap();
    let levels: Vec<_> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "warning", "note"]);
    for result in results {
        assert!(result["message"]["text"].is_string());
        if let Some(at) = result["ruleIndex"].as_u64() {
            assert_eq!(driver["rules"][usize::try_from(at).unwrap()]["id"], result["ruleId"]);
        }
        let related = result["relatedLocations"].as_array().unwrap();
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with('/') && uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
            assert_eq!(physical["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            let region = &physical["region"];
            for number in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[number].as_u64().unwrap() >= 1, "{number} in {region}");
            }
        }
    }
}

#[test]
fn fingerprints_outlive_moved_lines_and_tell_twins_apart() {
    let finding = |text: &str| Finding::error("r", at("a.yaml", text, "x"), "m").field("f");
    let prints = |findings: &[Finding]| -> Vec<String> {
        let results = sarif(findings)["runs"][0]["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|each| each["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().into())
            .collect()
    };
    assert_eq!(prints(&[finding("x")]), prints(&[finding("#\n#\n  x")]));
    let twins = prints(&[finding("x"), finding("x")]);
    assert_ne!(twins[0], twins[1]);
    let other = Finding::error("r", at("a.yaml", "x", "x"), "m").field("g");
    assert_ne!(prints(&[finding("x")]), prints(&[other]));
}

#[test]
fn sarif_is_capped_and_says_so() {
    let mut many = vec![Finding::new("n", Level::Note, Location::file("a.yaml"), "m"); 25_001];
    many.push(Finding::error("e", Location::file("a.yaml"), "m"));
    let log = super::sarif::value(&view(&many));
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 25_000);
    assert_eq!(run["results"][0]["level"], "error");
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "2 more results of the lowest levels are left out");
}

#[test]
fn no_format_lets_through_what_a_terminal_obeys() {
    for format in FindingFormat::ALL {
        assert_eq!(FindingFormat::named(format.info().name), Some(*format));
        assert!(!shown(*format).contains(['\u{1b}', '\u{202e}', '\u{7f}']), "{format:?}");
    }
}

#[test]
fn colours_leave_the_text_alone() {
    let colored = findings(&view(&sample()), FindingFormat::Text, &Style { color: true, ..Style::default() });
    assert_ne!(colored, shown(FindingFormat::Text));
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), shown(FindingFormat::Text));
}

#[test]
fn nothing_found_still_says_how_much_was_looked_at() {
    let mut view = view(&[]);
    view.header.clear();
    let text = findings(&view, FindingFormat::Text, &Style::default());
    assert_eq!(text, "no findings in 154 files; 3 waived\n");
    view.files = 1;
    let value = super::json::value(&view);
    assert_eq!(value["findings"], Value::Array(Vec::new()));
    assert_eq!(value["summary"]["files"], 1);
}
