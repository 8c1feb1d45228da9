//! Contracts as engines see them: what they cost over time, and when they end.

mod accrual;
mod notice;

pub use accrual::{Accrual, accrual};
pub use notice::{notice_by, term_at};
