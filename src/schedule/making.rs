//! The making of a plan: the life in stretches, each ended by an event and opened again under the
//! terms that hold after it.

use std::sync::Arc;

use super::balance::{Balance, Entry};
use super::clock::Clock;
use super::convention::{self, Measure};
use super::event::{self, Applying, Event, What};
use super::method::{Pace, Step};
use super::part::{MARK, Part, Stretch, Year, split};
use super::problem::{Problem, problem};
use super::terms::Terms;
use crate::date::{Date, day_after};
use crate::money::{MinorUnit, ratio};

/// The plan of one item or component.
///
/// # Errors
/// What is missing or impossible.
pub(super) fn make(terms: &Terms) -> Result<Part, Problem> {
    let unit = MinorUnit::of(terms.cost.currency());
    check(terms, unit)?;
    let balance = Balance {
        gross: unit.count(terms.cost)?,
        accumulated: 0,
        impairment: 0,
        salvage: unit.count(terms.salvage)?,
        accrued: 0,
        method: terms.method,
        life: terms.life,
        total_units: terms.details.total_units,
    };
    let part = Part {
        unit,
        start: terms.start,
        entered: terms.start,
        left: None,
        entries: Vec::with_capacity(1),
        holders: Vec::new(),
        stretches: Vec::with_capacity(1),
        rounding: terms.rounding,
    };
    let mut making = Making { terms, part, balance };
    making.run()?;
    making.part.holders.sort_by_key(|(date, _)| *date);
    Ok(making.part)
}

/// What no method and no event could make sense of.
fn check(terms: &Terms, unit: MinorUnit) -> Result<(), Problem> {
    let (cost, salvage) = (unit.count(terms.cost)?, unit.count(terms.salvage)?);
    if cost < 0 || salvage < 0 {
        return problem("a cost or a salvage value is not negative");
    }
    if salvage > cost {
        let text = format!("the salvage value {} is above the cost {}", terms.salvage, terms.cost);
        return Err(Problem::new(text).at(|| "salvage_value".into()));
    }
    // Earlier in the month is sound: French declining balance begins with the month of acquisition.
    if let Some(acquired) =
        terms.acquired.filter(|acquired| terms.start < convention::first_of_month(*acquired))
    {
        let text =
            format!("depreciation starts on {}, before the item was acquired on {acquired}", terms.start);
        return Err(Problem::new(text).at(|| "start".into()));
    }
    let details = &terms.details;
    let given = [
        ("life", terms.life.is_some()),
        ("rate", details.rate.is_some()),
        ("total_units", details.total_units.is_some()),
        ("charges", details.given.is_some()),
        ("section_179", details.section_179.is_some()),
        ("bonus", details.bonus.is_some()),
        ("threshold", details.threshold.is_some()),
    ];
    let method = terms.method;
    for (field, is_given) in given {
        let needed = method.needs.contains(&field);
        if needed && !is_given {
            return Err(Problem::new(format!("{} needs the field `{field}`", method.name)));
        }
        if is_given && !needed && !method.takes.contains(&field) && field != "life" {
            let text =
                format!("`{field}` means nothing to {}: delete it, or choose another method", method.name);
            return Err(Problem::new(text).at(|| field.into()));
        }
    }
    for event in &terms.events {
        if event.date < terms.start {
            let text =
                format!("{} on {}, before depreciation starts on {}", event.kind(), event.date, terms.start);
            return Err(Problem::new(text).at(|| format!("{}.date", event.field())));
        }
    }
    Ok(())
}

/// A plan in the making.
struct Making<'a> {
    terms: &'a Terms,
    part: Part,
    balance: Balance,
}

impl Making<'_> {
    fn run(&mut self) -> Result<(), Problem> {
        let events = event::in_order(&self.terms.events)?;
        let taken_over = events.first().is_some_and(|event| matches!(event.what, What::TakeOver { .. }));
        if taken_over {
            self.part.entered = events.first().map_or(self.terms.start, |event| event.date);
        } else {
            self.part.entries.push(Entry {
                date: self.terms.start,
                kind: "acquisition",
                event: None,
                gross: self.balance.gross,
                accumulated: 0,
                impairment: 0,
                proceeds: None,
            });
            self.open(None)?;
        }
        let mut applied: Option<&Event> = None;
        for event in events {
            if let What::Transfer { to } = &event.what {
                // Who answered in a period that is closed stays.
                self.part.holders.push((event.posted.unwrap_or(event.date), to.clone()));
                continue;
            }
            if applied.is_none_or(|before| before.cut() != event.cut()) {
                if let Some(before) = applied {
                    self.open(Some(before.cut())).map_err(|problem| problem.of(before))?;
                }
                self.close(event).map_err(|problem| problem.of(event))?;
            }
            self.apply(event).map_err(|problem| problem.of(event))?;
            applied = Some(event);
        }
        match applied {
            Some(last) if self.part.left.is_none() => {
                self.open(Some(last.cut())).map_err(|problem| problem.of(last))
            }
            _ => Ok(()),
        }
    }

    /// Ends the open stretch with the day that is the last before an event.
    fn close(&mut self, event: &Event) -> Result<(), Problem> {
        let cut = event.cut();
        let is_disposal = matches!(event.what, What::Disposal { .. });
        let Some(stretch) = self.part.stretches.last_mut() else { return Ok(()) };
        let kept = stretch.years.iter().take_while(|year| year.planned.days.start <= cut).count();
        stretch.years.truncate(kept);
        if let Some(year) = stretch.years.last_mut().filter(|year| cut < year.until) {
            year.until = cut;
            let leaving = if is_disposal { stretch.clock.leaving(&year.planned, cut) } else { None };
            year.charge = match leaving {
                Some((used, of)) => ratio(year.planned.charge, used.into(), of.into())?,
                None => split(&stretch.clock, &year.planned, cut, self.part.rounding)?,
            };
        }
        let charged: i128 = stretch.years.iter().map(|year| year.charge).sum();
        self.balance.accumulated += charged;
        let next = day_after(cut);
        let this_year = self.part.years().filter(|year| year.period().contains(next));
        self.balance.accrued = this_year.map(|year| year.charge).sum();
        Ok(())
    }

    fn apply(&mut self, event: &Event) -> Result<(), Problem> {
        let before = match event.what {
            // Nothing of it was in these books before.
            What::TakeOver { .. } => Balance { gross: 0, ..self.balance.clone() },
            _ => self.balance.clone(),
        };
        let unimpaired = || self.unimpaired(event);
        let context = Applying { unit: self.part.unit, unimpaired: &unimpaired };
        let mut balance = self.balance.clone();
        event.apply(&context, &mut balance)?;
        self.balance = balance;
        let after = &self.balance;
        if before.method.pace == Pace::YearlyConvention && !leaves_macrs_alone(&event.what) {
            return problem(format!(
                "MACRS knows no {}: an improvement is property of its own, a component",
                event.kind()
            ));
        }
        if matches!(event.what, What::Disposal { .. }) {
            self.part.left = Some(event.date);
        }
        let (gross, accumulated, impairment) = (
            after.gross - before.gross,
            after.accumulated - before.accumulated,
            after.impairment - before.impairment,
        );
        let proceeds = event.proceeds().map(|proceeds| self.part.unit.count(proceeds)).transpose()?;
        self.part.entries.push(Entry {
            date: event.date,
            kind: event.kind(),
            event: event.index,
            gross,
            accumulated,
            impairment,
            proceeds,
        });
        Ok(())
    }

    /// The value at the end of the day of an event, had there been no impairment before it.
    fn unimpaired(&self, at: &Event) -> Result<i128, Problem> {
        let mut terms = self.terms.clone();
        terms.events.retain(|event| {
            let impairs =
                matches!(event.what, What::Impairment(_) | What::Reversal(_) | What::Disposal { .. });
            event.cut() <= at.cut() && !impairs
        });
        let part = Part::compute(&terms)?;
        let entries: i128 =
            part.entries.iter().map(|entry| entry.gross - entry.accumulated - entry.impairment).sum();
        Ok(entries - part.charged(at.date)?)
    }

    /// Begins a stretch under the terms that now hold, on the day after `after` or with the life.
    fn open(&mut self, after: Option<Date>) -> Result<(), Problem> {
        let Making { terms, part, balance } = self;
        let clock = clock(terms, balance, part.unit)?;
        let slices = clock.slices(&terms.calendar, after)?;
        let floor = balance.floor().min(balance.value());
        let base = balance.value() - floor;
        let begun = slices.first().map_or(clock.life, |slice| slice.before);
        // Of units only the past is known: there may be none yet.
        let unknown = balance.method.pace == Pace::Units && slices.is_empty();
        if begun >= clock.life && base > 0 && !unknown {
            let left = part.unit.money(base)?;
            return problem(format!(
                "the life is used up, and {left} is left to depreciate: give a revision of the life on the same day"
            ));
        }
        let mut years = Vec::with_capacity(slices.len());
        let mut value = balance.value();
        for slice in slices {
            let accrued = if slice.days.start > slice.year.start { balance.accrued } else { 0 };
            let mut step = Step {
                terms,
                unit: part.unit,
                life: balance.life,
                life_ticks: clock.life,
                slice,
                base,
                base_ticks: clock.life - begun,
                value,
                opening: value + accrued,
                floor,
                gross: balance.gross,
            };
            let rest = value - floor;
            let planned = if slice.ticks == 0 { 0 } else { (balance.method.annuity)(&step)? };
            let is_last = slice.before + slice.ticks >= clock.life;
            let charge = if is_last { rest } else { planned.clamp(0, rest) };
            step.slice.charge = charge;
            value -= charge;
            years.push(Year { planned: step.slice, until: slice.days.end, charge });
        }
        part.stretches.push(Stretch { clock, years });
        Ok(())
    }
}

/// Events that leave the basis and the tables of MACRS as they are.
fn leaves_macrs_alone(what: &What) -> bool {
    matches!(
        what,
        What::TakeOver { .. } | What::PartialDisposal { .. } | What::Disposal { .. } | What::Transfer { .. }
    )
}

/// The clock that the terms in force go by.
fn clock(terms: &Terms, balance: &Balance, unit: MinorUnit) -> Result<Clock, Problem> {
    let measure = terms.convention.measure;
    let by_convention = || {
        let Some(life) = balance.life else {
            return problem(format!("{} needs the field `life`", balance.method.name));
        };
        let Some(year) = terms.calendar.period_of(terms.start) else {
            return problem(format!("no fiscal year is listed for {}", terms.start));
        };
        let clock = Clock::by(measure, terms.start, year, life).filter(|clock| clock.life > 0);
        clock.ok_or_else(|| {
            let name = terms.convention.name;
            Problem::new(format!("{name} counts months; give the life {life} in y or mo"))
                .at(|| "life".into())
        })
    };
    match balance.method.pace {
        Pace::Convention => by_convention(),
        Pace::YearlyConvention => {
            let name = terms.convention.name;
            match measure {
                Measure::Yearly(_) if ["half_year", "mid_quarter", "mid_month"].contains(&name) => {
                    by_convention()
                }
                _ => problem(format!(
                    "{} goes by half_year, mid_quarter or mid_month, not by {name}: name one as the `convention` of the plan or of the book",
                    balance.method.name
                )),
            }
        }
        Pace::FiscalYears => {
            let months = balance.life.and_then(|life| life.months()).unwrap_or(0);
            if months == 0 || !months.is_multiple_of(12) {
                let name = balance.method.name;
                return Err(Problem::new(format!("{name} counts whole years; give the life in y"))
                    .at(|| "life".into()));
            }
            Clock::for_years(convention::FULL_MONTH.measure, terms.start, months / 12, &terms.calendar)
        }
        Pace::Units => {
            let meter = terms.details.meter.clone().unwrap_or_else(|| Arc::new([]));
            let total = balance.total_units.unwrap_or(0);
            match total.checked_mul(MARK).filter(|total| *total > 0) {
                Some(life) => Ok(Clock::marked(terms.start, meter, life)),
                None => problem("total_units is a whole number above zero"),
            }
        }
        Pace::Given => {
            let given = terms.details.given.clone().unwrap_or_else(|| Arc::new([]));
            let total = given.last().map_or(0, |mark| mark.total);
            let planned = unit.count(terms.cost)? - balance.floor().min(unit.count(terms.cost)?);
            if i128::from(total) != planned * i128::from(MARK) {
                let sum = unit.money(i128::from(total / MARK))?;
                let text = format!(
                    "the charges sum to {sum}, not to the depreciable amount {}",
                    unit.money(planned)?
                );
                return Err(Problem::new(text).at(|| "charges".into()));
            }
            Ok(Clock::marked(terms.start, given, total))
        }
        Pace::AtOnce => Ok(Clock::at_once(terms.start)),
    }
}
