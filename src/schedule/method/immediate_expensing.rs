use super::{Method, Pace, Step};
use crate::schedule::data;
use crate::schedule::problem::Problem;

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
    let in_threshold = |problem: Problem| problem.at(|| "threshold".into());
    let limit = data::expensing_threshold(name, acquired).map_err(in_threshold)?;
    let cost = step.terms.cost;
    if cost.compare(limit).map_err(|error| in_threshold(error.into()))?.is_gt() {
        let text = format!("the cost {cost} is above {limit}, the limit of `{name}` on {acquired}");
        return Err(in_threshold(Problem::new(text)));
    }
    Ok(step.base)
}
