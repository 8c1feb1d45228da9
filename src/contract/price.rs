//! The price of a contract over time: what was agreed first, amendments, and the index it follows.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::dates::Dates;
use crate::date::{Date, Duration, Period, day_after, day_before};
use crate::model::Kind;
use crate::model::contract::{Contract, Indexation, Per, Price};
use crate::model::rate::Rate;
use crate::money::Money;
use crate::snapshot::Snapshot;

/// More revisions than any contract has.
const MOST_REVISIONS: u32 = 12 * 200;

/// Days in a row on which a contract has one price.
#[derive(Clone, PartialEq, Debug)]
pub struct Stretch {
    pub days: Period,
    pub amount: Money,
    pub per: Per,
    /// Of a price that is paid once: the days over which it is spread.
    pub spread: Period,
    /// The field that says the price, such as `amendments[0].price`.
    pub field: String,
    /// The index that it follows as of these days.
    pub index: Option<IndexStep>,
}

/// The figures of one revision.
#[derive(Clone, PartialEq, Debug)]
pub struct IndexStep {
    /// The id of the index.
    pub index: String,
    /// Its value on the base day, S0.
    pub base: Decimal,
    /// Its value on the revision day, S, and the first day of that value.
    pub value: Decimal,
    pub since: Date,
}

/// The prices of a contract as far as `horizon`, in order and without a gap.
///
/// # Errors
/// Why the price cannot be said, as a reader of a report must know it.
pub fn stretches(snapshot: &Snapshot, contract: Contract<'_>, horizon: Date) -> Result<Vec<Stretch>, String> {
    let id = contract.id();
    if !contract.0.is_sound() {
        return Err(format!("contract {id} has errors"));
    }
    let first = contract.price().ok_or_else(|| format!("contract {id} has no price"))?;
    let dates = Dates::on_record(contract);
    let dates = dates.ok_or_else(|| format!("the term of contract {id} ends before it starts"))?;
    // A contract that was ended before it began has no day and no price.
    let until_horizon = |runs: Period| Period { end: runs.end.min(horizon), ..runs };
    let runs = dates.runs(horizon).map(until_horizon).filter(|runs| runs.start <= runs.end);
    let Some(runs) = runs else { return Ok(Vec::new()) };
    let amendments = contract.amendments();
    let mut changes = BTreeSet::from([runs.start]);
    for amendment in amendments.iter().filter(|amendment| amendment.price.is_some()) {
        changes.insert(amendment.from);
        changes.extend(amendment.until.map(day_after));
    }
    let mut found = Vec::new();
    for days in cut(runs, &changes) {
        let amended = amendments.iter().rev().find_map(|amendment| {
            let price = amendment.price.filter(|_| amendment.holds_on(days.start))?;
            Some((price, amendment.from, format!("amendments[{}].price", amendment.at)))
        });
        let (price, since, field) = amended.unwrap_or_else(|| (first, runs.start, "price".to_owned()));
        let spread = match price.per {
            Per::Once => dates.term_at(since).ok_or_else(|| {
                format!("contract {id} is paid once and has no end to spread the price over")
            })?,
            Per::Month | Per::Quarter | Per::Year => runs,
        };
        let spread = Period { start: since.max(spread.start), end: spread.end };
        let plain = Stretch { days, amount: price.amount, per: price.per, spread, field, index: None };
        match price.indexation {
            Some(indexation) => found.extend(revised(snapshot, contract, &plain, price, indexation, since)?),
            None => found.push(plain),
        }
    }
    Ok(found)
}

/// The price that holds on a day; `None` where the contract does not run then.
///
/// # Errors
/// Those of [`stretches`].
pub fn price_at(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    date: Date,
) -> Result<Option<(Money, Per)>, String> {
    let stretches = stretches(snapshot, contract, date)?;
    let holds = stretches.into_iter().find(|stretch| stretch.days.contains(date));
    Ok(holds.map(|stretch| (stretch.amount, stretch.per)))
}

/// The stretch cut at the days of revision, each part with its revised price.
///
/// On a revision day the price becomes `P0 × (fixed + (1 − fixed) × S ÷ S0)`, rounded to the minor
/// unit: without a fixed part the Syntec formula `P1 = P0 × S1 ÷ S0`, where S0 is the index of the base
/// day and S the last one published by the revision day (Fédération Syntec, "Indice Syntec").
fn revised(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    plain: &Stretch,
    price: Price<'_>,
    indexation: Indexation<'_>,
    since: Date,
) -> Result<Vec<Stretch>, String> {
    let rate = snapshot.get(Kind::Rate, indexation.index).map(Rate);
    let rate = rate.filter(|rate| rate.0.is_sound());
    let rate = rate.ok_or_else(|| {
        format!(
            "the price of contract {} follows the index {}, which is not on record",
            contract.id(),
            indexation.index
        )
    })?;
    let value = |day: Date| -> Result<(Date, Decimal), String> {
        let missing = || format!("the index {} has no value for {day}", indexation.index);
        let (_, dated) = rate.over(Period { start: day, end: day }).into_iter().next().ok_or_else(missing)?;
        let dated = dated.ok_or_else(missing)?;
        let value = dated.value().map(|(value, _)| value).filter(|value| *value > Decimal::ZERO);
        Ok((dated.from, value.ok_or_else(missing)?))
    };
    let revisions = revision_days(indexation, since, plain.days.end);
    let changes: BTreeSet<Date> = revisions.iter().copied().chain([plain.days.start]).collect();
    let mut found = Vec::new();
    for days in cut(plain.days, &changes) {
        let mut part = Stretch { days, ..plain.clone() };
        if let Some(day) = revisions.iter().rev().find(|day| **day <= days.start) {
            let (_, base) = value(indexation.base)?;
            let (since, current) = value(*day)?;
            part.amount = indexed(price.amount, indexation, base, current)?;
            part.index = Some(IndexStep { index: rate.id().to_owned(), base, value: current, since });
        }
        found.push(part);
    }
    Ok(found)
}

/// `P0 × (fixed × S0 + (100 − fixed) × S) ÷ (100 × S0)`: the formula with percent for shares, so that
/// it is multiplied before it is divided.
fn indexed(
    amount: Money,
    indexation: Indexation<'_>,
    base: Decimal,
    value: Decimal,
) -> Result<Money, String> {
    let fixed = indexation.fixed.points();
    let follows = Decimal::ONE_HUNDRED.checked_sub(fixed).filter(|share| *share >= Decimal::ZERO);
    let parts = follows.and_then(|share| {
        let weighted = fixed.checked_mul(base)?.checked_add(share.checked_mul(value)?)?;
        Some((weighted, base.checked_mul(Decimal::ONE_HUNDRED)?))
    });
    let (numerator, denominator) =
        parts.ok_or_else(|| "the fixed share of an indexed price is over 100%".to_owned())?;
    amount.times_ratio(numerator, denominator).map_err(|error| error.to_string())
}

fn revision_days(indexation: Indexation<'_>, since: Date, until: Date) -> Vec<Date> {
    let yearly = || "1y".parse::<Duration>().ok();
    let Some(every) = indexation.every.or_else(yearly) else { return Vec::new() };
    let Some(first) = indexation.first.or_else(|| every.after(since).ok()) else { return Vec::new() };
    let day = |number: u32| match number {
        0 => Some(first),
        _ => every.times_after(number, first).ok(),
    };
    (0..MOST_REVISIONS).map_while(day).take_while(|day| *day <= until).collect()
}

/// The days cut before each of the changes that lies within them.
pub(super) fn cut(days: Period, changes: &BTreeSet<Date>) -> Vec<Period> {
    let mut parts = Vec::new();
    let mut start = days.start;
    for change in changes.iter().copied().filter(|change| *change > days.start && *change <= days.end) {
        parts.push(Period { start, end: day_before(change) });
        start = change;
    }
    parts.push(Period { start, end: days.end });
    parts
}

/// What a contract costs in a year at the price of a day; `None` where that is paid once.
///
/// # Errors
/// Why the price cannot be said, or a figure of more than 28 digits.
pub fn yearly_price(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    date: Date,
) -> Result<Option<Money>, String> {
    let Some((price, per)) = price_at(snapshot, contract, date)? else { return Ok(None) };
    let Some(times) = per.times_a_year() else { return Ok(None) };
    price.times_ratio(times.into(), 1.into()).map(Some).map_err(|error| error.to_string())
}
