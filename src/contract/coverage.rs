//! What a contract covers on a day.

use std::collections::BTreeSet;

use super::price::cut;
use crate::date::{Date, Period, day_after};
use crate::model::contract::Contract;

/// The days of a period by what the contract covers on them: cut where an amendment of its coverage
/// begins or ceases to hold.
pub fn coverage(contract: Contract<'_>, period: Period) -> Vec<(Period, Vec<&str>)> {
    let amendments = contract.amendments();
    let of_coverage =
        amendments.iter().filter(|amendment| amendment.added().chain(amendment.removed()).next().is_some());
    let changes: BTreeSet<Date> = of_coverage
        .flat_map(|amendment| [Some(amendment.from), amendment.until.map(day_after)])
        .flatten()
        .collect();
    cut(period, &changes).into_iter().map(|days| (days, covered_at(contract, days.start))).collect()
}

/// The items and services under the contract on `date`: those that it covered first, with what
/// amendments brought in and without what they took out. An amendment that holds until a day is as if
/// it had never been after it.
pub fn covered_at(contract: Contract<'_>, date: Date) -> Vec<&str> {
    let mut covered: Vec<&str> = contract.covers().collect();
    for amendment in contract.amendments().iter().filter(|amendment| amendment.holds_on(date)) {
        let removed: Vec<&str> = amendment.removed().collect();
        covered.retain(|id| !removed.contains(id));
        for id in amendment.added() {
            if !covered.contains(&id) {
                covered.push(id);
            }
        }
    }
    covered
}
