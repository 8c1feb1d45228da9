//! The days on which something is paid again and again.

use super::cash::Terms;
use crate::contract::accrual;
use crate::date::{Date, add_months};
use crate::model::contract::{Billed, Contract, Per};
use crate::money::Money;
use crate::schedule::Problem;
use crate::snapshot::Snapshot;

/// More payments than any comparison has.
const MOST: u32 = 12 * 100;

/// The days of a payment that repeats from `first` until before `limit`, counted from the first so
/// that month ends do not drift; the first alone where it does not repeat.
pub(super) fn days_of_payment(
    first: Date,
    per: Per,
    times: Option<u32>,
    limit: Date,
) -> Result<Vec<Date>, Problem> {
    let Some(months) = per.months() else { return Ok(vec![first]) };
    let mut days = Vec::new();
    for count in 0..times.unwrap_or(MOST).min(MOST) {
        let day = add_months(first, count * months)?;
        if day >= limit {
            break;
        }
        days.push(day);
    }
    Ok(days)
}

/// What a contract bills in the days of the comparison: each bill on its first day, or on its last
/// where it is billed in arrears; of one that the comparison cuts, the part within.
pub(super) fn bills(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    terms: &Terms,
) -> Result<Vec<(Date, Money)>, String> {
    let cost = accrual(snapshot, contract, terms.span.end)?;
    let bills = cost.bills().map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for days in bills.into_iter().filter_map(|days| days.intersection(terms.span)) {
        let amount = cost.cost(days).map_err(|error| error.to_string())?;
        let day = match contract.billed() {
            Some(Billed::InArrears) => days.end,
            Some(Billed::InAdvance) | None => days.start,
        };
        if !amount.is_zero() {
            found.push((day, amount));
        }
    }
    Ok(found)
}
