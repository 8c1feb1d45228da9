//! The plan of one item or component: stretches of the life under the same terms, and the entries
//! between them.

use super::balance::Entry;
use super::clock::{Clock, Slice};
use super::convention;
use super::making;
use super::problem::Problem;
use super::terms::{Rounding, Terms};
use crate::date::{Date, Period, add_months, day_before};
use crate::money::{MinorUnit, MoneyError, ratio};

/// Units of a meter and of given charges as ticks, so that parts between two marks are exact enough.
pub(super) const MARK: i64 = 1000;

/// The plan of one item or component.
#[derive(Clone)]
pub(super) struct Part {
    pub unit: MinorUnit,
    pub start: Date,
    /// The day from whose end on the item is in these books.
    pub entered: Date,
    pub left: Option<Date>,
    pub entries: Vec<Entry>,
    /// From a day on, who answers for the item.
    pub holders: Vec<(Date, String)>,
    pub stretches: Vec<Stretch>,
    pub rounding: Rounding,
}

/// A stretch of the life under the same terms.
#[derive(Clone)]
pub(super) struct Stretch {
    pub clock: Clock,
    pub years: Vec<Year>,
}

/// A fiscal year of a stretch.
#[derive(Clone, Copy)]
pub(super) struct Year {
    /// As planned, with its charge.
    pub planned: Slice,
    /// The last day on which the plan held.
    pub until: Date,
    /// What was charged by then.
    pub charge: i128,
}

impl Year {
    pub fn period(&self) -> Period {
        self.planned.year
    }
}

impl Part {
    /// # Errors
    /// What is missing or impossible.
    pub fn compute(terms: &Terms) -> Result<Part, Problem> {
        making::make(terms)
    }

    /// Depreciation charged from the entry into these books to the end of `date`.
    pub fn charged(&self, date: Date) -> Result<i128, MoneyError> {
        let mut total = 0i128;
        for stretch in &self.stretches {
            for year in &stretch.years {
                if date < year.planned.days.start {
                    return Ok(total);
                }
                total += self.charged_of(stretch, year, date)?;
            }
        }
        Ok(total)
    }

    /// What is charged of a year at the end of `date`.
    fn charged_of(&self, stretch: &Stretch, year: &Year, date: Date) -> Result<i128, MoneyError> {
        if date >= year.until {
            return Ok(year.charge);
        }
        Ok(split(&stretch.clock, &year.planned, date, self.rounding)?.min(year.charge))
    }

    /// The fiscal years in order; one that an event cut comes in several pieces.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.stretches.iter().flat_map(|stretch| &stretch.years)
    }
}

/// The part of a year's planned charge until the end of `date`.
pub(super) fn split(
    clock: &Clock,
    slice: &Slice,
    date: Date,
    rounding: Rounding,
) -> Result<i128, MoneyError> {
    let share = |date: Date| {
        let (used, of) = clock.part(slice, date);
        ratio(slice.charge, used.into(), of.into())
    };
    if rounding == Rounding::LastTakesRest || date >= slice.days.end {
        return share(date);
    }
    // Month by month, each rounded by itself: the difference of its exact shares.
    let (mut total, mut before) = (0i128, (0i64, 1i64));
    let mut month = slice.days.start;
    loop {
        let next = add_months(convention::first_of_month(month), 1).map_err(|_| MoneyError::Overflow)?;
        let end = day_before(next).min(date);
        let (used, of) = clock.part(slice, end);
        let (numerator, denominator) = (
            i128::from(used) * i128::from(before.1) - i128::from(before.0) * i128::from(of),
            i128::from(of) * i128::from(before.1),
        );
        total += ratio(slice.charge, numerator, denominator)?;
        if end >= date {
            return Ok(total.min(slice.charge));
        }
        (before, month) = ((used, of), next);
    }
}
