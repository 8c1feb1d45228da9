//! The plan itself: a row a fiscal year, and the values of any day.

use super::method::{Basis, Slice};
use super::terms::{Problem, Terms, problem};
use crate::date::{Date, Period, day_after, day_before};
use crate::money::{Money, MoneyError};

/// One fiscal year of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub fiscal_year: String,
    /// The days of the year on which the item depreciates.
    pub period: Period,
    /// Net book value at the beginning.
    pub opening: Money,
    pub charge: Money,
    /// Accumulated depreciation at the end.
    pub accumulated: Money,
    /// Net book value at the end; of the year of a disposal, just before it.
    pub closing: Money,
}

/// What the disposal of an item brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DisposalResult {
    pub date: Date,
    /// Net book value given up.
    pub net_book_value: Money,
    /// Zero where nothing was received.
    pub proceeds: Money,
    /// Proceeds less net book value; a loss where negative.
    pub gain: Money,
}

/// A depreciation plan in one book.
#[derive(Clone)]
pub struct Plan {
    pub cost: Money,
    pub salvage: Money,
    pub start: Date,
    pub rows: Vec<Row>,
    pub disposal: Option<DisposalResult>,
    elapsed: fn(Date, Date) -> i64,
    /// Annuities as planned, without regard to a disposal: charge and days of each year.
    annuities: Vec<(Slice, Money)>,
}

/// More fiscal years than any plan has.
const MOST_YEARS: usize = 200;

impl Plan {
    /// Computes the plan.
    ///
    /// # Errors
    /// A life that the convention cannot count, fiscal years that do not reach, overflow.
    pub fn compute(terms: &Terms) -> Result<Plan, Problem> {
        let Some(life_days) = (terms.convention.life)(terms.life).filter(|days| *days > 0) else {
            let (life, convention) = (terms.life, terms.convention.name);
            return problem(format!("{convention} counts months; give the life {life} in y or mo"));
        };
        let depreciable = terms.cost.checked_sub(terms.salvage)?;
        let slices = slices(terms, life_days)?;
        let basis = Basis { depreciable, life_days, slices };
        let mut charges = (terms.method.annuities)(&basis)?;
        give_rest_to_last(&mut charges, depreciable)?;
        let annuities: Vec<(Slice, Money)> = basis.slices.into_iter().zip(charges).collect();
        let mut plan = Plan {
            cost: terms.cost,
            salvage: terms.salvage,
            start: terms.start,
            rows: Vec::new(),
            disposal: None,
            elapsed: terms.convention.elapsed,
            annuities,
        };
        let end = terms.disposal.map(|(date, _)| date);
        plan.rows = plan.rows_until(end)?;
        plan.disposal = terms.disposal.map(|(date, proceeds)| plan.dispose(date, proceeds)).transpose()?;
        Ok(plan)
    }

    fn rows_until(&self, end: Option<Date>) -> Result<Vec<Row>, Problem> {
        let mut rows = Vec::new();
        let mut opening = self.cost;
        for (slice, annuity) in &self.annuities {
            let year = slice.year.period;
            if end.is_some_and(|end| end < year.start) {
                break;
            }
            let last_day = end.map_or(year.end, |end| end.min(year.end));
            let charge = if last_day < year.end { self.part(slice, *annuity, last_day)? } else { *annuity };
            let closing = opening.checked_sub(charge)?;
            rows.push(Row {
                fiscal_year: slice.year.id.clone(),
                period: Period { start: year.start.max(self.start), end: last_day },
                opening,
                charge,
                accumulated: self.cost.checked_sub(closing)?,
                closing,
            });
            opening = closing;
        }
        Ok(rows)
    }

    /// The part of a year's annuity until `date`, by elapsed days.
    fn part(&self, slice: &Slice, annuity: Money, date: Date) -> Result<Money, MoneyError> {
        let before = match slice.year.period.start <= self.start {
            true => 0,
            false => (self.elapsed)(self.start, day_before(slice.year.period.start)),
        };
        let days = ((self.elapsed)(self.start, date) - before).clamp(0, slice.days);
        annuity.times_ratio(days.into(), slice.days.into())
    }

    fn dispose(&self, date: Date, proceeds: Option<Money>) -> Result<DisposalResult, Problem> {
        let net_book_value = self.cost.checked_sub(self.planned_accumulated(date)?)?;
        let proceeds = proceeds.unwrap_or(Money::zero(self.cost.currency()));
        let gain = proceeds.checked_sub(net_book_value)?;
        Ok(DisposalResult { date, net_book_value, proceeds, gain })
    }

    fn planned_accumulated(&self, date: Date) -> Result<Money, MoneyError> {
        let mut total = Money::zero(self.cost.currency());
        for (slice, annuity) in &self.annuities {
            let year = slice.year.period;
            if date < year.start.max(self.start) {
                break;
            }
            let charge = if date < year.end { self.part(slice, *annuity, date)? } else { *annuity };
            total = total.checked_add(charge)?;
        }
        Ok(total)
    }

    /// Whether the item is in the books at the end of `date`: started, and not disposed of.
    pub fn is_in_books(&self, date: Date) -> bool {
        self.start <= date && self.disposal.is_none_or(|disposal| date < disposal.date)
    }

    /// Depreciation charged from the start to the end of `date`, a disposal notwithstanding.
    pub fn accumulated(&self, date: Date) -> Result<Money, MoneyError> {
        self.planned_accumulated(self.disposal.map_or(date, |disposal| date.min(disposal.date)))
    }

    /// Net book value at the end of `date`: zero where the item is not in the books.
    pub fn net_book_value(&self, date: Date) -> Result<Money, MoneyError> {
        match self.is_in_books(date) {
            true => self.cost.checked_sub(self.accumulated(date)?),
            false => Ok(Money::zero(self.cost.currency())),
        }
    }

    /// Depreciation charged in a period. Periods that follow each other add up.
    pub fn charge(&self, period: Period) -> Result<Money, MoneyError> {
        self.accumulated(period.end)?.checked_sub(self.accumulated(day_before(period.start))?)
    }
}

/// The fiscal years from the start until the days of the life are used up.
fn slices(terms: &Terms, life_days: i64) -> Result<Vec<Slice>, Problem> {
    let mut slices = Vec::new();
    let (mut counted, mut day) = (0, terms.start);
    while counted < life_days {
        let Some(year) = terms.calendar.year_of(day) else {
            return problem(format!("no fiscal year is listed for {day}"));
        };
        if slices.len() >= MOST_YEARS {
            return problem(format!("the plan has more than {MOST_YEARS} fiscal years"));
        }
        let until = (terms.convention.elapsed)(terms.start, year.period.end).min(life_days);
        day = day_after(year.period.end);
        slices.push(Slice { year, days: until - counted });
        counted = until;
    }
    Ok(slices)
}

/// Lets the annuities sum to the depreciable amount: the last takes the rest. Of tiny amounts the
/// rounded annuities can use everything up earlier; then the later ones are zero.
fn give_rest_to_last(charges: &mut [Money], depreciable: Money) -> Result<(), MoneyError> {
    let last = charges.len().saturating_sub(1);
    let mut rest = depreciable;
    for (at, charge) in charges.iter_mut().enumerate() {
        if at == last || charge.compare(rest)?.is_gt() {
            *charge = rest;
        }
        rest = rest.checked_sub(*charge)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::super::{CONVENTIONS, METHODS};
    use super::*;
    use crate::date::parse_date;
    use crate::model::calendar::{FiscalCalendar, FiscalYear};

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn terms(cost: &str, salvage: &str, life: &str, start: &str) -> Terms {
        Terms {
            cost: cost.parse().unwrap(),
            salvage: salvage.parse().unwrap(),
            life: life.parse().unwrap(),
            start: date(start),
            method: METHODS[0],
            convention: CONVENTIONS[0],
            calendar: FiscalCalendar::Yearly { month: 1, day: 1 },
            disposal: None,
        }
    }

    fn charges(terms: &Terms) -> Vec<String> {
        Plan::compute(terms).unwrap().rows.iter().map(|row| row.charge.amount_text()).collect()
    }

    /// Case fr-lin-004: Axelor, TestFixedAssetGenerationService, 500 over 5 years, in service on
    /// the closing day.
    #[test]
    fn in_service_on_the_closing_day_counts_one_day() {
        let expected = ["0.28", "100.00", "100.00", "100.00", "100.00", "99.72"];
        assert_eq!(charges(&terms("500 EUR", "0 EUR", "5y", "2020-12-31")), expected);
    }

    /// Case fr-lin-006: 3600 over 5 years in service on 27 June of a first year of seven months:
    /// 720 × 184/360 = 368.00, whatever the length of the year.
    #[test]
    fn a_short_first_year_keeps_the_denominator() {
        let mut terms = terms("3600 EUR", "0 EUR", "5y", "2020-06-27");
        let year = |id: &str, start: &str, end: &str| FiscalYear {
            id: id.into(),
            period: Period { start: date(start), end: date(end) },
        };
        let mut years = vec![year("FY2020", "2020-06-01", "2020-12-31")];
        for n in 2021..=2025 {
            years.push(year(&format!("FY{n}"), &format!("{n}-01-01"), &format!("{n}-12-31")));
        }
        terms.calendar = FiscalCalendar::Listed(years);
        assert_eq!(charges(&terms), ["368.00", "720.00", "720.00", "720.00", "720.00", "352.00"]);
        terms.calendar = FiscalCalendar::Listed(vec![year("FY2020", "2020-06-01", "2020-12-31")]);
        assert!(Plan::compute(&terms).is_err_and(|problem| problem.0.contains("2021-01-01")));
    }

    /// Case fr-dis-001: charged to the day of exit (270/360), result = proceeds less net book value.
    #[test]
    fn a_disposal_is_charged_to_its_day_and_leaves_a_gain_or_loss() {
        let mut terms = terms("12000 EUR", "0 EUR", "4y", "2022-01-01");
        terms.disposal = Some((date("2024-09-30"), Some("2500.00 EUR".parse().unwrap())));
        let plan = Plan::compute(&terms).unwrap();
        let last = plan.rows.last().unwrap();
        assert_eq!(
            (last.charge.amount_text(), last.accumulated.amount_text()),
            ("2250.00".into(), "8250.00".into())
        );
        let result = plan.disposal.unwrap();
        assert_eq!(
            (result.net_book_value.amount_text(), result.gain.amount_text()),
            ("3750.00".into(), "-1250.00".into())
        );
        assert!(plan.net_book_value(date("2024-09-30")).unwrap().is_zero());
        assert_eq!(plan.accumulated(date("2030-01-01")).unwrap().amount_text(), "8250.00");
    }

    /// Case edge-001: 0.20 over 50 years terminates and sums exactly.
    #[test]
    fn tiny_amounts_terminate_and_sum_exactly() {
        let plan = Plan::compute(&terms("0.20 EUR", "0 EUR", "600mo", "2024-01-01")).unwrap();
        assert_eq!(
            (plan.rows.len(), plan.rows.last().unwrap().accumulated.amount_text()),
            (50, "0.20".into())
        );
    }

    #[test]
    fn impossible_lives_are_problems() {
        assert!(Plan::compute(&terms("1 EUR", "0 EUR", "30d", "2023-01-01")).is_err());
        assert!(Plan::compute(&terms("1 EUR", "0 EUR", "999y", "2023-01-01")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// For any cost, salvage value, life, start and day: charges sum to the depreciable
        /// amount, none is negative, the value never falls below salvage, months add up to the
        /// year, and the two views of a day agree.
        #[test]
        fn invariants(cents in 0i64..100_000_000, kept in 0u8..=100, months in 1u32..=240,
                      day in 0u64..3650, start_month in 1u32..=12, at in 0u64..9000) {
            let money = |cents: i64| format!("{}.{:02} EUR", cents / 100, cents % 100);
            let start = date("2015-01-01").checked_add_days(chrono::Days::new(day)).unwrap();
            let salvage = money(cents / 100 * i64::from(kept));
            let mut terms = terms(&money(cents), &salvage, "1y", &start.to_string());
            terms.life = format!("{months}mo").parse().unwrap();
            terms.calendar = FiscalCalendar::Yearly { month: start_month, day: 1 };
            let plan = Plan::compute(&terms).unwrap();
            let eur = terms.cost.currency();
            let sum = crate::money::sum(plan.rows.iter().map(|row| row.charge), eur).unwrap();
            prop_assert_eq!(sum, terms.cost.checked_sub(terms.salvage).unwrap());
            for row in &plan.rows {
                prop_assert!(!row.charge.is_negative());
                prop_assert!(row.closing.amount() >= terms.salvage.amount());
                prop_assert_eq!(plan.net_book_value(row.period.end).unwrap(), row.closing);
                let mut month = row.period.start;
                let mut parts = Vec::new();
                while month <= row.period.end {
                    let next = crate::date::add_months(month.with_day0(0).unwrap(), 1).unwrap();
                    parts.push(plan.charge(Period { start: month, end: day_before(next).min(row.period.end) }).unwrap());
                    month = next;
                }
                prop_assert_eq!(crate::money::sum(parts, eur).unwrap(), row.charge);
            }
            let any = date("2014-01-01").checked_add_days(chrono::Days::new(at)).unwrap();
            let total = plan.accumulated(any).unwrap();
            prop_assert!(!total.is_negative() && total.amount() <= sum.amount());
        }
    }
}
