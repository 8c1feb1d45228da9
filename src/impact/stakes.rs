//! What is lost in a year where a service does not work: who promised it, and at what penalty.

use crate::contract::{covered_at, runs_on, yearly_price};
use crate::date::Date;
use crate::model::contract::Contract;
use crate::model::record::as_percent;
use crate::money::Money;
use crate::snapshot::Snapshot;

/// The customers' contracts on a service that run on a day.
pub fn promises<'s>(
    snapshot: &'s Snapshot,
    service: &'s str,
    date: Date,
) -> impl Iterator<Item = Contract<'s>> {
    snapshot
        .contracts()
        .filter(move |contract| !contract.is_supplier_side() && runs_on(*contract, date))
        .filter(move |contract| covered_at(*contract, date).contains(&service))
}

/// The most that a contract gives back in a year: the caps of its levels, or the rate of those
/// without a cap in every window, of what a year costs at the price of a day. `None` where no penalty is
/// agreed or the contract has no yearly price.
///
/// # Errors
/// Why the price cannot be said, or a figure of more than 28 digits.
pub fn most_penalty(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    date: Date,
) -> Result<Option<Money>, String> {
    if contract.price().is_none() {
        return Ok(None);
    }
    let Some(year) = yearly_price(snapshot, contract, date)? else { return Ok(None) };
    let mut most: Option<Money> = None;
    for level in contract.0.field("service_levels").into_iter().flat_map(|levels| levels.elements()) {
        let Some(penalty) = level.field("penalty") else { continue };
        // A rate is a share of the window's price; missed in every window it is that share of the year's.
        let share = penalty.field("cap").or_else(|| penalty.field("rate")).and_then(as_percent);
        let Some(share) = share else { continue };
        let penalty = share.of(year).map_err(|error| error.to_string())?;
        let sum = most.map_or(Ok(penalty), |sum| sum.checked_add(penalty));
        most = Some(sum.map_err(|error| error.to_string())?);
    }
    Ok(most)
}
