//! What a valuation is made for, and how its figures are cut.

use crate::date::{Date, Period, add_months, day_before};
use crate::model::settings::Allocation;
use crate::money::{MoneyError, Percent, ratio};

/// Period, book and method of a valuation.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    pub period: Period,
    /// The book whose depreciation counts.
    pub book: &'a str,
    /// How services charge one another; as the settings say where it is `None`.
    pub allocation: Option<Allocation>,
    /// The yearly rate of the imputed cost of capital; none is imputed where it is `None`.
    pub cost_of_capital: Option<Percent>,
    pub cut: Cut,
}

impl<'a> Basis<'a> {
    pub fn new(period: Period, book: &'a str) -> Self {
        Self { period, book, allocation: None, cost_of_capital: None, cut: Cut::Whole }
    }
}

/// How the costs of the period are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    Whole,
    Months,
    Pools,
}

/// The cost pools: where costs come from. The kinds of contracts are pools, too.
pub const POOLS: [&str; 17] = [
    "depreciation",
    "maintenance",
    "support",
    "warranty",
    "licence",
    "subscription",
    "lease",
    "hosting",
    "outsourcing",
    "insurance",
    "telecom",
    "sla",
    "ola",
    "energy",
    "labour",
    "one_off",
    "capital",
];

/// The columns that the costs of a valuation fall into: the whole, each part of the cut, and carbon.
/// The whole is no sum of the parts, so that it is the same however the period is cut.
pub(super) struct Columns {
    /// The spans into which the period is cut; one where it is not.
    pub spans: Vec<Period>,
    cut: Cut,
}

impl Columns {
    pub fn of(basis: &Basis<'_>) -> Self {
        let spans = match basis.cut {
            Cut::Months => months(basis.period),
            Cut::Whole | Cut::Pools => vec![basis.period],
        };
        Self { spans, cut: basis.cut }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.names().len() + 2
    }

    /// The column of a part.
    pub fn part(&self, pool: &str, span: usize) -> Option<usize> {
        match self.cut {
            Cut::Whole => None,
            Cut::Months => Some(span + 1),
            Cut::Pools => POOLS.iter().position(|known| *known == pool).map(|at| at + 1),
        }
    }

    /// What the parts are called, in the order of their columns: a pool, or the month of a span.
    pub fn names(&self) -> Vec<String> {
        match self.cut {
            Cut::Whole => Vec::new(),
            Cut::Months => self.spans.iter().map(|span| span.start.format("%Y-%m").to_string()).collect(),
            Cut::Pools => POOLS.iter().map(|pool| (*pool).to_owned()).collect(),
        }
    }
}

/// The whole cost among figures by column.
pub(super) fn whole(figures: &[i128]) -> i128 {
    figures.first().copied().unwrap_or(0)
}

/// The calendar months of a period, the first and the last cut to it.
fn months(period: Period) -> Vec<Period> {
    let mut months = Vec::new();
    let mut start = period.start;
    while start <= period.end {
        let next = first_of_next_month(start);
        let end = next.map_or(period.end, |next| day_before(next).min(period.end));
        months.push(Period { start, end });
        match next {
            Some(next) => start = next,
            None => break,
        }
    }
    months
}

fn first_of_next_month(date: Date) -> Option<Date> {
    use chrono::Datelike as _;
    add_months(date.with_day(1)?, 1).ok()
}

/// Parts of a minor unit in which costs are shared: what is lost below them is never a cent.
pub(super) const FINE: i128 = 1_000_000_000;

/// Fine parts in minor units, to the nearest.
pub(super) fn nearest(fine: i128) -> Result<i128, MoneyError> {
    ratio(fine, 1, FINE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    #[test]
    fn a_period_is_cut_at_the_ends_of_months() {
        let day = |text: &str| parse_date(text).unwrap();
        let spans = months(Period { start: day("2025-12-31"), end: day("2026-02-10") });
        let shown: Vec<String> = spans.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            ["2025-12-31 to 2025-12-31", "2026-01-01 to 2026-01-31", "2026-02-01 to 2026-02-10"]
        );
    }
}
