//! What a missed level costs whoever promised it.

use rust_decimal::Decimal;

use super::{LevelRow, Outcome, hours};
use crate::contract::accrual::{Accrual, accrual};
use crate::contract::check::Question;
use crate::date::{Date, Period, add_months, day_before};
use crate::model::service_level::{Penalty, Unit};
use crate::money::Money;

/// The year of a contract, counted from its start, that holds a day; the first one for days before it.
pub fn year_of(start: Date, day: Date) -> Period {
    let nth = |number: u32| add_months(start, number.saturating_mul(12)).unwrap_or(Date::MAX);
    let number = (1..).take_while(|number| nth(*number) <= day && nth(*number) < Date::MAX).count();
    let number = u32::try_from(number).unwrap_or(u32::MAX - 1);
    Period { start: nth(number), end: day_before(nth(number.saturating_add(1))) }
}

/// Sets the penalty of every missed window of a level, in order: the rate for each step of the miss,
/// of the price of the window, until the cap of the contract's year is reached.
pub fn settle(rows: &mut [LevelRow<'_>], start: Date, question: &Question<'_, '_>) {
    let mut given: Option<(Period, Money)> = None;
    for row in rows.iter_mut().filter(|row| row.outcome == Outcome::Missed) {
        let Some(penalty) = row.level.penalty else { continue };
        let year = year_of(start, row.window.start);
        let before = given.filter(|(of, _)| *of == year).map(|(_, amount)| amount);
        let found = accrual(question.snapshot, row.contract, year.end.max(row.window.end))
            .and_then(|price| amount(row, steps(row, penalty, question)?, penalty, &price, year, before));
        if let Ok(amount) = &found {
            let sum = before.map_or(Ok(*amount), |before| before.checked_add(*amount));
            given = sum.ok().map(|sum| (year, sum));
        }
        row.penalty = Some(found);
    }
}

fn amount(
    row: &LevelRow<'_>,
    steps: Decimal,
    penalty: Penalty,
    price: &Accrual,
    year: Period,
    before: Option<Money>,
) -> Result<Money, String> {
    let of_window = price.cost(row.window).map_err(|error| error.to_string())?;
    let points = penalty.rate.points().checked_mul(steps).ok_or("the penalty is too large")?;
    let amount = of_window.times_ratio(points, Decimal::ONE_HUNDRED).map_err(|error| error.to_string())?;
    let Some(cap) = penalty.cap else { return Ok(amount) };
    let most = price.cost(year).and_then(|of_year| cap.of(of_year));
    let left = most.and_then(|most| before.map_or(Ok(most), |before| most.checked_sub(before)));
    let left = left.map_err(|error| error.to_string())?;
    let is_above = amount.compare(left).is_ok_and(|order| order.is_gt());
    Ok(if is_above { left } else { amount })
}

/// How many steps the target was missed by, a begun one counted whole; one without steps.
fn steps(row: &LevelRow<'_>, penalty: Penalty, question: &Question<'_, '_>) -> Result<Decimal, String> {
    let Some(step) = penalty.step else { return Ok(Decimal::ONE) };
    let wrong = || "the step of the penalty does not fit the unit of the target".to_owned();
    let hours = hours(&row.level, question)?;
    let base = |unit: Unit| unit.seconds(&hours).unwrap_or(Decimal::ONE);
    let unit = row.level.target.quantity.unit;
    if (unit == Unit::Percent) != (step.unit == Unit::Percent) {
        return Err(wrong());
    }
    let missed = row.margin.map_or(Decimal::ZERO, |margin| margin.abs());
    let missed = missed.checked_mul(base(unit)).ok_or_else(wrong)?;
    let each = step.value.checked_mul(base(step.unit)).ok_or_else(wrong)?;
    missed.checked_div(each).map(|steps| steps.ceil()).ok_or_else(wrong)
}
