//! Investments: what their cash flows are worth, and which of several options costs least.

mod criteria;
mod flows;
mod power;
mod rate_of_return;

pub use flows::{DAYS_PER_YEAR, Flows};
pub use rate_of_return::{HIGHEST, LOWEST, Returns};
