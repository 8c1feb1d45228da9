//! Excess tax depreciation (amortissement dérogatoire): what the tax book depreciates beyond the
//! accounting book. It is no plan of its own but the difference of two; over the life it sums to
//! zero, and what is left of it is written back when the item leaves (accounts 145, 68725, 78725).

use super::plan::Plan;
use crate::date::{Date, Period};
use crate::money::{Money, MoneyError};

/// The excess of one fiscal year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Excess {
    pub year: Period,
    /// Added to the excess; written back where negative.
    pub change: Money,
    /// The excess at the end of the year.
    pub balance: Money,
}

/// The excess at the end of `date`.
pub fn excess(tax: &Plan, accounting: &Plan, date: Date) -> Result<Money, MoneyError> {
    depreciation(tax, date)?.checked_sub(depreciation(accounting, date)?)
}

/// The excess year by year, from the first charge of either book to the last.
pub fn excess_by_year(tax: &Plan, accounting: &Plan) -> Result<Vec<Excess>, MoneyError> {
    let mut years: Vec<Period> = tax.rows.iter().chain(&accounting.rows).map(|row| row.year).collect();
    years.sort_by_key(|year| year.start);
    years.dedup();
    let mut before = Money::zero(tax.cost.currency());
    let mut excesses = Vec::with_capacity(years.len());
    for year in years {
        let balance = excess(tax, accounting, year.end)?;
        excesses.push(Excess { year, change: balance.checked_sub(before)?, balance });
        before = balance;
    }
    Ok(excesses)
}

/// Depreciation without what a revaluation did to it, which is no matter of tax.
fn depreciation(plan: &Plan, date: Date) -> Result<Money, MoneyError> {
    if !plan.is_in_books(date) {
        return Ok(Money::zero(plan.cost.currency()));
    }
    let revalued = plan.movements()?.into_iter().filter(|movement| movement.kind == "revaluation");
    let mut depreciation = plan.accumulated(date)?;
    for movement in revalued.filter(|movement| movement.date <= date) {
        depreciation = depreciation.checked_sub(movement.accumulated)?;
    }
    Ok(depreciation)
}
