//! What a valuation is made for, and how its figures are cut.

use crate::date::{Date, Period, add_months, day_before};
use crate::model::settings::Allocation;
use crate::money::{MinorUnit, Money, MoneyError, Percent, ratio};

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

/// The columns that the costs of a valuation fall into.
pub(super) struct Columns {
    /// The spans into which the period is cut; one where it is not.
    pub spans: Vec<Period>,
    by_pool: bool,
}

impl Columns {
    pub fn of(basis: &Basis<'_>) -> Self {
        let spans = match basis.cut {
            Cut::Months => months(basis.period),
            Cut::Whole | Cut::Pools => vec![basis.period],
        };
        Self { spans, by_pool: basis.cut == Cut::Pools }
    }

    /// How many columns of money there are; one of carbon follows them.
    pub fn money(&self) -> usize {
        if self.by_pool { POOLS.len() } else { self.spans.len() }
    }

    pub fn at(&self, pool: &str, span: usize) -> usize {
        match self.by_pool {
            true => POOLS.iter().position(|known| *known == pool).unwrap_or_default(),
            false => span,
        }
    }

    /// What the columns of money are called: a pool, or the month of a span.
    pub fn names(&self) -> Vec<String> {
        match self.by_pool {
            true => POOLS.iter().map(|pool| (*pool).to_owned()).collect(),
            false => self.spans.iter().map(|span| span.start.format("%Y-%m").to_string()).collect(),
        }
    }
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

/// A number of minor units as money.
pub(super) fn money(unit: MinorUnit, count: i128) -> Result<Money, MoneyError> {
    unit.money(count)
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
