//! Contracts as engines see them: when they run and end, what they cost over time, what is paid ahead,
//! what a lease puts on the balance sheet, what is due, and whether they are carried out as agreed.

mod accrual;
mod amendments;
mod availability;
mod backing;
mod billing;
mod check;
mod coverage;
mod dates;
#[cfg(test)]
mod dates_tests;
mod due;
mod lease;
mod ledger;
mod levels;
mod liability;
mod price;
#[cfg(test)]
mod price_tests;
mod support;
mod worst_case;

pub use accrual::{Accrual, accrual};
pub use amendments::{Contradiction, contradictions};
pub use backing::{Backing, Link, backings};
pub use billing::Billing;
pub use check::{Check, CommitmentRow, EntitlementRow, InvoiceRow, Question, Verdict, check, is_followed};
pub use coverage::{coverage, covered_at};
pub use dates::{Dates, notice_by, runs_on, term_at};
pub use due::{Action, What, due};
pub use lease::{LeasePlan, lease_plan, lease_problem, leases};
pub use ledger::Ledger;
pub use levels::{Budget, LevelRow, Outcome, Source, levels};
pub use liability::{Change, Liability};
pub use price::{Stretch, price_at, stretches, yearly_price};
pub use support::{Concentration, EndsBefore, Support, Unsupported};
