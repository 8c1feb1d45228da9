use super::{Convention, Measure, YEAR, Yearly};
use crate::date::{Date, Period, add_months, day_after};
use chrono::Months;

/// The days in service over the days of the twelve months that end with the fiscal year, both ends
/// counted (ERPNext: 183/366 from January to July 2020).
pub static CONVENTION: Convention = Convention {
    name: "actual_days_of_period",
    title: "actual days over the days of the fiscal year",
    description: "takes the days in service over the days of the twelve months of the fiscal year",
    measure: Measure::Yearly(Yearly { whole, first, leaving: None }),
};

fn whole(year: Period) -> i64 {
    let twelve_months = add_months(year.start, 12).is_ok_and(|next| next == day_after(year.end));
    if twelve_months { YEAR } else { first(year.start, year) }
}

fn first(start: Date, year: Period) -> i64 {
    let next = day_after(year.end);
    let from = next.checked_sub_months(Months::new(12)).unwrap_or(year.start);
    let days_of_year = (next - from).num_days();
    Period { start, end: year.end }.days() * YEAR / days_of_year
}
