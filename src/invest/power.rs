//! Whole powers and roots of decimals, to 28 digits.

use rust_decimal::Decimal;

/// Halvings that take any interval of decimals to its last digit.
const HALVINGS: u32 = 192;

/// `base` to the power of `exponent`; `None` where it has more than 28 digits. What is smaller than
/// the last digit is zero.
pub(super) fn power(base: Decimal, exponent: u32) -> Option<Decimal> {
    let (mut result, mut square, mut left) = (Decimal::ONE, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = result.checked_mul(square)?;
        }
        left >>= 1;
        if left > 0 {
            square = square.checked_mul(square)?;
        }
    }
    Some(result)
}

/// The positive number whose power by `degree` is `value`, by halving the interval it lies in.
pub(super) fn root(value: Decimal, degree: u32) -> Option<Decimal> {
    if value <= Decimal::ZERO || degree == 0 {
        return None;
    }
    if degree == 1 || value == Decimal::ONE {
        return Some(value);
    }
    if value < Decimal::ONE {
        return Decimal::ONE.checked_div(root(Decimal::ONE.checked_div(value)?, degree)?);
    }
    // A power with too many digits is larger than any value.
    let is_above = |number: Decimal| power(number, degree).is_none_or(|power| power > value);
    Some(halve(Decimal::ONE, value, is_above))
}

/// Where `is_above` turns true between `low`, where it is false, and `high`, where it is true.
pub(super) fn halve(mut low: Decimal, mut high: Decimal, is_above: impl Fn(Decimal) -> bool) -> Decimal {
    for _ in 0..HALVINGS {
        let middle = (low + high) / Decimal::TWO;
        if middle <= low || middle >= high {
            break;
        }
        match is_above(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn powers_that_are_too_large_are_none() {
        assert_eq!(power(Decimal::TEN, 28), Some(Decimal::from_scientific("1e28").unwrap()));
        assert_eq!(power(Decimal::TEN, 40), None);
        assert_eq!(power(Decimal::new(1, 1), 40), Some(Decimal::ZERO));
        assert_eq!(power(Decimal::ZERO, 0), Some(Decimal::ONE));
        assert_eq!((root(Decimal::ZERO, 2), root(Decimal::NEGATIVE_ONE, 3)), (None, None));
    }

    proptest! {
        #[test]
        fn a_root_to_the_power_is_the_number(hundredths in 1i64..1_000_000_000, degree in 1u32..400) {
            let value = Decimal::new(hundredths, 2);
            let back = power(root(value, degree).unwrap(), degree).unwrap();
            let error = ((back - value) / value).abs();
            prop_assert!(error < Decimal::new(1, 22), "{value} became {back}");
        }
    }
}
