use super::macrs::of_basis;
use super::{Method, Pace, Step};
use crate::schedule::Problem;

/// MACRS straight line: the alternative depreciation system, or the straight-line election (IRS
/// Publication 946, tables, computed). The salvage value is ignored.
pub static METHOD: Method = Method {
    name: "macrs_straight_line",
    title: "MACRS straight line (ADS)",
    description: "is US MACRS straight line (ADS or by election); `life` is the recovery period",
    pace: Pace::YearlyConvention,
    keeps_salvage: false,
    needs: &["life"],
    takes: &["section_179", "bonus"],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    of_basis(step, step.slice.whole.into(), step.life_ticks.into())
}
