//! What was invoiced against what the price says.

use super::{Question, Verdict};
use crate::contract::{Accrual, covered_at};
use crate::date::{Date, Period, day_after, day_before};
use crate::model::contract::{Billed, Contract};
use crate::model::execution::Execution;
use crate::money::Money;

/// How long after its day a bill is awaited before it is missing: terms of payment are about as long,
/// so nobody has paid late by then.
const AWAITED_DAYS: i64 = 30;

/// One invoice, or one that should be there.
#[derive(Clone)]
pub struct InvoiceRow<'a> {
    pub contract: Contract<'a>,
    /// None where there is none.
    pub invoice: Option<Execution<'a>>,
    pub days: Option<Period>,
    pub expected: Option<Money>,
    /// With the credit notes for it.
    pub invoiced: Option<Money>,
    pub verdict: Verdict,
    pub why: String,
}

pub(super) fn rows<'a>(contract: Contract<'a>, question: &Question<'_, 'a>) -> Vec<InvoiceRow<'a>> {
    let own = question.ledger.of_kind(contract.id(), "invoice");
    // A credit note is part of the invoice that it is for.
    let invoices: Vec<Execution<'a>> = own.filter(|invoice| invoice.invoice().is_none()).collect();
    let mut rows = notices(contract, question);
    let accrual = match (contract.price(), question.accrual(contract)) {
        (Some(_), accrual) => accrual,
        (None, _) if invoices.is_empty() => return rows,
        (None, _) => Err(format!("contract {} has no price", contract.id())),
    };
    let mut billed: Vec<Period> = Vec::new();
    for (at, invoice) in invoices.iter().enumerate() {
        let earlier = invoices.get(..at).unwrap_or_default();
        let asked = invoice.period().is_some_and(|days| days.intersection(question.period).is_some());
        if asked {
            rows.extend(judged(contract, question, &accrual, *invoice, earlier));
        }
        billed.extend(invoice.period());
    }
    if let Ok(accrual) = &accrual {
        rows.extend(missing(contract, question, accrual, &billed));
    }
    rows.sort_by_key(|row| (row.days.map(|days| days.start), row.invoice.map(|invoice| invoice.id())));
    rows
}

/// What is to be said of an invoice: one row on its amount, and one for each item that it should not
/// be for.
fn judged<'a>(
    contract: Contract<'a>,
    question: &Question<'_, 'a>,
    accrual: &Result<Accrual, String>,
    invoice: Execution<'a>,
    earlier: &[Execution<'a>],
) -> Vec<InvoiceRow<'a>> {
    let Some(days) = invoice.period() else { return Vec::new() };
    let row = |verdict, why: String| InvoiceRow {
        contract,
        invoice: Some(invoice),
        days: Some(days),
        expected: None,
        invoiced: question.ledger.billed(invoice).ok().flatten().or(invoice.amount()),
        verdict,
        why,
    };
    if let Some(why) = earlier.iter().find_map(|other| repeats(other, &invoice, days)) {
        return vec![row(Verdict::Duplicate, why)];
    }
    let mut rows = match accrual {
        Err(_) if contract.price().is_none() => vec![row(Verdict::NoPrice, String::new())],
        Err(reason) => vec![row(Verdict::NotJudged, reason.clone())],
        Ok(accrual) => {
            let expected = accrual.cost(days).ok();
            let base = row(Verdict::AsAgreed, String::new());
            let (verdict, why) = amount_verdict(accrual, days, expected, base.invoiced);
            vec![InvoiceRow { expected, verdict, why, ..base }]
        }
    };
    let of_items = wrong_items(contract, question, invoice, days);
    rows.extend(of_items.into_iter().map(|(verdict, why)| row(verdict, why)));
    rows
}

fn repeats(earlier: &Execution<'_>, invoice: &Execution<'_>, days: Period) -> Option<String> {
    if let Some(number) = invoice.reference().filter(|number| earlier.reference() == Some(number)) {
        return Some(format!("the number {number} is that of {}", earlier.id()));
    }
    // Invoices for different items may well be for the same days.
    let ids: Vec<&str> = invoice.covers().collect();
    let same_items =
        ids.is_empty() || earlier.covers().count() == 0 || earlier.covers().any(|id| ids.contains(&id));
    let both = earlier.period()?.intersection(days).filter(|_| same_items)?;
    Some(format!("the days {both} are billed by {}", earlier.id()))
}

fn amount_verdict(
    accrual: &Accrual,
    days: Period,
    expected: Option<Money>,
    invoiced: Option<Money>,
) -> (Verdict, String) {
    let Some((expected, invoiced)) = expected.zip(invoiced) else {
        return (Verdict::NotJudged, "the amounts cannot be computed".to_owned());
    };
    let runs = accrual.runs();
    let within = runs.and_then(|runs| runs.intersection(days));
    if expected.currency() != invoiced.currency() {
        let why = format!("invoiced in {}, agreed in {}", invoiced.currency(), expected.currency());
        return (Verdict::OtherCurrency, why);
    }
    if within != Some(days) {
        let why = match runs {
            Some(runs) if days.end > runs.end => format!("the contract ends on {}", runs.end),
            Some(runs) => format!("the contract begins on {}", runs.start),
            None => "the contract never runs".to_owned(),
        };
        return (Verdict::OutsideContract, why);
    }
    if expected == invoiced {
        return (Verdict::AsAgreed, String::new());
    }
    match accrual.other_price(days, invoiced) {
        Some((agreed, used)) => {
            let is_index = agreed.index != used.index && agreed.field == used.field;
            let name = |stretch: &crate::contract::Stretch| match &stretch.index {
                Some(step) => {
                    format!("the price at index {} ({} {})", step.value, stretch.amount, stretch.field)
                }
                None => format!("{} of {}", stretch.amount, stretch.field),
            };
            let why = format!("it is {} instead of {}", name(used), name(agreed));
            (if is_index { Verdict::WrongIndex } else { Verdict::WrongAmount }, why)
        }
        None => {
            let difference = invoiced.checked_sub(expected);
            let why = difference.map_or_else(
                |error| error.to_string(),
                |difference| match difference.is_negative() {
                    true => format!("{} too little", difference.negated()),
                    false => format!("{difference} too much"),
                },
            );
            (Verdict::WrongAmount, why)
        }
    }
}

/// The items that an invoice names though the contract does not cover them, and those that it is for,
/// named or not, though they had gone before its first day.
fn wrong_items(
    contract: Contract<'_>,
    question: &Question<'_, '_>,
    invoice: Execution<'_>,
    days: Period,
) -> Vec<(Verdict, String)> {
    let mut found = Vec::new();
    let covered = covered_at(contract, days.start);
    let later = covered_at(contract, days.end);
    let named: Vec<&str> = invoice.covers().collect();
    for id in &named {
        if !covered.contains(id) && !later.contains(id) {
            found.push((Verdict::NotCovered, format!("{id} is not under the contract in these days")));
        }
    }
    for id in if named.is_empty() { &covered } else { &named } {
        let Some(item) = question.snapshot.item(id) else { continue };
        let gone = item.retired().or(item.record().date("disposal.date")).filter(|gone| *gone < days.start);
        if let Some(gone) = gone {
            found.push((Verdict::RetiredItem, format!("{id} has been out of use since {gone}")));
        }
    }
    found
}

/// The bills that should be there: those whose day has come within the days of the question. Whoever
/// begins to record invoices need not record the earlier ones, so none is missing before the first.
fn missing<'a>(
    contract: Contract<'a>,
    question: &Question<'_, 'a>,
    accrual: &Accrual,
    billed: &[Period],
) -> Vec<InvoiceRow<'a>> {
    let mut rows = Vec::new();
    let Some(first) = billed.iter().map(|days| days.start).min() else { return rows };
    for bill in accrual.bills().unwrap_or_default() {
        // Where the contract does not say, the later day is assumed.
        let day = match contract.billed() {
            Some(Billed::InAdvance) => bill.start,
            Some(Billed::InArrears) | None => bill.end,
        };
        if bill.end < first || !question.period.contains(day) || day > question.as_of {
            continue;
        }
        for days in gaps(bill, billed) {
            let expected = accrual.cost(days).ok().filter(|expected| !expected.is_zero());
            let Some(expected) = expected else { continue };
            let is_awaited = (question.as_of - day).num_days() <= AWAITED_DAYS;
            let verdict = if is_awaited { Verdict::Awaited } else { Verdict::Missing };
            let why = format!("to be billed on {day}");
            rows.push(InvoiceRow {
                contract,
                invoice: None,
                days: Some(days),
                expected: Some(expected),
                invoiced: None,
                verdict,
                why,
            });
        }
    }
    rows
}

/// The days of a bill that no invoice is for.
fn gaps(bill: Period, billed: &[Period]) -> Vec<Period> {
    let mut parts: Vec<Period> = billed.iter().filter_map(|days| days.intersection(bill)).collect();
    parts.sort_by_key(|days| days.start);
    let mut gaps = Vec::new();
    let mut next: Date = bill.start;
    for days in parts {
        if days.start > next {
            gaps.push(Period { start: next, end: day_before(days.start) });
        }
        next = next.max(day_after(days.end));
    }
    if next <= bill.end {
        gaps.push(Period { start: next, end: bill.end });
    }
    gaps
}

/// Notices after which the contract should end and does not by its record.
fn notices<'a>(contract: Contract<'a>, question: &Question<'_, 'a>) -> Vec<InvoiceRow<'a>> {
    let known = contract.termination().map(|termination| termination.end);
    let given = question.ledger.of_kind(contract.id(), "notice");
    let unknown = given.filter_map(|notice| Some((notice, notice.0.date("ends")?)));
    let unknown = unknown.filter(|(_, ends)| known != Some(*ends));
    let row = |(notice, ends): (Execution<'a>, Date)| InvoiceRow {
        contract,
        invoice: Some(notice),
        days: None,
        expected: None,
        invoiced: None,
        verdict: Verdict::NoticeUnknown,
        why: format!(
            "it is for the end on {ends}, and the contract {}",
            known.map_or_else(|| "says no end".to_owned(), |known| format!("ends on {known}"))
        ),
    };
    unknown.map(row).collect()
}
