//! The facts of execution by contract.

use std::collections::HashMap;

use crate::date::Date;
use crate::model::execution::Execution;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// What has happened under each contract by some day.
pub struct Ledger<'a>(HashMap<&'a str, Vec<Execution<'a>>>);

impl<'a> Ledger<'a> {
    /// The facts dated on `as_of` or before. Facts with errors are left out: the audit names them.
    pub fn of(snapshot: &'a Snapshot, as_of: Date) -> Ledger<'a> {
        let mut facts: HashMap<&str, Vec<Execution<'_>>> = HashMap::new();
        let is_known =
            |fact: &Execution<'_>| fact.0.is_sound() && fact.date().is_some_and(|date| date <= as_of);
        for fact in snapshot.executions().filter(is_known) {
            facts.entry(fact.contract()).or_default().push(fact);
        }
        facts.values_mut().for_each(|facts| facts.sort_by_key(|fact| (fact.date(), fact.id())));
        Ledger(facts)
    }

    /// The facts of a contract in the order of their days.
    pub fn facts(&self, contract: &str) -> &[Execution<'a>] {
        self.0.get(contract).map_or(&[], Vec::as_slice)
    }

    pub fn of_kind<'f>(
        &'f self,
        contract: &str,
        kind: &'f str,
    ) -> impl Iterator<Item = Execution<'a>> + use<'f, 'a> {
        self.facts(contract).iter().copied().filter(move |fact| fact.kind() == kind)
    }

    /// The amount of an invoice with the credit notes for it, which are below zero.
    ///
    /// # Errors
    /// Where they are in several currencies.
    pub fn billed(&self, invoice: Execution<'a>) -> Result<Option<Money>, MoneyError> {
        let Some(amount) = invoice.amount() else { return Ok(None) };
        let credits =
            self.of_kind(invoice.contract(), "invoice").filter(|note| note.invoice() == Some(invoice.id()));
        credits
            .filter_map(|note| note.amount())
            .try_fold(amount, |total, note| total.checked_add(note))
            .map(Some)
    }

    /// What is still to be paid of an invoice; `None` where nothing is, or it cannot be said.
    pub fn unpaid(&self, invoice: Execution<'a>) -> Option<Money> {
        let billed = self.billed(invoice).ok()??;
        let payments =
            self.of_kind(invoice.contract(), "payment").filter(|paid| paid.invoice() == Some(invoice.id()));
        let open =
            payments.filter_map(|paid| paid.amount()).try_fold(billed, |open, paid| open.checked_sub(paid));
        open.ok().filter(|open| !open.is_zero() && !open.is_negative())
    }
}
