//! Shares and rates in percent.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Money, MoneyError, parse_amount};

/// A share in percent, such as `12.5%`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Percent(Decimal);

impl Percent {
    pub const HUNDRED: Percent = Percent(Decimal::ONE_HUNDRED);
    pub const ZERO: Percent = Percent(Decimal::ZERO);

    /// A ratio as percent: 0.125 is `12.5%`. A growth may be below zero, a share as typed may not.
    pub fn of_ratio(ratio: Decimal) -> Option<Percent> {
        ratio.checked_mul(Decimal::ONE_HUNDRED).map(Percent)
    }

    /// The share of one: 0.125 for `12.5%`.
    pub fn ratio(&self) -> Decimal {
        self.0 / Decimal::ONE_HUNDRED
    }

    pub fn negated(&self) -> Percent {
        Percent(-self.0)
    }

    /// Rounded to so many decimals of the number before the sign, half away from zero.
    pub fn rounded(&self, digits: u32) -> Percent {
        Percent(self.0.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The number before the sign: 12.5 for `12.5%`.
    pub fn points(&self) -> Decimal {
        self.0
    }

    pub fn checked_add(&self, other: Percent) -> Result<Percent, MoneyError> {
        self.0.checked_add(other.0).map(Percent).ok_or(MoneyError::Overflow)
    }

    /// This share of `money`, rounded to the minor unit.
    pub fn of(&self, money: Money) -> Result<Money, MoneyError> {
        money.times_ratio(self.0, Decimal::ONE_HUNDRED)
    }
}

impl FromStr for Percent {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let wrong = || MoneyError::Amount(text.to_owned());
        let number = text.strip_suffix('%').ok_or_else(wrong)?;
        if number.starts_with('-') {
            return Err(wrong());
        }
        parse_amount(number).map(Percent).map_err(|_| wrong())
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        let share: Percent = "12.5%".parse().unwrap();
        assert_eq!(share.of("100.01 EUR".parse().unwrap()).unwrap().to_string(), "12.50 EUR");
        assert_eq!(share.to_string(), "12.5%");
        for text in ["12.5", "-1%", "%", "1e1%", "12,5%"] {
            assert!(text.parse::<Percent>().is_err(), "{text:?} was read as a share");
        }
    }
}
