//! The syntax of hledger.
//!
//! The decimal mark is declared: without it `3.000` could be three or three thousand.

use std::collections::BTreeSet;

use super::{Journal, Posting};
use crate::money::{Currency, Money};

pub(super) fn write(journal: &Journal) -> String {
    let mut text = format!(
        "; Fixed assets, book {}, {}, computed from {}\n\ndecimal-mark .\n",
        journal.book, journal.period, journal.version
    );
    for currency in currencies(journal) {
        // The format needs its decimal mark, even of a currency without decimals.
        let zero = Money::zero(currency).amount_text();
        let mark = if zero.contains('.') { "" } else { "." };
        text.push_str(&format!("commodity {zero}{mark} {currency}\n"));
    }
    for (number, used) in &journal.accounts {
        let label = if used.label.is_empty() { String::new() } else { format!("  ; {}", used.label) };
        text.push_str(&format!("account {number}{label}\n"));
    }
    for entry in &journal.entries {
        let code = if entry.item.is_empty() { String::new() } else { format!("({}) ", entry.item) };
        text.push_str(&format!("\n{} {code}{}\n", entry.date, entry.text));
        for posting in &entry.postings {
            text.push_str(&format!("    {}\n", line(posting)));
        }
    }
    if !journal.balances.is_empty() {
        text.push_str(&format!("\n{} Balances\n", journal.period.end));
        for balance in &journal.balances {
            let none = Money::zero(balance.amount.currency());
            let posting = Posting { account: balance.account.clone(), amount: none };
            text.push_str(&format!("    {} = {}\n", line(&posting), balance.amount));
        }
    }
    text
}

fn line(posting: &Posting) -> String {
    format!("{:<12}  {:>16}", posting.account, posting.amount.to_string())
}

fn currencies(journal: &Journal) -> BTreeSet<Currency> {
    let postings = journal.entries.iter().flat_map(|entry| &entry.postings).chain(&journal.balances);
    postings.map(|posting| posting.amount.currency()).collect()
}
