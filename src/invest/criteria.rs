//! What else is said of an investment: modified rate of return, payback, index, annual equivalent.

use rust_decimal::Decimal;

use super::flows::Flows;
use super::power::{power, root};
use crate::money::{MoneyError, rounded_rate};

impl Flows {
    /// Modified internal rate of return: `(FV of what comes in, at the reinvestment rate ÷ PV of what
    /// goes out, at the finance rate)^(1/n) − 1`. There is never more than one. `None` where nothing
    /// goes out, nothing comes in, or no time passes.
    pub fn mirr(&self, finance: Decimal, reinvest: Decimal) -> Result<Option<Decimal>, MoneyError> {
        let overflow = || MoneyError::Overflow;
        let end = self.length();
        let out = Flows {
            flows: self.flows.iter().copied().filter(|(_, a)| a.is_sign_negative()).collect(),
            ..*self
        };
        let paid = -out.npv(finance)?;
        let growth = Decimal::ONE.checked_div(self.discount_step(reinvest)?).ok_or_else(overflow)?;
        let mut received = Decimal::ZERO;
        for (time, amount) in self.flows.iter().filter(|(_, amount)| amount.is_sign_positive()) {
            let value = power(growth, end - time).and_then(|factor| factor.checked_mul(*amount));
            received = value.and_then(|value| received.checked_add(value)).ok_or_else(overflow)?;
        }
        if paid.is_zero() || received.is_zero() || end == 0 {
            return Ok(None);
        }
        let ratio = received.checked_div(paid).ok_or_else(overflow)?;
        let growth = root(ratio, end).and_then(|step| power(step, self.per_year)).ok_or_else(overflow)?;
        Ok(Some(rounded_rate(growth - Decimal::ONE)))
    }

    /// Years until what came in covers what went out for good: the last time that the running total
    /// turns from below zero to zero or above, on a straight line between two flows (case pay-005:
    /// the first time would be too early where more is paid later). `None` where that never happens.
    pub fn payback(&self) -> Result<Option<Decimal>, MoneyError> {
        let mut total = Decimal::ZERO;
        let mut reached = Some(Decimal::ZERO);
        let mut before = 0;
        for (time, amount) in &self.flows {
            let next = total.checked_add(*amount).ok_or(MoneyError::Overflow)?;
            if next < Decimal::ZERO {
                reached = None;
            } else if total < Decimal::ZERO {
                // Steps first, then years: the quotient of the amounts keeps its digits.
                let part = total.abs().checked_div(*amount).ok_or(MoneyError::Overflow)?;
                let steps = Decimal::from(before) + part * Decimal::from(time - before);
                reached = steps.checked_div(Decimal::from(self.per_year));
            }
            (total, before) = (next, *time);
        }
        Ok(reached)
    }

    /// The payback of the discounted flows.
    pub fn discounted_payback(&self, rate: Decimal) -> Result<Option<Decimal>, MoneyError> {
        self.discounted(rate)?.payback()
    }

    /// Profitability index: the present value of all flows after the first ÷ what is paid first, which
    /// is `1 + NPV ÷ initial payment`. `None` where nothing is paid first.
    pub fn profitability_index(&self, rate: Decimal) -> Result<Option<Decimal>, MoneyError> {
        let initial = -self.first();
        if initial <= Decimal::ZERO {
            return Ok(None);
        }
        let index = self.npv(rate)?.checked_div(initial).and_then(|part| part.checked_add(Decimal::ONE));
        index.map(|index| Some(rounded_rate(index))).ok_or(MoneyError::Overflow)
    }

    /// The equal payment at the end of every year whose present value is `present`, over `steps` of
    /// time: options whose lives differ are compared by it (case tco-001). `None` over no time.
    pub fn annual_equivalent(
        &self,
        present: Decimal,
        rate: Decimal,
        steps: u32,
    ) -> Result<Option<Decimal>, MoneyError> {
        let years = Decimal::from(steps).checked_div(Decimal::from(self.per_year));
        let factor = match rate.is_zero() {
            true => years,
            false => power(self.discount_step(rate)?, steps)
                .and_then(|left| Decimal::ONE.checked_sub(left))
                .and_then(|gone| gone.checked_div(rate)),
        };
        let factor = factor.ok_or(MoneyError::Overflow)?;
        if factor.is_zero() {
            return Ok(None);
        }
        present.checked_div(factor).map(Some).ok_or(MoneyError::Overflow)
    }
}
