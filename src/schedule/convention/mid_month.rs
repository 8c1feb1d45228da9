use super::full_year::whole;
use super::{Convention, Measure, YEAR, Yearly, months};
use crate::date::{Date, Period};

/// Half of the month of service and of the month of disposal: US real property, "mid month (15th of
/// month)" (IRS Publication 946, table A-7a).
pub static CONVENTION: Convention = Convention {
    name: "mid_month",
    title: "half of the first and the last month",
    description: "counts half of the month of service and half of the month of disposal",
    measure: Measure::Yearly(Yearly { whole, first, leaving: Some(leaving) }),
};

const HALF_MONTH: i64 = YEAR / 24;

fn first(start: Date, year: Period) -> i64 {
    whole(year) - leaving(start, year)
}

fn leaving(date: Date, year: Period) -> i64 {
    (2 * months::into_year(date, year) + 1) * HALF_MONTH
}
