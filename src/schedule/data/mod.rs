//! Dated parameters: data files with their sources, read once. A rate that changes is a new line in
//! a file, and what was acquired under the old one keeps it.

use std::sync::LazyLock;

use chrono::Datelike;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, problem};
use crate::date::{Date, Duration, parse_date};
use crate::money::{Money, Percent, parse_amount};
use crate::suggest;

fn read<T: DeserializeOwned, U>(text: &str, make: impl FnOnce(T) -> Option<U>) -> Option<U> {
    make(serde_yaml::from_str(text).ok()?)
}

/// The data of a file. They ship with the program, and a test reads them all.
fn loaded<T>(data: &Option<T>) -> Result<&T, Problem> {
    data.as_ref().ok_or_else(|| Problem::new("the dated parameters of this program cannot be read"))
}

fn fraction(text: &str) -> Option<(i128, i128)> {
    let number = parse_amount(text).ok()?;
    Some((number.mantissa(), 10i128.checked_pow(number.scale())?))
}

fn date(text: Option<&String>, open: Date) -> Option<Date> {
    text.map_or(Some(open), |text| parse_date(text).ok())
}

/// The coefficients of declining balance for what is acquired in a span of time, as fractions.
pub struct Coefficients {
    from: Date,
    until: Date,
    pub three_or_four_years: (i128, i128),
    pub five_or_six_years: (i128, i128),
    pub more_years: (i128, i128),
}

impl Coefficients {
    pub fn holds_on(&self, date: Date) -> bool {
        self.from <= date && date <= self.until
    }
}

pub fn declining_coefficients() -> Result<&'static [Coefficients], Problem> {
    #[derive(Deserialize)]
    struct Raw {
        from: String,
        until: Option<String>,
        three_or_four_years: String,
        five_or_six_years: String,
        more_years: String,
    }
    static DATA: LazyLock<Option<Vec<Coefficients>>> = LazyLock::new(|| {
        read(include_str!("declining_coefficients.yaml"), |raw: Vec<Raw>| {
            let line = |raw: Raw| {
                Some(Coefficients {
                    from: parse_date(&raw.from).ok()?,
                    until: date(raw.until.as_ref(), Date::MAX)?,
                    three_or_four_years: fraction(&raw.three_or_four_years)?,
                    five_or_six_years: fraction(&raw.five_or_six_years)?,
                    more_years: fraction(&raw.more_years)?,
                })
            };
            raw.into_iter().map(line).collect()
        })
    });
    loaded(&DATA).map(Vec::as_slice)
}

/// One in the whole numbers in which MACRS percentages are given: thousandths of a percent.
pub const MACRS_ONE: i128 = 100_000;

struct Macrs {
    tables: Vec<(Duration, Option<i64>, Vec<i128>)>,
    real_property: Vec<(Duration, Vec<i128>, i128)>,
}

fn macrs_data() -> Result<&'static Macrs, Problem> {
    #[derive(Deserialize)]
    struct Raw {
        tables: Vec<RawTable>,
        real_property: Vec<RawRealProperty>,
    }
    #[derive(Deserialize)]
    struct RawTable {
        life: String,
        quarter: Option<i64>,
        percents: String,
    }
    #[derive(Deserialize)]
    struct RawRealProperty {
        life: String,
        first_year: String,
        then: String,
    }
    fn percent(text: &str) -> Option<i128> {
        let thousandths = parse_amount(text).ok()?.checked_mul(Decimal::ONE_THOUSAND)?.normalize();
        (thousandths.scale() == 0).then(|| thousandths.mantissa())
    }
    fn percents(text: &str) -> Option<Vec<i128>> {
        text.split(' ').map(percent).collect()
    }
    static DATA: LazyLock<Option<Macrs>> = LazyLock::new(|| {
        read(include_str!("macrs.yaml"), |raw: Raw| {
            let table = |raw: RawTable| {
                Some((
                    raw.life.parse().ok()?,
                    raw.quarter.map(|quarter| quarter - 1),
                    percents(&raw.percents)?,
                ))
            };
            let real = |raw: RawRealProperty| {
                Some((raw.life.parse().ok()?, percents(&raw.first_year)?, percent(&raw.then)?))
            };
            Some(Macrs {
                tables: raw.tables.into_iter().map(table).collect::<Option<_>>()?,
                real_property: raw.real_property.into_iter().map(real).collect::<Option<_>>()?,
            })
        })
    });
    loaded(&DATA)
}

fn no_table<T>(life: Option<Duration>, known: impl Iterator<Item = Duration>) -> Result<T, Problem> {
    let mut names: Vec<String> = Vec::new();
    for life in known.map(|life| life.to_string()) {
        if !names.contains(&life) {
            names.push(life);
        }
    }
    let life = life.map_or_else(String::new, |life| life.to_string());
    problem(format!(
        "there is no table for a recovery period of {life}; the tables are for {}",
        names.join(", ")
    ))
}

fn same_life(a: Duration, b: Option<Duration>) -> bool {
    b.is_some_and(|b| a.months() == b.months())
}

/// The percentage of a year (0 for the first) in tables. `quarter` is 0 to 3 under the
/// mid-quarter convention.
pub fn macrs(life: Option<Duration>, quarter: Option<i64>, year: usize) -> Result<i128, Problem> {
    let data = macrs_data()?;
    let table = data.tables.iter().find(|(of, at, _)| same_life(*of, life) && *at == quarter);
    match table {
        Some((_, _, percents)) => Ok(percents.get(year).copied().unwrap_or(0)),
        None => no_table(life, data.tables.iter().map(|(life, ..)| *life)),
    }
}

/// The percentage of a year (0 for the first) for real property placed in service in a month (0 for
/// the first).
pub fn macrs_real_property(life: Option<Duration>, month: i64, year: usize) -> Result<i128, Problem> {
    let data = macrs_data()?;
    let Some((_, first_year, then)) = data.real_property.iter().find(|(of, ..)| same_life(*of, life)) else {
        return no_table(life, data.real_property.iter().map(|(life, ..)| *life));
    };
    match year {
        0 => Ok(usize::try_from(month).ok().and_then(|month| first_year.get(month)).copied().unwrap_or(0)),
        _ => Ok(*then),
    }
}

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
        read(include_str!("expensing_thresholds.yaml"), |raw: Vec<Raw>| {
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
    fn every_file_is_read_and_leaves_no_hole() {
        let coefficients = declining_coefficients().unwrap();
        for pair in coefficients.windows(2) {
            assert_eq!(pair[0].until.succ_opt(), Some(pair[1].from));
        }
        let data = macrs_data().unwrap();
        assert_eq!(data.tables.len(), 30);
        for (life, quarter, percents) in &data.tables {
            let sum: i128 = percents.iter().sum();
            assert_eq!(sum, MACRS_ONE, "{life} {quarter:?}");
            assert_eq!(life.months(), u32::try_from(percents.len()).ok().map(|years| (years - 1) * 12));
        }
        assert_eq!(data.real_property[0].1.len(), 12);
        assert!(thresholds().unwrap().len() > 3);
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
