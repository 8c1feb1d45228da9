//! What a level was in a window: by a measurement on record, or from the incidents.

use chrono::{DateTime, FixedOffset, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use super::{Budget, in_unit};
use crate::contract::check::Question;
use crate::date::{Period, day_after};
use crate::model::business_hours::{BusinessHours, Stretch, common, union, without};
use crate::model::contract::Contract;
use crate::model::execution::Execution;
use crate::model::service_level::{MeasuredBy, Metric, ServiceLevel, Unit};

/// Where a figure comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    Measurement,
    /// So many incidents count.
    Incidents(usize),
}

pub struct Measured {
    /// In the unit of the target; `None` where there was nothing to measure: no incident, no time.
    pub value: Option<Decimal>,
    pub budget: Option<Budget>,
    pub source: Source,
}

/// Measures a level in a window.
///
/// # Errors
/// Why it is not measured.
pub fn measure<'a>(
    contract: Contract<'a>,
    level: &ServiceLevel<'a>,
    window: Period,
    hours: &BusinessHours,
    question: &Question<'_, 'a>,
) -> Result<Measured, String> {
    let counted = Counted { level, hours, now: midnight_after(question) };
    let own = |fact: &Execution<'_>| fact.0.text("service_level") == Some(level.id);
    if level.measured_by != Some(MeasuredBy::Incidents) {
        let facts = question.ledger.of_kind(contract.id(), "measurement").filter(own);
        let facts: Vec<Execution<'_>> = facts.collect();
        // The last one on record corrects those before it.
        if let Some(fact) = facts.iter().rev().find(|fact| fact.period() == Some(window)) {
            return counted.measurement(*fact, window);
        }
        let inside = |fact: &&Execution<'_>| fact.period().and_then(|days| days.intersection(window));
        if let Some(days) = facts.iter().find_map(|fact| inside(&fact)) {
            return Err(format!("measured for {days} alone, not for {window}"));
        }
    }
    let is_by_incidents = matches!(level.metric, Metric::Availability)
        || matches!(level.metric, Metric::ResponseTime | Metric::ResolutionTime | Metric::RecoveryTime)
            && !matches!(level.target.quantity.unit, Unit::Milliseconds | Unit::Seconds);
    if level.measured_by == Some(MeasuredBy::Measurements) || !is_by_incidents {
        return Err("no measurement on record".to_owned());
    }
    // An incident that names no level counts for all of them.
    let mut incidents: Vec<Incident> = question
        .ledger
        .of_kind(contract.id(), "incident")
        .filter(|fact| own(fact) || fact.0.text("service_level").is_none())
        .filter(|fact| fact.0.text("excluded").is_none())
        .filter_map(Incident::read)
        .collect();
    match level.metric {
        Metric::Availability => incidents.retain(|incident| incident.touches(window, counted.now)),
        _ => incidents.retain(|incident| window.contains(incident.opened.date())),
    }
    if incidents.is_empty() && level.measured_by != Some(MeasuredBy::Incidents) {
        return Err("nothing on record".to_owned());
    }
    match level.metric {
        Metric::Availability => counted.availability(&incidents, window),
        _ => counted.longest(&incidents),
    }
}

/// A level and the time that it counts.
struct Counted<'l, 'a> {
    level: &'l ServiceLevel<'a>,
    hours: &'l BusinessHours,
    /// Until when an incident lasts that is not over.
    now: NaiveDateTime,
}

/// The times of an incident by the local time in which it was opened.
struct Incident {
    opened: NaiveDateTime,
    owned: Option<NaiveDateTime>,
    resolved: Option<NaiveDateTime>,
}

impl Incident {
    fn read(fact: Execution<'_>) -> Option<Incident> {
        let opened = fact.time("opened")?;
        let local = |time: DateTime<FixedOffset>| time.with_timezone(opened.offset()).naive_local();
        Some(Incident {
            opened: opened.naive_local(),
            owned: fact.time("owned").map(local),
            resolved: fact.time("resolved").map(local),
        })
    }

    fn outage(&self, now: NaiveDateTime) -> Stretch {
        Stretch { start: self.opened, end: self.resolved.unwrap_or(now) }
    }

    /// Whether some of the outage lies in the days.
    fn touches(&self, days: Period, now: NaiveDateTime) -> bool {
        self.opened.date() <= days.end && self.outage(now).end > days.start.and_time(NaiveTime::MIN)
    }
}

fn midnight_after(question: &Question<'_, '_>) -> NaiveDateTime {
    day_after(question.as_of).and_time(NaiveTime::MIN)
}

fn seconds(stretches: &[Stretch]) -> Decimal {
    stretches.iter().map(|stretch| Decimal::from(stretch.seconds())).sum()
}

impl Counted<'_, '_> {
    fn measurement(&self, fact: Execution<'_>, window: Period) -> Result<Measured, String> {
        let target = self.level.target.quantity.unit;
        let value = fact.value().ok_or("the measurement has no value")?;
        let unit = match fact.0.text("unit") {
            None => target,
            Some(name) => Unit::from_name(name).ok_or_else(|| {
                format!("the unit {name} of {} is none of %, ms, s, min, h and d", fact.id())
            })?,
        };
        let value = match (unit == target, unit.seconds(self.hours)) {
            (true, _) => Some(value),
            (false, Some(each)) => {
                each.checked_mul(value).and_then(|seconds| in_unit(seconds, target, self.hours))
            }
            (false, None) => None,
        };
        let value = value
            .ok_or_else(|| format!("{} is in {}, the target in {}", fact.id(), unit.name(), target.name()))?;
        let budget = match self.level.metric {
            Metric::Availability => {
                let down = Decimal::ONE_HUNDRED.checked_sub(value).and_then(|down| self.share(down, window));
                self.budget(window, down)
            }
            _ => None,
        };
        Ok(Measured { value: Some(value), budget, source: Source::Measurement })
    }

    /// The service time of a window: its hours without what was excluded (ITIL's agreed service time).
    fn service_time(&self, window: Period) -> Vec<Stretch> {
        without(&self.hours.stretches(window), &self.excluded())
    }

    fn excluded(&self) -> Vec<Stretch> {
        let local = |time: DateTime<FixedOffset>| time.naive_local();
        union(
            self.level
                .exclusions()
                .map(|(from, to)| Stretch { start: local(from), end: local(to) })
                .collect(),
        )
    }

    /// `(service time − outage) ÷ service time`; in a window that is not over, of the time that has
    /// passed.
    fn availability(&self, incidents: &[Incident], window: Period) -> Result<Measured, String> {
        let outages = union(incidents.iter().map(|incident| incident.outage(self.now)).collect());
        let today = Stretch { start: NaiveDateTime::MIN, end: self.now };
        let time = common(&self.service_time(window), &[today]);
        let agreed = seconds(&time);
        let down = seconds(&common(&outages, &time));
        let up = agreed.checked_sub(down).and_then(|up| up.checked_mul(Decimal::ONE_HUNDRED));
        let value = up.and_then(|up| up.checked_div(agreed)).ok_or("the window has no service time")?;
        let source = Source::Incidents(incidents.len());
        Ok(Measured { value: Some(value), budget: self.budget(window, Some(down)), source })
    }

    /// A share in percent of the service time of a window.
    fn share(&self, percent: Decimal, window: Period) -> Option<Decimal> {
        seconds(&self.service_time(window)).checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
    }

    fn budget(&self, window: Period, down: Option<Decimal>) -> Option<Budget> {
        let target = self.level.target;
        if target.quantity.unit != Unit::Percent || !target.at_least {
            return None;
        }
        let allowed = self.share(Decimal::ONE_HUNDRED.checked_sub(target.quantity.value)?, window)?;
        Some(Budget { allowed, left: allowed.checked_sub(down?)? })
    }

    /// The longest time until the incidents were owned or resolved: each of them has to meet the
    /// target.
    fn longest(&self, incidents: &[Incident]) -> Result<Measured, String> {
        let excluded = self.excluded();
        let lasted = |incident: &Incident| {
            let end = match self.level.metric {
                Metric::ResponseTime => incident.owned.or(incident.resolved),
                _ => incident.resolved,
            };
            let taken = Stretch { start: incident.opened, end: end.unwrap_or(self.now) };
            let days = Period { start: taken.start.date(), end: taken.end.date() };
            seconds(&common(&without(&self.hours.stretches(days), &excluded), &[taken]))
        };
        let unit = self.level.target.quantity.unit;
        let value = match incidents.iter().map(lasted).max() {
            None => None,
            Some(longest) => Some(
                in_unit(longest, unit, self.hours)
                    .ok_or("a time cannot be compared with a target in percent")?,
            ),
        };
        Ok(Measured { value, budget: None, source: Source::Incidents(incidents.len()) })
    }
}
