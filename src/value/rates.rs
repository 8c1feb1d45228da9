//! Dated rates: prices of a unit, and what other currencies are worth.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::basis::FINE;
use crate::allocation::round_parts;
use crate::date::{Date, Period};
use crate::model::Kind;
use crate::model::rate::Rate;
use crate::money::{Currency, MinorUnit, Money, ratio};
use crate::snapshot::Snapshot;

/// The rates of an estate, and its base currency.
pub struct Rates<'a> {
    snapshot: &'a Snapshot,
    unit: MinorUnit,
    exchange: HashMap<Currency, Rate<'a>>,
}

impl<'a> Rates<'a> {
    pub fn of(snapshot: &'a Snapshot, base: Currency) -> Self {
        let mut exchange = HashMap::new();
        let rates = snapshot.of_kind(Kind::Rate).filter(|record| record.is_sound()).map(Rate);
        for rate in rates.filter(|rate| rate.kind() == "exchange") {
            if let Some(currency) = rate.currency() {
                exchange.entry(currency).or_insert(rate);
            }
        }
        Self { snapshot, unit: MinorUnit::of(base), exchange }
    }

    pub fn base(&self) -> Currency {
        self.unit.currency()
    }

    pub fn unit(&self) -> MinorUnit {
        self.unit
    }

    /// What a figure in the base currency is in fine parts, in whole minor units: each span of a
    /// period is rounded so that together they are the rounded whole.
    ///
    /// # Errors
    /// A figure too large to be exact.
    pub fn settle(&self, spans: &[Decimal]) -> Result<Vec<i128>, String> {
        let fine = spans.iter().map(|amount| self.fine(*amount)).collect::<Result<Vec<_>, _>>()?;
        let total = ratio(fine.iter().sum(), 1, FINE).map_err(|error| error.to_string())?;
        Ok(round_parts(&fine, FINE, total).into_iter().map(|count| count * FINE).collect())
    }

    /// A figure in the base currency in fine parts.
    pub(super) fn fine(&self, amount: Decimal) -> Result<i128, String> {
        let digits = 10i128.pow(self.base().minor_digits()) * FINE;
        ratio(amount.mantissa(), digits, 10i128.pow(amount.scale())).map_err(|error| error.to_string())
    }

    /// What money is worth in the base currency on a day, not rounded.
    ///
    /// # Errors
    /// Which rate is missing.
    pub fn convert(&self, money: Money, date: Date) -> Result<Decimal, String> {
        let spans = self.exchange(money.currency(), Period { start: date, end: date });
        let (_, rate) = spans.into_iter().next().ok_or("there is no day")?;
        money.amount().checked_mul(rate?).ok_or_else(|| "the figure is too large".to_owned())
    }

    /// What one unit of a currency is worth over a period, span by span.
    pub fn exchange(&self, currency: Currency, period: Period) -> Vec<(Period, Result<Decimal, String>)> {
        if currency == self.base() {
            return vec![(period, Ok(Decimal::ONE))];
        }
        match self.exchange.get(&currency) {
            Some(rate) => self.over(*rate, period),
            None => {
                let reason = format!("there is no rate from {currency} to {}", self.base());
                vec![(period, Err(reason))]
            }
        }
    }

    /// What a unit costs over a period by a rate of this kind, span by span, in the base currency.
    pub fn price(&self, id: &str, kind: &str, period: Period) -> Vec<(Period, Result<Decimal, String>)> {
        match self.get(id, kind) {
            Ok(rate) => self.over(rate, period),
            Err(reason) => vec![(period, Err(reason))],
        }
    }

    /// Whether there is a rate of this id without errors; of others the audit tells as such.
    pub fn is_sound(&self, id: &str) -> bool {
        self.snapshot.get(Kind::Rate, id).is_some_and(|record| record.is_sound())
    }

    /// The rate of this id.
    ///
    /// # Errors
    /// Why there is none that can be used.
    pub fn get(&self, id: &str, kind: &str) -> Result<Rate<'a>, String> {
        match self.snapshot.get(Kind::Rate, id) {
            None => Err(format!("there is no rate {id}")),
            Some(record) if !record.is_sound() => Err(format!("rate {id} has errors")),
            Some(record) => match Rate(record) {
                rate if rate.kind() != kind => {
                    Err(format!("rate {id} is of kind {}, not {kind}", rate.kind()))
                }
                rate => Ok(rate),
            },
        }
    }

    fn over(&self, rate: Rate<'a>, period: Period) -> Vec<(Period, Result<Decimal, String>)> {
        let value = |(span, dated): (Period, Option<crate::model::rate::Dated<'a>>)| {
            let Some(dated) = dated else {
                return (span, Err(format!("rate {} has no figure {}", rate.id(), shown(span))));
            };
            let value = match dated.value() {
                None => Err(format!("rate {} has no value from {}", rate.id(), dated.from)),
                Some((value, currency)) if self.is_money(rate, currency) => Ok(value),
                Some(_) => Err(format!("rate {} is not in {} from {}", rate.id(), self.base(), dated.from)),
            };
            (span, value)
        };
        rate.over(period).into_iter().map(value).collect()
    }

    /// Whether a figure is in what its rate is about: money of the base currency, or a number.
    fn is_money(&self, rate: Rate<'a>, currency: Option<Currency>) -> bool {
        match rate.kind() {
            "tariff" | "labour" | "exchange" => currency == Some(self.base()),
            _ => currency.is_none(),
        }
    }
}

/// A span as messages say it: one day, or from one to another.
pub(super) fn shown(span: Period) -> String {
    if span.start == span.end { format!("on {}", span.start) } else { format!("from {span}") }
}
