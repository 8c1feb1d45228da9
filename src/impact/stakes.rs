//! What is lost in a year where a service does not work: who promised it, and at what penalty.

use crate::contract::{Dates, covered_at, price_at};
use crate::date::Date;
use crate::model::contract::{Contract, Per};
use crate::model::record::as_percent;
use crate::money::Money;
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
        .filter(move |contract| covered_at(*contract, date).contains(&service))
}

/// The supplier's contract under which an item is mended on a day.
pub fn support<'s>(snapshot: &'s Snapshot, item: &str, date: Date) -> Option<Contract<'s>> {
    let supports = |contract: &Contract<'s>| {
        contract.is_supplier_side()
            && SUPPORT.contains(&contract.kind())
            && runs(*contract, date)
            && covered_at(*contract, date).contains(&item)
    };
    snapshot.contracts().find(supports)
}

fn runs(contract: Contract<'_>, date: Date) -> bool {
    let runs = Dates::agreed_by(contract, date).and_then(|dates| dates.runs(date));
    runs.is_some_and(|runs| runs.contains(date))
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
    let Some((price, per)) = price_at(snapshot, contract, date)? else { return Ok(None) };
    let times = match per {
        Per::Month => 12,
        Per::Quarter => 4,
        Per::Year => 1,
        Per::Once => return Ok(None),
    };
    let year = price.times_ratio(times.into(), 1.into()).map_err(|error| error.to_string())?;
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
