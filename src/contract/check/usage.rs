//! What was used against what is owned, and what was spent against what was committed.

use rust_decimal::Decimal;

use super::{Question, Verdict};
use crate::date::Period;
use crate::model::contract::{Contract, Entitlement};
use crate::money::Money;

/// An entitlement in one of its periods.
#[derive(Clone)]
pub struct EntitlementRow<'a> {
    pub contract: Contract<'a>,
    pub entitlement: Entitlement<'a>,
    pub window: Period,
    pub used: Decimal,
    /// Owned less used; below zero where more was used.
    pub left: Decimal,
    pub verdict: Verdict,
}

/// A commitment in one of its periods.
#[derive(Clone)]
pub struct CommitmentRow<'a> {
    pub contract: Contract<'a>,
    pub window: Period,
    pub committed: Money,
    /// `None` where invoices are in another currency.
    pub spent: Option<Money>,
    pub verdict: Verdict,
}

/// The readings of each period add up, or the highest one counts.
pub(super) fn entitlements<'a>(
    contract: Contract<'a>,
    question: &Question<'_, 'a>,
) -> Vec<EntitlementRow<'a>> {
    let mut rows = Vec::new();
    for entitlement in contract.entitlements() {
        for window in question.windows(contract, entitlement.per) {
            let readings = question.ledger.of_kind(contract.id(), "reading");
            let own = readings.filter(|reading| {
                reading.0.text("entitlement") == Some(entitlement.id)
                    && reading.date().is_some_and(|date| window.contains(date))
            });
            let values = own.filter_map(|reading| reading.value());
            // Figures have at most 15 digits, and a decimal has room for billions of them.
            let used = match entitlement.is_highest {
                true => values.max().unwrap_or(Decimal::ZERO),
                false => {
                    values.fold(Decimal::ZERO, |sum, value| sum.checked_add(value).unwrap_or(Decimal::MAX))
                }
            };
            let left = entitlement.quantity.checked_sub(used).unwrap_or(Decimal::MIN);
            let verdict = if left < Decimal::ZERO { Verdict::OverUsed } else { Verdict::AsAgreed };
            rows.push(EntitlementRow { contract, entitlement, window, used, left, verdict });
        }
    }
    rows
}

/// An invoice counts in the period in which its days begin. What is still missing is a finding when the
/// period is over.
pub(super) fn commitments<'a>(contract: Contract<'a>, question: &Question<'_, 'a>) -> Vec<CommitmentRow<'a>> {
    let Some((committed, per)) = contract.commitment() else { return Vec::new() };
    let windows = question.windows(contract, per).into_iter();
    let row = |window: Period| {
        let invoices = question.ledger.of_kind(contract.id(), "invoice");
        let own = invoices.filter(|invoice| {
            let day = invoice.period().map(|days| days.start).or(invoice.date());
            day.is_some_and(|day| window.contains(day))
        });
        let mut amounts = own.filter_map(|invoice| invoice.amount());
        let zero = Money::zero(committed.currency());
        let sum = amounts.try_fold(zero, |sum, amount| sum.checked_add(amount));
        let (spent, verdict) = match sum {
            // Amounts in several currencies have no sum.
            Err(_) => (None, Verdict::OtherCurrency),
            Ok(spent) => {
                let is_short = spent.checked_sub(committed).is_ok_and(|left| left.is_negative());
                let verdict = match (is_short, window.end < question.as_of) {
                    (true, true) => Verdict::BelowCommitment,
                    (true, false) => Verdict::Awaited,
                    (false, _) => Verdict::AsAgreed,
                };
                (Some(spent), verdict)
            }
        };
        CommitmentRow { contract, window, committed, spent, verdict }
    };
    windows.map(row).collect()
}
