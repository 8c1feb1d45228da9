use super::{Convention, Measure, Running, months};
use crate::date::{Date, Period, add_months};

/// In service in the first half of the fiscal year counts from its first day, in the second half
/// from the first day of that half (Dynamics 365: "half year (start of year)").
pub static CONVENTION: Convention = Convention {
    name: "half_year_start",
    title: "half years from the start of the half of service",
    description: "counts months from the first day of the half-year of service",
    measure: Measure::Running(Running { begins, elapsed: months::elapsed, life: months::life }),
};

fn begins(start: Date, year: Period) -> Date {
    let half = add_months(year.start, 6).unwrap_or(year.start);
    if start < half { year.start } else { half }
}
