//! What is lost in a year where a service does not work: who promised it, and at what penalty.

use crate::contract::term_at;
use crate::date::Date;
use crate::model::contract::{Contract, Per};
use crate::model::record::as_percent;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// Kinds of contracts by which somebody comes and mends an item.
const SUPPORT: [&str; 3] = ["maintenance", "support", "warranty"];

/// The customers' contracts on a service that run on a day.
pub fn promises<'s>(
    snapshot: &'s Snapshot,
    service: &'s str,
    date: Date,
) -> impl Iterator<Item = Contract<'s>> {
    snapshot
        .contracts()
        .filter(move |contract| !contract.is_supplier_side() && runs(*contract, date))
        .filter(move |contract| contract.covers().any(|covered| covered == service))
}

/// The supplier's contract under which an item is mended on a day.
pub fn support<'s>(snapshot: &'s Snapshot, item: &str, date: Date) -> Option<Contract<'s>> {
    let supports = |contract: &Contract<'s>| {
        contract.is_supplier_side()
            && SUPPORT.contains(&contract.kind())
            && runs(*contract, date)
            && contract.covers().any(|covered| covered == item)
    };
    snapshot.contracts().find(supports)
}

fn runs(contract: Contract<'_>, date: Date) -> bool {
    match contract.is_open_ended() {
        true => contract.start().is_some_and(|start| start <= date),
        false => term_at(contract, date).is_some(),
    }
}

/// The most that a contract gives back in a year: the caps of its levels, or the rate of those
/// without a cap in every window, of the price of a year. `None` where no penalty is agreed or the
/// contract has no yearly price.
///
/// # Errors
/// A figure of more than 28 digits.
pub fn most_penalty(contract: Contract<'_>) -> Result<Option<Money>, MoneyError> {
    let Some((price, per)) = contract.price() else { return Ok(None) };
    let times = match per {
        Per::Month => 12,
        Per::Quarter => 4,
        Per::Year => 1,
        Per::Once => return Ok(None),
    };
    let year = price.times_ratio(times.into(), 1.into())?;
    let mut most: Option<Money> = None;
    for level in contract.0.field("service_levels").into_iter().flat_map(|levels| levels.elements()) {
        let Some(penalty) = level.field("penalty") else { continue };
        // A rate is a share of the window's price; missed in every window it is that share of the year's.
        let share = penalty.field("cap").or_else(|| penalty.field("rate")).and_then(as_percent);
        let Some(share) = share else { continue };
        let penalty = share.of(year)?;
        most = Some(most.map_or(Ok(penalty), |sum| sum.checked_add(penalty))?);
    }
    Ok(most)
}
