//! Dated parameters: data files with their sources, read once. A rate that changes is a new line in
//! a file, and what was acquired under the old one keeps it.

mod accounts;
mod bonus;
mod coefficients;
mod macrs;
mod section_179;
mod thresholds;

use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::date::{Date, parse_date};
use crate::money::parse_amount;

pub use accounts::{Account, AccountType, account};
pub use bonus::bonus;
pub use coefficients::declining_coefficients;
pub use macrs::{MACRS_ONE, macrs, macrs_real_property};
pub use section_179::section_179;
pub use thresholds::expensing_threshold;

/// The files that decide figures, by name.
pub static RULE_DATA: &[(&str, &str)] = &[
    ("bonus", include_str!("bonus.yaml")),
    ("coefficients", include_str!("coefficients.yaml")),
    ("macrs", include_str!("macrs.yaml")),
    ("section_179", include_str!("section_179.yaml")),
    ("thresholds", include_str!("thresholds.yaml")),
];

fn read<T: DeserializeOwned, U>(text: &str, make: impl FnOnce(T) -> Option<U>) -> Option<U> {
    make(serde_yaml::from_str(text).ok()?)
}

/// The data of a file. They ship with the program, and a test reads them all.
fn loaded<T>(data: &Option<T>) -> Result<&T, Problem> {
    data.as_ref().ok_or_else(|| Problem::new("the dated parameters of this program cannot be read"))
}

fn fraction(text: &str) -> Option<(i128, i128)> {
    let number = parse_amount(text).ok()?;
    Some((number.mantissa(), 10i128.checked_pow(number.scale())?))
}

fn date(text: Option<&String>, open: Date) -> Option<Date> {
    text.map_or(Some(open), |text| parse_date(text).ok())
}
