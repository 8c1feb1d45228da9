//! Service levels: what was promised, what was measured, what a miss costs.

mod measure;
mod penalty;
#[cfg(test)]
mod tests;

use chrono::Datelike;
use rust_decimal::Decimal;

use super::check::Question;
use super::dates::Dates;
use crate::date::{Date, Period, add_months, day_before};
use crate::model::business_hours::BusinessHours;
use crate::model::contract::Contract;
use crate::model::service_level::{ServiceLevel, Unit, Window, service_levels};
use crate::money::Money;

pub use measure::Source;
use measure::{Measured, measure};

/// A level in one of its windows.
#[derive(Clone)]
pub struct LevelRow<'a> {
    pub contract: Contract<'a>,
    pub level: ServiceLevel<'a>,
    /// The days of the window on which the contract runs.
    pub window: Period,
    pub outcome: Outcome,
    /// In the unit of the target.
    pub measured: Option<Decimal>,
    /// How much better than the target; below zero where it was missed.
    pub margin: Option<Decimal>,
    pub source: Option<Source>,
    /// Of availability: the outage that the target allows in the whole window, and what is left of it.
    pub budget: Option<Budget>,
    /// What is given back for a miss; `None` where nothing is.
    pub penalty: Option<Result<Money, String>>,
    /// Why nothing can be said.
    pub why: Option<String>,
}

/// Of availability: `(1 − target) × agreed service time` and what outages left of it, in seconds (the
/// error budget: Beyer et al., "Site Reliability Engineering", 2016, chapter 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    pub allowed: Decimal,
    pub left: Decimal,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Met,
    Missed,
    /// The window is not over.
    Running,
    /// Nobody recorded what happened, or it cannot be compared.
    NotMeasured,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Met => "met",
            Outcome::Missed => "missed",
            Outcome::Running => "running",
            Outcome::NotMeasured => "not measured",
        }
    }
}

/// The levels of a contract in every window that touches the days of the question and has begun.
pub fn levels<'a>(contract: Contract<'a>, question: &Question<'_, 'a>) -> Vec<LevelRow<'a>> {
    let Some(dates) = Dates::agreed_by(contract, question.as_of) else { return Vec::new() };
    // A window that has begun may be a year long.
    let last = question.period.end.min(question.as_of);
    let Some(runs) = add_months(last, 12).ok().and_then(|horizon| dates.runs(horizon)) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for level in service_levels(contract.0) {
        // A cap holds for a year of the contract, so what was given back earlier in it counts.
        let since = penalty::year_of(runs.start, question.period.start).start;
        let days = Period { start: since, end: last };
        let windows = windows(level.window, days).filter_map(|window| window.intersection(runs));
        let mut judged: Vec<LevelRow<'a>> =
            windows.map(|window| judge(contract, level, window, question)).collect();
        penalty::settle(&mut judged, runs.start, question);
        rows.extend(judged.into_iter().filter(|row| row.window.intersection(question.period).is_some()));
    }
    rows
}

/// The calendar months, quarters or years that touch some days.
fn windows(window: Window, days: Period) -> impl Iterator<Item = Period> {
    let months = window.months();
    let first = Date::from_ymd_opt(days.start.year(), days.start.month0() / months * months + 1, 1);
    let nth = move |number: u32| {
        let start = add_months(first?, number.checked_mul(months)?).ok()?;
        Some(Period { start, end: day_before(add_months(start, months).ok()?) })
    };
    (0..).map_while(nth).take_while(move |window| window.start <= days.end)
}

fn judge<'a>(
    contract: Contract<'a>,
    level: ServiceLevel<'a>,
    window: Period,
    question: &Question<'_, 'a>,
) -> LevelRow<'a> {
    let mut row = LevelRow {
        contract,
        level,
        window,
        outcome: Outcome::NotMeasured,
        measured: None,
        margin: None,
        source: None,
        budget: None,
        penalty: None,
        why: None,
    };
    let is_over = window.end < question.as_of;
    let found = hours(&level, question).and_then(|hours| measure(contract, &level, window, &hours, question));
    let measured = match found {
        Ok(measured) => measured,
        Err(why) => {
            row.why = Some(why);
            if !is_over {
                row.outcome = Outcome::Running;
            }
            return row;
        }
    };
    let Measured { value, budget, source } = measured;
    let target = level.target;
    let margin = value.and_then(|value| match target.at_least {
        true => value.checked_sub(target.quantity.value),
        false => target.quantity.value.checked_sub(value),
    });
    (row.measured, row.margin, row.budget, row.source) = (value, margin, budget, Some(source));
    row.outcome = match margin {
        _ if !is_over => Outcome::Running,
        Some(margin) if margin < Decimal::ZERO => Outcome::Missed,
        _ => Outcome::Met,
    };
    row
}

/// The hours that a level counts.
fn hours(level: &ServiceLevel<'_>, question: &Question<'_, '_>) -> Result<BusinessHours, String> {
    let Some(name) = level.calendar else { return Ok(BusinessHours::ALWAYS) };
    let known = question.snapshot.settings().and_then(|settings| settings.calendars.get(name));
    known.cloned().ok_or_else(|| format!("the settings have no calendar `{name}`"))
}

/// A time in the unit of a target.
fn in_unit(seconds: Decimal, unit: Unit, hours: &BusinessHours) -> Option<Decimal> {
    seconds.checked_div(unit.seconds(hours)?)
}
