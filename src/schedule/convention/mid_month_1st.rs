use chrono::Datelike;

use super::{Convention, Measure, Running, months};
use crate::date::{Date, Period, add_months};

/// In service by the 15th counts from the 1st of the month, later from the 1st of the next one
/// (Dynamics 365: "mid month (1st of month)").
pub static CONVENTION: Convention = Convention {
    name: "mid_month_1st",
    title: "full months, in service by the 15th counting whole",
    description: "counts whole months; in service from the 16th on counts from the next month",
    measure: Measure::Running(Running { begins, elapsed: months::elapsed, life: months::life }),
};

fn begins(start: Date, year: Period) -> Date {
    let first = months::first_day(start);
    if start.day() <= 15 { first.max(year.start) } else { add_months(first, 1).unwrap_or(start) }
}
