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

/// One entry of a record's hours or expenses.
struct Entry<'a> {
    pool: &'static str,
    field: String,
    date: Date,
    fields: Value<'a>,
}

fn entries(record: &Record) -> impl Iterator<Item = Entry<'_>> {
    [("labour", "labour"), ("expenses", "one_off")].into_iter().flat_map(|(list, pool)| {
        let entries = record.field(list).into_iter().flat_map(|list| list.elements()).enumerate();
        entries.filter_map(move |(index, fields)| {
            let date = fields.field("date").and_then(as_date)?;
            Some(Entry { pool, field: format!("{list}[{index}]"), date, fields })
        })
    })
}

impl<'a> Entry<'a> {
    fn cost(&self, rates: &Rates<'_>) -> Result<Decimal, String> {
        match self.pool {
            "labour" => labour(self.fields, rates, self.date),
            _ => expense(self.fields, rates, self.date),
        }
    }

    /// The labour rate that it names.
    fn rate(&self) -> Option<&'a str> {
        self.fields.field("rate").and_then(|rate| rate.text()).filter(|_| self.pool == "labour")
    }
}

/// Hours or an expense that cannot be priced.
pub struct Unpriced<'a> {
    /// The labour rate; none where an expense needs an exchange rate.
    pub rate: Option<&'a str>,
    /// Where the rate is named, or the amount stands.
    pub field: String,
    pub reason: String,
}

/// The hours and expenses of a record that cannot be priced.
pub fn unpriced_work<'a>(record: &'a Record, rates: &Rates<'_>) -> impl Iterator<Item = Unpriced<'a>> {
    entries(record).filter_map(|entry| {
        let reason = entry.cost(rates).err()?;
        let rate = entry.rate();
        let field = format!("{}.{}", entry.field, if rate.is_some() { "rate" } else { "amount" });
        Some(Unpriced { rate, field, reason })
    })
}

/// What a record's hours and expenses cost, each with its day.
fn costs(record: &Record, rates: &Rates<'_>, columns: &Columns, period: Period) -> Vec<(Date, Cost)> {
    let mut costs = Vec::new();
    for entry in entries(record).filter(|entry| period.contains(entry.date)) {
        let amount = match record.is_sound() {
            true => entry.cost(rates),
            false => Err(format!("{} {} has errors", record.kind().name(), record.id())),
        };
        let Entry { pool, field, date, fields } = entry;
        let amount = amount.and_then(|amount| {
            let spans: Vec<Decimal> = columns
                .spans
                .iter()
                .map(|span| if span.contains(date) { amount } else { Decimal::ZERO })
                .collect();
            rates.settle(&spans)
        });
        let text = |name: &str| fields.field(name).and_then(|field| field.text());
        let label = match (pool, text("name")) {
            ("labour", _) => format!("{} h on {}", text("hours").unwrap_or("?"), record.id()),
            (_, Some(name)) => name.to_owned(),
            (_, None) => format!("expense of {}", record.id()),
        };
        let origin = Origin { record: record.record_id(), field };
        costs.push((date, Cost { pool, label, origin, amount }));
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
