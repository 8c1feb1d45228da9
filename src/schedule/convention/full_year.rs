use super::{Convention, Measure, YEAR, Yearly, months};
use crate::date::{Date, Period};

/// No prorata: the fiscal year of service counts whole, the year in which the item leaves not at
/// all.
pub static CONVENTION: Convention = Convention {
    name: "full_year",
    title: "full fiscal years from the year of service",
    description: "counts the fiscal year of service whole and the year of disposal not at all",
    measure: Measure::Yearly(Yearly { whole, first, leaving: Some(leaving) }),
};

pub(super) fn whole(year: Period) -> i64 {
    months::of_year(year) * (YEAR / 12)
}

fn first(_start: Date, year: Period) -> i64 {
    whole(year)
}

fn leaving(_date: Date, _year: Period) -> i64 {
    0
}
