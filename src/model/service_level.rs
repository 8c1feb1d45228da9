//! Promised levels of service, in contracts and in services.

use chrono::{DateTime, FixedOffset};
use rust_decimal::Decimal;

use super::business_hours::BusinessHours;
use super::record::{Record, as_percent};
use crate::date::parse_time;
use crate::money::{Percent, parse_amount};
use crate::yaml::Value;

/// A promised level, read from its record.
#[derive(Clone, Copy)]
pub struct ServiceLevel<'a> {
    /// Its position in the record.
    pub at: usize,
    pub id: &'a str,
    pub metric: Metric,
    pub target: Target,
    pub window: Window,
    /// The name of business hours in the settings; `None` where every hour counts.
    pub calendar: Option<&'a str>,
    pub measured_by: Option<MeasuredBy>,
    pub penalty: Option<Penalty>,
    fields: Value<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    Availability,
    /// Until somebody owns an incident.
    ResponseTime,
    /// Until an incident is resolved.
    ResolutionTime,
    RecoveryTime,
    /// How much of the latest data is lost.
    RecoveryPoint,
}

impl Metric {
    const ALL: [(Metric, &'static str); 5] = [
        (Metric::Availability, "availability"),
        (Metric::ResponseTime, "response_time"),
        (Metric::ResolutionTime, "resolution_time"),
        (Metric::RecoveryTime, "recovery_time"),
        (Metric::RecoveryPoint, "recovery_point"),
    ];

    pub fn name(self) -> &'static str {
        Metric::ALL.iter().find(|(metric, _)| *metric == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<Metric> {
        Metric::ALL.iter().find(|(_, known)| *known == name).map(|(metric, _)| *metric)
    }
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    Percent,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    /// Of business hours where a level counts those, and of 24 hours otherwise.
    Days,
}

impl Unit {
    const ALL: [(Unit, &'static str); 6] = [
        (Unit::Percent, "%"),
        (Unit::Milliseconds, "ms"),
        (Unit::Seconds, "s"),
        (Unit::Minutes, "min"),
        (Unit::Hours, "h"),
        (Unit::Days, "d"),
    ];

    pub fn name(self) -> &'static str {
        Unit::ALL.iter().find(|(unit, _)| *unit == self).map_or("", |(_, name)| name)
    }

    pub fn from_name(name: &str) -> Option<Unit> {
        Unit::ALL.iter().find(|(_, known)| *known == name).map(|(unit, _)| *unit)
    }

    /// Seconds of one such unit; `None` for percent.
    pub fn seconds(self, hours: &BusinessHours) -> Option<Decimal> {
        match self {
            Unit::Percent => None,
            Unit::Milliseconds => Some(Decimal::new(1, 3)),
            Unit::Seconds => Some(Decimal::ONE),
            Unit::Minutes => Some(Decimal::from(60)),
            Unit::Hours => Some(Decimal::from(3600)),
            Unit::Days => Some(Decimal::from(hours.day())),
        }
    }
}

/// A figure with its unit, such as `99.9%` or `4h`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quantity {
    pub value: Decimal,
    pub unit: Unit,
}

impl Quantity {
    pub fn parse(text: &str) -> Option<Quantity> {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at_checked(digits)?;
        Some(Quantity { value: parse_amount(number).ok()?, unit: Unit::from_name(unit)? })
    }
}

/// The promise: `>= 99.9%` or `<= 4h`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// Whether more is better.
    pub at_least: bool,
    pub quantity: Quantity,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Window {
    Month,
    Quarter,
    Year,
}

impl Window {
    pub fn months(self) -> u32 {
        match self {
            Window::Month => 1,
            Window::Quarter => 3,
            Window::Year => 12,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MeasuredBy {
    /// Every incident is on record: a window without any is met.
    Incidents,
    /// Incidents count for nothing.
    Measurements,
}

/// What is given back for a window in which the target was missed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Penalty {
    /// Share of the price of the window.
    pub rate: Percent,
    /// The miss for which the rate is given once more.
    pub step: Option<Quantity>,
    /// Most that is given back in a year of the contract, as a share of that year's price.
    pub cap: Option<Percent>,
}

impl<'a> ServiceLevel<'a> {
    /// Times that count neither as service nor as outage.
    pub fn exclusions(
        &self,
    ) -> impl Iterator<Item = (DateTime<FixedOffset>, DateTime<FixedOffset>)> + use<'a> {
        let list = self.fields.field("exclusions").into_iter().flat_map(|list| list.elements());
        list.filter_map(|exclusion| {
            let time = |name: &str| parse_time(exclusion.field(name)?.text()?).ok();
            Some((time("from")?, time("to")?))
        })
    }

    /// The target as it was written.
    pub fn promise(&self) -> &'a str {
        self.fields.field("target").and_then(|target| target.text()).unwrap_or("")
    }
}

/// The levels that a contract or a service promises.
pub fn service_levels(record: &Record) -> impl Iterator<Item = ServiceLevel<'_>> {
    let list = record.field("service_levels").into_iter().flat_map(|list| list.elements());
    list.enumerate().filter_map(|(at, fields)| read(at, fields))
}

fn read(at: usize, fields: Value<'_>) -> Option<ServiceLevel<'_>> {
    let text = |name: &str| fields.field(name)?.text();
    Some(ServiceLevel {
        at,
        id: text("id")?,
        metric: Metric::from_name(text("metric")?)?,
        target: target(text("target")?)?,
        window: match text("window")? {
            "month" => Window::Month,
            "quarter" => Window::Quarter,
            "year" => Window::Year,
            _ => return None,
        },
        calendar: text("calendar"),
        measured_by: match text("measured_by") {
            Some("incidents") => Some(MeasuredBy::Incidents),
            Some("measurements") => Some(MeasuredBy::Measurements),
            _ => None,
        },
        penalty: fields.field("penalty").and_then(penalty),
        fields,
    })
}

fn target(text: &str) -> Option<Target> {
    let (operator, quantity) = text.split_once(' ')?;
    let at_least = match operator {
        ">=" => true,
        "<=" => false,
        _ => return None,
    };
    Some(Target { at_least, quantity: Quantity::parse(quantity)? })
}

fn penalty(fields: Value<'_>) -> Option<Penalty> {
    Some(Penalty {
        rate: fields.field("rate").and_then(as_percent)?,
        step: fields.field("step").and_then(|step| Quantity::parse(step.text()?)),
        cap: fields.field("cap").and_then(as_percent),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_exactly() {
        let target = target(">= 99.95%").unwrap();
        assert_eq!(target.quantity.value.to_string(), "99.95");
        assert_eq!((target.at_least, target.quantity.unit), (true, Unit::Percent));
        let quantity = Quantity::parse("15min").unwrap();
        assert_eq!(
            quantity.unit.seconds(&BusinessHours::ALWAYS).unwrap() * quantity.value,
            Decimal::from(900)
        );
        for wrong in ["99.9", "%", "4 h", "-4h", "4w"] {
            assert_eq!(Quantity::parse(wrong), None, "{wrong}");
        }
    }
}
