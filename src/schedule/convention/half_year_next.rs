use super::{Convention, Measure, Running, months};
use crate::date::{Date, Period, add_months};

/// In service in the first half of the fiscal year counts from its first day, in the second half
/// from the first day of the next year (Dynamics 365: "half year (next year)").
pub static CONVENTION: Convention = Convention {
    name: "half_year_next",
    title: "whole years, the second half-year counting from the next one",
    description: "counts from the first day of the fiscal year, from its middle on of the next one",
    measure: Measure::Running(Running { begins, elapsed: months::elapsed, life: months::life }),
};

fn begins(start: Date, year: Period) -> Date {
    let half = add_months(year.start, 6).unwrap_or(year.start);
    let next = add_months(year.start, 12).unwrap_or(year.start);
    if start < half { year.start } else { next }
}
