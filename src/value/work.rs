//! What work costs: hours × dated rates, and one-off expenses. Those of a change are charged in equal
//! parts to all that it affects; hours on a fact of a contract to what the fact is about, or else to
//! what the contract covers on the day of the work.

use rust_decimal::Decimal;

use super::basis::Columns;
use super::costing::Cost;
use super::line::Origin;
use super::rates::Rates;
use super::shared_cost::{Holder, NO_HOLDER, SharedCost};
use crate::contract::covered_at;
use crate::date::{Date, Period};
use crate::model::change::Change;
use crate::model::record::{as_date, as_money};
use crate::model::{Kind, Record};
use crate::money::parse_amount;
use crate::snapshot::Snapshot;
use crate::yaml::Value;

/// The hours and expenses of the period. Those of a cancelled change are costs, too; and hours worked
/// under a customer's contract are costs of what it promises.
pub(super) fn work<'a>(
    snapshot: &'a Snapshot,
    rates: &Rates<'a>,
    columns: &Columns,
    period: Period,
) -> Vec<SharedCost<'a>> {
    let mut work = Vec::new();
    for change in snapshot.of_kind(Kind::Change) {
        for (_, cost) in costs(change, rates, columns, period) {
            work.push(charged(snapshot, Change(change).affects(), cost));
        }
    }
    for fact in snapshot.executions() {
        for (date, cost) in costs(fact.0, rates, columns, period) {
            let contract = snapshot.contract(fact.contract());
            let covered = contract.filter(|_| fact.covers().next().is_none());
            let covered = covered.map_or_else(Vec::new, |contract| covered_at(contract, date));
            work.push(charged(snapshot, fact.covers().chain(covered), cost));
        }
    }
    work
}

/// A cost that those of `ids` bear that are there.
fn charged<'a>(snapshot: &Snapshot, ids: impl Iterator<Item = &'a str>, cost: Cost) -> SharedCost<'a> {
    let mut holders: Vec<Holder<'_>> = ids
        .filter_map(|id| {
            let kinds = [Kind::Item, Kind::Service].into_iter();
            kinds.into_iter().find(|kind| snapshot.get(*kind, id).is_some()).map(|kind| (kind, id))
        })
        .collect();
    if holders.is_empty() {
        holders.push(NO_HOLDER);
    }
    SharedCost::equal(cost, holders)
}

/// What a record's hours and expenses cost, each with its day.
fn costs(record: &Record, rates: &Rates<'_>, columns: &Columns, period: Period) -> Vec<(Date, Cost)> {
    let mut costs = Vec::new();
    for (list, pool) in [("labour", "labour"), ("expenses", "one_off")] {
        let entries = record.field(list).into_iter().flat_map(|list| list.elements());
        for (index, entry) in entries.enumerate() {
            let Some(date) = entry.field("date").and_then(as_date).filter(|date| period.contains(*date))
            else {
                continue;
            };
            let amount = match record.is_sound() {
                true if pool == "labour" => labour(entry, rates, date),
                true => expense(entry, rates, date),
                false => Err(format!("{} {} has errors", record.kind().name(), record.id())),
            };
            let amount = amount.and_then(|amount| {
                let spans: Vec<Decimal> = columns
                    .spans
                    .iter()
                    .map(|span| if span.contains(date) { amount } else { Decimal::ZERO })
                    .collect();
                rates.settle(&spans)
            });
            let name = entry.field("name").and_then(|name| name.text());
            let label = match (pool, name) {
                ("labour", _) => {
                    let hours = entry.field("hours").and_then(|hours| hours.text()).unwrap_or("?");
                    format!("{hours} h on {}", record.id())
                }
                (_, Some(name)) => name.to_owned(),
                (_, None) => format!("expense of {}", record.id()),
            };
            let origin = Origin { record: record.record_id(), field: format!("{list}[{index}]") };
            costs.push((date, Cost { pool, label, origin, amount }));
        }
    }
    costs
}

fn labour(entry: Value<'_>, rates: &Rates<'_>, date: Date) -> Result<Decimal, String> {
    let text = |key: &str| entry.field(key).and_then(|field| field.text()).unwrap_or("");
    let hours = parse_amount(text("hours")).map_err(|error| error.to_string())?;
    let price = rates.price(text("rate"), "labour", Period { start: date, end: date });
    let (_, price) = price.into_iter().next().ok_or("there is no day")?;
    hours.checked_mul(price?).ok_or_else(|| "the figure is too large".to_owned())
}

fn expense(entry: Value<'_>, rates: &Rates<'_>, date: Date) -> Result<Decimal, String> {
    let amount = entry.field("amount").and_then(as_money).ok_or("the expense has no amount")?;
    rates.convert(amount, date)
}
