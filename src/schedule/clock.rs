//! The useful life as it is used up: whole ticks of a convention, of metered units or of a given
//! plan. Every method spreads over a clock, and every share of a year is a share of its ticks.

use std::sync::Arc;

use chrono::Datelike;

use super::convention::{Measure, Yearly};
use super::problem::{Problem, problem};
use crate::date::{Date, Duration, Period, day_after};
use crate::model::calendar::FiscalCalendar;

/// More fiscal years than any plan has.
const MOST_YEARS: usize = 200;

/// How the life of one stretch of a plan is used up.
#[derive(Clone)]
pub struct Clock {
    /// The first day that counts.
    begins: Date,
    pace: Pace,
    /// Ticks of the whole life, from `begins`.
    pub life: i64,
}

#[derive(Clone)]
enum Pace {
    Running(fn(Date, Date) -> i64),
    Yearly(Yearly),
    Marked(Arc<[Mark]>),
    AtOnce,
}

/// What was used up from the beginning to the end of a day; between marks it accrues by days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    pub until: Date,
    pub total: i64,
}

/// The part of the life that falls into one fiscal year.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    pub year: Period,
    /// The days on which it accrues.
    pub days: Period,
    /// Ticks used before it.
    pub before: i64,
    pub ticks: i64,
    /// Ticks of the whole year, where an event cut the slice.
    pub whole: i64,
    /// 0 for the first fiscal year of the life.
    pub index: usize,
    /// In minor units.
    pub charge: i128,
}

impl Clock {
    /// A clock by a convention.
    pub fn by(measure: Measure, start: Date, year: Period, life: Duration) -> Option<Clock> {
        match measure {
            Measure::Running(running) => {
                let begins = (running.begins)(start, year);
                let life = (running.life)(begins, life)?;
                Some(Clock { begins, pace: Pace::Running(running.elapsed), life })
            }
            Measure::Yearly(yearly) => {
                let life = super::convention::yearly_life(life)?;
                Some(Clock { begins: start, pace: Pace::Yearly(yearly), life })
            }
        }
    }

    /// A clock that stops at the end of the `count`th fiscal year, the first counting as one.
    pub fn for_years(
        measure: Measure,
        start: Date,
        count: u32,
        calendar: &FiscalCalendar,
    ) -> Result<Clock, Problem> {
        let Measure::Running(running) = measure else { return problem("fiscal years are counted by months") };
        let mut year = period_of(calendar, start)?;
        let begins = (running.begins)(start, year);
        for _ in 1..count {
            year = period_of(calendar, day_after(year.end))?;
        }
        let life = (running.elapsed)(begins, year.end);
        Ok(Clock { begins, pace: Pace::Running(running.elapsed), life })
    }

    /// A clock that goes as marked.
    pub fn marked(begins: Date, marks: Arc<[Mark]>, life: i64) -> Clock {
        Clock { begins, pace: Pace::Marked(marks), life }
    }

    /// A clock whose life is over on its first day.
    pub fn at_once(begins: Date) -> Clock {
        Clock { begins, pace: Pace::AtOnce, life: 1 }
    }

    /// The fiscal years until the life is used up, from the day after `after` on.
    pub fn slices(&self, calendar: &FiscalCalendar, after: Option<Date>) -> Result<Vec<Slice>, Problem> {
        let mut slices = Vec::with_capacity(12);
        let (mut before, mut day, mut index) = (0, self.begins, 0);
        while before < self.life {
            if index >= MOST_YEARS {
                return problem(format!("the plan has more than {MOST_YEARS} fiscal years"));
            }
            let year = period_of(calendar, day)?;
            let until = self.until(year, before, index).min(self.life);
            let mut slice = Slice {
                year,
                days: Period { start: day, end: year.end },
                before,
                ticks: until - before,
                whole: until - before,
                index,
                charge: 0,
            };
            if let Some(cut) = after.filter(|cut| *cut >= day) {
                slice = self.rest(slice, cut);
            }
            if after.is_none_or(|cut| cut < year.end) {
                slices.push(slice);
            }
            if self.ends(year.end) {
                break;
            }
            (before, day, index) = (until, day_after(year.end), index + 1);
        }
        Ok(slices)
    }

    /// Ticks used at the end of a fiscal year, where `before` were used at its beginning.
    fn until(&self, year: Period, before: i64, index: usize) -> i64 {
        match &self.pace {
            Pace::Running(elapsed) => elapsed(self.begins, year.end),
            Pace::Yearly(yearly) if index == 0 => (yearly.first)(self.begins, year),
            Pace::Yearly(yearly) => before + (yearly.whole)(year),
            Pace::Marked(marks) => marked(marks, self.begins, year.end),
            Pace::AtOnce => 1,
        }
    }

    /// Whether nothing more is known after `day`: the last mark is behind.
    fn ends(&self, day: Date) -> bool {
        matches!(&self.pace, Pace::Marked(marks) if marks.last().is_none_or(|mark| mark.until <= day))
    }

    /// What is left of a slice after the end of `cut`.
    fn rest(&self, slice: Slice, cut: Date) -> Slice {
        let (used, of) = self.part(&slice, cut);
        let used = match of {
            0 => slice.ticks,
            of => i64::try_from(i128::from(slice.ticks) * i128::from(used) / i128::from(of)).unwrap_or(0),
        };
        Slice {
            days: Period { start: day_after(cut), end: slice.days.end },
            before: slice.before + used,
            ticks: slice.ticks - used,
            ..slice
        }
    }

    /// The part of a slice that is used up at the end of `date`, as a fraction.
    pub fn part(&self, slice: &Slice, date: Date) -> (i64, i64) {
        if date >= slice.days.end {
            return (1, 1);
        }
        if date < slice.days.start || slice.ticks == 0 {
            return (0, 1);
        }
        let used = |elapsed: i64| ((elapsed - slice.before).clamp(0, slice.ticks), slice.ticks);
        match &self.pace {
            Pace::Running(elapsed) => used(elapsed(self.begins, date)),
            Pace::Marked(marks) => used(marked(marks, self.begins, date)),
            Pace::Yearly(_) => (Period { start: slice.days.start, end: date }.days(), slice.days.days()),
            Pace::AtOnce => (1, 1),
        }
    }

    /// The part of the year's ticks that stays when the item leaves on `date`, where the convention
    /// has a rule of its own for that year.
    pub fn leaving(&self, slice: &Slice, date: Date) -> Option<(i64, i64)> {
        let Pace::Yearly(Yearly { leaving: Some(leaving), .. }) = &self.pace else { return None };
        // What is put in service and leaves in one year is not charged.
        let most = if slice.index == 0 { 0 } else { leaving(date, slice.year) };
        let used = slice.whole - slice.ticks;
        Some(((most - used).clamp(0, slice.ticks), slice.ticks.max(1)))
    }
}

/// What the marks say at the end of `date`, by days between two of them.
fn marked(marks: &[Mark], begins: Date, date: Date) -> i64 {
    let (mut first, mut total) = (begins, 0);
    for mark in marks {
        if date >= mark.until {
            (first, total) = (day_after(mark.until), mark.total);
            continue;
        }
        let span = Period { start: first, end: mark.until };
        let days = Period { start: first, end: date }.days().max(0);
        let part = i128::from(mark.total - total) * i128::from(days) / i128::from(span.days().max(1));
        return total + i64::try_from(part).unwrap_or(0);
    }
    total
}

fn period_of(calendar: &FiscalCalendar, day: Date) -> Result<Period, Problem> {
    // Dates are those of four digits.
    let period = calendar.period_of(day).filter(|period| period.end.year() <= 9999);
    period.ok_or_else(|| Problem::new(format!("no fiscal year is listed for {day}")))
}
