//! GitLab's Code Quality report: the widget of merge requests, which compares both branches by
//! fingerprint.

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::{FindingsView, by_severity, message_with_help};
use crate::finding::Level;
use crate::render::escape::terminal;
use crate::render::{Style, json as report_json};

pub fn render(view: &FindingsView, _style: &Style) -> String {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Value> = by_severity(view)
        .into_iter()
        .map(|finding| {
            let begin = finding.location.line.max(1);
            json!({
                "description": terminal(&message_with_help(finding)),
                "check_name": terminal(&finding.rule),
                "fingerprint": fingerprints.of(finding),
                "severity": match finding.level {
                    Level::Error => "major",
                    Level::Warning => "minor",
                    Level::Note => "info",
                },
                "location": {
                    "path": terminal(&format!("{}{}", view.prefix, finding.location.path)),
                    "lines": { "begin": begin, "end": finding.location.end_line.max(begin) },
                },
            })
        })
        .collect();
    report_json::pretty(&Value::Array(issues))
}
