//! Investments: what their cash flows are worth, and which of several options costs least.

mod appraisal;
mod cash;
mod criteria;
mod flows;
mod power;
mod rate_of_return;
mod repeat;
mod sensitivity;

pub use appraisal::{Appraisal, Profit, Valued, has_benefits, options, problems};
pub use cash::{CashFlow, Terms};
pub use flows::{DAYS_PER_YEAR, Flows};
pub use rate_of_return::{HIGHEST, LOWEST, Returns};
pub use sensitivity::{Driver, RATE_SHIFTS, Swing, VOLUMES, at_rate, at_volume, swings};
