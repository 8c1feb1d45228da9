//! What a plan is computed from.

use std::fmt;
use std::sync::Arc;

use super::clock::Mark;
use super::convention::Convention;
use super::event::Event;
use super::method::{Method, Pace};
use crate::date::{Date, Duration};
use crate::model::calendar::FiscalCalendar;
use crate::money::{Money, Percent};

/// Everything that decides a plan.
#[derive(Clone, Debug)]
pub struct Terms {
    pub cost: Money,
    pub salvage: Money,
    /// The useful life or recovery period; methods with a measure of their own need none.
    pub life: Option<Duration>,
    /// The day from which depreciation counts.
    pub start: Date,
    /// The first day of the books that know of the item, where those of the start were closed already.
    pub posted: Option<Date>,
    /// The day on which the item became ours, which decides dated parameters; else the start does.
    pub acquired: Option<Date>,
    pub method: &'static Method,
    pub convention: &'static Convention,
    pub rounding: Rounding,
    pub calendar: Arc<FiscalCalendar>,
    pub details: Details,
    /// In any order.
    pub events: Vec<Event>,
}

impl Terms {
    /// The day that decides which dated parameters hold.
    pub fn acquired(&self) -> Date {
        self.acquired.unwrap_or(self.start)
    }
}

/// The choices that decide the figures: "straight line over 5y, by 30/360".
impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.title)?;
        if let Some(life) = self.life {
            write!(f, " over {life}")?;
        }
        match self.method.pace {
            Pace::Convention | Pace::YearlyConvention => write!(f, ", by {}", self.convention.title)?,
            Pace::FiscalYears => f.write_str(", by months from the month of acquisition")?,
            Pace::Units | Pace::Given | Pace::AtOnce => {}
        }
        match self.rounding {
            Rounding::LastTakesRest => Ok(()),
            Rounding::EqualLastRemainder => f.write_str(", months rounded one by one"),
        }
    }
}

/// What only some methods ask for.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Of fixed-rate declining balance.
    pub rate: Option<Percent>,
    /// Units the item is expected to produce over its life.
    pub total_units: Option<i64>,
    /// Units produced, metered day by day: cumulative totals.
    pub meter: Option<Arc<[Mark]>>,
    /// Charges of a given plan: cumulative totals in minor units.
    pub given: Option<Arc<[Mark]>>,
    /// The part of the cost that is deducted at once under section 179.
    pub section_179: Option<Money>,
    /// The special depreciation allowance.
    pub bonus: Option<Percent>,
    /// The rule under which the cost is expensed at once.
    pub threshold: Option<String>,
}

/// How annuities are split within a fiscal year. Annuities themselves are rounded to the minor
/// unit, half away from zero, and the last one takes the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rounding {
    /// Months are differences of rounded cumulative amounts: never more than a unit from exact.
    #[default]
    LastTakesRest,
    /// Each month is rounded by itself and the last of the year takes the rest.
    EqualLastRemainder,
}

impl Rounding {
    pub const ALL: [Rounding; 2] = [Rounding::LastTakesRest, Rounding::EqualLastRemainder];

    pub fn name(self) -> &'static str {
        match self {
            Rounding::LastTakesRest => "last_takes_rest",
            Rounding::EqualLastRemainder => "equal_last_remainder",
        }
    }

    pub fn named(name: &str) -> Option<Rounding> {
        Rounding::ALL.into_iter().find(|rounding| rounding.name() == name)
    }
}
