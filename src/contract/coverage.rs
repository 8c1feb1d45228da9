//! What a contract covers on a day.

use crate::date::Date;
use crate::model::contract::Contract;

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
