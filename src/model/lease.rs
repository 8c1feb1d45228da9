//! What a contract says of itself as a lease of ours (IFRS 16).

use super::record::{as_date, as_duration, as_money, as_percent};
use crate::date::{Date, Duration};
use crate::money::{Money, Percent};
use crate::yaml::Value;

/// The field `lease` of a contract.
#[derive(Clone, Copy)]
pub struct Lease<'a> {
    pub book: &'a str,
    fields: Value<'a>,
}

/// Why a lease is an expense and nothing else (IFRS 16.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exemption {
    /// A term of at most 12 months.
    ShortTerm,
    /// An underlying asset of low value.
    LowValue,
}

impl Exemption {
    pub fn title(self) -> &'static str {
        match self {
            Exemption::ShortTerm => "short term",
            Exemption::LowValue => "low value",
        }
    }
}

/// How the rate of a year becomes the rate of a billing period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RateBasis {
    /// (1 + rate)^(months/12) − 1
    Effective,
    /// rate × months ÷ 12
    Nominal,
}

/// What holds from a day on.
#[derive(Clone, Copy, Debug)]
pub struct Remeasurement {
    pub index: usize,
    pub date: Date,
    /// Payment of one billing period.
    pub amount: Option<Money>,
    pub term: Option<Duration>,
    pub rate: Option<Percent>,
    pub residual_guarantee: Option<Money>,
}

impl<'a> Lease<'a> {
    pub(super) fn of(fields: Value<'a>) -> Option<Lease<'a>> {
        Some(Lease { book: fields.field("book")?.text()?, fields })
    }

    pub fn exemption(&self) -> Option<Exemption> {
        match self.fields.field("exemption")?.text()? {
            "short_term" => Some(Exemption::ShortTerm),
            "low_value" => Some(Exemption::LowValue),
            _ => None,
        }
    }

    pub fn rate(&self) -> Option<Percent> {
        self.fields.field("rate").and_then(as_percent)
    }

    pub fn rate_basis(&self) -> RateBasis {
        match self.fields.field("rate_basis").and_then(|basis| basis.text()) {
            Some("nominal") => RateBasis::Nominal,
            _ => RateBasis::Effective,
        }
    }

    pub fn term(&self) -> Option<Duration> {
        self.fields.field("term").and_then(as_duration)
    }

    /// The useful life of the underlying asset.
    pub fn life(&self) -> Option<Duration> {
        self.fields.field("life").and_then(as_duration)
    }

    pub fn initial_direct_costs(&self) -> Option<Money> {
        self.fields.field("initial_direct_costs").and_then(as_money)
    }

    pub fn incentives(&self) -> Option<Money> {
        self.fields.field("incentives").and_then(as_money)
    }

    pub fn restoration(&self) -> Option<Money> {
        self.fields.field("restoration").and_then(as_money)
    }

    pub fn residual_guarantee(&self) -> Option<Money> {
        self.fields.field("residual_guarantee").and_then(as_money)
    }

    /// Payments that change on dates fixed by the contract, with their position.
    pub fn steps(&self) -> impl Iterator<Item = (usize, Date, Money)> + use<'a> {
        self.elements("steps").filter_map(|(index, step)| {
            Some((index, step.field("from").and_then(as_date)?, step.field("amount").and_then(as_money)?))
        })
    }

    pub fn remeasurements(&self) -> impl Iterator<Item = Remeasurement> + use<'a> {
        self.elements("remeasurements").filter_map(|(index, fields)| {
            Some(Remeasurement {
                index,
                date: fields.field("date").and_then(as_date)?,
                amount: fields.field("amount").and_then(as_money),
                term: fields.field("term").and_then(as_duration),
                rate: fields.field("rate").and_then(as_percent),
                residual_guarantee: fields.field("residual_guarantee").and_then(as_money),
            })
        })
    }

    /// The names of the fields that are written.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.fields.entries().map(|(name, _, _)| name)
    }

    fn elements(&self, list: &str) -> impl Iterator<Item = (usize, Value<'a>)> + use<'a> {
        self.fields.field(list).into_iter().flat_map(|list| list.elements()).enumerate()
    }
}
