//! How time is counted: one file a convention, one line here.
//!
//! Time is counted in whole ticks, so that every share of a life is an exact fraction. What a tick
//! is belongs to the convention: a day, a month, a part of a year.

mod actual_365;
mod actual_actual;
mod actual_days_of_period;
mod daily_rate_whole_life;
mod following_month;
mod full_month;
mod full_year;
mod half_year;
mod half_year_next;
mod half_year_start;
mod mid_month;
mod mid_month_1st;
mod mid_quarter;
mod months;
mod thirty_360;

use std::fmt;

use crate::date::{Date, Duration, Period};

pub(super) use full_month::CONVENTION as FULL_MONTH;
pub(super) use mid_month::CONVENTION as MID_MONTH;
pub(super) use mid_quarter::quarter;
pub use mid_quarter::{CONVENTION as MID_QUARTER, exceeds_forty_percent};
pub(super) use months::{first_day as first_of_month, into_year as month};

/// A convention of a book.
pub struct Convention {
    /// The value of `convention` in the settings.
    pub name: &'static str,
    /// Reads on from "by", as in "by 30/360".
    pub title: &'static str,
    pub description: &'static str,
    pub measure: Measure,
}

/// How a convention measures the useful life.
#[derive(Clone, Copy)]
pub enum Measure {
    /// The life runs from day to day or from month to month.
    Running(Running),
    /// The life is counted in shares of fiscal years; within a year the charge accrues by days.
    Yearly(Yearly),
}

#[derive(Clone, Copy)]
pub struct Running {
    /// The first day that counts, for an item in service on a day of a fiscal year.
    pub begins: fn(start: Date, year: Period) -> Date,
    /// Ticks from `begins` to the end of `date`, both counted. `date` is not before `begins`.
    pub elapsed: fn(begins: Date, date: Date) -> i64,
    /// Ticks of a whole useful life; `None` where the convention cannot count the unit.
    pub life: fn(begins: Date, life: Duration) -> Option<i64>,
}

#[derive(Clone, Copy)]
pub struct Yearly {
    /// Ticks of a whole fiscal year: [`YEAR`] where it has twelve months.
    pub whole: fn(year: Period) -> i64,
    /// Ticks of the year in which the item is put in service.
    pub first: fn(start: Date, year: Period) -> i64,
    /// Most ticks of the year in which the item leaves; `None` counts the days until then.
    pub leaving: Option<fn(date: Date, year: Period) -> i64>,
}

/// Ticks of twelve months in a yearly convention. Twelfths, eighths, and days of a year of 365 or
/// 366 are whole numbers of them.
pub const YEAR: i64 = 96 * 365 * 366 * 1000;

/// Every convention.
pub static CONVENTIONS: &[&Convention] = &[
    &thirty_360::CONVENTION,
    &actual_365::CONVENTION,
    &actual_actual::CONVENTION,
    &actual_days_of_period::CONVENTION,
    &daily_rate_whole_life::CONVENTION,
    &full_month::CONVENTION,
    &following_month::CONVENTION,
    &mid_month_1st::CONVENTION,
    &half_year_start::CONVENTION,
    &half_year_next::CONVENTION,
    &full_year::CONVENTION,
    &half_year::CONVENTION,
    &mid_quarter::CONVENTION,
    &mid_month::CONVENTION,
];

/// A registry entry is its name.
impl fmt::Debug for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Convention {
    pub fn named(name: &str) -> Option<&'static Convention> {
        CONVENTIONS.iter().copied().find(|convention| convention.name == name)
    }
}

/// Counts from the day itself.
fn same_day(start: Date, _year: Period) -> Date {
    start
}

/// Ticks of a life in a yearly convention.
pub(super) fn yearly_life(life: Duration) -> Option<i64> {
    life.months().map(|months| i64::from(months) * (YEAR / 12))
}
