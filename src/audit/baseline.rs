//! Baselines: the findings that were there when an estate began to be audited, so that only new ones
//! count.
//!
//! An entry is keyed by rule, record and field, never by lines or wording, which change without the
//! estate getting better or worse. Of several findings with one key it holds their number: one more
//! is new.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::subject;
use crate::finding::Finding;

/// How many findings there are of each key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline(BTreeMap<Key, usize>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key {
    record: String,
    rule: String,
    field: String,
}

/// Findings beside a baseline.
pub struct Compared {
    /// What the baseline does not hold.
    pub new: Vec<Finding>,
    /// How many findings it holds.
    pub known: usize,
    /// How many of its findings are no longer there.
    pub gone: usize,
}

const SCHEMA: &str = "estate.baseline/1";

impl Baseline {
    pub fn of(findings: &[Finding]) -> Baseline {
        let mut counts = BTreeMap::new();
        for finding in findings {
            *counts.entry(key(finding)).or_default() += 1;
        }
        Baseline(counts)
    }

    /// Reads what [`Baseline::to_text`] wrote.
    ///
    /// # Errors
    /// A sentence on what is wrong with the text.
    pub fn parse(text: &str) -> Result<Baseline, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        match document.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) => return Err(format!("its schema is `{other}`, and this program reads {SCHEMA}")),
            None => return Err(format!("it does not begin with \"schema\": \"{SCHEMA}\"")),
        }
        let list = document.get("findings").and_then(Value::as_array).ok_or("it has no list `findings`")?;
        let mut counts = BTreeMap::new();
        for (index, entry) in list.iter().enumerate() {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
            let count =
                entry.get("count").map_or(Some(1), Value::as_u64).and_then(|count| count.try_into().ok());
            let (Some(record), Some(rule), Some(field), Some(count)) =
                (text("record"), text("rule"), text("field"), count)
            else {
                return Err(format!("findings[{index}] needs record, rule and field as texts, and a count"));
            };
            let total: &mut usize = counts.entry(Key { record, rule, field }).or_default();
            *total = total.saturating_add(count);
        }
        Ok(Baseline(counts))
    }

    /// One finding a line, sorted, so that two versions of the file compare well.
    pub fn to_text(&self) -> String {
        let line = |(key, count): (&Key, &usize)| {
            let entry = json!({"record": key.record, "rule": key.rule, "field": key.field, "count": count});
            format!("    {entry}")
        };
        let lines: Vec<String> = self.0.iter().map(line).collect();
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{list}]\n}}\n")
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Parts new findings from known ones. Of findings with one key the first in the order of places
    /// are taken for the known ones.
    pub fn compare(&self, findings: Vec<Finding>) -> Compared {
        let mut left = self.0.clone();
        let (mut new, mut known) = (Vec::new(), 0);
        for finding in findings {
            match left.get_mut(&key(&finding)).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    known += 1;
                }
                None => new.push(finding),
            }
        }
        Compared { new, known, gone: self.len() - known }
    }

    /// What is left of the baseline: its entries that are still found, and no new ones.
    pub fn kept(&self, findings: &[Finding]) -> Baseline {
        let found = Baseline::of(findings);
        let both =
            self.0.iter().filter_map(|(key, count)| Some((key.clone(), *count.min(found.0.get(key)?))));
        Baseline(both.collect())
    }
}

fn key(finding: &Finding) -> Key {
    Key { record: subject(finding), rule: finding.rule.to_string(), field: finding.field.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Location;

    fn finding(rule: &'static str, field: &str, message: &str) -> Finding {
        Finding::error(rule, Location::file("inventory/items/server/srv-01.yaml"), message).field(field)
    }

    #[test]
    fn is_keyed_by_record_rule_and_field_and_counts() {
        let before = [finding("a", "x", "one"), finding("a", "x", "two"), finding("b", "", "")];
        let baseline = Baseline::of(&before);
        let text = baseline.to_text();
        assert_eq!(
            text,
            "{\n  \"schema\": \"estate.baseline/1\",\n  \"findings\": [\n    \
             {\"record\":\"item/srv-01\",\"rule\":\"a\",\"field\":\"x\",\"count\":2},\n    \
             {\"record\":\"item/srv-01\",\"rule\":\"b\",\"field\":\"\",\"count\":1}\n  ]\n}\n"
        );
        assert_eq!(Baseline::parse(&text), Ok(baseline.clone()));
        let after = vec![
            finding("a", "x", "reworded"),
            finding("a", "x", "two"),
            finding("a", "x", "three"),
            finding("a", "y", ""),
        ];
        let kept = baseline.kept(&after);
        let compared = baseline.compare(after);
        let new: Vec<&str> = compared.new.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!((new, compared.known, compared.gone), (vec!["three", ""], 2, 1));
        assert_eq!((kept.len(), baseline.len()), (2, 3));
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        for (text, start) in [
            ("", "it is no JSON"),
            ("[]", "it does not begin"),
            ("{\"schema\": \"estate.baseline/2\"}", "its schema is `estate.baseline/2`"),
            ("{\"schema\": \"estate.baseline/1\"}", "it has no list"),
            ("{\"schema\": \"estate.baseline/1\", \"findings\": [{\"rule\": 1}]}", "findings[0] needs"),
            (
                "{\"schema\": \"estate.baseline/1\", \"findings\": [{\"record\": \"a\", \"rule\": \"b\", \"field\": \"\", \"count\": -1}]}",
                "findings[0] needs",
            ),
        ] {
            let error = Baseline::parse(text).unwrap_err();
            assert!(error.starts_with(start), "{text}: {error}");
        }
        assert!(Baseline::parse(&Baseline::default().to_text()).unwrap().is_empty());
    }
}
