//! Where a plan stands between two days, and what changed it.

use super::method::Method;
use crate::date::{Date, Duration};

/// The accounts of an item and the terms that hold. Amounts are in minor units.
#[derive(Clone)]
pub(super) struct Balance {
    pub gross: i128,
    pub accumulated: i128,
    pub impairment: i128,
    pub salvage: i128,
    /// Charged since the opening of the fiscal year: rates apply to the value at its opening.
    pub accrued: i128,
    pub method: &'static Method,
    pub life: Option<Duration>,
    pub total_units: Option<i64>,
}

impl Balance {
    /// Net book value.
    pub fn value(&self) -> i128 {
        self.gross - self.accumulated - self.impairment
    }

    /// What is never depreciated.
    pub fn floor(&self) -> i128 {
        if self.method.keeps_salvage { self.salvage } else { 0 }
    }
}

/// How an event changed the accounts. Values at a day are sums of entries and charges.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The day from whose end on the change shows.
    pub date: Date,
    pub kind: &'static str,
    /// Position of the event in the schedule; `None` for the acquisition.
    pub event: Option<usize>,
    pub gross: i128,
    pub accumulated: i128,
    pub impairment: i128,
    pub proceeds: Option<i128>,
}
