//! What a contract costs in a period: its price, accrued by day.

use crate::date::{Date, Period, add_months, day_before};
use crate::model::contract::{Contract, Per};
use crate::money::{Currency, Money, MoneyError};

/// The price of a contract as it accrues from day to day.
///
/// Each billing period (a month, quarter or year counted from the start of the term) carries its
/// price; within a billing period the price accrues evenly by calendar days. Amounts are rounded
/// cumulatively from the start, so that the parts of any span add up to the span.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Accrual {
    amount: Money,
    per: Per,
    runs: Period,
}

/// More billing periods than any contract has.
pub(super) const MOST_PERIODS: u32 = 12 * 200;

/// The accrual of a contract as far as `horizon`.
///
/// # Errors
/// Why its cost cannot be said, as a reader of a report must know it.
pub fn accrual(contract: Contract<'_>, horizon: Date) -> Result<Accrual, String> {
    if !contract.0.is_sound() {
        return Err(format!("contract {} has errors", contract.id()));
    }
    let (amount, per) = contract.price().ok_or_else(|| format!("contract {} has no price", contract.id()))?;
    let runs = contract
        .runs(horizon)
        .ok_or_else(|| format!("the term of contract {} ends before it starts", contract.id()))?;
    if per == Per::Once {
        // One price for the whole initial term; a renewal is not paid by it.
        let end = contract.initial_end().ok_or_else(|| {
            format!("contract {} is paid once and has no end to spread the price over", contract.id())
        })?;
        return Ok(Accrual { amount, per, runs: Period { start: runs.start, end } });
    }
    Ok(Accrual { amount, per, runs })
}

impl Accrual {
    /// The cost of the days of `period` on which the contract runs.
    pub fn cost(&self, period: Period) -> Result<Money, MoneyError> {
        match self.runs.intersection(period) {
            None => Ok(Money::zero(self.amount.currency())),
            Some(days) => self.until(days.end)?.checked_sub(self.until(day_before(days.start))?),
        }
    }

    pub(super) fn runs(&self) -> Period {
        self.runs
    }

    pub(super) fn currency(&self) -> Currency {
        self.amount.currency()
    }

    /// The cost from the start of the term to the end of `date`, rounded to the minor unit.
    pub(super) fn until(&self, date: Date) -> Result<Money, MoneyError> {
        let mut total = Money::zero(self.amount.currency());
        if date < self.runs.start {
            return Ok(total);
        }
        for number in 0..MOST_PERIODS {
            let billed = self.billing_period(number)?;
            if date >= billed.end {
                total = total.checked_add(self.amount)?;
                if date == billed.end {
                    return Ok(total);
                }
                continue;
            }
            let elapsed = Period { start: billed.start, end: date };
            let part = self.amount.times_ratio(elapsed.days().into(), billed.days().into())?;
            return if date < billed.start { Ok(total) } else { total.checked_add(part) };
        }
        Err(MoneyError::Overflow)
    }

    /// The days of a billing period, counted from 0; the last one may reach beyond the term.
    pub(super) fn billing_period(&self, number: u32) -> Result<Period, MoneyError> {
        let Some(months) = self.per.months() else {
            return if number == 0 { Ok(self.runs) } else { Err(MoneyError::Overflow) };
        };
        // Counted from the start each time: month ends must not drift.
        let boundary = |number: u32| {
            number
                .checked_mul(months)
                .and_then(|months| add_months(self.runs.start, months).ok())
                .ok_or(MoneyError::Overflow)
        };
        Ok(Period { start: boundary(number)?, end: day_before(boundary(number + 1)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::snapshot;

    fn accrual_of(fields: &str) -> Result<Accrual, String> {
        let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{fields}");
        let snapshot = snapshot(&[("contracts/c.yaml", &text)]);
        accrual(snapshot.contract("c").unwrap(), parse_date("2030-12-31").unwrap())
    }

    fn cost(fields: &str, start: &str, end: &str) -> String {
        let period = Period { start: parse_date(start).unwrap(), end: parse_date(end).unwrap() };
        accrual_of(fields).unwrap().cost(period).unwrap().amount_text()
    }

    /// 365 EUR a year are one euro a day in a common year; 366 a day less in a leap year.
    #[test]
    fn a_yearly_price_accrues_by_calendar_days() {
        let fields = "term: {start: 2023-03-01, length: 3y}\nprice: {amount: 366.00 EUR, per: year}\n";
        assert_eq!(cost(fields, "2023-03-01", "2024-02-29"), "366.00");
        assert_eq!(cost(fields, "2023-03-01", "2023-03-10"), "10.00");
        assert_eq!(cost(fields, "2022-01-01", "2023-03-01"), "1.00");
        assert_eq!(cost(fields, "2023-03-01", "2026-02-28"), "1098.00");
        assert_eq!(cost(fields, "2026-03-01", "2026-12-31"), "0.00");
    }

    #[test]
    fn months_and_quarters_are_whole_from_the_day_of_the_start() {
        let monthly = "term: {start: 2024-01-31, length: 1y}\nprice: {amount: 100.00 EUR, per: month}\n";
        assert_eq!(cost(monthly, "2024-01-31", "2024-02-28"), "100.00");
        assert_eq!(cost(monthly, "2024-01-31", "2025-01-30"), "1200.00");
        let quarterly = "term: {start: 2024-01-01, length: 1y}\nprice: {amount: 300.00 EUR, per: quarter}\n";
        assert_eq!(cost(quarterly, "2024-04-01", "2024-06-30"), "300.00");
    }

    #[test]
    fn an_open_ended_contract_goes_on_and_has_no_term_to_spread_a_single_price_over() {
        let monthly = "term: {start: 2023-01-01}\nprice: {amount: 100.00 EUR, per: month}\n";
        assert_eq!(cost(monthly, "2025-01-01", "2025-12-31"), "1200.00");
        assert_eq!(cost(monthly, "2022-01-01", "2022-12-31"), "0.00");
        let later = "term: {start: 2031-02-01}\nprice: {amount: 100.00 EUR, per: month}\n";
        assert_eq!(cost(later, "2030-01-01", "2030-12-31"), "0.00");
        let once = "term: {start: 2023-01-01}\nprice: {amount: 731.00 EUR, per: once}\n";
        assert_eq!(
            accrual_of(once).unwrap_err(),
            "contract c is paid once and has no end to spread the price over"
        );
    }

    #[test]
    fn tacit_renewal_goes_on_and_a_single_price_does_not() {
        let tacit = "term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: tacit, period: 1y}\nprice: {amount: 120.00 EUR, per: year}\n";
        assert_eq!(cost(tacit, "2025-01-01", "2025-12-31"), "120.00");
        let once = "term: {start: 2023-01-01, length: 2y}\nrenewal: {mode: tacit, period: 1y}\nprice: {amount: 731.00 EUR, per: once}\n";
        assert_eq!(cost(once, "2023-01-01", "2023-12-31"), "365.00");
        assert_eq!(cost(once, "2025-01-01", "2025-12-31"), "0.00");
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let accrual =
            accrual_of("term: {start: 2023-01-17, length: 5y}\nprice: {amount: 999.99 EUR, per: year}\n")
                .unwrap();
        let (start, end) = (parse_date("2023-01-01").unwrap(), parse_date("2027-12-31").unwrap());
        let mut sum = Money::zero("EUR".parse().unwrap());
        let mut day = start;
        while day <= end {
            let next = add_months(day, 1).unwrap();
            sum =
                sum.checked_add(accrual.cost(Period { start: day, end: day_before(next) }).unwrap()).unwrap();
            day = next;
        }
        assert_eq!(sum, accrual.cost(Period { start, end }).unwrap());
    }

    #[test]
    fn what_cannot_be_said_has_a_reason() {
        assert!(accrual_of("term: {start: 2023-01-01, length: 1y}\n").unwrap_err().contains("no price"));
        let ends_early = "term: {start: 2023-01-01, end: 2022-01-01}\nprice: {amount: 1.00 EUR, per: year}\n";
        assert!(accrual_of(ends_early).unwrap_err().contains("ends before"));
    }
}
