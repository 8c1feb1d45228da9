//! The coefficients of French declining balance.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{date, fraction, loaded, read};
use crate::date::{Date, parse_date};
use crate::schedule::Problem;

/// The coefficients of declining balance for what is acquired in a span of time, as fractions.
pub struct Coefficients {
    from: Date,
    until: Date,
    pub three_or_four_years: (i128, i128),
    pub five_or_six_years: (i128, i128),
    pub more_years: (i128, i128),
}

impl Coefficients {
    pub fn holds_on(&self, date: Date) -> bool {
        self.from <= date && date <= self.until
    }
}

pub fn declining_coefficients() -> Result<&'static [Coefficients], Problem> {
    #[derive(Deserialize)]
    struct Raw {
        from: String,
        until: Option<String>,
        three_or_four_years: String,
        five_or_six_years: String,
        more_years: String,
    }
    static DATA: LazyLock<Option<Vec<Coefficients>>> = LazyLock::new(|| {
        read(include_str!("coefficients.yaml"), |raw: Vec<Raw>| {
            let line = |raw: Raw| {
                Some(Coefficients {
                    from: parse_date(&raw.from).ok()?,
                    until: date(raw.until.as_ref(), Date::MAX)?,
                    three_or_four_years: fraction(&raw.three_or_four_years)?,
                    five_or_six_years: fraction(&raw.five_or_six_years)?,
                    more_years: fraction(&raw.more_years)?,
                })
            };
            raw.into_iter().map(line).collect()
        })
    });
    loaded(&DATA).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spans_of_time_leave_no_hole() {
        for pair in declining_coefficients().unwrap().windows(2) {
            assert_eq!(pair[0].until.succ_opt(), Some(pair[1].from));
        }
    }
}
