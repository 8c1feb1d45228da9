//! Published figures of investment appraisal against the engine, and what must hold of any flows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

use std::fs;

use estate::date::{Date, parse_date};
use estate::invest::{Flows, HIGHEST, LOWEST, Returns};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    title: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    source: String,
    flows: Vec<String>,
    dates: Option<Vec<String>>,
    rate: Option<String>,
    finance_rate: Option<String>,
    reinvest_rate: Option<String>,
    expect: Expected,
    #[serde(default)]
    #[expect(dead_code, reason = "for the reader of the file")]
    differs: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for the reader of the file")]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    npv: Option<String>,
    npv_excel: Option<String>,
    rates: Option<Vec<String>>,
    published: Option<String>,
    none: Option<String>,
    mirr: Option<String>,
    payback: Option<String>,
    discounted_payback: Option<String>,
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

impl Case {
    fn flows(&self) -> Flows {
        let amounts: Vec<Decimal> = self.flows.iter().map(|text| decimal(text)).collect();
        let Some(dates) = &self.dates else { return Flows::yearly(&amounts).unwrap() };
        let dated: Vec<(Date, Decimal)> = dates.iter().map(|text| date(text)).zip(amounts).collect();
        Flows::dated(*dated.iter().map(|(date, _)| date).min().unwrap(), &dated).unwrap()
    }

    fn rate(&self) -> Decimal {
        decimal(self.rate.as_ref().unwrap())
    }

    /// What is not as the source has it.
    fn failures(&self) -> Vec<String> {
        let (flows, mut failures) = (self.flows(), Vec::new());
        let mut check = |name: &str, ours: Option<Decimal>, theirs: &Option<String>, digits: u32| {
            let Some(theirs) = theirs else { return };
            let agrees = match (ours, theirs.as_str()) {
                (None, theirs) => theirs == "never",
                (Some(ours), theirs) => agree(ours, decimal(theirs), digits),
            };
            if !agrees {
                failures.push(format!("{} {name}: {ours:?}, published {theirs}", self.id));
            }
        };
        let expect = &self.expect;
        if expect.npv.is_some() {
            check("npv", Some(flows.npv(self.rate()).unwrap()), &expect.npv, 14);
        }
        if expect.npv_excel.is_some() {
            let later = flows.npv(self.rate()).unwrap() / (Decimal::ONE + self.rate());
            check("npv of a spreadsheet", Some(later), &expect.npv_excel, 13);
        }
        if expect.mirr.is_some() {
            let [finance, reinvest] =
                [&self.finance_rate, &self.reinvest_rate].map(|rate| decimal(rate.as_ref().unwrap()));
            check("mirr", flows.mirr(finance, reinvest).unwrap(), &expect.mirr, 12);
        }
        if expect.payback.is_some() {
            check("payback", flows.payback().unwrap(), &expect.payback, 12);
        }
        if expect.discounted_payback.is_some() {
            let ours = flows.discounted_payback(self.rate()).unwrap();
            check("discounted payback", ours, &expect.discounted_payback, 12);
        }
        if expect.rates.is_some() || expect.none.is_some() {
            failures.extend(self.wrong_returns(&flows.irr().unwrap()));
        }
        failures
    }

    fn wrong_returns(&self, returns: &Returns) -> Option<String> {
        let wanted: Vec<Decimal> = self.expect.rates.iter().flatten().map(|text| decimal(text)).collect();
        let none = self.expect.none.as_deref();
        let right = match returns {
            Returns::OneSign => none == Some("one_sign"),
            Returns::OutOfRange => none == Some("out_of_range"),
            Returns::One(rate) => {
                // What spreadsheets print is good to 8 digits.
                let published = self.expect.published.as_deref().map(decimal);
                wanted.len() == 1
                    && agree(*rate, wanted[0], 11)
                    && published.is_none_or(|published| agree(*rate, published, 8))
            }
            Returns::Several(rates) => {
                rates.len() == wanted.len() && rates.iter().zip(&wanted).all(|(a, b)| agree(*a, *b, 11))
            }
        };
        (!right).then(|| format!("{} irr: {returns:?}, published {wanted:?} {none:?}", self.id))
    }
}

/// Whether two figures are the same as far as the published one goes, or to so many digits of it.
fn agree(ours: Decimal, published: Decimal, digits: u32) -> bool {
    let last = Decimal::new(6, published.scale() + 1);
    let relative = published.abs().max(Decimal::ONE) * Decimal::new(1, digits);
    (ours - published).abs() <= last.max(relative)
}

#[test]
fn published_figures_agree() {
    let text = fs::read_to_string("tests/investment/appraisal.yaml").unwrap();
    let cases: Vec<Case> = serde_yaml::from_str(&text).unwrap();
    assert!(cases.len() > 35, "{} cases", cases.len());
    let failures: Vec<String> = cases.iter().flat_map(Case::failures).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Case tco-001: present values of each option's own life would favour A, 15 154 against 21 989.
#[test]
fn options_of_different_lives_compare_by_the_annual_equivalent() {
    let annual = |capex: i64, opex: i64, years: u32| {
        let mut flows = vec![Decimal::from(-capex)];
        flows.extend((0..years).map(|_| Decimal::from(-opex)));
        let flows = Flows::yearly(&flows).unwrap();
        let rate = decimal("0.08");
        let present = flows.npv(rate).unwrap();
        flows.annual_equivalent(present, rate, years).unwrap().unwrap().round_dp(2)
    };
    assert_eq!(
        (annual(10_000, 2000, 3), annual(16_000, 1500, 5)),
        (decimal("-5880.34"), decimal("-5507.30"))
    );
}

/// Case tco-002: 6 % a year nominal by month; a rent is paid in advance, a residual comes last.
#[test]
fn steps_of_time_may_be_months() {
    let (mut buy, mut rent) = (vec![Decimal::ZERO; 37], vec![decimal("-320"); 36]);
    (buy[0], buy[36]) = (decimal("-12000"), decimal("2000"));
    rent.push(Decimal::ZERO);
    let worth = |flows: &[Decimal]| Flows::yearly(flows).unwrap().npv(decimal("0.005")).unwrap().round_dp(2);
    assert_eq!((worth(&buy), worth(&rent)), (decimal("-10328.71"), decimal("-10571.32")));
}

/// (x − 1.05)² touches zero at 5 % and never crosses it; 5.00 % and 5.02 % lie between two rates of
/// the grid.
#[test]
fn roots_that_touch_or_lie_close_together_are_found() {
    let touching = Flows::yearly(&["1", "-2.1", "1.1025"].map(decimal)).unwrap();
    let Returns::One(rate) = touching.irr().unwrap() else { panic!("{:?}", touching.irr()) };
    assert!((rate - decimal("0.05")).abs() < decimal("0.0000001"), "{rate}");
    let close = Flows::yearly(&["1", "-2.1002", "1.10271"].map(decimal)).unwrap();
    assert_eq!(close.irr().unwrap(), Returns::Several(vec![decimal("0.05"), decimal("0.0502")]));
}

#[test]
fn what_cannot_be_computed_is_said() {
    let flows = Flows::yearly(&["-100", "110"].map(decimal)).unwrap();
    assert!(flows.npv(decimal("-1")).is_err(), "nothing grows from nothing");
    let before = [(date("2024-01-01"), Decimal::ONE)];
    assert!(Flows::dated(date("2024-01-02"), &before).is_err(), "a flow before the beginning");
    assert_eq!(Flows::yearly(&[]).unwrap().irr().unwrap(), Returns::OneSign);
    assert_eq!(flows.mirr(Decimal::ZERO, Decimal::ZERO).unwrap(), Some(decimal("0.1")));
    let all_paid = Flows::yearly(&["-1", "-1"].map(decimal)).unwrap();
    assert_eq!(all_paid.mirr(Decimal::ZERO, Decimal::ZERO).unwrap(), None);
    assert_eq!(all_paid.payback().unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Each rate that is answered makes the flows worth nothing, within a millionth of the largest.
    #[test]
    fn every_rate_is_a_root(amounts in prop::collection::vec(-100_000i64..100_000, 2..8)) {
        let amounts: Vec<Decimal> = amounts.into_iter().map(Decimal::from).collect();
        let flows = Flows::yearly(&amounts).unwrap();
        let rates = match flows.irr().unwrap() {
            Returns::OneSign | Returns::OutOfRange => Vec::new(),
            Returns::One(rate) => vec![rate],
            Returns::Several(rates) => rates,
        };
        let largest = amounts.iter().map(Decimal::abs).max().unwrap();
        let changes = amounts.iter().filter(|a| !a.is_zero()).collect::<Vec<_>>();
        let changes = changes.windows(2).filter(|w| w[0].is_sign_negative() != w[1].is_sign_negative()).count();
        prop_assert!(rates.len() <= changes, "Descartes: {rates:?} of {amounts:?}");
        if changes == 1 && rates.is_empty() {
            // One change of sign is one root: where there is none, it lies outside.
            let at = |rate: Decimal| flows.npv(rate + Decimal::new(1, 9)).unwrap().is_sign_negative();
            prop_assert_eq!(at(LOWEST), at(HIGHEST));
        }
        for rate in rates {
            prop_assert!(LOWEST <= rate && rate <= HIGHEST);
            // Below zero the value at the beginning explodes; at the end it does not.
            let growth = Decimal::ONE + rate;
            let worth = flows.npv(rate).unwrap();
            let factor = (1..amounts.len()).fold(Decimal::ONE, |f, _| f * growth.min(Decimal::ONE));
            prop_assert!((worth * factor).abs() <= largest * Decimal::new(1, 6), "{rate}: {worth}");
        }
    }

    /// The order of rows says nothing.
    #[test]
    fn dates_may_come_in_any_order(
        flows in prop::collection::vec((0u64..4000, -10_000i64..10_000), 1..7).prop_shuffle(),
    ) {
        let base = date("2020-01-01");
        let dated = |flows: &[(u64, i64)]| {
            let flows: Vec<_> = flows
                .iter()
                .map(|(days, amount)| (base + chrono::Days::new(*days), Decimal::from(*amount)))
                .collect();
            Flows::dated(base, &flows).unwrap()
        };
        let mut sorted = flows.clone();
        sorted.sort();
        prop_assert_eq!(dated(&flows), dated(&sorted));
    }

    /// At a rate of zero money is worth the same at any time.
    #[test]
    fn nothing_is_discounted_at_zero(amounts in prop::collection::vec(-1_000_000i64..1_000_000, 0..20)) {
        let decimals: Vec<Decimal> = amounts.iter().copied().map(Decimal::from).collect();
        let flows = Flows::yearly(&decimals).unwrap();
        prop_assert_eq!(flows.npv(Decimal::ZERO).unwrap(), Decimal::from(amounts.iter().sum::<i64>()));
    }
}
