//! Contracts with the dates and prices that hold on the value date.

use crate::contract::{Dates, Ledger, covered_at, price_at, stretches};
use crate::date::{Date, day_after};
use crate::model::Kind;
use crate::model::contract::{Contract, Per};
use crate::money::Money;
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;

/// The contracts that run on the value date or will, or all of them, with what was agreed by then.
pub fn contracts(report: Report, snapshot: &Snapshot, as_of: Date, all: bool) -> Report {
    let columns = vec![
        Column::new("id", "Id"),
        Column::new("name", "Name"),
        Column::new("side", "Side"),
        Column::new("kind", "Kind"),
        Column::new("party", "Party"),
        Column::new("term_end", "End of term"),
        Column::new("renewal", "Renewal"),
        Column::new("notice_by", "Notice by"),
        Column::new("end", "Ends"),
        Column::money("price", "Price"),
        Column::new("per", "Per"),
    ];
    let mut section = Section::new("contracts", "", columns);
    let mut ended = 0;
    for contract in snapshot.contracts() {
        let dates = Dates::agreed_by(contract, as_of);
        if !all && dates.as_ref().and_then(Dates::end).is_some_and(|end| end < as_of) {
            ended += 1;
            continue;
        }
        let (price, per) = price_cells(snapshot, contract, as_of);
        let dates = dates.as_ref();
        section.push(vec![
            Cell::id(contract.id()),
            Cell::text(contract.name()),
            Cell::text(side(contract)),
            Cell::text(contract.kind()),
            contract.party().map_or(Cell::Empty, Cell::id),
            term_end(dates, as_of),
            Cell::text(contract.0.text("renewal.mode").unwrap_or("none")),
            dates.and_then(|dates| dates.notice_by(as_of)).into(),
            dates.and_then(Dates::end).into(),
            price,
            per,
        ]);
    }
    let report = report.header("count", section.rows.len().to_string()).section(section);
    match ended {
        0 => report,
        ended => report.note(format!("{ended} ended before; --all shows them")),
    }
}

fn side(contract: Contract<'_>) -> &'static str {
    if contract.is_supplier_side() { "supplier" } else { "customer" }
}

fn term_end(dates: Option<&Dates>, as_of: Date) -> Cell {
    match dates {
        None => Cell::missing("the term cannot be read"),
        Some(dates) => dates.term_at(as_of.max(dates.start())).map(|term| term.end).into(),
    }
}

/// The price that holds on the value date and its period; before and after the contract runs, the one
/// that was agreed first.
pub(super) fn price_cells(snapshot: &Snapshot, contract: Contract<'_>, as_of: Date) -> (Cell, Cell) {
    let Some(first) = contract.price().map(|price| (price.amount, price.per)) else {
        return (Cell::Empty, Cell::Empty);
    };
    match price_at(snapshot, contract, as_of) {
        Ok(price) => {
            let (amount, per): (Money, Per) = price.unwrap_or(first);
            (Cell::Money(amount), Cell::text(per.name()))
        }
        Err(reason) => (Cell::missing(reason), Cell::Empty),
    }
}

/// One contract: its dates, its prices over time, what it covers, and what has happened under it.
pub fn contract(report: Report, snapshot: &Snapshot, contract: Contract<'_>, as_of: Date) -> Report {
    report
        .header("contract", contract.id())
        .section(dates(contract, as_of))
        .section(prices(snapshot, contract, as_of))
        .section(coverage(snapshot, contract, as_of))
        .section(facts(snapshot, contract, as_of))
}

fn dates(contract: Contract<'_>, as_of: Date) -> Section {
    let columns = vec![
        Column::new("what", "What"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::new("note", "Note"),
    ];
    let mut section = Section::new("dates", "Dates, as agreed by the value date", columns);
    let Some(dates) = Dates::agreed_by(contract, as_of) else {
        section.push(vec![
            Cell::text("term"),
            Cell::missing("the term cannot be read: `estate audit` says why"),
        ]);
        return section;
    };
    let mut push = |what: &str, from: Cell, to: Cell, note: String| {
        let note = if note.is_empty() { Cell::Empty } else { Cell::text(note) };
        section.push(vec![Cell::text(what), from, to, note]);
    };
    if let Some(signed) = contract.0.date("signed") {
        push("signed", signed.into(), Cell::Empty, String::new());
    }
    match dates.term_at(as_of) {
        Some(term) => push("current term", term.start.into(), term.end.into(), String::new()),
        None => push("begins", dates.start().into(), Cell::Empty, String::new()),
    }
    if let Some(deadline) = dates.notice_by(as_of) {
        let end = dates.term_of_notice(deadline).map(|term| term.end);
        let note = end.map_or_else(String::new, |end| match dates.term_at(day_after(end)) {
            Some(_) => format!("for the end on {end}; later, it renews"),
            None => format!("to ask for a renewal after {end}"),
        });
        push("last day for notice", deadline.into(), Cell::Empty, note);
    }
    if let Some(next) = dates.next_term(as_of) {
        push("next term", next.start.into(), next.end.into(), String::new());
    }
    if let Some(termination) = contract.termination() {
        let given = termination.given.map_or_else(String::new, |given| format!("notice given on {given}"));
        push("termination", Cell::Empty, termination.end.into(), given);
    }
    match dates.end() {
        Some(end) => push("effective end", Cell::Empty, end.into(), String::new()),
        None => push("effective end", Cell::Empty, Cell::Empty, "runs on until notice is given".to_owned()),
    }
    for amendment in contract.amendments() {
        let reason = contract.0.text(&format!("amendments[{}].reason", amendment.at)).unwrap_or("");
        let (from, until) = (amendment.from.into(), amendment.until.into());
        push(&format!("amendment {}", amendment.id), from, until, reason.to_owned());
    }
    section
}

fn prices(snapshot: &Snapshot, contract: Contract<'_>, as_of: Date) -> Section {
    let columns = vec![
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::money("price", "Price"),
        Column::new("per", "Per"),
        Column::new("field", "Set by"),
        Column::new("index", "Index"),
    ];
    let mut section = Section::new("prices", "Prices so far", columns);
    if contract.price().is_none() {
        return section;
    }
    let horizon = contract.start().map_or(as_of, |start| start.max(as_of));
    match stretches(snapshot, contract, horizon) {
        Err(reason) => {
            section.push(vec![Cell::Empty, Cell::Empty, Cell::missing(reason)]);
        }
        Ok(stretches) => {
            for stretch in stretches {
                let index = stretch.index.map(|step| {
                    format!("{} {} ÷ {}, since {}", step.index, step.value, step.base, step.since)
                });
                section.push(vec![
                    Cell::Date(stretch.days.start),
                    Cell::Date(stretch.days.end),
                    Cell::Money(stretch.amount),
                    Cell::text(stretch.per.name()),
                    Cell::id(stretch.field),
                    index.into(),
                ]);
            }
        }
    }
    section
}

fn coverage(snapshot: &Snapshot, contract: Contract<'_>, as_of: Date) -> Section {
    let columns = vec![Column::new("id", "Id"), Column::new("name", "Name"), Column::new("status", "Status")];
    let mut section = Section::new("covers", "What it covers on the value date", columns);
    let on = contract.start().map_or(as_of, |start| start.max(as_of));
    for id in covered_at(contract, on) {
        let record = snapshot.get(Kind::Item, id).or_else(|| snapshot.get(Kind::Service, id));
        let field = |name: &str| record.and_then(|record| record.text(name)).map_or(Cell::Empty, Cell::text);
        section.push(vec![Cell::id(id), field("name"), field("status")]);
    }
    section
}

fn facts(snapshot: &Snapshot, contract: Contract<'_>, as_of: Date) -> Section {
    let columns = vec![
        Column::new("date", "Date"),
        Column::new("kind", "Kind"),
        Column::new("id", "Id"),
        Column::new("reference", "Reference"),
        Column::money("amount", "Amount"),
        Column::new("from", "From"),
        Column::new("to", "To"),
    ];
    let mut section = Section::new("facts", "What has happened", columns);
    for fact in Ledger::of(snapshot, as_of).facts(contract.id()) {
        section.push(vec![
            fact.date().into(),
            Cell::text(fact.kind()),
            Cell::id(fact.id()),
            fact.reference().into(),
            fact.amount().into(),
            fact.period().map(|period| period.start).into(),
            fact.period().map(|period| period.end).into(),
        ]);
    }
    section
}
