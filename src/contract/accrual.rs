//! What a contract costs in a period: its price, accrued by day.

use chrono::Datelike;

use super::price::{Stretch, stretches};
use crate::date::{Date, Period, add_months, day_after, day_before};
use crate::model::contract::{Contract, Per};
use crate::money::{Currency, Money, MoneyError};
use crate::snapshot::Snapshot;

/// The price of a contract as it accrues from day to day.
///
/// Each billing period (a month, quarter or year counted from the start of the term) carries its
/// price; within a billing period the price accrues evenly by calendar days, and where the price
/// changes within it, each price accrues for its own days. Amounts are rounded cumulatively from the
/// start, so that the parts of any span add up to the span.
#[derive(Clone, PartialEq, Debug)]
pub struct Accrual {
    /// Without a gap; none where the contract has no day.
    stretches: Vec<Stretch>,
    /// Where billing periods are counted from.
    start: Date,
    currency: Currency,
}

/// The accrual of a contract as far as `horizon`.
///
/// # Errors
/// Why its cost cannot be said, as a reader of a report must know it.
pub fn accrual(snapshot: &Snapshot, contract: Contract<'_>, horizon: Date) -> Result<Accrual, String> {
    let stretches = stretches(snapshot, contract, horizon)?;
    let first = contract.price().zip(contract.start());
    let (price, start) = first.ok_or_else(|| format!("contract {} has no price", contract.id()))?;
    let currency = price.amount.currency();
    if let Some(other) = stretches.iter().find(|stretch| stretch.amount.currency() != currency) {
        return Err(format!(
            "contract {} has prices in {currency} and {}",
            contract.id(),
            other.amount.currency()
        ));
    }
    Ok(Accrual { stretches, start, currency })
}

impl Accrual {
    /// The days on which the contract runs, as far as the horizon; `None` where there are none.
    pub fn runs(&self) -> Option<Period> {
        let (first, last) = (self.stretches.first()?, self.stretches.last()?);
        Some(Period { start: first.days.start, end: last.days.end })
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The cost of the days of `period` on which the contract runs.
    pub fn cost(&self, period: Period) -> Result<Money, MoneyError> {
        match self.runs().and_then(|runs| runs.intersection(period)) {
            None => Ok(Money::zero(self.currency)),
            Some(days) => self.until(days.end)?.checked_sub(self.until(day_before(days.start))?),
        }
    }

    /// The cost from the start of the contract to the end of `date`, rounded to the minor unit.
    pub fn until(&self, date: Date) -> Result<Money, MoneyError> {
        let mut total = Money::zero(self.currency);
        for stretch in self.stretches.iter().take_while(|stretch| stretch.days.start <= date) {
            let end = self.at_one_price(stretch, date.min(stretch.days.end))?;
            let before = self.at_one_price(stretch, day_before(stretch.days.start))?;
            total = total.checked_add(end)?.checked_sub(before)?;
        }
        Ok(total)
    }

    /// The cost from the start to the end of `date`, had the price always been that of the stretch.
    fn at_one_price(&self, stretch: &Stretch, date: Date) -> Result<Money, MoneyError> {
        if date < self.start {
            return Ok(Money::zero(self.currency));
        }
        let Some(months) = stretch.per.months() else {
            let elapsed = stretch.spread.intersection(Period { start: self.start, end: date });
            let days = elapsed.map_or(0, |elapsed| elapsed.days());
            return stretch.amount.times_ratio(days.into(), stretch.spread.days().into());
        };
        let (number, billed) = self.billing_period(months, date)?;
        let whole = stretch.amount.times_ratio(number.into(), 1.into())?;
        let elapsed = Period { start: billed.start, end: date };
        whole.checked_add(stretch.amount.times_ratio(elapsed.days().into(), billed.days().into())?)
    }

    /// The billing period that holds `date`, and how many are before it. Each is counted from the
    /// start: month ends must not drift.
    fn billing_period(&self, months: u32, date: Date) -> Result<(u32, Period), MoneyError> {
        let boundary = |number: u32| {
            let months = number.checked_mul(months).ok_or(MoneyError::Overflow)?;
            add_months(self.start, months).map_err(|_| MoneyError::Overflow)
        };
        let elapsed = (date.year() - self.start.year()) * 12 + month_of(date) - month_of(self.start);
        // Either this one or, where the day of the month is still to come, the one before.
        let mut number = u32::try_from(elapsed.max(0)).map_err(|_| MoneyError::Overflow)? / months;
        if boundary(number)? > date {
            number = number.saturating_sub(1);
        }
        let period = Period { start: boundary(number)?, end: day_before(boundary(number + 1)?) };
        Ok((number, period))
    }

    /// The price that holds at the start of some days, and the other one of the contract at which
    /// they would cost `amount`, where there is one.
    pub(super) fn other_price(&self, days: Period, amount: Money) -> Option<(&Stretch, &Stretch)> {
        let agreed = self.stretches.iter().find(|stretch| stretch.days.contains(days.start))?;
        let costs = |stretch: &&Stretch| {
            let before = self.at_one_price(stretch, day_before(days.start)).ok();
            let end = self.at_one_price(stretch, days.end).ok();
            let cost = end.zip(before).and_then(|(end, before)| end.checked_sub(before).ok());
            stretch.days != agreed.days && cost == Some(amount)
        };
        let used = self.stretches.iter().filter(|stretch| stretch.per == agreed.per).find(costs)?;
        Some((agreed, used))
    }

    /// The days that each bill is for, in order, as far as the horizon: the billing periods of the
    /// price that holds, cut where the contract ends or another kind of price begins. A price that is
    /// paid once is one bill.
    pub fn bills(&self) -> Result<Vec<Period>, MoneyError> {
        let mut bills: Vec<Period> = Vec::new();
        let Some(runs) = self.runs() else { return Ok(bills) };
        let mut start = runs.start;
        while start <= runs.end {
            let Some(stretch) = self.stretches.iter().find(|stretch| stretch.days.contains(start)) else {
                break;
            };
            let end = match stretch.per.months() {
                Some(months) => self.billing_period(months, start)?.1.end,
                None => stretch.spread.end.max(start),
            };
            let other = |next: &&Stretch| {
                next.days.start > start && (next.per != stretch.per || stretch.per == Per::Once)
            };
            let changes = self.stretches.iter().find(other).map(|next| day_before(next.days.start));
            let end = end.min(runs.end).min(changes.unwrap_or(runs.end));
            let free = stretch.per == Per::Once && start > stretch.spread.end;
            if !free {
                bills.push(Period { start, end });
            }
            start = day_after(end);
        }
        Ok(bills)
    }
}

fn month_of(date: Date) -> i32 {
    date.month().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::snapshot;

    fn accrual_of(fields: &str) -> Result<Accrual, String> {
        let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{fields}");
        let snapshot = snapshot(&[("contracts/c.yaml", &text)]);
        accrual(&snapshot, snapshot.contract("c").unwrap(), parse_date("2030-12-31").unwrap())
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
