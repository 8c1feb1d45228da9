use super::{Method, Pace, Step};
use crate::money::ratio;
use crate::schedule::Problem;

/// Sum of the years' digits (SYD, SOFTY): each year of the life weighs as many years as are left at
/// its beginning. A fiscal year that touches two years of the life takes its part of both.
pub static METHOD: Method = Method {
    name: "sum_of_years_digits",
    title: "sum of the years' digits",
    description: "charges each year of the life in proportion to the years left at its beginning",
    pace: Pace::Convention,
    keeps_salvage: true,
    needs: &["life"],
    takes: &[],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    let weights = Weights { months: step.months()?, life: step.life_ticks.into() };
    let (before, ticks) = (i128::from(step.slice.before), i128::from(step.slice.ticks));
    let begun = i128::from(step.life_ticks - step.base_ticks);
    let left = weights.until(weights.life) - weights.until(begun);
    Ok(ratio(step.base, weights.until(before + ticks) - weights.until(before), left)?)
}

struct Weights {
    months: i128,
    /// In ticks.
    life: i128,
}

impl Weights {
    /// The weight of the first `ticks` of the life: for each year of the life, its part times the
    /// months left at its beginning.
    fn until(&self, ticks: i128) -> i128 {
        // In ticks × months a year is a whole number.
        let (position, year) = (ticks * self.months, self.life * 12);
        let whole = position / year;
        // Months left at the beginning of years 0, 1, … sum to whole × months − 12 × (0 + 1 + …).
        let of_whole_years = whole * self.months - 6 * whole * (whole - 1);
        let of_this_year = (self.months - 12 * whole) * (position - whole * year);
        of_whole_years * year + of_this_year
    }
}
