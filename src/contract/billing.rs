//! What is billed for a contract against what it has cost so far: prepaid expenses and what is still
//! to be billed.

use super::accrual::{Accrual, accrual};
use super::dates::Dates;
use crate::date::{Date, Period, add_months, day_before};
use crate::model::contract::{Billed, Contract};
use crate::money::{Currency, Money, MoneyError};
use crate::snapshot::Snapshot;

/// The bills of a contract, each for the days of one billing period.
///
/// A bill is an expense of the days it covers, both ends counted. What is billed for days after a
/// closing is carried over it: prepaid expense (charges constatées d'avance, PCG account 486); what
/// is used and not billed is owed (factures non parvenues, 408). At a customer's contract they are
/// deferred income (487) and income to be billed (418).
#[derive(Clone, PartialEq, Debug)]
pub struct Billing {
    accrual: Accrual,
    /// The days of each bill and the day on which it is made, in order.
    bills: Vec<(Period, Date)>,
}

impl Billing {
    /// The bills of a contract until `horizon`; what is asked of a later day means nothing.
    ///
    /// # Errors
    /// Why they cannot be said, as a reader of a report must know it.
    pub fn of(snapshot: &Snapshot, contract: Contract<'_>, horizon: Date) -> Result<Billing, String> {
        let billed = contract.billed().ok_or_else(|| {
            format!("contract {} does not say when it is billed: give `price.billed`", contract.id())
        })?;
        // A bill may cover days beyond the horizon: a year of them, or what is paid once the rest of its
        // term.
        let year = add_months(horizon, 12).map_err(|error| error.to_string())?;
        let term = Dates::on_record(contract).and_then(|dates| dates.term_at(horizon.max(dates.start())));
        let accrual = accrual(snapshot, contract, term.map_or(year, |term| term.end.max(year)))?;
        let day = |days: Period| match billed {
            Billed::InAdvance => days.start,
            Billed::InArrears => days.end,
        };
        let bills = accrual.bills().map_err(|error| error.to_string())?;
        Ok(Billing { accrual, bills: bills.into_iter().map(|days| (days, day(days))).collect() })
    }

    pub fn currency(&self) -> Currency {
        self.accrual.currency()
    }

    /// The bills dated in a period.
    pub fn billed(&self, period: Period) -> Result<Money, MoneyError> {
        self.billed_until(period.end)?.checked_sub(self.billed_until(day_before(period.start))?)
    }

    /// The expense of a period: the part of every bill for its days.
    pub fn expense(&self, period: Period) -> Result<Money, MoneyError> {
        self.accrual.cost(period)
    }

    /// What is billed and not yet used at the end of `date`: a prepaid expense. Negative where more
    /// is used than billed. From one day to another it changes by what is billed, less the expense.
    pub fn prepaid(&self, date: Date) -> Result<Money, MoneyError> {
        self.billed_until(date)?.checked_sub(self.accrual.until(date)?)
    }

    fn billed_until(&self, date: Date) -> Result<Money, MoneyError> {
        match self.bills.iter().take_while(|(_, day)| *day <= date).last() {
            Some((days, _)) => self.accrual.until(days.end),
            None => Ok(Money::zero(self.currency())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::date::{day_after, parse_date};
    use crate::snapshot::testing::snapshot;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn year(year: i32) -> Period {
        Period { start: day(&format!("{year}-01-01")), end: day(&format!("{year}-12-31")) }
    }

    fn billing(fields: &str) -> Result<Billing, String> {
        let text = format!("id: c\nside: supplier\nkind: subscription\nparty: p\n{fields}");
        let snapshot = snapshot(&[("contracts/c.yaml", &text)]);
        Billing::of(&snapshot, snapshot.contract("c").unwrap(), day("2030-12-31"))
    }

    /// 12 000 for 12 months from 15 September 2024: 108 of 365 days are of 2024, by hand
    /// 12 000 × 108 ÷ 365 = 3 550.68.
    #[test]
    fn a_subscription_paid_ahead_is_carried_over_the_closing() {
        let billing = billing(
            "term: {start: 2024-09-15, length: 1y}\nprice: {amount: 12000.00 EUR, per: year, billed: in_advance}\n",
        )
        .unwrap();
        let text = |money: Result<Money, MoneyError>| money.unwrap().to_string();
        assert_eq!(text(billing.billed(year(2024))), "12000.00 EUR");
        assert_eq!(text(billing.expense(year(2024))), "3550.68 EUR");
        assert_eq!(text(billing.prepaid(day("2024-12-31"))), "8449.32 EUR");
        assert_eq!(text(billing.prepaid(day("2024-09-14"))), "0.00 EUR");
        assert_eq!(text(billing.expense(year(2025))), "8449.32 EUR");
        assert_eq!(text(billing.prepaid(day("2025-12-31"))), "0.00 EUR");
    }

    /// A quarter billed on its last day: 31 of 90 days are used at the end of January 2025.
    #[test]
    fn what_is_billed_later_is_owed() {
        let billing = billing(
            "term: {start: 2025-01-01, length: 1y}\nprice: {amount: 900.00 EUR, per: quarter, billed: in_arrears}\n",
        )
        .unwrap();
        assert_eq!(billing.prepaid(day("2025-01-31")).unwrap().to_string(), "-310.00 EUR");
        assert_eq!(billing.prepaid(day("2025-03-31")).unwrap().to_string(), "0.00 EUR");
        assert_eq!(billing.billed(year(2025)).unwrap().to_string(), "3600.00 EUR");
    }

    /// A bill for the year that begins on 1 December covers 334 of 365 days after 31 December, though
    /// nobody knows yet whether the contract is renewed again.
    #[test]
    fn a_tacit_renewal_is_billed_for_its_whole_period() {
        let fields = "term: {start: 2023-12-01, length: 1y}\nrenewal: {mode: tacit, period: 1y}\nprice: {amount: 365.00 EUR, per: year, billed: in_advance}\n";
        let billing = billing(fields).unwrap();
        assert_eq!(billing.prepaid(day("2030-12-31")).unwrap().to_string(), "334.00 EUR");
    }

    /// 1 320 from 2025 on, and 181 of the 365 days of 2026: 1 320 × 181 ÷ 365 = 654.58, of which 90 days,
    /// 325.48, are used by the end of March.
    #[test]
    fn bills_follow_the_price_agreed_later_and_stop_with_the_contract() {
        let fields = "term: {start: 2024-01-01, length: 3y}\nprice: {amount: 1200.00 EUR, per: year, billed: in_advance}\namendments:\n  - {id: a1, from: 2025-01-01, price: {amount: 1320.00 EUR, per: year}}\ntermination: {given: 2025-06-01, end: 2026-06-30}\n";
        let billing = billing(fields).unwrap();
        let text = |money: Result<Money, MoneyError>| money.unwrap().to_string();
        assert_eq!(text(billing.billed(year(2024))), "1200.00 EUR");
        assert_eq!(text(billing.billed(year(2025))), "1320.00 EUR");
        assert_eq!(text(billing.billed(year(2026))), "654.58 EUR");
        assert_eq!(text(billing.prepaid(day("2026-03-31"))), "329.10 EUR");
        assert_eq!(text(billing.prepaid(day("2026-06-30"))), "0.00 EUR");
        assert_eq!(text(billing.billed(year(2027))), "0.00 EUR");
    }

    /// 3 288 for three years of 1 096 days: asked in the first year, the bill still covers all of them.
    #[test]
    fn what_is_paid_once_is_billed_for_its_whole_term() {
        let fields = "term: {start: 2024-01-01, length: 3y}\nprice: {amount: 3288.00 EUR, per: once, billed: in_advance}\n";
        let text = format!("id: c\nside: supplier\nkind: subscription\nparty: p\n{fields}");
        let snapshot = snapshot(&[("contracts/c.yaml", &text)]);
        let billing = Billing::of(&snapshot, snapshot.contract("c").unwrap(), day("2024-12-31")).unwrap();
        assert_eq!(billing.billed(year(2024)).unwrap().to_string(), "3288.00 EUR");
        assert_eq!(billing.prepaid(day("2024-12-31")).unwrap().to_string(), "2190.00 EUR");
    }

    #[test]
    fn without_a_day_of_billing_there_are_no_bills() {
        let silent = "term: {start: 2025-01-01, length: 1y}\nprice: {amount: 900.00 EUR, per: quarter}\n";
        assert!(billing(silent).unwrap_err().contains("price.billed"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        /// Opening + billed − expense = closing, whatever the cut, and nothing is left at the end.
        #[test]
        fn balances_follow_from_bills_and_expenses(
            amount in 1u32..1_000_000, per in 0usize..4, advance in any::<bool>(), offset in 0u64..800,
            months in 1u32..40, cut in 0u64..1500,
        ) {
            let start = day("2024-01-01").checked_add_days(chrono::Days::new(offset)).unwrap();
            let per = ["month", "quarter", "year", "once"][per];
            let billed = if advance { "in_advance" } else { "in_arrears" };
            let fields = format!(
                "term: {{start: {start}, length: {months}mo}}\nprice: {{amount: {}.{:02} EUR, per: {per}, billed: {billed}}}\n",
                amount / 100, amount % 100
            );
            let billing = billing(&fields).unwrap();
            let cut = start.checked_add_days(chrono::Days::new(cut)).unwrap();
            let first = Period { start, end: cut };
            let rest = Period { start: day_after(cut), end: day("2035-12-31") };
            let sub = |a: Money, b: Money| a.checked_sub(b).unwrap();
            let carried = billing.prepaid(cut).unwrap();
            prop_assert_eq!(sub(billing.billed(first).unwrap(), billing.expense(first).unwrap()), carried);
            prop_assert_eq!(sub(billing.expense(rest).unwrap(), billing.billed(rest).unwrap()), carried);
            prop_assert_eq!(carried.is_negative() && advance, false);
            prop_assert!(billing.prepaid(rest.end).unwrap().is_zero());
        }
    }
}
