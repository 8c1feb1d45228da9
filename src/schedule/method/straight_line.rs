use super::{Method, Pace, Step};
use crate::money::ratio;
use crate::schedule::Problem;

/// Straight line (linéaire, SLN): the same amount for every day of the useful life. PCG art.
/// 214-13: the method applied unless another fits the use better; IAS 16.62.
pub static METHOD: Method = Method {
    name: "straight_line",
    title: "straight line",
    description: "charges the same amount for every part of the life",
    pace: Pace::Convention,
    keeps_salvage: true,
    needs: &["life"],
    takes: &[],
    annuity,
};

/// Depreciable amount × ticks of the year ÷ ticks of the life.
pub(super) fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    Ok(ratio(step.base, step.slice.ticks.into(), step.base_ticks.into())?)
}
