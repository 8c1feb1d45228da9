//! Exact money: a decimal amount in one currency, from text to text.
//!
//! This is the only module that rounds. Rounding is half away from zero (commercial rounding) to
//! the minor unit of the currency as listed by ISO 4217: 2 digits for EUR, 0 for JPY, 3 for TND.

mod percent;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

pub use percent::Percent;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The three-letter ISO 4217 code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Number of decimal digits of the minor unit (ISO 4217, column "minor unit"); units without
    /// one (gold, testing codes) are kept to the 6 digits that the amount grammar allows.
    pub fn minor_digits(&self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(|currency| currency.exponent())
            .map_or(MAX_FRACTION_DIGITS, u32::from)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        let known = iso_currency::Currency::from_code(code);
        match (known, <[u8; 3]>::try_from(code.as_bytes())) {
            (Some(_), Ok(bytes)) => Ok(Self(bytes)),
            _ => Err(MoneyError::UnknownCurrency(code.to_owned())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

const MAX_FRACTION_DIGITS: u32 = 6;
const MAX_INTEGER_DIGITS: usize = 15;

/// Why a text is no amount of money, or why two amounts cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("`{0}` is not an amount: write digits, a point and at most 6 decimals, such as 8420.00")]
    Amount(String),
    #[error("`{0}` is not money: write an amount, a space and a currency, such as 8420.00 EUR")]
    Form(String),
    #[error("`{0}` is not a currency code of ISO 4217, such as EUR")]
    UnknownCurrency(String),
    #[error("{amount} {currency} has more decimals than the {digits} of its currency")]
    TooManyDecimals { amount: String, currency: Currency, digits: u32 },
    #[error("{0} and {1} are different currencies: a sum needs a dated rate")]
    MixedCurrencies(Currency, Currency),
    #[error("the figure is too large to be computed exactly")]
    Overflow,
}

/// An exact amount in one currency.
///
/// Arithmetic never rounds and never panics: it answers [`MoneyError::Overflow`] past 28 digits
/// and [`MoneyError::MixedCurrencies`] where the currencies differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    pub fn amount(&self) -> Decimal {
        self.amount
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.amount < Decimal::ZERO
    }

    pub fn checked_add(&self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    pub fn checked_sub(&self, other: Money) -> Result<Money, MoneyError> {
        self.checked_add(other.negated())
    }

    pub fn negated(&self) -> Money {
        Self::new(-self.amount, self.currency)
    }

    /// `self × numerator ÷ denominator`, multiplied before it is divided, then rounded to the
    /// minor unit, half away from zero. A zero denominator is an [`MoneyError::Overflow`].
    pub fn times_ratio(&self, numerator: Decimal, denominator: Decimal) -> Result<Money, MoneyError> {
        let amount = self
            .amount
            .checked_mul(numerator)
            .and_then(|product| product.checked_div(denominator))
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency).rounded())
    }

    /// The amount rounded to the minor unit of its currency, half away from zero.
    pub fn rounded(&self) -> Money {
        let digits = self.currency.minor_digits();
        let amount = self.amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        Self::new(amount, self.currency)
    }

    pub fn compare(&self, other: Money) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    fn same_currency(&self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::MixedCurrencies(self.currency, other.currency))
        }
    }

    /// The amount as text, with at least the digits of the minor unit: `1234.50`.
    pub fn amount_text(&self) -> String {
        let digits = self.currency.minor_digits();
        let mut amount = self.amount.normalize();
        if amount.scale() < digits {
            amount.rescale(digits);
        }
        amount.to_string()
    }
}

/// The minor unit of a currency, such as the cent: amounts as whole numbers of it are exact, and
/// quick to compute with where an engine makes thousands of figures in one currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MinorUnit {
    currency: Currency,
    digits: u32,
}

impl MinorUnit {
    pub fn of(currency: Currency) -> Self {
        Self { currency, digits: currency.minor_digits() }
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// How many minor units an amount is.
    pub fn count(&self, money: Money) -> Result<i128, MoneyError> {
        Money::zero(self.currency).same_currency(money)?;
        let mut amount = money.amount;
        if amount.scale() > self.digits {
            amount = amount.normalize();
        }
        let missing = self.digits.checked_sub(amount.scale()).ok_or_else(|| MoneyError::TooManyDecimals {
            amount: amount.to_string(),
            currency: self.currency,
            digits: self.digits,
        })?;
        amount.mantissa().checked_mul(10i128.pow(missing)).ok_or(MoneyError::Overflow)
    }

    /// The amount of so many minor units.
    pub fn money(&self, count: i128) -> Result<Money, MoneyError> {
        let amount =
            Decimal::try_from_i128_with_scale(count, self.digits).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(amount, self.currency))
    }
}

/// `count × numerator ÷ denominator` in whole minor units, half away from zero; the product is
/// exact. A zero denominator is a [`MoneyError::Overflow`].
pub fn ratio(count: i128, numerator: i128, denominator: i128) -> Result<i128, MoneyError> {
    let product = count.checked_mul(numerator).ok_or(MoneyError::Overflow)?;
    // Most figures fit into 64 bits, where division is several times quicker.
    let divided = match (i64::try_from(product), i64::try_from(denominator)) {
        (Ok(product), Ok(divisor)) => {
            let quotient = product.checked_div(divisor).map(i128::from);
            quotient.zip(product.checked_rem(divisor).map(i128::from))
        }
        _ => product.checked_div(denominator).zip(product.checked_rem(denominator)),
    };
    let (quotient, rest) = divided.ok_or(MoneyError::Overflow)?;
    let up = rest != 0 && rest.unsigned_abs() >= denominator.unsigned_abs() - rest.unsigned_abs();
    Ok(if up { quotient + product.signum() * denominator.signum() } else { quotient })
}

/// A rate or a ratio rounded to 12 decimals, half away from zero: more digits than any input has, and
/// fewer than the computation is good to.
pub fn rounded_rate(rate: Decimal) -> Decimal {
    rate.round_dp_with_strategy(12, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// Adds amounts up; the sum of nothing is zero in `currency`.
pub fn sum(amounts: impl IntoIterator<Item = Money>, currency: Currency) -> Result<Money, MoneyError> {
    amounts.into_iter().try_fold(Money::zero(currency), |total, amount| total.checked_add(amount))
}

/// Splits `total` by `weights` so that the parts sum to it exactly: each part is cut to the minor
/// unit, and the units left over go to the largest remainders, ties to the first (case alloc-003).
///
/// # Errors
/// [`MoneyError::Overflow`] past 28 digits, or where a weight is negative or none is positive.
pub fn allocate(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, MoneyError> {
    let sum = weights.iter().try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight));
    let sum = sum.filter(|sum| *sum > Decimal::ZERO && weights.iter().all(|weight| *weight >= Decimal::ZERO));
    let sum = sum.ok_or(MoneyError::Overflow)?;
    let digits = total.currency.minor_digits();
    let unit = Decimal::new(1, digits);
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        let exact = total.amount.abs().checked_mul(*weight).and_then(|product| product.checked_div(sum));
        let exact = exact.ok_or(MoneyError::Overflow)?;
        let cut = exact.round_dp_with_strategy(digits, RoundingStrategy::ToZero);
        parts.push((cut, exact - cut));
    }
    let mut left = parts.iter().try_fold(total.amount.abs(), |left, (cut, _)| left.checked_sub(*cut));
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| {
        parts.get(*b).map(|part| part.1).cmp(&parts.get(*a).map(|part| part.1)).then(a.cmp(b))
    });
    for at in order {
        let Some(amount) = left.as_mut().filter(|left| **left >= unit) else { break };
        *amount -= unit;
        if let Some((cut, _)) = parts.get_mut(at) {
            *cut += unit;
        }
    }
    let sign = if total.is_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    Ok(parts.into_iter().map(|(cut, _)| Money::new(cut * sign, total.currency)).collect())
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (amount, code) = text.split_once(' ').ok_or_else(|| MoneyError::Form(text.to_owned()))?;
        let currency: Currency = code.parse()?;
        let value = parse_amount(amount)?;
        let digits = currency.minor_digits();
        if value.normalize().scale() > digits {
            return Err(MoneyError::TooManyDecimals { amount: amount.to_owned(), currency, digits });
        }
        Ok(Self::new(value, currency))
    }
}

/// Reads `-?digits[.digits]`, at most 15 digits before and 6 after the point; no exponent, no
/// thousands separator, no sign other than a leading minus.
pub fn parse_amount(text: &str) -> Result<Decimal, MoneyError> {
    let wrong = || MoneyError::Amount(text.to_owned());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(integer, MAX_INTEGER_DIGITS) || !digits(fraction, MAX_FRACTION_DIGITS as usize) {
        return Err(wrong());
    }
    Decimal::from_str_exact(text).map_err(|_| wrong())
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount_text(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_writes_the_text_as_typed() {
        for text in ["8420.00 EUR", "-0.05 EUR", "1500 JPY", "3.125 TND"] {
            assert_eq!(money(text).to_string(), text);
        }
        assert_eq!(money("8420 EUR").to_string(), "8420.00 EUR");
    }

    #[test]
    fn refuses_what_is_not_plain_decimal_money() {
        let wrong = "8420|8420.00|8420.00EUR|8 420.00 EUR|1e3 EUR|1_000 EUR|.5 EUR|5. EUR|+5 EUR|NaN EUR\
            |.inf EUR|0x10 EUR|1234567890123456 EUR|1.0000001 EUR|1.00 eur|1.00 ZZZ|1.005 EUR|1.5 JPY|| EUR|1.00  EUR";
        for text in wrong.split('|') {
            assert!(text.parse::<Money>().is_err(), "{text:?} was read as money");
        }
    }

    /// Half away from zero, not to the even neighbour: 1373.125 is case `fr-deg-002`, where
    /// banker's rounding answers 1373.12.
    #[test]
    fn rounds_half_away_from_zero() {
        let eur: Currency = "EUR".parse().unwrap();
        let rounded = |text: &str| Money::new(text.parse().unwrap(), eur).rounded().amount_text();
        assert_eq!(rounded("1373.125"), "1373.13");
        assert_eq!(rounded("-1373.125"), "-1373.13");
        assert_eq!(rounded("2.5"), "2.50");
        assert_eq!(Money::new("2.5".parse().unwrap(), "JPY".parse().unwrap()).rounded().amount_text(), "3");
    }

    #[test]
    fn never_mixes_currencies_or_overflows_silently() {
        let most = Money::new(Decimal::MAX, "EUR".parse().unwrap());
        assert_eq!(most.checked_add(money("1.00 EUR")), Err(MoneyError::Overflow));
        assert!(matches!(
            money("1.00 EUR").checked_add(money("1.00 USD")),
            Err(MoneyError::MixedCurrencies(..))
        ));
        assert_eq!(money("1.00 EUR").times_ratio(Decimal::ONE, Decimal::ZERO), Err(MoneyError::Overflow));
    }

    /// Case alloc-003: 100.00 in three equal parts.
    #[test]
    fn allocation_gives_the_left_over_cents_to_the_largest_remainders() {
        let parts = |total: &str, weights: &[i64]| -> Vec<String> {
            let weights: Vec<Decimal> = weights.iter().map(|weight| Decimal::from(*weight)).collect();
            allocate(money(total), &weights).unwrap().iter().map(Money::amount_text).collect()
        };
        assert_eq!(parts("100.00 EUR", &[1, 1, 1]), ["33.34", "33.33", "33.33"]);
        assert_eq!(parts("-0.05 EUR", &[40, 40, 20]), ["-0.02", "-0.02", "-0.01"]);
        assert_eq!(parts("0.01 EUR", &[0, 1, 1]), ["0.00", "0.01", "0.00"]);
        assert!(allocate(money("1.00 EUR"), &[]).is_err());
        assert!(allocate(money("1.00 EUR"), &[Decimal::NEGATIVE_ONE, Decimal::TWO]).is_err());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// What is allocated is what there was, and nobody gets more than a unit too much.
        #[test]
        fn allocation_conserves(cents in -1_000_000_000i64..1_000_000_000, weights in proptest::collection::vec(0u32..1000, 1..40)) {
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            proptest::prop_assume!(weights.iter().any(|weight| *weight > Decimal::ZERO));
            let total = Money::new(Decimal::new(cents, 2), "EUR".parse().unwrap());
            let parts = allocate(total, &weights).unwrap();
            proptest::prop_assert_eq!(sum(parts.iter().copied(), total.currency()).unwrap(), total);
            let all: Decimal = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = total.amount() * weight / all;
                proptest::prop_assert!((part.amount() - exact).abs() < Decimal::new(1, 2));
            }
        }

        /// Whole units and decimals round alike.
        #[test]
        fn units_and_decimals_agree(cents in -1_000_000_000i64..1_000_000_000, numerator in 0i64..100_000, denominator in 1i64..100_000) {
            let eur = MinorUnit::of("EUR".parse().unwrap());
            let amount = Money::new(Decimal::new(cents, 2), eur.currency());
            let decimal = amount.times_ratio(numerator.into(), denominator.into()).unwrap();
            let units = ratio(cents.into(), numerator.into(), denominator.into()).unwrap();
            proptest::prop_assert_eq!(eur.money(units).unwrap(), decimal);
        }
    }

    #[test]
    fn minor_units_are_exact_and_round_half_away_from_zero() {
        for (text, count) in [
            ("8420.00 EUR", 842_000),
            ("8420 EUR", 842_000),
            ("-0.05 EUR", -5),
            ("7 JPY", 7),
            ("3.125 TND", 3125),
        ] {
            let unit = MinorUnit::of(money(text).currency());
            assert_eq!(unit.count(money(text)), Ok(count));
            assert_eq!(unit.money(count).unwrap().amount(), money(text).amount());
        }
        let eur = MinorUnit::of("EUR".parse().unwrap());
        assert!(eur.count(money("1 USD")).is_err());
        assert!(eur.count(Money::new("0.001".parse().unwrap(), eur.currency())).is_err());
        for (count, numerator, denominator, rounded) in [
            (5, 1, 2, 3),
            (-5, 1, 2, -3),
            (5, -1, 2, -3),
            (1, 1, 3, 0),
            (2, 1, 3, 1),
            (274_625, 1, 2, 137_313),
            (6, 1, 3, 2),
        ] {
            assert_eq!(ratio(count, numerator, denominator), Ok(rounded));
            let large = 1i128 << 70;
            assert_eq!(ratio(count, numerator * large, denominator * large), Ok(rounded));
        }
        assert_eq!(ratio(1, 1, 0), Err(MoneyError::Overflow));
        assert_eq!(ratio(i128::MAX, 2, 1), Err(MoneyError::Overflow));
    }
}
