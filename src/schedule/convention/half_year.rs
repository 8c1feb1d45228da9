use super::full_year::whole;
use super::{Convention, Measure, Yearly};
use crate::date::{Date, Period};

/// Half a year in the first and in the last year, whatever the day (IRS Publication 946).
pub static CONVENTION: Convention = Convention {
    name: "half_year",
    title: "half a year in the first and the last year",
    description: "counts half of the first and of the last fiscal year, whatever the day",
    measure: Measure::Yearly(Yearly { whole, first: half, leaving: Some(half) }),
};

fn half(_date: Date, year: Period) -> i64 {
    whole(year) / 2
}
