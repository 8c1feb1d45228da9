//! How the depreciable amount is spread over the years: one file a method, one line here.

mod declining;
mod declining_150;
mod declining_balance;
mod double_declining;
mod fixed_rate_declining;
mod immediate_expensing;
mod macrs;
mod macrs_straight_line;
mod manual;
mod straight_line;
mod sum_of_years_digits;
mod units_of_production;

use std::fmt;

use super::clock::Slice;
use super::problem::{Problem, problem};
use super::terms::Terms;
use crate::date::Duration;
use crate::money::{MinorUnit, MoneyError, ratio};

pub use declining_balance::coefficient as declining_coefficient;
pub use macrs::is_real_property;

/// A method of depreciation.
pub struct Method {
    /// The value of `method` in a schedule.
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub pace: Pace,
    /// Whether the salvage value stays in the books; tax rules often ignore it.
    pub keeps_salvage: bool,
    /// Fields of a plan that the method cannot do without.
    pub needs: &'static [&'static str],
    /// Other fields of a plan that mean something to the method.
    pub takes: &'static [&'static str],
    /// The charge of one fiscal year. The plan cuts it to what is left, and lets the last year take
    /// the rest.
    pub annuity: fn(&Step<'_>) -> Result<i128, Problem>,
}

/// What the life of a method is measured by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The convention of the book.
    Convention,
    /// A yearly convention of the book, and no other.
    YearlyConvention,
    /// Fiscal years, the first counting as one whatever its part, by months within them.
    FiscalYears,
    /// Metered units.
    Units,
    /// The given charges.
    Given,
    /// Nothing: the life is over at once.
    AtOnce,
}

/// What a method sees of one fiscal year. Amounts are in minor units.
pub struct Step<'a> {
    pub terms: &'a Terms,
    pub unit: MinorUnit,
    /// The life that holds, which events may have revised.
    pub life: Option<Duration>,
    /// Ticks of the whole life.
    pub life_ticks: i64,
    pub slice: Slice,
    /// What there was to depreciate when the terms last changed, and the ticks left then.
    pub base: i128,
    pub base_ticks: i64,
    /// Net book value.
    pub value: i128,
    /// Net book value at the opening of the fiscal year, changed by the events since.
    pub opening: i128,
    /// What is never depreciated.
    pub floor: i128,
    pub gross: i128,
}

impl Step<'_> {
    /// The charge of the year if what is left were spread evenly over the ticks that are left.
    fn rest_spread_evenly(&self) -> Result<i128, MoneyError> {
        let left = self.life_ticks - self.slice.before;
        ratio(self.value - self.floor, self.slice.ticks.into(), left.into())
    }

    /// The life in months, for methods that count years.
    fn months(&self) -> Result<i128, Problem> {
        match self.life.and_then(|life| life.months()) {
            Some(months) => Ok(months.into()),
            None => problem("this method counts years; give the life in y or mo"),
        }
    }
}

/// Every method.
pub static METHODS: &[&Method] = &[
    &straight_line::METHOD,
    &declining_balance::METHOD,
    &double_declining::METHOD,
    &declining_150::METHOD,
    &fixed_rate_declining::METHOD,
    &sum_of_years_digits::METHOD,
    &units_of_production::METHOD,
    &macrs::METHOD,
    &macrs_straight_line::METHOD,
    &immediate_expensing::METHOD,
    &manual::METHOD,
];

/// A registry entry is its name.
impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Method {
    pub fn named(name: &str) -> Option<&'static Method> {
        METHODS.iter().copied().find(|method| method.name == name)
    }
}
