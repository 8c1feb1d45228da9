//! Contracts as engines see them: what they cost over time.

mod accrual;

pub use accrual::{Accrual, accrual};
