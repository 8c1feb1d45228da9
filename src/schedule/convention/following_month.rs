use super::{Convention, Measure, Running, months};
use crate::date::{Date, Period, add_months};

/// Depreciation begins with the month after the one of service.
pub static CONVENTION: Convention = Convention {
    name: "following_month",
    title: "full months from the month after service",
    description: "counts whole months from the month after the one of service",
    measure: Measure::Running(Running { begins, elapsed: months::elapsed, life: months::life }),
};

fn begins(start: Date, _year: Period) -> Date {
    add_months(months::first_day(start), 1).unwrap_or(start)
}
