//! Internal rates of return: none, one or several, and never one that is not a root.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::flows::Flows;
use super::power::{halve, power, root};
use crate::money::{MoneyError, rounded_rate};

/// The lowest rate that is looked for: −99.9 %. Below it nothing is left of any money, and the roots
/// that exist there (case xirr-013) mean nothing.
pub const LOWEST: Decimal = Decimal::from_parts(999, 0, 0, true, 3);
/// The highest rate that is looked for: 100 000 000 %.
pub const HIGHEST: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// From one rate that is looked at to the next, `1 + rate` grows by this much.
const STRIDE: Decimal = Decimal::from_parts(102, 0, 0, false, 2);

/// A value this small beside the largest flow is a root that is touched and not crossed.
const TOUCH: Decimal = Decimal::from_parts(1, 0, 0, false, 15);

/// The internal rates of return of cash flows: every rate at which their net present value is zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Returns {
    /// All flows are of one sign: nothing is paid, or nothing comes back.
    OneSign,
    /// There are flows of both signs, and no rate from [`LOWEST`] to [`HIGHEST`] makes them zero.
    OutOfRange,
    One(Decimal),
    /// Each is as good as the others: none of them says whether the investment is worth while.
    Several(Vec<Decimal>),
}

impl Flows {
    /// Looks for every rate of return between [`LOWEST`] and [`HIGHEST`], each to 12 decimals.
    ///
    /// The value of the flows is looked at on a grid of rates, zero among them; where its sign
    /// changes, the interval is halved to its last digit, and where it turns round close to zero, the
    /// turning point is looked at as well. So each answer lies between two numbers, next to each
    /// other, at which the value has different signs.
    ///
    /// # Errors
    /// Figures of more than 28 digits.
    pub fn irr(&self) -> Result<Returns, MoneyError> {
        let largest = self.flows.iter().map(|(_, amount)| amount.abs()).max().unwrap_or_default();
        let signs = |wanted: Ordering| self.flows.iter().any(|(_, a)| a.cmp(&Decimal::ZERO) == wanted);
        if !signs(Ordering::Less) || !signs(Ordering::Greater) {
            return Ok(Returns::OneSign);
        }
        let parts = Parts::of(&self.flows, largest).ok_or(MoneyError::Overflow)?;
        let value = |growth| parts.value(growth).ok_or(MoneyError::Overflow);
        let grid = self.grid()?;
        let values: Vec<Decimal> = grid.iter().map(|growth| value(*growth)).collect::<Result<_, _>>()?;
        let points: Vec<(Decimal, Decimal)> = grid.into_iter().zip(values).collect();
        let mut roots: Vec<Decimal> = Vec::new();
        for pair in points.windows(2) {
            let [(low, at_low), (high, at_high)] = pair else { continue };
            if at_low.is_zero() {
                roots.push(*low);
            } else if opposite(*at_low, *at_high) {
                roots.push(crossing(*low, *high, *at_low, &value));
            }
        }
        if let Some((highest, _)) = points.last().filter(|(_, at)| at.is_zero()) {
            roots.push(*highest);
        }
        for turn in points.windows(3) {
            let [(low, at_low), (_, at_middle), (high, at_high)] = turn else { continue };
            let turns = at_middle.abs() < at_low.abs() && at_middle.abs() < at_high.abs();
            if turns && same(*at_low, *at_middle) && same(*at_middle, *at_high) {
                roots.extend(around_turn(*low, *high, *at_middle, &value)?);
            }
        }
        let mut rates = Vec::with_capacity(roots.len());
        for growth in roots {
            let rate = power(growth, self.per_year).ok_or(MoneyError::Overflow)? - Decimal::ONE;
            rates.push(rounded_rate(rate));
        }
        rates.sort();
        rates.dedup();
        Ok(match rates.as_slice() {
            [] => Returns::OutOfRange,
            [rate] => Returns::One(*rate),
            _ => Returns::Several(rates),
        })
    }

    /// Growth in one step of time at each rate that is looked at, in order. Zero is one of them, so
    /// that a rate of exactly zero is found as such (cases irr-006, irr-011).
    fn grid(&self) -> Result<Vec<Decimal>, MoneyError> {
        let step = |rate: Decimal| root(Decimal::ONE + rate, self.per_year).ok_or(MoneyError::Overflow);
        let (lowest, highest, stride) = (step(LOWEST)?, step(HIGHEST)?, step(STRIDE - Decimal::ONE)?);
        let down = std::iter::successors(Some(Decimal::ONE), |growth| growth.checked_div(stride));
        let up = std::iter::successors(Some(Decimal::ONE), |growth| growth.checked_mul(stride));
        let mut grid: Vec<Decimal> = down.skip(1).take_while(|growth| *growth > lowest).collect();
        grid.push(lowest);
        grid.reverse();
        grid.extend(up.take_while(|growth| *growth < highest));
        grid.push(highest);
        Ok(grid)
    }
}

/// Flows as parts of the largest of them, each with the steps of time since the one before.
struct Parts(Vec<(u32, Decimal)>);

impl Parts {
    fn of(flows: &[(u32, Decimal)], largest: Decimal) -> Option<Parts> {
        let mut before = flows.first().map_or(0, |(time, _)| *time);
        let part = |(time, amount): &(u32, Decimal)| {
            let steps = time - std::mem::replace(&mut before, *time);
            Some((steps, amount.checked_div(largest)?))
        };
        flows.iter().map(part).collect::<Option<_>>().map(Parts)
    }

    /// What they are worth, at the beginning where they grow and at the end where they shrink, so
    /// that no factor is above one. The roots are those of the value at any time.
    ///
    /// By Horner's rule, from one flow to the next: a search looks at more than a thousand rates, and
    /// few different numbers of steps lie between flows (a month has 28 to 31 days).
    fn value(&self, growth: Decimal) -> Option<Decimal> {
        let grows = growth >= Decimal::ONE;
        let factor = if grows { Decimal::ONE.checked_div(growth)? } else { growth };
        let mut powers: BTreeMap<u32, Decimal> = BTreeMap::new();
        let mut moved = |total: Decimal, steps: u32| match powers.get(&steps) {
            Some(power) => total.checked_mul(*power),
            None => total.checked_mul(*powers.entry(steps).or_insert(power(factor, steps)?)),
        };
        let mut parts = self.0.iter();
        match grows {
            true => parts
                .try_rfold(Decimal::ZERO, |total, (steps, part)| moved(total.checked_add(*part)?, *steps)),
            false => {
                parts.try_fold(Decimal::ZERO, |total, (steps, part)| moved(total, *steps)?.checked_add(*part))
            }
        }
    }
}

fn opposite(a: Decimal, b: Decimal) -> bool {
    !a.is_zero() && !b.is_zero() && a.is_sign_negative() != b.is_sign_negative()
}

fn same(a: Decimal, b: Decimal) -> bool {
    !a.is_zero() && !b.is_zero() && a.is_sign_negative() == b.is_sign_negative()
}

/// The root between two numbers at which the value has different signs.
fn crossing(
    low: Decimal,
    high: Decimal,
    at_low: Decimal,
    value: &impl Fn(Decimal) -> Result<Decimal, MoneyError>,
) -> Decimal {
    halve(low, high, |growth| value(growth).is_ok_and(|value| !same(value, at_low)))
}

/// The roots near a point at which the value turns round without having crossed zero on the grid:
/// two where it crosses in between, one where it only touches.
fn around_turn(
    mut low: Decimal,
    mut high: Decimal,
    sample: Decimal,
    value: &impl Fn(Decimal) -> Result<Decimal, MoneyError>,
) -> Result<Vec<Decimal>, MoneyError> {
    const NARROWINGS: u32 = 120;
    let (begin, end) = (low, high);
    let three = Decimal::from(3);
    for _ in 0..NARROWINGS {
        let third = (high - low) / three;
        let (left, right) = (low + third, high - third);
        let (at_left, at_right) = (value(left)?, value(right)?);
        for (growth, at) in [(left, at_left), (right, at_right)] {
            if opposite(at, sample) {
                return Ok(vec![crossing(begin, growth, sample, value), crossing(growth, end, at, value)]);
            }
        }
        match at_left.abs() < at_right.abs() {
            true => high = right,
            false => low = left,
        }
    }
    Ok(if value(low)?.abs() < TOUCH { vec![low] } else { Vec::new() })
}
