//! Investments: a decision, its options and what each of them pays and receives.

use super::contract::Per;
use super::record::{Record, as_date, as_duration, as_money, as_percent};
use crate::date::{Date, Duration, Period, day_before};
use crate::money::{Money, Percent};
use crate::yaml::Value;

/// An investment, read from its record.
#[derive(Clone, Copy)]
pub struct Investment<'a>(pub &'a Record);

/// One thing that could be done.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    pub index: usize,
    pub id: &'a str,
    fields: Value<'a>,
}

/// What a flow is for; it decides whether it is paid or received.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Purpose {
    Acquisition,
    Run,
    Change,
    Exit,
    Benefit,
    Residual,
}

impl Purpose {
    pub const ALL: [Purpose; 6] = [
        Purpose::Acquisition,
        Purpose::Run,
        Purpose::Change,
        Purpose::Exit,
        Purpose::Benefit,
        Purpose::Residual,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Purpose::Acquisition => "acquisition",
            Purpose::Run => "run",
            Purpose::Change => "change",
            Purpose::Exit => "exit",
            Purpose::Benefit => "benefit",
            Purpose::Residual => "residual",
        }
    }

    pub fn is_received(self) -> bool {
        matches!(self, Purpose::Benefit | Purpose::Residual)
    }

    fn from_name(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// What a flow is made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin<'a> {
    /// Typed by hand.
    Amount {
        date: Date,
        amount: Money,
        per: Per,
        times: Option<u32>,
        growth: Option<Percent>,
    },
    Contract(&'a str),
    /// A schedule, and the book that is named.
    Schedule(&'a str, Option<&'a str>),
}

/// A payment, or several that repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedFlow<'a> {
    pub index: usize,
    pub purpose: Purpose,
    pub origin: Origin<'a>,
    /// Whether it moves with the volume of use.
    pub scales: bool,
}

/// How what an option acquires is depreciated for tax.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TaxPlan<'a> {
    pub method: &'a str,
    pub life: &'a str,
    pub salvage_value: Option<&'a str>,
}

impl<'a> Investment<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or_else(|| self.0.id())
    }

    /// The days of the comparison.
    pub fn span(&self) -> Option<Period> {
        let start = self.0.date("start")?;
        let horizon = self.0.get("horizon").and_then(as_duration)?;
        Some(Period { start, end: day_before(horizon.after(start).ok()?) })
    }

    pub fn discount_rate(&self) -> Option<Percent> {
        self.0.get("discount_rate").and_then(as_percent)
    }

    pub fn tax_rate(&self) -> Option<Percent> {
        self.0.get("tax_rate").and_then(as_percent)
    }

    /// Whether amounts and rate contain inflation.
    pub fn basis(&self) -> &'a str {
        self.0.text("basis").unwrap_or("nominal")
    }

    pub fn options(&self) -> impl Iterator<Item = Choice<'a>> + use<'a> {
        let list = self.0.field("options").into_iter().flat_map(|list| list.elements());
        list.enumerate().filter_map(|(index, fields)| Some(Choice { index, id: text(fields, "id")?, fields }))
    }
}

impl<'a> Choice<'a> {
    pub fn name(&self) -> &'a str {
        text(self.fields, "name").unwrap_or(self.id)
    }

    pub fn life(&self) -> Option<Duration> {
        self.fields.field("life").and_then(as_duration)
    }

    pub fn depreciation(&self) -> Option<TaxPlan<'a>> {
        let plan = self.fields.field("depreciation")?;
        Some(TaxPlan {
            method: text(plan, "method")?,
            life: text(plan, "life")?,
            salvage_value: text(plan, "salvage_value"),
        })
    }

    pub fn flows(&self) -> impl Iterator<Item = PlannedFlow<'a>> + use<'a> {
        let list = self.fields.field("flows").into_iter().flat_map(|list| list.elements());
        list.enumerate().filter_map(|(index, fields)| {
            let purpose = Purpose::from_name(text(fields, "kind")?)?;
            let scales = text(fields, "scales") == Some("true");
            Some(PlannedFlow { index, purpose, origin: origin(fields)?, scales })
        })
    }
}

fn origin(fields: Value<'_>) -> Option<Origin<'_>> {
    if let Some(contract) = text(fields, "contract") {
        return Some(Origin::Contract(contract));
    }
    if let Some(schedule) = text(fields, "schedule") {
        return Some(Origin::Schedule(schedule, text(fields, "book")));
    }
    Some(Origin::Amount {
        date: fields.field("date").and_then(as_date)?,
        amount: fields.field("amount").and_then(as_money)?,
        per: text(fields, "per").and_then(Per::from_name).unwrap_or(Per::Once),
        times: text(fields, "times").and_then(|times| times.parse().ok()),
        growth: fields.field("growth").and_then(as_percent),
    })
}

fn text<'a>(fields: Value<'a>, name: &str) -> Option<&'a str> {
    fields.field(name).and_then(|value| value.text())
}
