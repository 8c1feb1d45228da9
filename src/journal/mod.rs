//! The journal of fixed assets: what a period's depreciation, acquisitions and disposals are in the
//! accounts, entry by entry.
//!
//! Every entry balances. The balances at the end are taken from the plans and not from the entries,
//! so that a ledger which checks one against the other checks this module too.

mod beancount;
mod chart;
mod entries;
mod hledger;
mod table;

use std::collections::BTreeMap;

use crate::date::{Date, Period};
use crate::money::Money;
use crate::report::Report;
use crate::schedule::AccountType;

pub use entries::journal;

/// The entries of a period in one book.
pub struct Journal {
    pub book: String,
    pub period: Period,
    /// What the figures were read from.
    pub version: String,
    /// By number.
    pub accounts: BTreeMap<String, Used>,
    /// In the order of their dates; the first may open the accounts.
    pub entries: Vec<Entry>,
    /// Of the accounts that have a balance, at the end of the period.
    pub balances: Vec<Posting>,
}

/// An account that is posted to.
pub struct Used {
    pub kind: AccountType,
    /// Empty for an account of the settings.
    pub label: String,
}

/// Postings that sum to zero in each currency.
pub struct Entry {
    pub date: Date,
    /// The item it is about; empty where it sums up many.
    pub item: String,
    pub text: &'static str,
    pub postings: Vec<Posting>,
}

#[derive(Clone)]
pub struct Posting {
    pub account: String,
    /// A debit, or a credit where negative.
    pub amount: Money,
}

/// The syntax of a ledger.
pub struct Syntax {
    pub name: &'static str,
    pub write: fn(&Journal) -> String,
}

/// Every syntax.
pub static SYNTAXES: &[Syntax] = &[
    Syntax { name: "hledger", write: hledger::write },
    Syntax { name: "beancount", write: beancount::write },
];

impl Journal {
    /// The journal as a table, a row a posting.
    pub fn report(&self) -> Report {
        table::report(self)
    }
}
