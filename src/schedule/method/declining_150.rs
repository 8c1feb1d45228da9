use super::declining::with_switch;
use super::{Method, Pace, Step};
use crate::schedule::Problem;

/// 150 % declining balance with the switch to straight line (150DB; Excel VDB with factor 1.5).
pub static METHOD: Method = Method {
    name: "declining_150",
    title: "150 % declining balance with switch to straight line",
    description: "charges one and a half times the straight-line rate on the opening value, and straight line once that is more",
    pace: Pace::Convention,
    keeps_salvage: true,
    needs: &["life"],
    takes: &[],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    Ok(with_switch(step, 3, i128::from(step.life_ticks) * 2)?)
}
