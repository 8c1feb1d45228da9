//! What the declining methods share.

use super::Step;
use crate::money::{MoneyError, ratio};

/// The opening value times a rate: `numerator ÷ denominator` times the ticks of the year. The salvage
/// value is no part of the rate's base.
pub fn by_rate(step: &Step<'_>, numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    let ticks = i128::from(step.slice.ticks);
    let rate = numerator.checked_mul(ticks).ok_or(MoneyError::Overflow)?;
    ratio(step.opening, rate, denominator)
}

/// The opening value times a rate, or the rest spread evenly over the life that is left once that
/// is more (VDB). The salvage value is a floor.
pub fn with_switch(step: &Step<'_>, numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    Ok(by_rate(step, numerator, denominator)?.max(step.rest_spread_evenly()?))
}
