use super::full_year::whole;
use super::{Convention, Measure, Yearly, months};
use crate::date::{Date, Period, add_months};
use crate::money::{self, Money, MoneyError};

/// Half of the quarter of service and of the quarter of disposal (IRS Publication 946).
pub static CONVENTION: Convention = Convention {
    name: "mid_quarter",
    title: "half of the first and the last quarter",
    description: "counts half of the quarter of service and half of the quarter of disposal",
    measure: Measure::Yearly(Yearly { whole, first, leaving: Some(leaving) }),
};

fn first(start: Date, year: Period) -> i64 {
    whole(year) - leaving(start, year)
}

fn leaving(date: Date, year: Period) -> i64 {
    whole(year) / 8 * (2 * quarter(date, year) + 1)
}

/// 0 for the first quarter of the year.
pub(in crate::schedule) fn quarter(date: Date, year: Period) -> i64 {
    (months::into_year(date, year) * 4 / months::of_year(year).max(1)).clamp(0, 3)
}

/// Whether the mid-quarter convention holds for all personal property of a tax year: more than 40 %
/// of the year's basis was placed in service in its last three months. The bases are after section
/// 179 and before the special allowance, without real property and without what was placed in
/// service and disposed of in the same year.
pub fn exceeds_forty_percent(
    year: Period,
    placed: impl IntoIterator<Item = (Date, Money)>,
) -> Result<bool, MoneyError> {
    let last_quarter = add_months(year.start, 9).map_err(|_| MoneyError::Overflow)?;
    let mut sums: Option<(Money, Money)> = None;
    for (date, basis) in placed.into_iter().filter(|(date, _)| year.contains(*date)) {
        let late = if date >= last_quarter { basis } else { Money::zero(basis.currency()) };
        sums = Some(match sums {
            None => (basis, late),
            Some((all, before)) => (all.checked_add(basis)?, before.checked_add(late)?),
        });
    }
    let Some((all, late)) = sums else { return Ok(false) };
    let unit = money::MinorUnit::of(all.currency());
    Ok(unit.count(late)? * 100 > unit.count(all)? * 40)
}
