use super::{Convention, Measure, Running, months};
use crate::date::{Date, Period};

/// The month of service counts whole, the month in which the item leaves does not, unless it leaves
/// on the last day.
pub static CONVENTION: Convention = Convention {
    name: "full_month",
    title: "full months from the month of service",
    description: "counts whole months from the month of service, which counts whole",
    measure: Measure::Running(Running { begins, elapsed: months::elapsed, life: months::life }),
};

fn begins(start: Date, year: Period) -> Date {
    months::first_day(start).max(year.start)
}
