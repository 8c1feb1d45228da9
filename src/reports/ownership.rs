//! The cost of owning over several years.

use rust_decimal::Decimal;

use crate::date::Period;
use crate::money::{Money, MoneyError, Percent};
use crate::report::{Cell, Column, Section};

/// The cost of one year; a hole with its reason where it is not known.
pub type YearCost = (Period, Result<Money, String>);

/// The cost of each year and of all of them. With a rate of inflation the second figure is in the
/// money of the first year: the cost of year `n` divided by `(1 + rate)` to the power of `n - 1`.
pub fn total_cost_of_ownership(years: &[YearCost], inflation: Option<Percent>) -> Section {
    let columns = vec![
        Column::number("year", "Year"),
        Column::new("from", "From"),
        Column::new("to", "To"),
        Column::money("nominal", "Cost"),
        Column::money("real", "In money of the first year"),
    ];
    let mut section = Section::new("years", "Total cost of ownership", columns);
    let mut totals: [Option<Result<Money, String>>; 2] = [None, None];
    for (number, (period, cost)) in years.iter().enumerate() {
        let real = inflation.map(|rate| {
            cost.clone().and_then(|cost| deflated(cost, rate, number).map_err(|error| error.to_string()))
        });
        let figures = [Some(cost.clone()), real];
        let mut cells = vec![
            Cell::Int(i64::try_from(number).unwrap_or(0) + 1),
            Cell::Date(period.start),
            Cell::Date(period.end),
        ];
        cells.extend(figures.iter().map(|figure| cell(figure.as_ref())));
        section.push(cells);
        for (total, figure) in totals.iter_mut().zip(figures) {
            *total = match (total.take(), figure) {
                (Some(sum), Some(figure)) => {
                    Some(sum.and_then(|sum| sum.checked_add(figure?).map_err(|error| error.to_string())))
                }
                (sum, figure) => sum.or(figure),
            };
        }
    }
    let mut cells = vec![Cell::text("Total"), Cell::Empty, Cell::Empty];
    cells.extend(totals.iter().map(|total| cell(total.as_ref())));
    section.totals(cells)
}

fn cell(figure: Option<&Result<Money, String>>) -> Cell {
    match figure {
        None => Cell::Empty,
        Some(Ok(money)) => Cell::Money(*money),
        Some(Err(reason)) => Cell::missing(reason.as_str()),
    }
}

fn deflated(cost: Money, rate: Percent, years: usize) -> Result<Money, MoneyError> {
    let factor = Decimal::ONE_HUNDRED
        .checked_add(rate.points())
        .and_then(|sum| sum.checked_div(Decimal::ONE_HUNDRED))
        .ok_or(MoneyError::Overflow)?;
    let mut power = Decimal::ONE;
    for _ in 0..years {
        power = power.checked_mul(factor).ok_or(MoneyError::Overflow)?;
    }
    cost.times_ratio(Decimal::ONE, power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    /// 1000 a year at 2 % a year: 1000 + 1000/1.02 + 1000/1.0404 = 1000 + 980.39 + 961.17.
    #[test]
    fn real_costs_are_in_the_money_of_the_first_year() {
        let day = |text: &str| parse_date(text).unwrap();
        let period = Period { start: day("2026-01-01"), end: day("2026-12-31") };
        let cost: Money = "1000.00 EUR".parse().unwrap();
        let years = vec![(period, Ok(cost)); 3];
        let section = total_cost_of_ownership(&years, Some("2%".parse().unwrap()));
        let real: Vec<String> = section.rows.iter().map(|row| row.cells[4].to_string()).collect();
        assert_eq!(real, ["1000.00 EUR", "980.39 EUR", "961.17 EUR"]);
        let totals: Vec<String> = section.totals.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(totals[3..], ["3000.00 EUR", "2941.56 EUR"]);
        let broken = [(period, Ok(cost)), (period, Err("a hole".to_owned()))];
        let totals = total_cost_of_ownership(&broken, None).totals.unwrap();
        assert_eq!(totals[3], Cell::missing("a hole"));
    }
}
