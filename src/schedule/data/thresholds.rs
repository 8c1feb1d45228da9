//! The thresholds up to which a cost may be expensed at once.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{date, loaded, read};
use crate::date::{Date, parse_date};
use crate::money::Money;
use crate::schedule::problem::{Problem, problem};
use crate::suggest;

struct Threshold {
    rule: String,
    from: Date,
    until: Date,
    limit: Money,
}

fn thresholds() -> Result<&'static [Threshold], Problem> {
    #[derive(Deserialize)]
    struct Raw {
        rule: String,
        from: String,
        until: Option<String>,
        limit: String,
    }
    static DATA: LazyLock<Option<Vec<Threshold>>> = LazyLock::new(|| {
        read(include_str!("thresholds.yaml"), |raw: Vec<Raw>| {
            let line = |raw: Raw| {
                Some(Threshold {
                    from: parse_date(&raw.from).ok()?,
                    until: date(raw.until.as_ref(), Date::MAX)?,
                    limit: raw.limit.parse().ok()?,
                    rule: raw.rule,
                })
            };
            raw.into_iter().map(line).collect()
        })
    });
    loaded(&DATA).map(Vec::as_slice)
}

/// The cost up to which a rule lets an item acquired on a day be expensed at once.
pub fn expensing_threshold(rule: &str, acquired: Date) -> Result<Money, Problem> {
    let lines = thresholds()?;
    let known = || lines.iter().map(|line| line.rule.as_str());
    if !known().any(|name| name == rule) {
        let hint = suggest::did_you_mean(rule, known()).map_or_else(String::new, |hint| format!("; {hint}"));
        return problem(format!("there is no threshold `{rule}`{hint}"));
    }
    let line = lines.iter().find(|line| line.rule == rule && line.from <= acquired && acquired <= line.until);
    line.map(|line| line.limit)
        .ok_or_else(|| Problem::new(format!("no threshold of `{rule}` is known for {acquired}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn thresholds_are_dated_and_named() {
        assert_eq!(
            expensing_threshold("us_de_minimis", day("2015-06-01")).unwrap().to_string(),
            "500.00 USD"
        );
        assert_eq!(
            expensing_threshold("us_de_minimis", day("2024-06-01")).unwrap().to_string(),
            "2500.00 USD"
        );
        let unknown = expensing_threshold("us_deminimis", day("2024-06-01")).unwrap_err();
        assert!(unknown.text.contains("us_de_minimis"), "{unknown}");
    }
}
