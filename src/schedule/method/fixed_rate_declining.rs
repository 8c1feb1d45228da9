use rust_decimal::{Decimal, MathematicalOps};

use super::declining::with_switch;
use super::{Method, Pace, Step};
use crate::schedule::problem::{Problem, problem};

/// Fixed-rate declining balance (written-down value, WDV): a rate on the opening value, given or
/// such that the salvage value is reached at the end: 1 − (salvage ÷ cost)^(1 ÷ years).
///
/// Its limits: without a given rate it needs a salvage value, since no rate reaches zero; and where
/// the rate alone would leave a rest, the rest is spread evenly instead of falling into the last
/// year (ERPNext charges the last three months with more than a whole year).
pub static METHOD: Method = Method {
    name: "fixed_rate_declining",
    title: "fixed-rate declining balance",
    description: "charges a fixed rate on the opening value: the given one, or the one that reaches the salvage value",
    pace: Pace::Convention,
    keeps_salvage: true,
    needs: &["life"],
    takes: &["rate"],
    annuity,
};

/// Rates as whole numbers of this part of one.
const SCALE: i128 = 1_000_000_000_000;

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    let months = step.months()?;
    let rate = match step.terms.details.rate {
        Some(rate) => rate.points() / Decimal::ONE_HUNDRED,
        None => rate(step, months)?,
    };
    if rate > Decimal::ONE {
        return problem("a rate of more than 100% charges more than there is");
    }
    let rate: i128 = (rate * Decimal::from(SCALE)).round().mantissa();
    // A year has ticks of the life × 12 ÷ months.
    Ok(with_switch(step, rate * months, SCALE * 12 * i128::from(step.life_ticks))?)
}

fn rate(step: &Step<'_>, months: i128) -> Result<Decimal, Problem> {
    if step.gross == step.floor {
        return Ok(Decimal::ZERO);
    }
    if step.floor == 0 {
        return problem("no fixed rate reaches a salvage value of zero: give a `rate` or a salvage value");
    }
    let years = Decimal::from(12) / Decimal::from(months);
    let root = Decimal::from(step.floor) / Decimal::from(step.gross);
    match root.checked_powd(years) {
        Some(root) => Ok(Decimal::ONE - root),
        None => problem("the rate cannot be computed exactly"),
    }
}
