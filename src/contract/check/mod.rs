//! Whether contracts are carried out as agreed: what was invoiced against what the price says, what was
//! used against what is owned, what was spent against what was committed.

mod invoices;
#[cfg(test)]
mod tests;
mod usage;

use super::accrual::accrual;
use super::dates::Dates;
use super::ledger::Ledger;
use crate::date::{Date, Period, add_months, day_before};
use crate::model::contract::{Contract, Per};
use crate::snapshot::Snapshot;

pub use invoices::InvoiceRow;
pub use usage::{CommitmentRow, EntitlementRow};

/// What comparing says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    AsAgreed,
    /// Nothing is there yet, and that is no wonder yet.
    Awaited,
    Missing,
    WrongAmount,
    WrongIndex,
    Duplicate,
    OutsideContract,
    OtherCurrency,
    NotCovered,
    RetiredItem,
    /// A notice that the contract's record knows nothing of.
    NoticeUnknown,
    OverUsed,
    BelowCommitment,
    /// No price was agreed, as where use is paid for.
    NoPrice,
    /// What was agreed cannot be said.
    NotJudged,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::AsAgreed => "as agreed",
            Verdict::Awaited => "awaited",
            Verdict::Missing => "missing",
            Verdict::WrongAmount => "wrong amount",
            Verdict::WrongIndex => "wrong index",
            Verdict::Duplicate => "duplicate",
            Verdict::OutsideContract => "outside the contract",
            Verdict::OtherCurrency => "other currency",
            Verdict::NotCovered => "not covered",
            Verdict::RetiredItem => "retired item",
            Verdict::NoticeUnknown => "notice unknown",
            Verdict::OverUsed => "over-used",
            Verdict::BelowCommitment => "below commitment",
            Verdict::NoPrice => "no price",
            Verdict::NotJudged => "not judged",
        }
    }

    /// Whether somebody has to look into it.
    pub fn is_finding(self) -> bool {
        !matches!(self, Verdict::AsAgreed | Verdict::Awaited | Verdict::NoPrice)
    }
}

/// What is compared: the days, and the day by which the facts are known.
#[derive(Clone, Copy)]
pub struct Question<'q, 'a> {
    pub snapshot: &'a Snapshot,
    pub ledger: &'q Ledger<'a>,
    pub period: Period,
    pub as_of: Date,
}

/// What comparing a contract with its facts gives.
#[derive(Default)]
pub struct Check<'a> {
    pub invoices: Vec<InvoiceRow<'a>>,
    pub entitlements: Vec<EntitlementRow<'a>>,
    pub commitments: Vec<CommitmentRow<'a>>,
}

impl Check<'_> {
    /// The verdicts of all rows.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        let invoices = self.invoices.iter().map(|row| row.verdict);
        let entitlements = self.entitlements.iter().map(|row| row.verdict);
        invoices.chain(entitlements).chain(self.commitments.iter().map(|row| row.verdict))
    }
}

/// Whether there is anything to compare with what was agreed.
pub fn is_followed(contract: Contract<'_>, ledger: &Ledger<'_>) -> bool {
    ["invoice", "reading", "notice"].iter().any(|kind| ledger.of_kind(contract.id(), kind).next().is_some())
}

/// Compares a contract with its facts.
pub fn check<'a>(contract: Contract<'a>, question: &Question<'_, 'a>) -> Check<'a> {
    Check {
        invoices: invoices::rows(contract, question),
        entitlements: usage::entitlements(contract, question),
        commitments: usage::commitments(contract, question),
    }
}

impl Question<'_, '_> {
    /// The spans of a period of the contract, counted from its start, that touch the days of the
    /// question and have begun; the whole contract where it is for once.
    fn windows(&self, contract: Contract<'_>, per: Per) -> Vec<Period> {
        let runs = Dates::on_record(contract).and_then(|dates| dates.runs(self.period.end.max(self.as_of)));
        let Some(runs) = runs else { return Vec::new() };
        let asked =
            |window: &Period| window.intersection(self.period).is_some() && window.start <= self.as_of;
        let Some(months) = per.months() else { return vec![runs].into_iter().filter(asked).collect() };
        let window = |number: u32| {
            let start = add_months(runs.start, number.checked_mul(months)?).ok()?;
            let next = add_months(runs.start, number.checked_add(1)?.checked_mul(months)?).ok()?;
            (start <= runs.end).then(|| Period { start, end: day_before(next) })
        };
        (0..).map_while(window).take_while(|window| window.start <= self.period.end).filter(asked).collect()
    }

    /// How far ahead the price must be known to say what a bill within the days is: a year, or the
    /// term that one price is for.
    fn horizon(&self, contract: Contract<'_>) -> Date {
        let year = add_months(self.period.end, 12).unwrap_or(self.period.end);
        contract.initial_end().map_or(year, |end| end.max(year))
    }

    fn accrual(&self, contract: Contract<'_>) -> Result<super::Accrual, String> {
        accrual(self.snapshot, contract, self.horizon(contract))
    }
}
