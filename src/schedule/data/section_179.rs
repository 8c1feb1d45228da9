//! The limits of section 179.

use std::sync::LazyLock;

use chrono::Datelike;
use serde::Deserialize;

use super::{loaded, read};
use crate::date::Date;
use crate::money::Money;
use crate::schedule::problem::{Problem, problem};

struct Section179 {
    year: i32,
    limit: Money,
    threshold: Money,
}

/// Most that section 179 allows in the tax year that begins on a day, where `placed` is the cost of
/// all that is placed in service in it.
pub fn section_179(year_start: Date, placed: Money) -> Result<Money, Problem> {
    #[derive(Deserialize)]
    struct Raw {
        year: i32,
        limit: String,
        threshold: String,
    }
    static DATA: LazyLock<Option<Vec<Section179>>> = LazyLock::new(|| {
        read(include_str!("section_179.yaml"), |raw: Vec<Raw>| {
            let line = |raw: Raw| {
                let (limit, threshold) = (raw.limit.parse().ok()?, raw.threshold.parse().ok()?);
                Some(Section179 { year: raw.year, limit, threshold })
            };
            raw.into_iter().map(line).collect()
        })
    });
    let year = year_start.year();
    let Some(line) = loaded(&DATA)?.iter().find(|line| line.year == year) else {
        return problem(format!("no limit of section 179 is known for the tax year {year}"));
    };
    let none = Money::zero(line.limit.currency());
    let above = placed.checked_sub(line.threshold)?;
    let above = if above.is_negative() { none } else { above };
    let left = line.limit.checked_sub(above)?;
    Ok(if left.is_negative() { none } else { left })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    /// Case us-s179-001.
    #[test]
    fn section_179_shrinks_above_its_threshold() {
        let limit = |year: i32, placed: &str| {
            section_179(Date::from_ymd_opt(year, 1, 1).unwrap(), placed.parse().unwrap()).unwrap().to_string()
        };
        assert_eq!(limit(2025, "4300000 USD"), "2200000.00 USD");
        assert_eq!(limit(2026, "7000000 USD"), "0.00 USD");
        assert_eq!(limit(2026, "10000 USD"), "2560000.00 USD");
        assert!(section_179(day("1999-01-01"), "1 USD".parse().unwrap()).is_err());
    }
}
