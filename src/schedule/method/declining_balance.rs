use super::declining::{by_rate, with_switch};
use super::{Method, Pace, Step};
use crate::date::Date;
use crate::schedule::data;
use crate::schedule::problem::{Problem, problem};

/// The French declining balance (dégressif; CGI art. 39 A, annexe II art. 22 to 25): the
/// straight-line rate times a coefficient, on the opening value, by months from the first day of
/// the month of acquisition; straight line over the fiscal years that are left once that is more.
/// The life is as many fiscal years as it has years, the first counting as one. The tax base
/// ignores the salvage value.
pub static METHOD: Method = Method {
    name: "declining_balance",
    title: "declining balance with dated coefficients (CGI art. 39 A)",
    description: "is the French declining balance: dated coefficient, months from the month of acquisition, switch to straight line",
    pace: Pace::FiscalYears,
    keeps_salvage: false,
    needs: &["life"],
    takes: &[],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    let months = step.months()?;
    let (numerator, denominator) = coefficient(step.terms.acquired(), u32::try_from(months).unwrap_or(0))?;
    // A tick is a month: the yearly rate is coefficient ÷ years. In the first fiscal year, however
    // short, all years of the life are left, and no coefficient is below 1.
    Ok(match step.slice.index {
        0 => by_rate(step, numerator, denominator * months)?,
        _ => with_switch(step, numerator, denominator * months)?,
    })
}

/// The coefficient for a life in months of what was acquired on a day, as a fraction.
pub fn coefficient(acquired: Date, months: u32) -> Result<(i128, i128), Problem> {
    if months < 36 {
        return problem("declining balance is for a life of 3 years or more (CGI annexe II art. 22)");
    }
    let years = data::declining_coefficients()?;
    let Some(dated) = years.iter().find(|dated| dated.holds_on(acquired)) else {
        return problem(format!("no coefficient of declining balance is known for {acquired}"));
    };
    Ok(match months {
        ..60 => dated.three_or_four_years,
        60..=72 => dated.five_or_six_years,
        _ => dated.more_years,
    })
}
