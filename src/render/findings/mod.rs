//! Findings as text: for people with the offending line, for programs, for code scanning.
//!
//! Formats that show rows get the findings as a report, so that there is one table, one CSV and
//! one page in the whole program.

mod excerpt;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod md;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Style, formats};
use crate::finding::{Finding, Level};
use crate::report::{Cell, Column, Report, Section, counted};

/// What audit found, with what a reader must know to trust it.
#[derive(Clone, Debug)]
pub struct FindingsView<'a> {
    /// In the order they are to be shown.
    pub findings: &'a [Finding],
    pub rules: &'a [RuleInfo<'a>],
    /// What the answer rests on, such as `as_of` and `rev`.
    pub header: Vec<(&'static str, String)>,
    /// The folder of the estate below the repository's root, with a trailing slash: services that
    /// host repositories count paths from there.
    pub prefix: &'a str,
    /// How many files were looked at; 0 findings in 0 files is no good news.
    pub files: usize,
    pub left_out: LeftOut,
}

/// Findings that are counted and not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LeftOut {
    /// Accepted by waivers.
    pub waived: usize,
    /// Known from a baseline.
    pub baselined: usize,
}

/// What a rule is about, for formats that list rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleInfo<'a> {
    pub id: Cow<'a, str>,
    pub level: Level,
    pub title: &'a str,
    pub help: &'a str,
}

formats! {
    /// How findings can be written.
    FindingFormat of &FindingsView {
        Text = "text", "text/plain", "each finding with its line, for people", text::render;
        Table = "table", "text/plain", "one row a finding", |view, style| super::table::render(&as_report(view), style);
        Plain = "plain", "text/tab-separated-values", "one finding a line, separated by tabs", |view, style| super::plain::render(&as_report(view), style);
        Json = "json", "application/json", "one document with findings and summary", json::render;
        Jsonl = "jsonl", "application/x-ndjson", "one JSON object a finding", json::render_lines;
        Yaml = "yaml", "application/yaml", "the JSON document as YAML", |view, _| super::yaml::document(&json::value(view));
        Csv = "csv", "text/csv", "for spreadsheets", |view, style| super::csv::render(&as_report(view), style);
        Md = "md", "text/markdown", "for a pull request's comment or a job's summary", md::render;
        Html = "html", "text/html", "a page to read or to print", |view, style| super::html::render(&as_report(view), style);
        Github = "github", "text/plain", "annotations of GitHub Actions", github::render;
        Gitlab = "gitlab", "application/json", "Code Quality of GitLab", gitlab::render;
        Junit = "junit", "application/xml", "JUnit, for any service that shows test results", junit::render;
        Sarif = "sarif", "application/sarif+json", "SARIF 2.1.0, for code scanning", sarif::render;
    }
}

/// The findings as text, ending in a line end unless it is empty.
pub fn findings(view: &FindingsView, format: FindingFormat, style: &Style) -> String {
    format.renderer()(view, style)
}

/// The findings as a table. What is related stays out: it would need a table of its own.
pub fn as_report(view: &FindingsView) -> Report {
    let columns = vec![
        Column::new("level", "Level"),
        Column::new("rule", "Rule"),
        Column::new("message", "Message"),
        Column::new("path", "File"),
        Column::number("line", "Line"),
        Column::number("column", "Column"),
        Column::new("field", "Field"),
        Column::new("help", "Help"),
    ];
    let mut section = Section::new("findings", "Findings", columns);
    for finding in view.findings {
        let place = |number: u32| if number == 0 { Cell::Empty } else { Cell::Int(number.into()) };
        let field = if finding.field.is_empty() { Cell::Empty } else { Cell::text(finding.field.as_str()) };
        section.push(vec![
            Cell::text(finding.level.name()),
            Cell::id(&*finding.rule),
            Cell::text(finding.message.as_str()),
            Cell::id(&*finding.location.path),
            place(finding.location.line),
            place(finding.location.column),
            field,
            finding.help.clone().into(),
        ]);
    }
    let mut report = Report::new("audit", "Audit").section(section).note(summary(view));
    report.header = view.header.clone();
    report
}

/// The findings for readers who stop early: the most severe first, else in their order.
fn by_severity<'a>(view: &FindingsView<'a>) -> Vec<&'a Finding> {
    let mut findings: Vec<&Finding> = view.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}

/// The message with its help, on one line.
fn message_with_help(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}; help: {help}", finding.message),
        None => finding.message.clone(),
    }
}

/// How many findings there are of a level.
fn count(view: &FindingsView, level: Level) -> usize {
    view.findings.iter().filter(|finding| finding.level == level).count()
}

/// `2 errors, 1 warning in 154 files; 3 waived`.
fn summary(view: &FindingsView) -> String {
    let found: Vec<_> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .map(|level| (count(view, level), level.name()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| counted(number, noun))
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let mut summary = format!("{found} in {}", counted(view.files, "file"));
    for (number, what) in [(view.left_out.waived, "waived"), (view.left_out.baselined, "in the baseline")] {
        if number > 0 {
            summary.push_str(&format!("; {number} {what}"));
        }
    }
    summary
}
