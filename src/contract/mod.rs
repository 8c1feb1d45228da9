//! Contracts as engines see them: what they cost over time, what is paid ahead, what a lease puts on
//! the balance sheet, and when they end.

mod accrual;
mod billing;
mod lease;
mod liability;
mod notice;

pub use accrual::{Accrual, accrual};
pub use billing::Billing;
pub use lease::{LeasePlan, lease_plan, lease_problem, leases};
pub use liability::{Change, Liability};
pub use notice::{notice_by, term_at};
