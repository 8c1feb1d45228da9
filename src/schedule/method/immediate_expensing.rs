use super::{Method, Pace, Step};
use crate::schedule::data;
use crate::schedule::problem::{Problem, problem};

/// The whole cost on the first day, where a dated rule allows it for an item of low value.
pub static METHOD: Method = Method {
    name: "immediate_expensing",
    title: "expensed at once",
    description: "charges the whole cost on the first day, up to the dated `threshold`",
    pace: Pace::AtOnce,
    keeps_salvage: false,
    needs: &["threshold"],
    takes: &[],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    let name = step.terms.details.threshold.as_deref().unwrap_or_default();
    let acquired = step.terms.acquired();
    let limit = data::expensing_threshold(name, acquired)?;
    if step.terms.cost.compare(limit)?.is_gt() {
        let cost = step.terms.cost;
        return problem(format!("the cost {cost} is above {limit}, the limit of `{name}` on {acquired}"));
    }
    Ok(step.base)
}
