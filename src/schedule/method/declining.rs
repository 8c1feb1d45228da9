//! What the declining methods share.

use super::Step;
use crate::money::{MoneyError, ratio};

/// The opening value times a rate, or the rest spread evenly over the life that is left once that
/// is more (VDB). The salvage value is no part of the rate's base, only a floor.
///
/// The rate of the year is `numerator ÷ denominator` times the ticks of the year.
pub fn with_switch(step: &Step<'_>, numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    let ticks = i128::from(step.slice.ticks);
    let rate = numerator.checked_mul(ticks).ok_or(MoneyError::Overflow)?;
    Ok(ratio(step.opening, rate, denominator)?.max(step.rest_spread_evenly()?))
}
