//! Facts of the execution of contracts: what was invoiced, delivered, measured, given notice of.

use chrono::{DateTime, FixedOffset};
use rust_decimal::Decimal;

use super::record::{Record, texts};
use crate::date::{Date, Period, parse_time};
use crate::money::{Money, parse_amount};

/// A fact, read from its record.
#[derive(Clone, Copy)]
pub struct Execution<'a>(pub &'a Record);

impl<'a> Execution<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    /// The contract under which it happened.
    pub fn contract(&self) -> &'a str {
        self.0.text("contract").unwrap_or("")
    }

    /// `invoice`, `payment`, `delivery`, `measurement`, `incident`, `reading`, `notice` or `meeting`.
    pub fn kind(&self) -> &'a str {
        self.0.text("kind").unwrap_or("")
    }

    pub fn date(&self) -> Option<Date> {
        self.0.date("date")
    }

    /// The other party's number.
    pub fn reference(&self) -> Option<&'a str> {
        self.0.text("reference")
    }

    pub fn amount(&self) -> Option<Money> {
        self.0.money("amount")
    }

    /// The days that are billed or were measured; `None` where they end before they begin.
    pub fn period(&self) -> Option<Period> {
        let period = Period { start: self.0.date("period.from")?, end: self.0.date("period.to")? };
        (period.start <= period.end).then_some(period)
    }

    /// The items and services that it is about; none where it is about all that the contract covers.
    pub fn covers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("covers"))
    }

    /// The invoice that a payment or a credit note is for.
    pub fn invoice(&self) -> Option<&'a str> {
        self.0.text("invoice")
    }

    /// The figure that was measured or read.
    pub fn value(&self) -> Option<Decimal> {
        parse_amount(self.0.text("value")?).ok()
    }

    /// A moment of an incident: `opened`, `owned` or `resolved`.
    pub fn time(&self, field: &str) -> Option<DateTime<FixedOffset>> {
        parse_time(self.0.text(field)?).ok()
    }
}
