//! What the conventions by months share.

use chrono::Datelike;

use crate::date::{Date, Duration, Period, day_after};

/// Months from the month of `begins` whose last day is not after `date`: a month is charged when
/// it is over, so that an item that leaves before then is not charged for it.
pub fn elapsed(begins: Date, date: Date) -> i64 {
    number(day_after(date)) - number(begins)
}

pub fn life(_begins: Date, life: Duration) -> Option<i64> {
    life.months().map(i64::from)
}

/// The months from the month of the year's first day to that of `date`.
pub fn into_year(date: Date, year: Period) -> i64 {
    number(date) - number(year.start)
}

/// Length of a fiscal year in months; part of a month counts by its days of 30.
pub fn of_year(year: Period) -> i64 {
    (super::thirty_360::elapsed(year.start, year.end) + 15) / 30
}

pub fn first_day(date: Date) -> Date {
    date.with_day0(0).unwrap_or(date)
}

fn number(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}
