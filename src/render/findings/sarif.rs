//! SARIF 2.1.0, within the limits of GitHub's code scanning: one run, at most 25 000 results with
//! the most severe first, places counted from 1, and fingerprints that a moved line keeps.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::{FindingsView, RuleInfo, by_severity, message_with_help};
use crate::finding::Finding;
use crate::render::escape::terminal;
use crate::render::{Style, json as report_json};
use crate::source::Location;

/// GitHub refuses a run with more.
const MOST_RESULTS: usize = 25_000;

/// GitHub shows no more places of one result.
const MOST_RELATED: usize = 100;

pub fn render(view: &FindingsView, _style: &Style) -> String {
    report_json::pretty(&value(view))
}

pub fn value(view: &FindingsView) -> Value {
    let mut findings = by_severity(view);
    let left_out = findings.len().saturating_sub(MOST_RESULTS);
    findings.truncate(MOST_RESULTS);

    let rules: HashMap<_, _> = view.rules.iter().enumerate().map(|(at, rule)| (&*rule.id, at)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<_> =
        findings.iter().map(|finding| result(view, finding, &rules, fingerprints.of(finding))).collect();
    let notifications = match left_out {
        0 => json!([]),
        _ => {
            let text = format!("{left_out} more results of the lowest levels are left out");
            json!([{ "level": "warning", "message": { "text": text } }])
        }
    };
    let properties: serde_json::Map<_, _> =
        view.header.iter().map(|(key, value)| ((*key).to_owned(), value.as_str().into())).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "estate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": view.rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The root of the repository" } },
            },
            "results": results,
            "properties": properties,
        }],
    })
}

fn rule(rule: &RuleInfo) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": message(rule.title) },
        "help": { "text": message(rule.help) },
        "defaultConfiguration": { "level": rule.level.name() },
    })
}

fn result(
    view: &FindingsView,
    finding: &Finding,
    rules: &HashMap<&str, usize>,
    fingerprint: String,
) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "level": finding.level.name(),
        "message": { "text": message(&message_with_help(finding)) },
        "locations": [{ "physicalLocation": physical(view, &finding.location) }],
        "relatedLocations": finding.related.iter().take(MOST_RELATED).enumerate().map(|(at, related)| json!({
            "id": at + 1,
            "message": { "text": message(&related.label) },
            "physicalLocation": physical(view, &related.location),
        })).collect::<Vec<_>>(),
        // GitHub reads the first; the second says to others what it is made of.
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "estateIdentity/v1": fingerprint,
        },
    });
    if let (Some(at), Some(members)) = (rules.get(&*finding.rule), result.as_object_mut()) {
        members.insert("ruleIndex".into(), (*at).into());
    }
    result
}

/// A file as a whole is its first line: readers refuse a line 0.
fn physical(view: &FindingsView, location: &Location) -> Value {
    let (line, column) = (location.line.max(1), location.column.max(1));
    let end_line = location.end_line.max(line);
    let least = if end_line == line { column } else { 1 };
    json!({
        "artifactLocation": { "uri": uri(&format!("{}{}", view.prefix, location.path)), "uriBaseId": "%SRCROOT%" },
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": location.end_column.max(least),
        },
    })
}

/// Text that is shown as it is: SARIF would take `[a](b)` for a link.
fn message(text: &str) -> String {
    let text = terminal(text);
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

/// A relative reference of RFC 3986: unreserved characters and slashes stay, every other byte is
/// percent-encoded, and no segment climbs.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for (at, segment) in path.split('/').filter(|segment| !segment.is_empty()).enumerate() {
        if at > 0 {
            uri.push('/');
        }
        let climbs = segment == "." || segment == "..";
        for byte in segment.bytes() {
            let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
            if unreserved || (byte == b'.' && !climbs) {
                uri.push(char::from(byte));
            } else {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_relative_and_encoded() {
        assert_eq!(
            uri("inventory/items/été à 100%.yaml"),
            "inventory/items/%C3%A9t%C3%A9%20%C3%A0%20100%25.yaml"
        );
        assert_eq!(uri("/a//../b:c#d?e"), "a/%2E%2E/b%3Ac%23d%3Fe");
    }

    #[test]
    fn messages_hold_no_links() {
        assert_eq!(message("see [x](http://y)"), "see \\[x\\](http://y)");
        assert_eq!(message("events[2].date"), "events[2].date");
    }
}
