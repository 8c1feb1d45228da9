//! How days are counted: one file a convention, one line here.

mod thirty_360;

use crate::date::{Date, Duration};

/// A day-count convention of a book.
pub struct Convention {
    /// The value of `convention` in the settings.
    pub name: &'static str,
    pub title: &'static str,
    /// Days from `start` to `date`, both counted. `date` is not before `start`.
    pub elapsed: fn(start: Date, date: Date) -> i64,
    /// Days of a whole useful life; `None` where the convention cannot count the unit.
    pub life: fn(life: Duration) -> Option<i64>,
}

/// Every convention.
pub static CONVENTIONS: &[&Convention] = &[&thirty_360::CONVENTION];

pub(super) fn named(name: &str) -> Option<&'static Convention> {
    CONVENTIONS.iter().copied().find(|convention| convention.name == name)
}
