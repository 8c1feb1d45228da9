//! The plans of a snapshot.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::ENGINE;
use super::convention::{Convention, MID_MONTH, MID_QUARTER, exceeds_forty_percent};
use super::method::{Method, Pace, is_real_property};
use super::plan::Plan;
use super::problem::{Problem, problem};
use super::read;
use super::terms::{Rounding, Terms};
use crate::date::{Date, Period};
use crate::finding::Finding;
use crate::model::calendar::FiscalCalendar;
use crate::model::closing::Closing;
use crate::model::item::Item;
use crate::model::schedule::{BookPlan, Schedule};
use crate::model::settings::Book;
use crate::model::{Kind, Record};
use crate::money::Money;
use crate::snapshot::Snapshot;

/// Makes the plans of a snapshot; what they share is read once.
pub struct Planner<'s> {
    snapshot: &'s Snapshot,
    calendar: Option<Arc<FiscalCalendar>>,
    /// By book: the first days of the tax years in which the mid-quarter convention holds.
    mid_quarter: OnceLock<HashMap<&'s str, HashSet<Date>>>,
    closed: OnceLock<ClosedElsewhere<'s>>,
}

/// By book and item: the figures of periods that another version of the engine closed.
type ClosedElsewhere<'s> = HashMap<(&'s str, &'s str), Vec<(Period, [Money; 4])>>;

/// The plan of one schedule in one book. Of many schedules a [`Planner`] is quicker.
///
/// # Errors
/// Why there is none: every reason is a hole to be shown, never a zero.
pub fn plan(snapshot: &Snapshot, schedule: Schedule<'_>, book: &str) -> Result<Plan, Problem> {
    Planner::new(snapshot).plan(schedule, book)
}

impl<'s> Planner<'s> {
    pub fn new(snapshot: &'s Snapshot) -> Self {
        let calendar = snapshot.settings().map(|settings| Arc::new(settings.calendar.clone()));
        Self { snapshot, calendar, mid_quarter: OnceLock::new(), closed: OnceLock::new() }
    }

    /// The plan of a schedule in one book.
    ///
    /// # Errors
    /// Why there is none: every reason is a hole to be shown, never a zero.
    pub fn plan(&self, schedule: Schedule<'_>, book: &str) -> Result<Plan, Problem> {
        let mut plan = plan_of(&self.terms(schedule, book)?).map_err(|problem| in_book(problem, book))?;
        let closed = self.closed.get_or_init(|| closed_elsewhere(self.snapshot));
        let held = schedule.item().and_then(|item| closed.get(&(book, item)));
        held.map_or(Ok(()), |held| plan.hold(held))?;
        Ok(plan)
    }

    /// What is impossible in the plan of one book, as far as the fields that decide it can be read;
    /// what cannot be read has findings of its own, here or in the item.
    pub fn problem(&self, schedule: Schedule<'_>, book: &str) -> Option<Problem> {
        let item = schedule.item().and_then(|id| self.snapshot.item(id))?;
        let readable = readable(item.record(), &["cost", "acquired"])
            && readable(schedule.0, &["item", "books", "components", "units", "events"]);
        let plan = |terms: Vec<Terms>| plan_of(&terms).map_err(|problem| in_book(problem, book));
        if readable { self.terms_of(schedule, item, book).and_then(plan).err() } else { None }
    }

    /// The terms of a schedule in one book: one for the item, or one for each of its components.
    ///
    /// # Errors
    /// What is missing, unreadable or impossible.
    pub fn terms(&self, schedule: Schedule<'_>, book: &str) -> Result<Vec<Terms>, Problem> {
        if !schedule.0.is_sound() {
            return problem(format!("schedule {} has errors", schedule.id()));
        }
        let Some(id) = schedule.item() else { return problem("the schedule names no item") };
        let Some(item) = self.snapshot.item(id) else { return problem(format!("there is no item {id}")) };
        if !item.record().is_sound() {
            return problem(format!("item {id} has errors"));
        }
        self.terms_of(schedule, item, book)
    }

    fn terms_of(&self, schedule: Schedule<'_>, item: Item<'_>, book: &str) -> Result<Vec<Terms>, Problem> {
        let (Some(settings), Some(calendar)) = (self.snapshot.settings(), &self.calendar) else {
            return problem("the settings are missing or have errors");
        };
        let Some(cost) = item.cost() else { return problem(format!("item {} has no cost", item.id())) };
        let Some(plan) = schedule.book(book) else { return problem(format!("no plan in the book {book}")) };
        let Some(kept) = settings.books.get(book) else {
            return problem(format!("the settings know no book {book}"));
        };
        let Some(method) = Method::named(plan.method) else {
            return problem(format!("there is no method {}", plan.method));
        };
        let base = Terms {
            cost,
            salvage: plan.salvage_value.unwrap_or(Money::zero(cost.currency())),
            life: plan.life,
            start: plan.start,
            posted: plan.posted(),
            acquired: item.record().date("acquired"),
            method,
            convention: self.convention(&plan, kept, method)?,
            rounding: kept.rounding.as_deref().and_then(Rounding::named).unwrap_or_default(),
            calendar: calendar.clone(),
            details: read::details(&plan, schedule, method).map_err(|problem| in_book(problem, book))?,
            events: Vec::new(),
        };
        read::with_events(base, schedule, book).map_err(|problem| in_book(problem, book))
    }

    /// The convention of the plan or of its book. Under MACRS a half-year is a mid-quarter where the
    /// year's acquisitions say so, and real property has a convention of its own.
    fn convention(
        &self,
        plan: &BookPlan<'_>,
        kept: &Book,
        method: &Method,
    ) -> Result<&'static Convention, Problem> {
        let name = plan.convention().unwrap_or(&kept.convention);
        let Some(convention) = Convention::named(name) else {
            return problem(format!("there is no convention {name}"));
        };
        if method.pace != Pace::YearlyConvention || name != "half_year" {
            return Ok(convention);
        }
        if is_real_property(plan.life) {
            return Ok(&MID_MONTH);
        }
        let year = self.calendar.as_ref().and_then(|calendar| calendar.period_of(plan.start));
        let years = self.mid_quarter.get_or_init(|| self.mid_quarter_years());
        let holds = years.get(plan.book).zip(year).is_some_and(|(years, year)| years.contains(&year.start));
        Ok(if holds { &MID_QUARTER } else { convention })
    }

    /// The 40 % test of every book and tax year, in one pass over the schedules.
    fn mid_quarter_years(&self) -> HashMap<&'s str, HashSet<Date>> {
        let mut placed: HashMap<(&str, Date), Vec<(Date, Money)>> = HashMap::new();
        let Some(calendar) = &self.calendar else { return HashMap::new() };
        for schedule in self.snapshot.schedules().filter(|schedule| schedule.0.is_sound()) {
            let Some(cost) =
                schedule.item().and_then(|id| self.snapshot.item(id)).and_then(|item| item.cost())
            else {
                continue;
            };
            for plan in schedule.books() {
                let is_macrs =
                    Method::named(plan.method).is_some_and(|method| method.pace == Pace::YearlyConvention);
                let Some(year) = calendar.period_of(plan.start) else { continue };
                let gone = schedule.disposal(plan.book).is_some_and(|disposal| disposal.date <= year.end);
                if !is_macrs || is_real_property(plan.life) || gone {
                    continue;
                }
                let basis = plan.section_179().map_or(Ok(cost), |deducted| cost.checked_sub(deducted));
                if let Ok(basis) = basis {
                    placed.entry((plan.book, year.start)).or_default().push((plan.start, basis));
                }
            }
        }
        let mut years: HashMap<&str, HashSet<Date>> = HashMap::new();
        for ((book, start), placed) in placed {
            let Some(year) = calendar.period_of(start) else { continue };
            if exceeds_forty_percent(year, placed).unwrap_or(false) {
                years.entry(book).or_default().insert(start);
            }
        }
        years
    }
}

fn closed_elsewhere(snapshot: &Snapshot) -> ClosedElsewhere<'_> {
    let mut figures = ClosedElsewhere::new();
    let closings = snapshot.of_kind(Kind::Closing).map(Closing);
    for closing in closings.filter(|closing| closing.is_closed() && closing.engine() != Some(ENGINE)) {
        let Some(period) = closing.period() else { continue };
        for book in closing.books() {
            for asset in book.assets().filter_map(|(_, asset)| asset) {
                figures.entry((book.name, asset.item)).or_default().push((period, asset.figures));
            }
        }
    }
    figures
}

fn plan_of(terms: &[Terms]) -> Result<Plan, Problem> {
    match terms {
        [only] => Plan::compute(only),
        components => Plan::of_components(components),
    }
}

/// Whether no finding is on one of these fields or below it.
fn readable(record: &Record, fields: &[&str]) -> bool {
    let below = |finding: &Finding, field: &str| {
        finding.field.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    !record.findings().iter().any(|finding| fields.iter().any(|field| below(finding, field)))
}

/// Routes of a plan's own fields lie below its book.
fn in_book(mut problem: Problem, book: &str) -> Problem {
    let outside = ["events", "components", "units", "books"];
    if problem.field.is_empty() {
        problem.field = format!("books.{book}");
    } else if !outside.iter().any(|list| problem.field.starts_with(list)) {
        problem.field = format!("books.{book}.{}", problem.field);
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::snapshot;

    /// First-year charges of a computer placed in service in January and one of `late` dollars in
    /// October, both of the 5-year class.
    fn first_years(late: &str, disposal: &str) -> Vec<String> {
        let item = |id: &str, cost: &str| {
            format!("id: {id}\nclass: server\nname: {id}\nstatus: in_stock\ncost: {cost} USD\n")
        };
        let schedule = |id: &str, start: &str, events: &str| {
            format!(
                "id: {id}\nitem: {id}\nbooks:\n  tax: {{method: macrs, life: 5y, start: {start}}}\n{events}"
            )
        };
        let (early, late) = (item("early", "6000.00"), item("late", late));
        let (of_early, of_late) =
            (schedule("early", "2024-01-15", ""), schedule("late", "2024-10-01", disposal));
        let snapshot = snapshot(&[
            (
                "settings.yaml",
                "organisation: {name: T}\ncurrency: USD\nfiscal_year: {start: 01-01}\nbooks: {tax: {convention: half_year}}\n",
            ),
            ("items/server/early.yaml", &early),
            ("items/server/late.yaml", &late),
            ("schedules/early.yaml", &of_early),
            ("schedules/late.yaml", &of_late),
        ]);
        let planner = Planner::new(&snapshot);
        let plans = snapshot.schedules().map(|schedule| planner.plan(schedule, "tax").unwrap());
        plans.map(|plan| plan.rows[0].charge.amount_text()).collect()
    }

    /// IRS Publication 946: the mid-quarter convention holds for the whole year where more than 40 %
    /// of its basis is placed in service in the last three months. Tables: 20.00,
    /// 35.00 and 5.00 percent in the first year.
    #[test]
    fn one_dollar_above_forty_percent_makes_the_year_mid_quarter() {
        assert_eq!(first_years("4000.00", ""), ["1200.00", "800.00"]);
        assert_eq!(first_years("4001.00", ""), ["2100.00", "200.05"]);
        // What leaves in the year does not count, and is not charged.
        let gone = "events:\n  - {date: 2024-12-20, kind: disposal, disposal: scrap}\n";
        assert_eq!(first_years("4001.00", gone), ["1200.00", "0.00"]);
    }
}
