//! A lease liability by the effective interest method (IFRS 16.26, 16.36): what is still to be paid,
//! at its present value.
//!
//! The liability is counted on the first days of billing periods. Over one period it bears interest
//! at the rate of the period, rounded to the minor unit, and within the period interest accrues by
//! days. The last interest takes the rest, so that nothing is left after the last payment and all
//! interest together is what is paid less what was recognised, exactly.

use rust_decimal::Decimal;

use crate::date::{Date, DateError, Period, add_months, day_before};
use crate::model::contract::Billed;
use crate::money::{Currency, Money, MoneyError, sum};

/// A lease liability, day by day.
#[derive(Clone, PartialEq, Debug)]
pub struct Liability {
    pub currency: Currency,
    changes: Vec<(Date, Change, Money)>,
    interest: Vec<(Period, Money)>,
}

/// What changes a lease liability beside interest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Recognised at commencement, or measured anew.
    Measured,
    Paid,
}

/// The billing periods of a lease.
#[derive(Clone, Copy)]
pub(super) struct Course {
    pub start: Date,
    /// Months of one billing period.
    pub months: u32,
    pub billed: Billed,
}

/// What is to be paid, as known from a billing period on.
pub(super) struct Payments {
    /// The billing period from whose first day on it is known.
    pub from: u32,
    /// Of every billing period of the term, from the first one.
    pub amounts: Vec<Money>,
    /// Paid at the end under a guarantee of the residual value.
    pub guarantee: Money,
    /// The discount rate of one billing period.
    pub rate: Decimal,
}

impl Course {
    /// The first day of a billing period, counted from 0 and always from the start of the lease.
    pub fn first_day(&self, period: u32) -> Result<Date, DateError> {
        add_months(self.start, period.checked_mul(self.months).ok_or(DateError::OutOfRange)?)
    }

    /// The billing period that begins on `date`.
    pub fn beginning_on(&self, date: Date) -> Option<u32> {
        let starts = (0..).map_while(|period| Some((period, self.first_day(period).ok()?)));
        starts.take_while(|(_, first)| *first <= date).find(|(_, first)| *first == date).map(|(at, _)| at)
    }

    fn days(&self, period: u32) -> Result<Period, MoneyError> {
        let first = |period| self.first_day(period).map_err(|_| MoneyError::Overflow);
        Ok(Period { start: first(period)?, end: day_before(first(period + 1)?) })
    }
}

impl Payments {
    fn periods(&self) -> u32 {
        u32::try_from(self.amounts.len()).unwrap_or(u32::MAX)
    }

    /// What is paid between billing period `at` − 1 and `at`: the bill of the one in arrears or of
    /// the other in advance, and at the end the guarantee.
    fn at(&self, at: u32, billed: Billed) -> Result<Money, MoneyError> {
        let none = Money::zero(self.guarantee.currency());
        let bill = match billed {
            Billed::InAdvance => Some(at),
            Billed::InArrears => at.checked_sub(1),
        };
        let bill = bill.and_then(|bill| self.amounts.get(usize::try_from(bill).ok()?)).copied();
        let at_end = if at == self.periods() { self.guarantee } else { none };
        bill.unwrap_or(none).checked_add(at_end)
    }

    /// When the last payment is made.
    fn last(&self, billed: Billed) -> u32 {
        match billed {
            Billed::InAdvance if self.guarantee.is_zero() => self.periods().saturating_sub(1),
            _ => self.periods(),
        }
    }

    /// The present value on the first day of a billing period of what is paid from that day on.
    fn present_value(&self, from: u32, billed: Billed) -> Result<Money, MoneyError> {
        let factor = Decimal::ONE.checked_add(self.rate).ok_or(MoneyError::Overflow)?;
        let mut value = Decimal::ZERO;
        for at in (from..=self.periods()).rev() {
            // A bill in arrears was paid the day before.
            if at > from || billed == Billed::InAdvance {
                value = value.checked_add(self.at(at, billed)?.amount()).ok_or(MoneyError::Overflow)?;
            }
            if at > from {
                value = value.checked_div(factor).ok_or(MoneyError::Overflow)?;
            }
        }
        Ok(Money::new(value, self.guarantee.currency()).rounded())
    }
}

impl Liability {
    /// The liability from what is known at the start and what became known later, in the order of
    /// time; with the change that each of them brings.
    pub(super) fn of(course: Course, known: &[Payments]) -> Result<(Liability, Vec<Money>), MoneyError> {
        let currency = known.first().map(|payments| payments.guarantee.currency());
        let currency = currency.ok_or(MoneyError::Overflow)?;
        let mut liability = Liability { currency, changes: Vec::new(), interest: Vec::new() };
        let mut measured = Vec::new();
        let mut balance = Money::zero(currency);
        let mut later = known.iter().peekable();
        let mut payments: Option<&Payments> = None;
        let mut at: u32 = 0;
        loop {
            let before = at.checked_sub(1).map(|period| course.days(period)).transpose()?;
            if let (Some(payments), Some(days)) = (payments, before) {
                let interest = match at.cmp(&payments.last(course.billed)) {
                    std::cmp::Ordering::Less => balance.times_ratio(payments.rate, Decimal::ONE)?,
                    std::cmp::Ordering::Equal => payments.at(at, course.billed)?.checked_sub(balance)?,
                    std::cmp::Ordering::Greater => Money::zero(currency),
                };
                liability.interest.push((days, interest));
                balance = balance.checked_add(interest)?;
                if course.billed == Billed::InArrears || at == payments.periods() {
                    let paid = payments.at(at, course.billed)?;
                    balance = balance.checked_sub(paid)?;
                    liability.changes.push((days.end, Change::Paid, paid.negated()));
                }
            }
            if let Some(now) = later.next_if(|now| now.from == at) {
                let change = now.present_value(at, course.billed)?.checked_sub(balance)?;
                balance = balance.checked_add(change)?;
                liability.changes.push((course.days(at)?.start, Change::Measured, change));
                measured.push(change);
                payments = Some(now);
            }
            let Some(now) = payments.filter(|now| at < now.periods()) else { break };
            if course.billed == Billed::InAdvance {
                let paid = now.at(at, course.billed)?;
                balance = balance.checked_sub(paid)?;
                liability.changes.push((course.days(at)?.start, Change::Paid, paid.negated()));
            }
            at += 1;
        }
        Ok((liability, measured))
    }

    /// The liability at the end of `date`.
    pub fn balance(&self, date: Date) -> Result<Money, MoneyError> {
        let changes = self.changes.iter().filter(|(day, ..)| *day <= date).map(|(.., amount)| *amount);
        sum(changes, self.currency)?.checked_add(self.accrued(date)?)
    }

    /// The interest of a period. Periods that follow each other add up.
    pub fn interest(&self, period: Period) -> Result<Money, MoneyError> {
        self.accrued(period.end)?.checked_sub(self.accrued(day_before(period.start))?)
    }

    /// What of a kind changed the liability in a period: payments are negative.
    pub fn changed(&self, kind: Change, period: Period) -> Result<Money, MoneyError> {
        let changes = self.changes.iter().filter(|(date, of, _)| *of == kind && period.contains(*date));
        sum(changes.map(|(.., amount)| *amount), self.currency)
    }

    /// The interest from the start to the end of `date`, by days within a billing period.
    fn accrued(&self, date: Date) -> Result<Money, MoneyError> {
        let mut total = Money::zero(self.currency);
        for (days, interest) in self.interest.iter().take_while(|(days, _)| days.start <= date) {
            let elapsed = Period { start: days.start, end: days.end.min(date) };
            let part = interest.times_ratio(elapsed.days().into(), days.days().into())?;
            total = total.checked_add(part)?;
        }
        Ok(total)
    }
}
