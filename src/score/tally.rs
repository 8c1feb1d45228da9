//! Counting: how many of how many, and the exact share that this is.

use rust_decimal::Decimal;

use super::{Check, Checked, Indicator, Outcome};
use crate::money::{Percent, ratio};

/// How many items pass of those that were measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    pub passed: u32,
    pub measured: u32,
}

impl Tally {
    fn add(&mut self, outcome: Option<bool>) {
        self.measured += u32::from(outcome.is_some());
        self.passed += u32::from(outcome == Some(true));
    }

    pub fn failed(self) -> u32 {
        self.measured.saturating_sub(self.passed)
    }

    /// `None` where nothing was measured, which is no hundred percent.
    pub fn share(self) -> Option<Share> {
        let share = Share { numerator: self.passed.into(), denominator: self.measured.into() };
        (self.measured > 0).then_some(share)
    }
}

/// A part of a whole, exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    numerator: i128,
    denominator: i128,
}

impl Share {
    /// The mean of some shares: `(a/b + c/d) ÷ 2 = (ad + cb) / 2bd`. Three denominators of 32 bits fit.
    fn mean(shares: &[Share]) -> Option<Share> {
        let mut sum = Share { numerator: 0, denominator: 1 };
        for share in shares {
            let crossed = sum.numerator.checked_mul(share.denominator)?;
            sum = Share {
                numerator: share.numerator.checked_mul(sum.denominator)?.checked_add(crossed)?,
                denominator: sum.denominator.checked_mul(share.denominator)?,
            };
        }
        let count = i128::try_from(shares.len()).ok().filter(|count| *count > 0)?;
        Some(Share { denominator: sum.denominator.checked_mul(count)?, ..sum })
    }

    /// In percent with one decimal, half away from zero.
    pub fn percent(self) -> Option<Percent> {
        let tenths = ratio(1000, self.numerator, self.denominator).ok()?;
        Percent::of_ratio(Decimal::try_from_i128_with_scale(tenths, 3).ok()?)
    }

    /// Whether it is less than a limit of at most a hundred percent; no rounding helps it.
    pub fn is_below(self, limit: Percent) -> bool {
        let points = limit.points();
        let scaled = 10_i128.checked_pow(points.scale()).and_then(|scale| scale.checked_mul(100));
        let mine = scaled.and_then(|scaled| self.numerator.checked_mul(scaled));
        let wanted = points.mantissa().checked_mul(self.denominator);
        mine.zip(wanted).is_none_or(|(mine, wanted)| mine < wanted)
    }
}

/// The tallies of some items.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scorecard {
    pub items: usize,
    checks: [Tally; 6],
    indicators: [Tally; 3],
}

impl Scorecard {
    pub fn of<'c, 'a: 'c>(items: impl IntoIterator<Item = &'c Checked<'a>>) -> Scorecard {
        let mut card = Scorecard::default();
        for checked in items {
            card.items += 1;
            for (tally, outcome) in card.checks.iter_mut().zip(&checked.outcomes) {
                tally.add(passed(outcome));
            }
            for (tally, indicator) in card.indicators.iter_mut().zip(Indicator::ALL) {
                let own = checked.outcomes().filter(|(check, _)| check.indicator() == indicator);
                // Passed where all that were measured are; not measured where none was.
                tally.add(own.filter_map(|(_, outcome)| passed(outcome)).reduce(|all, one| all && one));
            }
        }
        card
    }

    pub fn checks(&self) -> impl Iterator<Item = (Check, Tally)> {
        Check::ALL.into_iter().zip(self.checks)
    }

    pub fn indicators(&self) -> impl Iterator<Item = (Indicator, Tally)> {
        Indicator::ALL.into_iter().zip(self.indicators)
    }

    /// The plain mean of the indicators that were measured.
    pub fn overall(&self) -> Option<Share> {
        let measured: Vec<Share> = self.indicators.iter().filter_map(|tally| tally.share()).collect();
        Share::mean(&measured)
    }
}

fn passed(outcome: &Outcome) -> Option<bool> {
    match outcome {
        Outcome::Passed => Some(true),
        Outcome::Failed { .. } => Some(false),
        Outcome::NotMeasured => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(passed: u32, measured: u32) -> String {
        Tally { passed, measured }.share().unwrap().percent().unwrap().to_string()
    }

    /// KB1759576 and the article "Scoring in New CMDB Health Dashboard" show these in whole percent.
    #[test]
    fn the_published_examples_come_out() {
        assert_eq!(percent(184_470, 185_610), "99.4%", "not duplicate: 99%");
        assert_eq!(percent(185_610, 185_610), "100%", "not orphan: 100%");
        assert_eq!(percent(128_290, 185_610), "69.1%", "not stale: 69%");
        assert_eq!(percent(185_610 - 1_140 - 57_320, 185_610), "68.5%", "correctness: 69%");
        assert_eq!(percent(10, 14), "71.4%", "4 orphans of 14: 71%");
        assert_eq!(percent(6, 18), "33.3%", "12 failures of 18: 33%");
    }

    #[test]
    fn nothing_measured_is_no_score() {
        assert_eq!(Tally::default().share(), None);
        assert_eq!(Scorecard::default().overall(), None);
    }

    #[test]
    fn the_mean_is_exact_and_a_limit_is_not_met_by_rounding() {
        let share = |numerator, denominator| Share { numerator, denominator };
        // (1/3 + 1/2 + 1/7) / 3 = 41/126 = 32.539… %
        let mean = Share::mean(&[share(1, 3), share(1, 2), share(1, 7)]).unwrap();
        assert_eq!(mean.percent().unwrap().to_string(), "32.5%");
        let almost = share(1999, 2000);
        assert_eq!(almost.percent().unwrap().to_string(), "100%");
        for (limit, below) in [("100%", true), ("99.95%", false), ("99.951%", true), ("0%", false)] {
            assert_eq!(almost.is_below(limit.parse().unwrap()), below, "{limit}");
        }
    }
}
