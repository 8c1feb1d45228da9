//! Depreciation: how the cost of an item is spread over its useful life, book by book.
//!
//! A plan is a pure function of the schedule, its item, the settings and nothing else. Annuities
//! are rounded to the minor unit, half away from zero; the last one takes the rest, so that their
//! sum is the depreciable amount exactly. Within a fiscal year the annuity is split by elapsed days
//! cumulatively, so that parts of a year always add up to it.

mod convention;
mod method;
mod plan;
mod terms;

pub use convention::{CONVENTIONS, Convention};
pub use method::{METHODS, Method};
pub use plan::{DisposalResult, Plan, Row};
pub use terms::{Problem, Terms, terms};

use crate::model::schedule::Schedule;
use crate::snapshot::Snapshot;

/// The plan of a schedule in one book.
///
/// # Errors
/// Why there is none: every reason is a hole to be shown, never a zero.
pub fn plan(snapshot: &Snapshot, schedule: Schedule<'_>, book: &str) -> Result<Plan, Problem> {
    Plan::compute(&terms(snapshot, schedule, book)?)
}
