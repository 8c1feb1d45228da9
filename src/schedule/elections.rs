//! What is elected under section 179 in each tax year of a book, against the limit of the year.

use std::collections::BTreeMap;

use super::data;
use super::method::{Method, Pace, is_real_property};
use crate::date::{Date, Period};
use crate::model::schedule::Schedule;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// The elections of one tax year in one book.
pub struct Elections<'s> {
    pub book: &'s str,
    pub year: Period,
    /// The cost of the property under MACRS that was placed in service in the year, real property
    /// left out: what reduces the limit.
    pub placed: Money,
    /// The sum of what is elected.
    pub elected: Money,
    /// Most that may be elected; `None` where no limit of the year is known.
    pub limit: Option<Money>,
    /// By schedule.
    pub by_schedule: Vec<(Schedule<'s>, Money)>,
}

/// The elections of every book and tax year with any, by book and year. The limit is that of IRC
/// 179(b)(1), reduced under (b)(2); taxable income (b)(3) is no matter of the estate. What cannot be
/// read, and amounts in other currencies than the election, have findings of their own and do not
/// count.
pub fn elections<'s>(snapshot: &'s Snapshot) -> Result<Vec<Elections<'s>>, MoneyError> {
    let Some(settings) = snapshot.settings() else { return Ok(Vec::new()) };
    let mut years: BTreeMap<(&str, Date), Elections<'_>> = BTreeMap::new();
    let mut costs: BTreeMap<(&str, Date), Vec<Money>> = BTreeMap::new();
    for schedule in snapshot.schedules() {
        let cost = schedule.item().and_then(|id| snapshot.item(id)).and_then(|item| item.cost());
        for plan in schedule.books() {
            let is_macrs =
                Method::named(plan.method).is_some_and(|method| method.pace == Pace::YearlyConvention);
            let Some(year) = settings.calendar.period_of(plan.start) else { continue };
            if !is_macrs || is_real_property(plan.life) {
                continue;
            }
            let key = (plan.book, year.start);
            costs.entry(key).or_default().extend(cost);
            let Some(amount) = plan.section_179().filter(|amount| !amount.is_zero()) else { continue };
            let none = Money::zero(amount.currency());
            let of_year = years.entry(key).or_insert_with(|| Elections {
                book: plan.book,
                year,
                placed: none,
                elected: none,
                limit: None,
                by_schedule: Vec::new(),
            });
            if let Ok(elected) = of_year.elected.checked_add(amount) {
                of_year.elected = elected;
                of_year.by_schedule.push((schedule, amount));
            }
        }
    }
    for (key, of_year) in &mut years {
        for cost in costs.get(key).into_iter().flatten() {
            if cost.currency() == of_year.placed.currency() {
                of_year.placed = of_year.placed.checked_add(*cost)?;
            }
        }
        of_year.limit = data::section_179(of_year.year.start, of_year.placed).ok();
    }
    Ok(years.into_values().collect())
}
