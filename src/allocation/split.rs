//! Whole numbers in parts that add up to them: the rule of the largest remainder.
//!
//! Each part is cut down to a whole number, and the units left over go one each to the parts that
//! lost most, ties to the first.

use num_bigint::BigInt;

/// Splits `amount` by `weights`, which are parts of `whole`: the parts, and what is left where the
/// weights do not add up to the whole. `None` where the weights are no such parts, or a figure is
/// too large.
pub fn split(amount: i128, weights: &[i128], whole: i128) -> Option<(Vec<i128>, i128)> {
    let charged = weights.iter().try_fold(0i128, |sum, weight| sum.checked_add(*weight))?;
    let rest = whole.checked_sub(charged).filter(|rest| *rest >= 0)?;
    if charged == 0 {
        return weights.iter().all(|weight| *weight == 0).then(|| (vec![0; weights.len()], amount));
    }
    let mut parts = Vec::with_capacity(weights.len() + 1);
    let mut remainders = Vec::with_capacity(weights.len() + 1);
    for weight in weights.iter().chain([&rest]) {
        if *weight < 0 {
            return None;
        }
        let (part, remainder) = floor_ratio(amount, *weight, whole)?;
        parts.push(part);
        remainders.push(remainder);
    }
    let left = parts.iter().try_fold(amount, |left, part| left.checked_sub(*part))?;
    hand_out(&mut parts, &remainders, left);
    let kept = parts.pop()?;
    Some((parts, kept))
}

/// `amount × weight ÷ whole`, cut down to a whole number.
pub fn part(amount: i128, weight: i128, whole: i128) -> Option<i128> {
    Some(floor_ratio(amount, weight, whole)?.0)
}

/// Rounds `parts` to multiples of `unit` that add up to `total`: the answer counts units. Where the
/// total is a rounding of their sum, each part is rounded up or down; where it is further away, since
/// it was made of other roundings, the parts are taken in proportion. Nothing comes of a part that is
/// zero, unless all are.
pub fn round_parts(parts: &[i128], unit: i128, total: i128) -> Vec<i128> {
    let unit = unit.max(1);
    let mut rounded: Vec<i128> = parts.iter().map(|part| part.div_euclid(unit)).collect();
    let remainders: Vec<i128> = parts.iter().map(|part| part.rem_euclid(unit)).collect();
    let left = total - rounded.iter().sum::<i128>();
    let open: i128 = remainders.iter().map(|remainder| i128::from(*remainder != 0)).sum();
    if !(0..=open).contains(&left) {
        let sum = parts.iter().try_fold(0i128, |sum, part| sum.checked_add(*part));
        let in_proportion = sum.filter(|sum| *sum > 0).and_then(|sum| split(total, parts, sum));
        if let Some((parts, _)) = in_proportion {
            return parts;
        }
    }
    hand_out(&mut rounded, &remainders, left);
    rounded
}

/// Gives `left` units to the parts with the largest remainders, one each, and another round where there
/// are more units than parts; where it is negative, takes them from those with the smallest.
pub(super) fn hand_out<R: Ord>(parts: &mut [i128], remainders: &[R], left: i128) {
    if left == 0 {
        return;
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| remainders.get(*b).cmp(&remainders.get(*a)).then(a.cmp(b)));
    if left < 0 {
        order.reverse();
    }
    let Ok(count @ 1..) = i128::try_from(parts.len()) else { return };
    let (each, more) = (left / count, (left % count).unsigned_abs());
    for (place, at) in (0_u128..).zip(order) {
        if let Some(part) = parts.get_mut(at) {
            *part += each + if place < more { left.signum() } else { 0 };
        }
    }
}

/// The quotient, cut down, and the remainder of `amount × weight ÷ whole`.
fn floor_ratio(amount: i128, weight: i128, whole: i128) -> Option<(i128, i128)> {
    if whole <= 0 {
        return None;
    }
    match amount.checked_mul(weight) {
        Some(product) => Some((product.div_euclid(whole), product.rem_euclid(whole))),
        None => {
            let product = BigInt::from(amount) * BigInt::from(weight);
            let (quotient, remainder) = floor_of(&product, &BigInt::from(whole));
            Some((i128::try_from(quotient).ok()?, i128::try_from(remainder).ok()?))
        }
    }
}

/// The quotient, cut down, and the remainder, which is not negative; `divisor` is positive.
pub(super) fn floor_of(dividend: &BigInt, divisor: &BigInt) -> (BigInt, BigInt) {
    let (quotient, remainder) = (dividend / divisor, dividend % divisor);
    match remainder.sign() {
        num_bigint::Sign::Minus => (quotient - 1, remainder + divisor),
        _ => (quotient, remainder),
    }
}
