//! The percentage tables of MACRS.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{loaded, read};
use crate::date::Duration;
use crate::money::parse_amount;
use crate::schedule::problem::{Problem, problem};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_sums_to_the_whole() {
        let data = macrs_data().unwrap();
        assert_eq!(data.tables.len(), 30);
        for (life, quarter, percents) in &data.tables {
            assert_eq!(percents.iter().sum::<i128>(), MACRS_ONE, "{life} {quarter:?}");
            assert_eq!(life.months().map(|months| months as usize / 12 + 1), Some(percents.len()));
        }
        assert_eq!(data.real_property[0].1.len(), 12);
    }
}
