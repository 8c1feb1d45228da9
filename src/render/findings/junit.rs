//! JUnit's XML: a test case a finding, and one that passes for each rule that nothing breaks.
//!
//! JUnit knows no warning. What is less than an error passes and says so in its output.

use super::{FindingsView, count, message_with_help};
use crate::finding::{Finding, Level};
use crate::render::Style;
use crate::render::escape::xml;

pub fn render(view: &FindingsView, _style: &Style) -> String {
    let mut cases: Vec<String> = view.findings.iter().map(|finding| case(view, finding)).collect();
    for rule in view.rules {
        if !view.findings.iter().any(|finding| finding.rule == rule.id) {
            cases.push(format!("    <testcase {}/>\n", attributes(&rule.id, rule.title)));
        }
    }
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"0\"",
        cases.len(),
        count(view, Level::Error)
    );
    let header: String = view
        .header
        .iter()
        .map(|(key, value)| format!("      <property name=\"{}\" value=\"{}\"/>\n", xml(key), xml(value)))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"estate audit\">\n  \
         <testsuite name=\"estate audit\" {counts}>\n    <properties>\n{header}    </properties>\n{}  \
         </testsuite>\n</testsuites>\n",
        cases.concat()
    )
}

fn attributes(rule: &str, name: &str) -> String {
    format!("classname=\"{}\" name=\"{}\" time=\"0\"", xml(rule), xml(name))
}

fn case(view: &FindingsView, finding: &Finding) -> String {
    let place = format!("{}{}", view.prefix, finding.location);
    let mut attributes = attributes(&finding.rule, &format!("{place}: {}", finding.message));
    attributes.push_str(&format!(" file=\"{}{}\"", xml(view.prefix), xml(&finding.location.path)));
    if finding.location.line > 0 {
        attributes.push_str(&format!(" line=\"{}\"", finding.location.line));
    }
    let said = xml(&format!("{}[{}] {place}: {}", finding.level, finding.rule, message_with_help(finding)));
    let outcome = match finding.level {
        Level::Error => format!(
            "<failure type=\"{}\" message=\"{}\">{said}</failure>",
            xml(&finding.rule),
            xml(&finding.message)
        ),
        Level::Warning | Level::Note => format!("<system-out>{said}</system-out>"),
    };
    format!("    <testcase {attributes}>\n      {outcome}\n    </testcase>\n")
}
