use chrono::Datelike;

use super::{Convention, Measure, Running, same_day};
use crate::date::{Date, Duration};

/// Actual/actual (ISDA): a day is 1/365 of a year, of a leap year 1/366; the rate of a year is its
/// annuity over its own days.
pub static CONVENTION: Convention = Convention {
    name: "actual_actual",
    title: "actual days over the days of the calendar year",
    description: "takes every calendar day as 1/365 of a year, of a leap year as 1/366",
    measure: Measure::Running(Running { begins: same_day, elapsed, life }),
};

/// Of which a day of a common year is 2 × 366 and a day of a leap year 2 × 365; a month is 1/12.
const YEAR: i64 = 2 * 365 * 366;

fn elapsed(start: Date, date: Date) -> i64 {
    since_year_zero(date) + day(date) - since_year_zero(start)
}

/// Ticks from 1 January of year 0 to the beginning of `date`.
fn since_year_zero(date: Date) -> i64 {
    i64::from(date.year()) * YEAR + i64::from(date.ordinal0()) * day(date)
}

fn day(date: Date) -> i64 {
    if date.leap_year() { 2 * 365 } else { 2 * 366 }
}

fn life(_start: Date, life: Duration) -> Option<i64> {
    life.months().map(|months| i64::from(months) * (YEAR / 12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    #[test]
    fn a_year_is_a_year_in_leap_years_too() {
        let ticks = |start: &str, end: &str| elapsed(parse_date(start).unwrap(), parse_date(end).unwrap());
        assert_eq!(ticks("2024-01-01", "2024-12-31"), YEAR);
        assert_eq!(ticks("2023-01-01", "2023-12-31"), YEAR);
        assert_eq!(ticks("2023-12-31", "2024-01-01"), 2 * (366 + 365));
        assert_eq!(ticks("2024-03-01", "2024-03-01"), 2 * 365);
    }
}
