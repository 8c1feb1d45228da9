//! Findings in GitHub's Markdown, as a comment on a pull request or a job's summary wants them:
//! how many first, then by level and rule, each with its place.

use super::{FindingsView, by_severity, count, counted, summary};
use crate::finding::{Finding, Level};
use crate::render::escape::{markdown, markdown_code};
use crate::render::{Style, header_label};
use crate::source::Location;

/// A comment holds 65 536 characters, and nobody reads so many.
const MOST_SHOWN: usize = 100;

pub fn render(view: &FindingsView, _style: &Style) -> String {
    let mut text = String::from("## Audit\n");
    if !view.header.is_empty() {
        let part = |(key, value): &(&str, String)| format!("{} {}", header_label(key), markdown(value));
        text.push_str(&format!("\n{}\n", view.header.iter().map(part).collect::<Vec<_>>().join(" · ")));
    }
    text.push_str(&format!("\n**{}**\n", summary(view)));
    let mut shown = by_severity(view);
    shown.truncate(MOST_SHOWN);
    for level in Level::ALL {
        let of_level: Vec<&Finding> =
            shown.iter().copied().filter(|finding| finding.level == level).collect();
        if of_level.is_empty() {
            continue;
        }
        text.push_str(&format!("\n### {}\n", counted(count(view, level), level.name())));
        let mut rules: Vec<&str> = Vec::new();
        for finding in &of_level {
            if !rules.contains(&&*finding.rule) {
                rules.push(&finding.rule);
            }
        }
        for rule in rules {
            push_rule(&mut text, view, rule, of_level.iter().copied().filter(|finding| finding.rule == rule));
        }
    }
    let left_out = view.findings.len().saturating_sub(MOST_SHOWN);
    if left_out > 0 {
        text.push_str(&format!("\n+{left_out} more: `estate audit` lists them all\n"));
    }
    text
}

fn push_rule<'a>(
    text: &mut String,
    view: &FindingsView,
    rule: &str,
    findings: impl Iterator<Item = &'a Finding>,
) {
    let title = view.rules.iter().find(|known| known.id == rule).map(|known| known.title);
    let title = title.map(|title| format!(": {}", markdown(title))).unwrap_or_default();
    text.push_str(&format!("\n**{}**{title}\n\n", markdown(rule)));
    for finding in findings {
        let place = |location: &Location| markdown_code(&format!("{}{location}", view.prefix));
        text.push_str(&format!("- {}: {}", place(&finding.location), markdown(&finding.message)));
        for related in &finding.related {
            text.push_str(&format!("; {}: {}", place(&related.location), markdown(&related.label)));
        }
        if let Some(help) = &finding.help {
            text.push_str(&format!("; help: {}", markdown(help)));
        }
        text.push('\n');
    }
}
