//! The rates of the special depreciation allowance.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{date, loaded, read};
use crate::date::{Date, parse_date};
use crate::money::Percent;
use crate::schedule::Problem;

struct Bonus {
    acquired_from: Date,
    placed_from: Date,
    placed_until: Date,
    rates: Vec<Percent>,
}

/// The rates of the special allowance that may be taken: the statutory one first.
pub fn bonus(acquired: Date, placed: Date) -> Result<&'static [Percent], Problem> {
    #[derive(Deserialize)]
    struct Raw {
        acquired_from: String,
        placed_from: String,
        placed_until: Option<String>,
        rate: String,
        election: Option<String>,
    }
    static DATA: LazyLock<Option<Vec<Bonus>>> = LazyLock::new(|| {
        read(include_str!("bonus.yaml"), |raw: Vec<Raw>| {
            let line = |raw: Raw| {
                let rates = std::iter::once(raw.rate).chain(raw.election);
                Some(Bonus {
                    acquired_from: parse_date(&raw.acquired_from).ok()?,
                    placed_from: parse_date(&raw.placed_from).ok()?,
                    placed_until: date(raw.placed_until.as_ref(), Date::MAX)?,
                    rates: rates.map(|rate| rate.parse().ok()).collect::<Option<_>>()?,
                })
            };
            raw.into_iter().map(line).collect()
        })
    });
    let line = loaded(&DATA)?.iter().find(|line| {
        line.acquired_from <= acquired && line.placed_from <= placed && placed <= line.placed_until
    });
    Ok(line.map_or(&[Percent::ZERO], |line| line.rates.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    /// Case us-bonus-001.
    #[test]
    fn the_special_allowance_depends_on_acquisition_and_service() {
        for (acquired, placed, rate) in [
            ("2025-01-10", "2025-06-01", "40%"),
            ("2025-01-20", "2025-06-01", "100%"),
            ("2024-05-01", "2024-09-01", "60%"),
            ("2023-02-01", "2023-03-01", "80%"),
            ("2025-01-10", "2026-03-01", "20%"),
            ("2025-01-10", "2027-03-01", "0%"),
        ] {
            assert_eq!(
                bonus(day(acquired), day(placed)).unwrap()[0].to_string(),
                rate,
                "{acquired} {placed}"
            );
        }
        assert_eq!(bonus(day("2025-02-01"), day("2025-06-01")).unwrap().len(), 2);
    }
}
