//! The journal as a report.

use super::Journal;
use crate::report::{Cell, Column, Report, Section};

pub(super) fn report(journal: &Journal) -> Report {
    let columns = vec![
        Column::new("date", "Date"),
        Column::number("entry", "Entry"),
        Column::new("item", "Item"),
        Column::new("text", "Text"),
        Column::new("account", "Account"),
        Column::new("label", "Label"),
        Column::money("debit", "Debit"),
        Column::money("credit", "Credit"),
    ];
    let mut section = Section::new("postings", "Postings", columns);
    for (number, entry) in (1i64..).zip(&journal.entries) {
        for posting in &entry.postings {
            let label = journal.accounts.get(&posting.account).map_or("", |used| used.label.as_str());
            let (debit, credit) = match posting.amount.is_negative() {
                false => (Cell::Money(posting.amount), Cell::Empty),
                true => (Cell::Empty, Cell::Money(posting.amount.negated())),
            };
            section.push(vec![
                Cell::Date(entry.date),
                Cell::Int(number),
                Cell::id(entry.item.as_str()),
                Cell::text(entry.text),
                Cell::id(posting.account.as_str()),
                Cell::text(label),
                debit,
                credit,
            ]);
        }
    }
    Report::new("journal", "Journal of fixed assets")
        .header("period", journal.period.to_string())
        .header("rev", journal.version.as_str())
        .header("book", journal.book.as_str())
        .section(section)
}
