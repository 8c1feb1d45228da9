use super::{Convention, Measure, Running, same_day};
use crate::date::{Date, Duration, Period};

/// One rate for every day of the life: from the first day to the day before its anniversary
/// (ERPNext: 36 months from 15 January 2020 are 1096 days and end on 14 January 2023).
pub static CONVENTION: Convention = Convention {
    name: "daily_rate_whole_life",
    title: "actual days over the days of the whole life",
    description: "charges the same for every calendar day from the start to the end of the life",
    measure: Measure::Running(Running { begins: same_day, elapsed, life }),
};

fn elapsed(start: Date, date: Date) -> i64 {
    Period { start, end: date }.days()
}

fn life(start: Date, life: Duration) -> Option<i64> {
    life.after(start).ok().map(|end| (end - start).num_days())
}
