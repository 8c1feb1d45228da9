//! How the depreciable amount is spread over the years: one file a method, one line here.

mod straight_line;

use crate::model::calendar::FiscalYear;
use crate::money::{Money, MoneyError};

/// A method of depreciation.
pub struct Method {
    /// The value of `method` in a schedule.
    pub name: &'static str,
    pub title: &'static str,
    /// The annuities of the slices, before the last one is given the rest.
    pub annuities: fn(&Basis) -> Result<Vec<Money>, MoneyError>,
}

/// What a method spreads.
pub struct Basis {
    /// Cost less salvage value.
    pub depreciable: Money,
    /// Days of the useful life by the book's convention.
    pub life_days: i64,
    /// The fiscal years that the life touches, in order.
    pub slices: Vec<Slice>,
}

/// The part of the useful life that falls into one fiscal year.
#[derive(Clone, Debug)]
pub struct Slice {
    pub year: FiscalYear,
    /// Days of the life in this year, by the book's convention.
    pub days: i64,
}

/// Every method.
pub static METHODS: &[&Method] = &[&straight_line::METHOD];

pub(super) fn named(name: &str) -> Option<&'static Method> {
    METHODS.iter().copied().find(|method| method.name == name)
}
