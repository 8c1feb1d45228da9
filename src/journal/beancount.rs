//! The syntax of Beancount.

use super::{Journal, Posting};
use crate::date::day_after;
use crate::schedule::AccountType;

pub(super) fn write(journal: &Journal) -> String {
    let mut text = format!(
        "; Fixed assets, book {}, {}, computed from {}\n\n",
        journal.book, journal.period, journal.version
    );
    let name = |number: &str| {
        let root = journal.accounts.get(number).map_or("Assets", |used| root(used.kind));
        format!("{root}:{number}")
    };
    for (number, used) in &journal.accounts {
        let label = if used.label.is_empty() { String::new() } else { format!("  ; {}", used.label) };
        text.push_str(&format!("{} open {}{label}\n", journal.period.start, name(number)));
    }
    let line =
        |posting: &Posting| format!("{:<24}  {:>16}", name(&posting.account), posting.amount.to_string());
    for entry in &journal.entries {
        text.push_str(&format!("\n{} * \"{}\"\n", entry.date, entry.text));
        if !entry.item.is_empty() {
            text.push_str(&format!("  item: \"{}\"\n", entry.item));
        }
        for posting in &entry.postings {
            text.push_str(&format!("  {}\n", line(posting)));
        }
    }
    text.push('\n');
    for balance in &journal.balances {
        // A balance is that of the beginning of its day.
        text.push_str(&format!("{} balance {}\n", day_after(journal.period.end), line(balance)));
    }
    text
}

fn root(kind: AccountType) -> &'static str {
    match kind {
        AccountType::Assets => "Assets",
        AccountType::Liabilities => "Liabilities",
        AccountType::Equity => "Equity",
        AccountType::Income => "Income",
        AccountType::Expenses => "Expenses",
    }
}
