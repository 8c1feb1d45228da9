//! The plan of an item in one book: a row a fiscal year, and the values of any day.

use std::sync::Arc;

use super::balance::Entry;
use super::held::Held;
use super::late::{self, Late, Split};
use super::part::Part;
use super::problem::{Problem, problem};
use super::terms::Terms;
use crate::date::{Date, Period, day_before};
use crate::model::calendar::FiscalCalendar;
use crate::money::{MinorUnit, Money, MoneyError};

/// One fiscal year of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// The fiscal year, as the calendar has it.
    pub year: Period,
    /// The days of the year on which the item is in the books.
    pub period: Period,
    /// Net book value at the beginning.
    pub opening: Money,
    pub charge: Money,
    /// What else changed the value: additions, impairments, reversals, revaluations, parts that left.
    pub movements: Money,
    /// Accumulated depreciation at the end.
    pub accumulated: Money,
    /// Net book value at the end; of the year of a disposal, just before it.
    pub closing: Money,
}

/// What the item is in the books at the end of a day; all zero where it is not in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Values {
    pub gross: Money,
    pub accumulated: Money,
    /// Accumulated impairment, less reversals.
    pub impairment: Money,
    pub net_book_value: Money,
}

/// What an event changed, with its sign. A charge of depreciation is no movement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Movement {
    pub date: Date,
    /// `acquisition`, or the kind of the event.
    pub kind: &'static str,
    /// Position of the component, 0 where the item has none.
    pub component: usize,
    /// Position in the events of the schedule; `None` for the acquisition and for a component that
    /// another one replaces.
    pub event: Option<usize>,
    pub gross: Money,
    pub accumulated: Money,
    pub impairment: Money,
    pub net_book_value: Money,
    /// What was received for what left.
    pub proceeds: Option<Money>,
}

/// What the disposal of an item brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DisposalResult {
    pub date: Date,
    /// Net book value given up.
    pub net_book_value: Money,
    /// Zero where nothing was received.
    pub proceeds: Money,
    /// Proceeds less net book value; a loss where negative.
    pub gain: Money,
}

/// A depreciation plan in one book.
#[derive(Clone)]
pub struct Plan {
    /// Cost at the beginning.
    pub cost: Money,
    pub salvage: Money,
    /// The day from which depreciation counts.
    pub start: Date,
    pub rows: Vec<Row>,
    pub disposal: Option<DisposalResult>,
    parts: Vec<Part>,
    calendar: Arc<FiscalCalendar>,
    unit: MinorUnit,
    /// The day on which the last part left.
    left: Option<Date>,
    /// The plan before events that were posted late.
    late: Option<Box<Late>>,
    /// What another engine charged otherwise in closed periods.
    held: Held,
}

impl Plan {
    /// The plan of an item without components.
    ///
    /// # Errors
    /// What is missing or impossible, such as a life that the convention cannot count, fiscal years
    /// that do not reach, an event that cannot have happened, overflow.
    pub fn compute(terms: &Terms) -> Result<Plan, Problem> {
        Plan::of(std::slice::from_ref(terms), terms.cost, terms.salvage)
    }

    /// The plan of an item whose components have terms of their own; events in the terms of one are
    /// its own.
    pub fn of_components(components: &[Terms]) -> Result<Plan, Problem> {
        let Some(first) = components.first() else { return problem("there are no components") };
        let currency = first.cost.currency();
        // Later components replace earlier ones; they are no cost of the beginning.
        let start = components.iter().map(|terms| terms.start).min();
        let initial = components.iter().filter(|terms| Some(terms.start) == start);
        let (mut cost, mut salvage) = (Money::zero(currency), Money::zero(currency));
        for terms in initial {
            (cost, salvage) = (cost.checked_add(terms.cost)?, salvage.checked_add(terms.salvage)?);
        }
        Plan::of(components, cost, salvage)
    }

    fn of(components: &[Terms], cost: Money, salvage: Money) -> Result<Plan, Problem> {
        let parts = components.iter().map(Part::compute).collect::<Result<Vec<_>, _>>()?;
        let Some((first, start)) = components.first().zip(parts.iter().map(|part| part.start).min()) else {
            return problem("there are no parts");
        };
        let calendar = first.calendar.clone();
        let unit = MinorUnit::of(cost.currency());
        let left = parts.iter().map(|part| part.left).collect::<Option<Vec<_>>>();
        let left = left.and_then(|left| left.into_iter().max());
        let mut plan = Plan {
            cost,
            salvage,
            start,
            rows: Vec::new(),
            disposal: None,
            parts,
            calendar,
            unit,
            left,
            late: None,
            held: Held::default(),
        };
        if let Some(Split { posted, before }) = late::before(components)? {
            let before = before.map(|terms| Plan::of(&terms, cost, salvage)).transpose()?;
            // Until then it was still there.
            let left_before = before.as_ref().and_then(|before| before.left);
            plan.left = left_before.or(left.map(|left| left.max(posted)));
            plan.late = Some(Box::new(Late::new(posted, before, plan.entries_of_parts())));
        }
        plan.rows = plan.make_rows()?;
        plan.disposal = plan.left.map(|date| plan.result(date)).transpose()?;
        Ok(plan)
    }

    /// The name of a row's fiscal year.
    pub fn fiscal_year(&self, row: &Row) -> String {
        self.calendar.year_of(row.year.start).map_or_else(String::new, |year| year.id)
    }

    /// Whether the item is in the books at the end of `date`: started, and not disposed of.
    pub fn is_in_books(&self, date: Date) -> bool {
        self.entered() <= date && self.left.is_none_or(|left| date < left)
    }

    /// The day from whose end on the item is in these books: the start, or a take-over.
    pub fn entered(&self) -> Date {
        match &self.late {
            Some(late) => late.before.as_ref().map_or(late.posted, Plan::entered),
            None => self.parts.iter().map(|part| part.entered).min().unwrap_or(self.start),
        }
    }

    /// The last day with a charge of depreciation, as planned.
    pub fn fully_depreciated(&self) -> Option<Date> {
        let years = self.parts.iter().flat_map(Part::years);
        let last = years.filter(|year| year.charge > 0).max_by_key(|year| year.until)?;
        let (mut low, mut high) = (last.period().start.max(self.start), last.until);
        let total = self.charged_by_parts(high).ok()?;
        // What is charged never falls, so the first day on which all of it is can be halved to.
        while low < high {
            let middle =
                low.checked_add_days(chrono::Days::new((high - low).num_days().unsigned_abs() / 2))?;
            if self.charged_by_parts(middle).ok()? < total {
                low = crate::date::day_after(middle);
            } else {
                high = middle;
            }
        }
        // Before a late event was posted the plan was another one.
        match &self.late {
            Some(late) if high < late.posted => {
                let before = late.before.as_ref().and_then(Plan::fully_depreciated);
                Some(before.filter(|before| *before == high).unwrap_or(late.posted))
            }
            _ => Some(high),
        }
    }

    /// What is charged on a day for the days before it, because events were posted late or another
    /// engine closed them: the day and the amount, which is part of the charge of that day.
    pub fn catch_ups(&self) -> Result<Vec<(Date, Money)>, MoneyError> {
        let mut catch_ups = Vec::new();
        if let Some(late) = &self.late {
            catch_ups = late.before.as_ref().map_or(Ok(Vec::new()), Plan::catch_ups)?;
            let amount = late.catch_up(self.charged_by_parts(day_before(late.posted))?)?;
            if amount != 0 {
                catch_ups.push((late.posted, self.unit.money(amount)?));
            }
        }
        if let Some((day, amount)) = self.held.catch_up() {
            catch_ups.push((day, self.unit.money(amount)?));
        }
        Ok(catch_ups)
    }

    /// Depreciation accumulated at the end of `date`; after the disposal what it was then.
    pub fn accumulated(&self, date: Date) -> Result<Money, MoneyError> {
        let entries = self.entries().filter(|(_, entry)| entry.date <= date && !self.is_final(entry));
        let moved: i128 = entries.map(|(_, entry)| entry.accumulated).sum();
        self.unit.money(moved + self.charged(date)?)
    }

    /// Net book value at the end of `date`: zero where the item is not in the books.
    pub fn net_book_value(&self, date: Date) -> Result<Money, MoneyError> {
        Ok(self.values(date)?.net_book_value)
    }

    /// The accounts at the end of `date`.
    pub fn values(&self, date: Date) -> Result<Values, MoneyError> {
        let (mut gross, mut accumulated, mut impairment) = (0, 0, 0);
        if self.is_in_books(date) {
            accumulated = self.charged(date)?;
            for (_, entry) in self.entries().filter(|(_, entry)| entry.date <= date) {
                gross += entry.gross;
                accumulated += entry.accumulated;
                impairment += entry.impairment;
            }
        }
        Ok(Values {
            gross: self.unit.money(gross)?,
            accumulated: self.unit.money(accumulated)?,
            impairment: self.unit.money(impairment)?,
            net_book_value: self.unit.money(gross - accumulated - impairment)?,
        })
    }

    /// Depreciation charged in a period. Periods that follow each other add up.
    pub fn charge(&self, period: Period) -> Result<Money, MoneyError> {
        self.unit.money(self.charged(period.end)? - self.charged(day_before(period.start))?)
    }

    /// Depreciation charged in a period, by who answers for the item: spans of days in order, with
    /// the party a transfer names. `None` is who answered before the first transfer.
    pub fn charge_by_holder(&self, period: Period) -> Result<Vec<(Option<&str>, Money)>, MoneyError> {
        let transfers = self.parts.first().map_or(&[][..], |part| part.holders.as_slice());
        let mut spans: Vec<(Option<&str>, Date)> = vec![(None, period.start)];
        for (date, holder) in transfers.iter().filter(|(date, _)| *date <= period.end) {
            if *date <= period.start {
                spans.clear();
            }
            spans.push((Some(holder.as_str()), (*date).max(period.start)));
        }
        let ends = spans.iter().skip(1).map(|(_, start)| day_before(*start)).chain([period.end]);
        let charges = spans.iter().zip(ends);
        charges
            .map(|((holder, start), end)| Ok((*holder, self.charge(Period { start: *start, end })?)))
            .collect()
    }

    /// What changed the accounts, acquisition and disposal included, by date.
    pub fn movements(&self) -> Result<Vec<Movement>, MoneyError> {
        let mut movements = Vec::new();
        for (component, entry) in self.entries() {
            movements.push(Movement {
                date: entry.date,
                kind: entry.kind,
                component,
                event: entry.event,
                gross: self.unit.money(entry.gross)?,
                accumulated: self.unit.money(entry.accumulated)?,
                impairment: self.unit.money(entry.impairment)?,
                net_book_value: self.unit.money(net(entry))?,
                proceeds: entry.proceeds.map(|proceeds| self.unit.money(proceeds)).transpose()?,
            });
        }
        movements.sort_by_key(|movement| movement.date);
        Ok(movements)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let late = self.late.iter().flat_map(|late| &late.entries).map(|(at, entry)| (*at, entry));
        let own = self.late.is_none().then(|| self.entries_of_parts());
        late.chain(own.into_iter().flatten())
    }

    fn entries_of_parts(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let parts = self.parts.iter().enumerate();
        parts.flat_map(|(at, part)| part.entries.iter().map(move |entry| (at, entry)))
    }

    /// Whether an entry is the end of the item in the books.
    fn is_final(&self, entry: &Entry) -> bool {
        entry.kind == "disposal" && Some(entry.date) == self.left
    }

    /// Takes the figures of closed periods that another version of the engine computed for its own:
    /// the difference to what this one computes is caught up on the first open day.
    ///
    /// # Errors
    /// Figures out of range, or in another currency than the plan's.
    pub(super) fn hold(&mut self, closed: &[(Period, [Money; 4])]) -> Result<(), Problem> {
        self.held = Held::new(self, closed)?;
        if !self.held.is_empty() {
            self.rows = self.make_rows()?;
        }
        Ok(())
    }

    pub(super) fn charged(&self, date: Date) -> Result<i128, MoneyError> {
        Ok(self.charged_by_engine(date)? + self.held.difference(date))
    }

    fn charged_by_engine(&self, date: Date) -> Result<i128, MoneyError> {
        match &self.late {
            Some(late) if date < late.posted => late.charged_before(date),
            _ => self.charged_by_parts(date),
        }
    }

    fn charged_by_parts(&self, date: Date) -> Result<i128, MoneyError> {
        self.parts.iter().try_fold(0, |total, part| Ok(total + part.charged(date)?))
    }

    fn result(&self, date: Date) -> Result<DisposalResult, Problem> {
        let (mut value, mut received) = (0, 0);
        for (_, entry) in self.entries().filter(|(_, entry)| self.is_final(entry)) {
            value -= net(entry);
            received += entry.proceeds.unwrap_or(0);
        }
        Ok(DisposalResult {
            date,
            net_book_value: self.unit.money(value)?,
            proceeds: self.unit.money(received)?,
            gain: self.unit.money(received - value)?,
        })
    }

    fn make_rows(&self) -> Result<Vec<Row>, Problem> {
        let entered = self.entered();
        let (mut value, mut accumulated) = (0, 0);
        let mut later: Vec<&Entry> = Vec::new();
        for (_, entry) in self.entries().filter(|(_, entry)| !self.is_final(entry)) {
            if entry.date == entered && matches!(entry.kind, "acquisition" | "take_over") {
                value += net(entry);
                accumulated += entry.accumulated;
            } else {
                later.push(entry);
            }
        }
        let years = self.years(&later)?;
        let mut rows: Vec<Row> = Vec::with_capacity(years.len());
        for (year, charge) in years {
            let period = Period {
                start: year.start.max(entered),
                end: self.left.map_or(year.end, |left| left.min(year.end)),
            };
            let in_year = later.iter().filter(|entry| year.contains(entry.date));
            let (moved, of_accumulated) =
                in_year.fold((0, 0), |(moved, part), entry| (moved + net(entry), part + entry.accumulated));
            let opening = self.unit.money(value)?;
            value += moved - charge;
            accumulated += charge + of_accumulated;
            rows.push(Row {
                year,
                period,
                opening,
                charge: self.unit.money(charge)?,
                movements: self.unit.money(moved)?,
                accumulated: self.unit.money(accumulated)?,
                closing: self.unit.money(value)?,
            });
        }
        Ok(rows)
    }

    /// The fiscal years with a charge or an entry, in order, and what is charged in each.
    fn years(&self, entries: &[&Entry]) -> Result<Vec<(Period, i128)>, Problem> {
        let mut pieces: Vec<(Period, i128)> = Vec::with_capacity(12);
        for part in &self.parts {
            pieces.extend(part.years().map(|year| (year.period(), year.charge)));
        }
        for entry in entries {
            let Some(year) = self.calendar.period_of(entry.date) else {
                return problem(format!("no fiscal year is listed for {}", entry.date));
            };
            pieces.push((year, 0));
        }
        if let Some(late) = &self.late {
            pieces.retain(|(year, _)| year.end >= self.entered());
            let held =
                late.before.iter().flat_map(|before| &before.rows).filter(|row| row.year.start < late.posted);
            pieces.extend(held.map(|row| (row.year, 0)));
            pieces.extend(self.calendar.period_of(late.posted).map(|year| (year, 0)));
        }
        let caught_up = self.held.catch_up().and_then(|(day, _)| self.calendar.period_of(day));
        pieces.extend(caught_up.map(|year| (year, 0)));
        if self.parts.len() > 1
            || pieces.windows(2).any(|pair| matches!(pair, [a, b] if a.0.start > b.0.start))
        {
            pieces.sort_by_key(|(year, _)| year.start);
        }
        let mut years: Vec<(Period, i128)> = Vec::with_capacity(pieces.len());
        for (year, charge) in pieces {
            match years.last_mut() {
                Some((last, sum)) if *last == year => *sum += charge,
                _ => years.push((year, charge)),
            }
        }
        if self.late.is_some() || !self.held.is_empty() {
            for (year, charge) in &mut years {
                *charge = self.charged(year.end)? - self.charged(day_before(year.start))?;
            }
        }
        Ok(years)
    }
}

fn net(entry: &Entry) -> i128 {
    entry.gross - entry.accumulated - entry.impairment
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
