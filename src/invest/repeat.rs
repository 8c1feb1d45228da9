//! The days on which something is paid again and again.

use super::cash::Terms;
use crate::contract::accrual;
use crate::date::{Date, Period, add_months, day_before};
use crate::model::contract::{Contract, Per};
use crate::money::Money;
use crate::schedule::Problem;

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

/// What a contract bills in the days of the comparison: each billing period on its first day where it
/// is billed in advance, else on its last; of a period that the comparison cuts, the part within.
pub(super) fn bills(contract: Contract<'_>, terms: &Terms) -> Result<Vec<(Date, Money)>, String> {
    let cost = accrual(contract, terms.span.end)?;
    let (_, per) = contract.price().ok_or_else(|| format!("contract {} has no price", contract.id()))?;
    let runs = contract.runs(terms.span.end).and_then(|runs| runs.intersection(terms.span));
    let (Some(runs), Some(start)) = (runs, contract.start()) else { return Ok(Vec::new()) };
    let in_advance = contract.0.text("price.billed") != Some("in_arrears");
    let mut bills = Vec::new();
    let mut push = |days: Period| {
        let amount = cost.cost(days).map_err(|error| error.to_string())?;
        if !amount.is_zero() {
            bills.push((if in_advance { days.start } else { days.end }, amount));
        }
        Ok::<(), String>(())
    };
    let Some(months) = per.months() else {
        push(runs)?;
        return Ok(bills);
    };
    for count in 0..MOST {
        let boundary = |count: u32| add_months(start, count * months).map_err(|error| error.to_string());
        let billed = Period { start: boundary(count)?, end: day_before(boundary(count + 1)?) };
        if billed.start > runs.end {
            break;
        }
        if let Some(days) = billed.intersection(runs) {
            push(days)?;
        }
    }
    Ok(bills)
}
