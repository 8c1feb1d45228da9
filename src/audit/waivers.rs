//! Waivers: findings that somebody has decided to accept, in a comment beside the offence or in
//! `inventory/waivers.yaml`.
//!
//! A comment `# estate: ignore[rule-a, rule-b] reason` waives findings of its own line, or, where it
//! stands alone, of the next line that is no comment. A waiver of the file names rule, record and
//! perhaps field, who answers for it, and until when. What waivers waive is counted; a waiver that
//! has expired or waives nothing is a finding itself, which no waiver reaches.

use std::collections::HashMap;

use super::subject;
use crate::date::Date;
use crate::finding::Finding;
use crate::glob;
use crate::model::record::as_date;
use crate::model::{Kind, Record};
use crate::snapshot::Snapshot;
use crate::source::{Location, Span};
use crate::yaml::Value;

/// The decision to accept findings of one rule.
pub struct Waiver<'a> {
    pub rule: &'a str,
    /// Of a waiver in the file: its place in the list, such as `waivers[2]`; empty for a comment.
    pub field: String,
    /// Where the waiver names the rule.
    pub location: Location,
    pub reason: &'a str,
    /// The last day on which it holds, and where it says so.
    pub until: Option<(Date, Location)>,
    reach: Reach<'a>,
    /// How many findings it waived.
    pub waived: usize,
}

/// The findings that a waiver is for.
enum Reach<'a> {
    /// Those on this line of the file that it stands in.
    Line(u32),
    /// Those on records of this pattern, and on this field where one is named.
    Records { pattern: &'a str, field: Option<&'a str> },
}

/// The waivers of an estate.
pub struct Waivers<'a> {
    pub waivers: Vec<Waiver<'a>>,
    /// Comments that look like a waiver and are none.
    pub unreadable: Vec<Location>,
}

impl Waiver<'_> {
    /// Whether it holds on a day: it has a reason and has not expired.
    pub fn holds(&self, as_of: Date) -> bool {
        !self.reason.is_empty() && !self.is_expired(as_of)
    }

    pub fn is_expired(&self, as_of: Date) -> bool {
        self.until.as_ref().is_some_and(|(until, _)| *until < as_of)
    }
}

impl<'a> Waivers<'a> {
    pub fn of(snapshot: &'a Snapshot) -> Waivers<'a> {
        let mut all = Waivers { waivers: Vec::new(), unreadable: Vec::new() };
        for record in snapshot.records() {
            all.read_comments(record);
        }
        let listed =
            snapshot.of_kind(Kind::Waivers).filter_map(|record| Some((record, record.field("waivers")?)));
        for (record, list) in listed {
            let elements = list.elements().enumerate();
            all.waivers.extend(elements.filter_map(|(index, value)| listed_waiver(record, index, value)));
        }
        all
    }

    /// Takes the findings out that a waiver holds for, and says how many.
    pub fn waive(&mut self, findings: &mut Vec<Finding>, as_of: Date) -> usize {
        let (mut by_line, mut by_rule) = (HashMap::new(), HashMap::new());
        for (at, waiver) in self.waivers.iter().enumerate().filter(|(_, waiver)| waiver.holds(as_of)) {
            match waiver.reach {
                Reach::Line(line) => {
                    let key = (waiver.location.path.to_string(), line, waiver.rule.to_owned());
                    by_line.entry(key).or_insert_with(Vec::new).push(at);
                }
                Reach::Records { .. } => {
                    by_rule.entry(waiver.rule.to_owned()).or_insert_with(Vec::new).push(at);
                }
            }
        }
        if by_line.is_empty() && by_rule.is_empty() {
            return 0;
        }
        let before = findings.len();
        let waivers = &mut self.waivers;
        findings.retain(|finding| {
            let place = &finding.location;
            let beside = by_line.get(&(place.path.to_string(), place.line, finding.rule.to_string()));
            let listed = by_rule.get(&*finding.rule);
            let mut is_waived = false;
            for at in beside.into_iter().chain(listed).flatten() {
                if let Some(waiver) = waivers.get_mut(*at).filter(|waiver| waiver.reach.includes(finding)) {
                    waiver.waived += 1;
                    is_waived = true;
                }
            }
            !is_waived
        });
        before - findings.len()
    }

    /// Finds the comments of a record. What cannot be read as YAML has no comments to rely on.
    fn read_comments(&mut self, record: &'a Record) {
        let text = record.source().text();
        let Some(root) = record.root().filter(|_| text.contains(MARK)) else { return };
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if let Some((at, comment)) =
                comment_for_us(line).filter(|(at, _)| !is_in_scalar(root, start + at))
            {
                let alone = line.get(..at).is_some_and(|before| before.trim().is_empty());
                let line = if alone { number + skipped_comments(text, number) } else { number };
                self.read_comment(record, comment, start + at, u32::try_from(line + 1).unwrap_or(u32::MAX));
            }
            start += line.len();
        }
    }

    fn read_comment(&mut self, record: &'a Record, comment: &'a str, start: usize, line: u32) {
        let span = |part: &str| {
            // `part` is a slice of `comment`, so this is its place in the file.
            let at = start + (part.as_ptr() as usize).saturating_sub(comment.as_ptr() as usize);
            record.at_span(Span::new(at, at + part.len()))
        };
        let parts = comment.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
        let head = comment.split('[').next().unwrap_or("");
        let is_plain = head.split_once(MARK).is_some_and(|(_, verb)| verb.trim() == "ignore");
        let Some((rules, reason)) = parts.filter(|(rules, _)| is_plain && !rules.trim().is_empty()) else {
            self.unreadable.push(span(comment));
            return;
        };
        for rule in rules.split(',').map(str::trim) {
            self.waivers.push(Waiver {
                rule,
                field: String::new(),
                location: span(rule),
                reason: reason.trim(),
                until: None,
                reach: Reach::Line(line),
                waived: 0,
            });
        }
    }
}

fn listed_waiver<'a>(record: &'a Record, index: usize, value: Value<'a>) -> Option<Waiver<'a>> {
    let text = |field: &str| value.field(field).and_then(|value| value.text());
    let until = value.field("until")?;
    Some(Waiver {
        rule: text("rule")?,
        field: format!("waivers[{index}]"),
        location: record.at_span(value.field("rule")?.span()),
        reason: text("reason")?,
        until: Some((as_date(until)?, record.at_span(until.span()))),
        reach: Reach::Records { pattern: text("record")?, field: text("field") },
        waived: 0,
    })
}

impl Reach<'_> {
    fn includes(&self, finding: &Finding) -> bool {
        match self {
            Reach::Line(line) => finding.location.line == *line,
            Reach::Records { pattern, field } => {
                field.is_none_or(|field| glob::matches(field, &finding.field))
                    && glob::matches(pattern, &subject(finding))
            }
        }
    }
}

pub(super) const MARK: &str = "estate:";

/// The comment of a line and where it begins, where it asks to ignore something.
fn comment_for_us(line: &str) -> Option<(usize, &str)> {
    line.match_indices('#').find_map(|(at, _)| {
        let begins = line.get(..at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
        let comment = line.get(at..)?.trim_end();
        let words = comment.trim_start_matches('#').trim_start().strip_prefix(MARK)?;
        (begins && words.trim_start().starts_with("ignore")).then_some((at, comment))
    })
}

/// How many lines from this one on are comments.
fn skipped_comments(text: &str, number: usize) -> usize {
    text.lines().skip(number).take_while(|line| line.trim_start().starts_with('#')).count()
}

/// Whether a byte belongs to a value or key, where a `#` is a character like any other.
fn is_in_scalar(value: Value<'_>, at: usize) -> bool {
    let holds = |span: Span| span.range().contains(&at);
    if value.is_scalar() {
        return holds(value.span());
    }
    value.elements().any(|element| is_in_scalar(element, at))
        || value.entries().any(|(_, key, value)| holds(key) || is_in_scalar(value, at))
}
