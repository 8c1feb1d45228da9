use rust_decimal::Decimal;

use super::{Method, Pace, Step};
use crate::date::{Duration, Period, add_months, day_after};
use crate::money::{Money, MoneyError, Percent, ratio};
use crate::schedule::convention::{month, quarter};
use crate::schedule::data;
use crate::schedule::problem::{Problem, problem};
use crate::schedule::terms::Terms;

/// MACRS, general depreciation system (IRS Publication 946): the printed tables are the rule. The
/// salvage value is ignored; section 179 and the special allowance come off first.
pub static METHOD: Method = Method {
    name: "macrs",
    title: "MACRS by the tables of IRS Publication 946",
    description: "is US MACRS by the printed percentage tables; `life` is the recovery period (3, 5, 7, 10, 15, 20 or 39 years)",
    pace: Pace::YearlyConvention,
    keeps_salvage: false,
    needs: &["life"],
    takes: &["section_179", "bonus"],
    annuity,
};

fn annuity(step: &Step<'_>) -> Result<i128, Problem> {
    let slice = step.slice;
    if slice.index == 0 || slice.before + slice.ticks < step.life_ticks {
        needs_twelve_months(slice.year)?;
    }
    let terms = step.terms;
    let Some(first_year) = terms.calendar.period_of(terms.start) else {
        return problem(format!("no fiscal year is listed for {}", terms.start));
    };
    let percent = match terms.convention.name {
        "mid_month" => {
            let month = month(terms.start, first_year);
            data::macrs_real_property(step.life, month, slice.index)
        }
        "mid_quarter" => data::macrs(step.life, Some(quarter(terms.start, first_year)), slice.index),
        _ => data::macrs(step.life, None, slice.index),
    };
    let percent = percent.map_err(|problem| problem.at(|| "life".into()))?;
    of_basis(step, percent, data::MACRS_ONE)
}

/// The charge for a share of the basis, with what is deducted at once in the first year; of a year
/// that an event cut, the part that is left.
pub(super) fn of_basis(step: &Step<'_>, numerator: i128, denominator: i128) -> Result<i128, Problem> {
    let cost = step.unit.count(step.terms.cost)?;
    let deducted = step.unit.count(first_year_deduction(step.terms)?)?;
    let at_once = if step.slice.index == 0 { deducted } else { 0 };
    let mut charge =
        ratio(cost - deducted, numerator, denominator)?.checked_add(at_once).ok_or(MoneyError::Overflow)?;
    if step.gross != cost {
        charge = ratio(charge, step.gross, cost)?;
    }
    if step.slice.ticks != step.slice.whole {
        charge = ratio(charge, step.slice.ticks.into(), step.slice.whole.into())?;
    }
    Ok(charge)
}

/// Section 179 and the special allowance on what is left, checked against the dated limits.
fn first_year_deduction(terms: &Terms) -> Result<Money, Problem> {
    let none = Money::zero(terms.cost.currency());
    let section_179 = terms.details.section_179.unwrap_or(none);
    let Some(year) = terms.calendar.period_of(terms.start) else { return Ok(none) };
    if !section_179.is_zero() {
        let limit = data::section_179(year.start, terms.cost)
            .map_err(|problem| problem.at(|| "section_179".into()))?;
        if section_179.compare(limit)?.is_gt() || section_179.compare(terms.cost)?.is_gt() {
            let text =
                format!("section 179 allows at most {limit} and no more than the cost, not {section_179}");
            return Err(Problem::new(text).at(|| "section_179".into()));
        }
    }
    let bonus = terms.details.bonus.unwrap_or(Percent::ZERO);
    if bonus != Percent::ZERO {
        let allowed =
            data::bonus(terms.acquired(), terms.start).map_err(|problem| problem.at(|| "bonus".into()))?;
        if !allowed.contains(&bonus) {
            let rates: Vec<String> = allowed.iter().map(Percent::to_string).collect();
            let text = format!(
                "the special allowance for what was acquired on {} and placed in service on {} is {}, not {bonus}",
                terms.acquired(),
                terms.start,
                rates.join(" or "),
            );
            return Err(Problem::new(text).at(|| "bonus".into()));
        }
    }
    let rest = terms.cost.checked_sub(section_179)?;
    Ok(section_179.checked_add(rest.times_ratio(bonus.points(), Decimal::ONE_HUNDRED)?)?)
}

/// Whether a recovery period is that of real property, which has a convention of its own.
pub fn is_real_property(life: Option<Duration>) -> bool {
    life.and_then(|life| life.months()).is_some_and(|months| months > 25 * 12)
}

fn needs_twelve_months(year: Period) -> Result<(), Problem> {
    match add_months(year.start, 12) {
        Ok(next) if next == day_after(year.end) => Ok(()),
        _ => problem(format!("the tables are for tax years of twelve months, and {year} is none")),
    }
}
