use super::{Convention, Measure, Running, same_day};
use crate::date::{Date, Duration, Period};

/// Actual/365 fixed: every day is 1/365 of a year, in leap years too, so that a life with leap days
/// ends as many days early.
pub static CONVENTION: Convention = Convention {
    name: "actual_365",
    title: "actual days over 365",
    description: "takes every calendar day as 1/365 of a year, in leap years too",
    measure: Measure::Running(Running { begins: same_day, elapsed, life }),
};

/// Twelfths of a day, so that a month of 365/12 days is a whole number.
fn elapsed(start: Date, date: Date) -> i64 {
    Period { start, end: date }.days() * 12
}

fn life(start: Date, life: Duration) -> Option<i64> {
    match life.months() {
        Some(months) => Some(i64::from(months) * 365),
        None => Some(elapsed(start, life.after(start).ok()?) - 12),
    }
}
