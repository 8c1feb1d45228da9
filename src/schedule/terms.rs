//! What a plan is computed from, gathered from the records.

use std::fmt;

use super::convention::{self, Convention};
use super::method::{self, Method};
use crate::date::{Date, Duration};
use crate::model::calendar::FiscalCalendar;
use crate::model::schedule::Schedule;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// Everything that decides a plan.
#[derive(Clone)]
pub struct Terms {
    pub cost: Money,
    pub salvage: Money,
    pub life: Duration,
    pub start: Date,
    pub method: &'static Method,
    pub convention: &'static Convention,
    pub calendar: FiscalCalendar,
    pub disposal: Option<(Date, Option<Money>)>,
}

/// Why there is no plan, as a reader of a report must know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<MoneyError> for Problem {
    fn from(error: MoneyError) -> Self {
        Problem(error.to_string())
    }
}

pub(super) fn problem<T>(text: impl Into<String>) -> Result<T, Problem> {
    Err(Problem(text.into()))
}

/// The terms of a schedule in one book.
///
/// # Errors
/// What is missing, unreadable or impossible.
pub fn terms(snapshot: &Snapshot, schedule: Schedule<'_>, book: &str) -> Result<Terms, Problem> {
    let Some(settings) = snapshot.settings() else {
        return problem("the settings are missing or have errors");
    };
    if !schedule.0.is_sound() {
        return problem(format!("schedule {} has errors", schedule.id()));
    }
    let Some(item_id) = schedule.item() else { return problem("the schedule names no item") };
    let Some(item) = snapshot.item(item_id) else { return problem(format!("there is no item {item_id}")) };
    if !item.record().is_sound() {
        return problem(format!("item {item_id} has errors"));
    }
    let Some(cost) = item.cost() else { return problem(format!("item {item_id} has no cost")) };
    let Some(plan) = schedule.book(book) else { return problem(format!("no plan in the book {book}")) };
    let Some(book_settings) = settings.books.get(book) else {
        return problem(format!("the settings know no book {book}"));
    };
    let Some(convention) = convention::named(&book_settings.convention) else {
        return problem(format!("there is no convention {}", book_settings.convention));
    };
    let Some(method) = method::named(plan.method) else {
        return problem(format!("there is no method {}", plan.method));
    };
    let salvage = plan.salvage_value.unwrap_or(Money::zero(cost.currency()));
    if cost.compare(salvage)?.is_lt() {
        return problem(format!("the salvage value {salvage} is above the cost {cost}"));
    }
    let disposal = schedule.disposal(book).map(|disposal| (disposal.date, disposal.proceeds));
    if let Some((date, proceeds)) = disposal {
        if date < plan.start {
            return problem(format!("disposed on {date}, before depreciation starts on {}", plan.start));
        }
        if let Some(proceeds) = proceeds {
            proceeds.compare(cost)?;
        }
    }
    Ok(Terms {
        cost,
        salvage,
        life: plan.life,
        start: plan.start,
        method,
        convention,
        calendar: settings.calendar.clone(),
        disposal,
    })
}
