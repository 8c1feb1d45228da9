//! Closed figures that another version of the engine computed.
//!
//! They stand: until the end of the last closed period the plan charges what was closed, and what this
//! engine would have charged otherwise is caught up on the day after.

use super::plan::Plan;
use super::problem::{Problem, problem};
use crate::date::{Date, Period, day_after, day_before};
use crate::money::{MinorUnit, Money, MoneyError};

/// What was charged beyond the plan by the end of some days, in order, in minor units.
#[derive(Clone, Default)]
pub(super) struct Held(Vec<(Date, i128)>);

impl Held {
    /// Of closed periods with their charge, accumulated depreciation, impairment and net book value.
    pub fn new(plan: &Plan, closed: &[(Period, [Money; 4])]) -> Result<Held, Problem> {
        let unit = MinorUnit::of(plan.cost.currency());
        let mut marks = Vec::new();
        for (period, [charge, accumulated, ..]) in closed {
            if charge.currency() != plan.cost.currency() {
                return problem(format!("its closed figures are in {}", charge.currency()));
            }
            let more = |closed: Money, computed: Money| -> Result<i128, MoneyError> {
                Ok(unit.count(closed)? - unit.count(computed)?)
            };
            let charged = more(*charge, plan.charge(*period)?)?;
            // Of what left there is no accumulated depreciation to compare.
            let at_end = match plan.is_in_books(period.end) {
                true => more(*accumulated, plan.values(period.end)?.accumulated)?,
                false => charged,
            };
            marks.push((day_before(period.start), at_end - charged));
            marks.push((period.end, at_end));
        }
        marks.sort_by_key(|(day, _)| *day);
        let differs = marks.iter().any(|(_, more)| *more != 0);
        Ok(Held(if differs { marks } else { Vec::new() }))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was charged beyond the plan by the end of a day; nothing is left of it after the last.
    pub fn difference(&self, date: Date) -> i128 {
        let is_open = self.0.last().is_none_or(|(last, _)| *last < date);
        let before = self.0.iter().rev().find(|(day, _)| *day <= date);
        if is_open { 0 } else { before.map_or(0, |(_, more)| *more) }
    }

    /// The first open day, and what is charged on it to be where this engine is.
    pub fn catch_up(&self) -> Option<(Date, i128)> {
        let (last, more) = self.0.last()?;
        (*more != 0).then(|| (day_after(*last), -more))
    }
}
