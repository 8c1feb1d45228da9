//! Cash flows at points of time, and what they are worth at the first of them.
//!
//! Time is counted in whole steps: years, or days of which 365 make a year whatever the calendar
//! says (the rule of XNPV and XIRR in spreadsheets: a calendar year with a 29 February is 366/365 of
//! a year). Rates are per year; a figure is an amount in one currency, positive where it is received.

use rust_decimal::Decimal;

use super::power::{power, root};
use crate::date::Date;
use crate::money::MoneyError;

/// Days of a year of dated flows.
pub const DAYS_PER_YEAR: u32 = 365;

/// Cash flows in the order of time, those of one point of time added up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flows {
    pub(super) flows: Vec<(u32, Decimal)>,
    /// Steps of time in a year.
    pub(super) per_year: u32,
}

impl Flows {
    /// One flow a year; the first is at the beginning.
    pub fn yearly(amounts: &[Decimal]) -> Result<Flows, MoneyError> {
        let years: Vec<(u32, Decimal)> = (0u32..).zip(amounts.iter().copied()).collect();
        Flows::numbered(&years)
    }

    /// Flows by year, in any order, the beginning being year 0.
    pub fn numbered(flows: &[(u32, Decimal)]) -> Result<Flows, MoneyError> {
        Flows::of(flows.iter().copied(), 1)
    }

    /// Flows on days, in any order, counted from `base`, which none may lie before.
    pub fn dated(base: Date, flows: &[(Date, Decimal)]) -> Result<Flows, MoneyError> {
        let mut counted = Vec::with_capacity(flows.len());
        for (date, amount) in flows {
            let days = u32::try_from((*date - base).num_days()).map_err(|_| MoneyError::Overflow)?;
            counted.push((days, *amount));
        }
        Flows::of(counted, DAYS_PER_YEAR)
    }

    fn of(flows: impl IntoIterator<Item = (u32, Decimal)>, per_year: u32) -> Result<Flows, MoneyError> {
        let mut by_time = std::collections::BTreeMap::<u32, Decimal>::new();
        for (time, amount) in flows {
            let sum = by_time.entry(time).or_default();
            *sum = sum.checked_add(amount).ok_or(MoneyError::Overflow)?;
        }
        Ok(Flows { flows: by_time.into_iter().collect(), per_year })
    }

    /// Whether time is counted in days.
    pub fn is_dated(&self) -> bool {
        self.per_year == DAYS_PER_YEAR
    }

    /// The flow at the beginning.
    pub fn first(&self) -> Decimal {
        self.flows.first().filter(|(time, _)| *time == 0).map_or(Decimal::ZERO, |(_, amount)| *amount)
    }

    /// Whether the first money that moves is received.
    pub fn begins_with_income(&self) -> bool {
        let mut moving = self.flows.iter().filter(|(_, amount)| !amount.is_zero());
        moving.next().is_some_and(|(_, amount)| amount.is_sign_positive())
    }

    /// The steps of time from the beginning to the last flow.
    pub fn length(&self) -> u32 {
        self.flows.last().map_or(0, |(time, _)| *time)
    }

    /// Net present value at the beginning: the sum of `CF ÷ (1 + rate)^t`, with `t` from zero. The
    /// NPV function of spreadsheets counts from one, and so answers this divided by `1 + rate`
    /// (case npv-002). A rate below zero is a rate like any other.
    ///
    /// # Errors
    /// A rate of −100 % or less, or a figure of more than 28 digits.
    pub fn npv(&self, rate: Decimal) -> Result<Decimal, MoneyError> {
        let mut amounts = self.discounted(rate)?.flows.into_iter().map(|(_, amount)| amount);
        let total = amounts.try_fold(Decimal::ZERO, |total, amount| total.checked_add(amount));
        total.ok_or(MoneyError::Overflow)
    }

    /// The flows with each worth what it is at the beginning.
    pub fn discounted(&self, rate: Decimal) -> Result<Flows, MoneyError> {
        let step = self.discount_step(rate)?;
        let mut flows = Vec::with_capacity(self.flows.len());
        for (time, amount) in &self.flows {
            let value = power(step, *time).and_then(|factor| factor.checked_mul(*amount));
            flows.push((*time, value.ok_or(MoneyError::Overflow)?));
        }
        Ok(Flows { flows, per_year: self.per_year })
    }

    /// What one unit of money in one step of time is worth now.
    pub(super) fn discount_step(&self, rate: Decimal) -> Result<Decimal, MoneyError> {
        let growth = Decimal::ONE.checked_add(rate).filter(|growth| *growth > Decimal::ZERO);
        growth
            .and_then(|growth| root(growth, self.per_year))
            .and_then(|growth| Decimal::ONE.checked_div(growth))
            .ok_or(MoneyError::Overflow)
    }
}
