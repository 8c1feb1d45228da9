//! What changes cost: hours × dated rates, and one-off expenses, in equal parts for all that a
//! change affects.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::basis::Columns;
use super::contract_cost::equal_parts;
use super::costing::Cost;
use super::rates::Rates;
use super::tree::Origin;
use crate::date::{Date, Period};
use crate::model::record::{as_date, as_money};
use crate::model::{Kind, Record};
use crate::money::parse_amount;
use crate::snapshot::Snapshot;
use crate::yaml::Value;

/// The costs of changes by what they are charged to, and those that are charged to nothing.
pub(super) struct Work<'a> {
    pub charged: HashMap<(Kind, &'a str), Vec<Cost>>,
    pub unassigned: Vec<Cost>,
}

/// The hours and expenses of the period. Those of a cancelled change are costs, too.
pub(super) fn work<'a>(
    snapshot: &'a Snapshot,
    rates: &Rates<'a>,
    columns: &Columns,
    period: Period,
) -> Work<'a> {
    let mut work = Work { charged: HashMap::new(), unassigned: Vec::new() };
    for change in snapshot.of_kind(Kind::Change) {
        let costs = costs(change, rates, columns, period);
        if costs.is_empty() {
            continue;
        }
        let affected: Vec<(Kind, &str)> = crate::model::record::texts(change.field("affects"))
            .filter_map(|id| {
                let kinds = [Kind::Item, Kind::Service].into_iter();
                kinds.into_iter().find(|kind| snapshot.get(*kind, id).is_some()).map(|kind| (kind, id))
            })
            .collect();
        if affected.is_empty() {
            work.unassigned.extend(costs);
            continue;
        }
        for cost in costs {
            let parts = cost.amount.as_ref().map_err(Clone::clone);
            let parts = parts.and_then(|amount| equal_parts(amount, affected.len()));
            for (at, holder) in affected.iter().enumerate() {
                let amount = parts.as_ref().map_err(Clone::clone).and_then(|parts| {
                    parts.get(at).cloned().ok_or_else(|| "the change affects nothing".to_owned())
                });
                let label = match affected.len() {
                    1 => cost.label.clone(),
                    count => format!("{}, 1/{count}", cost.label),
                };
                let part = Cost { label, amount, pool: cost.pool, origin: cost.origin.clone() };
                work.charged.entry(*holder).or_default().push(part);
            }
        }
    }
    work
}

fn costs(change: &Record, rates: &Rates<'_>, columns: &Columns, period: Period) -> Vec<Cost> {
    let mut costs = Vec::new();
    for (list, pool) in [("labour", "labour"), ("expenses", "one_off")] {
        let entries = change.field(list).into_iter().flat_map(|list| list.elements());
        for (index, entry) in entries.enumerate() {
            let Some(date) = entry.field("date").and_then(as_date).filter(|date| period.contains(*date))
            else {
                continue;
            };
            let amount = match change.is_sound() {
                true if pool == "labour" => labour(entry, rates, date),
                true => expense(entry, rates, date),
                false => Err(format!("change {} has errors", change.id())),
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
                    format!("{hours} h on {}", change.id())
                }
                (_, Some(name)) => name.to_owned(),
                (_, None) => format!("expense of {}", change.id()),
            };
            let origin = Origin { record: change.record_id(), field: format!("{list}[{index}]") };
            costs.push(Cost { pool, label, origin, amount });
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
