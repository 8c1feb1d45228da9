use super::declining::with_switch;
use super::{Method, Pace, Step};
use crate::schedule::Problem;

/// Double declining balance with the switch to straight line (200DB; Excel VDB with factor 2).
pub static METHOD: Method = Method {
    name: "double_declining",
    title: "double declining balance with switch to straight line",
    description: "charges twice the straight-line rate on the opening value, and straight line once that is more",
    pace: Pace::Convention,
    keeps_salvage: true,
    needs: &["life"],
    takes: &[],
    annuity,
};

/// Opening value × 2/life, as an exact fraction: a rounded rate of 66.667 % would miss cents.
fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    Ok(with_switch(step, 2, step.life_ticks.into())?)
}
