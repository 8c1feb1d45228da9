//! An option as a branch: what the estate costs in the years to come as each branch has it.

use rust_decimal::Decimal;

use crate::date::Date;
use crate::invest::Flows;
use crate::model::calendar::FiscalYear;
use crate::money::{Money, MoneyError, Percent, sum};
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;
use crate::value::{AllCosts, Basis};

/// A branch with the estate as it would be.
pub struct Branch {
    pub name: String,
    pub snapshot: Snapshot,
}

/// What one branch costs.
#[derive(Clone, Copy)]
struct Cost {
    money: Money,
    /// Whether some of it has no price.
    has_holes: bool,
}

/// A cost, or why it is not known.
type Figure = Result<Cost, String>;

/// The costs of branches over these fiscal years, the first branch being what the others are measured
/// against. A year's cost counts at its end; present values are at `start`, over days ÷ 365.
pub fn compare_branches(
    base: Report,
    branches: &[Branch],
    years: &[FiscalYear],
    book: &str,
    (rate, start): (Percent, Date),
) -> Report {
    let columns = vec![
        Column::new("branch", "Branch"),
        Column::money("cost", "Cost of the years"),
        Column::money("difference", "Against the first"),
        Column::money("present_cost", "Present value"),
        Column::money("present_difference", "Against the first"),
    ];
    let mut options = Section::new("branches", "Branches", columns);
    let columns = vec![
        Column::new("branch", "Branch"),
        Column::new("fiscal_year", "Fiscal year"),
        Column::money("cost", "Cost"),
        Column::money("difference", "Against the first"),
    ];
    let mut by_year = Section::new("years", "Year by year", columns);
    let mut first: Option<(Vec<Figure>, [Figure; 2])> = None;
    for branch in branches {
        let costs: Vec<Figure> = years.iter().map(|year| cost(&branch.snapshot, year, book)).collect();
        let totals = totals(&costs, years, rate, start);
        for (at, (year, own)) in years.iter().zip(&costs).enumerate() {
            let against = first.as_ref().and_then(|(costs, _)| costs.get(at));
            let mut cells = vec![Cell::id(branch.name.as_str()), Cell::id(year.id.as_str())];
            cells.extend([cell(own), difference(own, against)]);
            by_year.push(cells);
        }
        let mut cells = vec![Cell::id(branch.name.as_str())];
        for (at, own) in totals.iter().enumerate() {
            let against = first.as_ref().and_then(|(_, totals)| totals.get(at));
            cells.extend([cell(own), difference(own, against)]);
        }
        options.push(cells);
        first.get_or_insert((costs, totals));
    }
    base.header("book", book)
        .header("discount_rate", format!("{rate} a year"))
        .section(options)
        .section(by_year)
        .note("costs are those of `estate value --all`: depreciation, contracts, energy, labour and expenses")
}

fn cost(snapshot: &Snapshot, year: &FiscalYear, book: &str) -> Figure {
    let costs = AllCosts::of(snapshot, Basis::new(year.period, book))?;
    Ok(Cost { money: costs.total, has_holes: costs.has_holes() })
}

/// The costs of all years added up, and their present value.
fn totals(costs: &[Figure], years: &[FiscalYear], rate: Percent, start: Date) -> [Figure; 2] {
    let known: Result<Vec<Cost>, String> = costs.iter().cloned().collect();
    let known = match known {
        Ok(known) => known,
        Err(reason) => return [Err(reason.clone()), Err(reason)],
    };
    let has_holes = known.iter().any(|cost| cost.has_holes);
    let Some(currency) = known.first().map(|cost| cost.money.currency()) else {
        let none = || Err("the settings list no fiscal year".to_owned());
        return [none(), none()];
    };
    let figure = |money: Result<Money, MoneyError>| {
        money.map(|money| Cost { money, has_holes }).map_err(|error| error.to_string())
    };
    let dated: Vec<(Date, Decimal)> =
        years.iter().zip(&known).map(|(year, cost)| (year.period.end, cost.money.amount())).collect();
    let present = Flows::dated(start, &dated).and_then(|flows| flows.npv(rate.ratio()));
    let present = present.map(|present| Money::new(present, currency).rounded());
    [figure(sum(known.iter().map(|cost| cost.money), currency)), figure(present)]
}

fn cell(cost: &Figure) -> Cell {
    match cost {
        Ok(cost) if cost.has_holes => Cell::missing(format!("at least {}", cost.money)),
        Ok(cost) => cost.money.into(),
        Err(reason) => Cell::missing(reason.as_str()),
    }
}

/// What a branch costs more than the first; nothing for the first itself.
fn difference(own: &Figure, first: Option<&Figure>) -> Cell {
    match (own, first) {
        (_, None) => Cell::Empty,
        (Ok(own), Some(Ok(first))) if !own.has_holes && !first.has_holes => own
            .money
            .checked_sub(first.money)
            .map_or_else(|error| Cell::missing(error.to_string()), Cell::Delta),
        _ => Cell::missing("not all costs are known"),
    }
}
