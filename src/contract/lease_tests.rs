use super::*;
use crate::contract::Change;
use crate::date::parse_date;
use crate::money::sum;
use crate::snapshot::testing::snapshot;

const SETTINGS: (&str, &str) = (
    "settings.yaml",
    "organisation: {name: T}\ncurrency: EUR\nfiscal_year: {start: 01-01}\nbooks:\n  ifrs: {convention: thirty_360}\n",
);

fn plan_of(price: &str, lease: &str) -> Result<LeasePlan, Problem> {
    let text = format!(
        "id: c\nside: supplier\nkind: lease\nparty: p\nterm: {{start: 2021-01-01, length: 10y}}\nprice: {price}\nlease: {lease}\n"
    );
    let snapshot = snapshot(&[SETTINGS, ("contracts/c.yaml", &text)]);
    let contract = snapshot.contract("c").unwrap();
    assert_eq!(contract.0.findings(), []);
    lease_plan(&snapshot, contract)
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn year(year: i32) -> Period {
    Period { start: day(&format!("{year}-01-01")), end: day(&format!("{year}-12-31")) }
}

/// To whole units of currency, as the standard prints.
fn whole(money: Result<Money, MoneyError>) -> String {
    let money = money.unwrap();
    format!(
        "{:.0}",
        money.amount().round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    )
}

/// What payments and measuring bring on a day, without the interest of the day.
fn changed_on(liability: &Liability, date: &str) -> Result<Money, MoneyError> {
    let day = Period { start: day(date), end: day(date) };
    liability.changed(Change::Measured, day)?.checked_add(liability.changed(Change::Paid, day)?)
}

const IN_ADVANCE: &str = "{amount: 50000.00 EUR, per: year, billed: in_advance}";
const IN_ARREARS: &str = "{amount: 100000.00 EUR, per: year, billed: in_arrears}";

/// IFRS 16 Illustrative Example 13: 50 000 a year in advance over 10 years at 5 %, direct costs of
/// 20 000, incentives of 5 000: a liability of 355 391, a right of use of 420 391. At the end of
/// year 6 an option of five years at 55 000 becomes certain, at 6 %: the liability goes from 186 162
/// to 378 174, the right of use from 168 156 to 360 168, and depreciation is 40 019 from then on.
#[test]
fn illustrative_example_13() {
    let plan = plan_of(
        IN_ADVANCE,
        "{book: ifrs, rate: 5%, initial_direct_costs: 20000.00 EUR, incentives: 5000.00 EUR, steps: [{from: 2031-01-01, amount: 55000.00 EUR}], remeasurements: [{date: 2027-01-01, term: 15y, rate: 6%, reason: option}]}",
    )
    .unwrap();
    let (liability, asset) = (&plan.liability, &plan.right_of_use);
    assert_eq!(whole(changed_on(liability, "2021-01-01")), "355391");
    assert_eq!(whole(Ok(asset.cost)), "420391");
    assert_eq!(whole(asset.charge(year(2021))), "42039");
    assert_eq!(whole(liability.balance(day("2026-12-31"))), "186162");
    assert_eq!(whole(asset.net_book_value(day("2026-12-31"))), "168156");
    // Before the payment of 50 000 of the same day.
    let before = liability.balance(day("2026-12-31")).unwrap();
    let after = before.checked_add(changed_on(liability, "2027-01-01").unwrap());
    assert_eq!(whole(after), "328174");
    let change = liability.changed(Change::Measured, year(2027)).unwrap();
    let asset_before = asset.net_book_value(day("2026-12-31")).unwrap();
    assert_eq!(whole(asset_before.checked_add(change)), "360168");
    assert_eq!(whole(asset.charge(year(2027))), "40019");
    assert_eq!(plan.term, Period { start: day("2021-01-01"), end: day("2035-12-31") });
    assert!(liability.balance(day("2035-12-31")).unwrap().is_zero());
}

/// Illustrative Example 16: 100 000 a year in arrears over 10 years at 6 %; at the beginning of year
/// 7 the term is extended by four years, at 7 %: 346 511 becomes 597 130, the change is 250 619.
#[test]
fn illustrative_example_16() {
    let plan = plan_of(
        IN_ARREARS,
        "{book: ifrs, rate: 6%, remeasurements: [{date: 2027-01-01, term: 14y, rate: 7%}]}",
    )
    .unwrap();
    assert_eq!(whole(plan.liability.balance(day("2026-12-31"))), "346511");
    let measured = plan.liability.changed(Change::Measured, year(2027)).unwrap();
    assert_eq!(whole(plan.liability.balance(day("2026-12-31")).unwrap().checked_add(measured)), "597130");
    assert_eq!(whole(Ok(measured)), "250619");
}

/// Illustrative Example 19: 100 000 a year in arrears over 10 years at 6 %; at the beginning of year
/// 6 the payment becomes 95 000, at 7 %: 421 236 becomes 389 519. (The change is printed as
/// 31 717, the difference of the rounded figures; it is 31 717.62.)
#[test]
fn illustrative_example_19() {
    let plan = plan_of(
        IN_ARREARS,
        "{book: ifrs, rate: 6%, remeasurements: [{date: 2026-01-01, amount: 95000.00 EUR, rate: 7%}]}",
    )
    .unwrap();
    assert_eq!(whole(plan.liability.balance(day("2025-12-31"))), "421236");
    let change = plan.liability.changed(Change::Measured, year(2026)).unwrap();
    assert_eq!(whole(plan.liability.balance(day("2025-12-31")).unwrap().checked_add(change)), "389519");
    let at_new_year = plan.right_of_use.values(day("2026-01-01")).unwrap();
    let before = plan.right_of_use.values(day("2025-12-31")).unwrap();
    assert_eq!(at_new_year.gross.checked_sub(before.gross).unwrap(), change);
}

/// Interest and depreciation are what is paid, with direct costs and restoration, less incentives;
/// over any cut the liability ties.
#[test]
fn all_that_is_charged_is_all_that_is_paid() {
    for billed in ["in_advance", "in_arrears"] {
        for (per, guarantee) in
            [("month", "0.00"), ("quarter", "7500.00"), ("year", "1.01"), ("once", "99.99")]
        {
            let price = format!("{{amount: 1234.57 EUR, per: {per}, billed: {billed}}}");
            let later = if per == "once" {
                String::new()
            } else {
                ", steps: [{from: 2023-01-01, amount: 1300.01 EUR}], remeasurements: [{date: 2024-01-01, amount: 1111.11 EUR}, {date: 2026-01-01, term: 12y, rate: 5.5%}]".to_owned()
            };
            let lease = format!(
                "{{book: ifrs, rate: 4.25%, initial_direct_costs: 321.00 EUR, restoration: 50.00 EUR, incentives: 20.50 EUR, residual_guarantee: {guarantee} EUR{later}}}"
            );
            let plan = plan_of(&price, &lease).unwrap();
            let whole = Period { start: day("2021-01-01"), end: day("2040-12-31") };
            let charged =
                [plan.liability.interest(whole), plan.right_of_use.charge(whole)].map(Result::unwrap);
            let paid = plan.liability.changed(Change::Paid, whole).unwrap().negated();
            let added = ["321.00 EUR", "50.00 EUR", "-20.50 EUR"].map(|text| text.parse::<Money>().unwrap());
            let eur = "EUR".parse().unwrap();
            assert_eq!(
                sum(charged, eur).unwrap(),
                sum(added.into_iter().chain([paid]), eur).unwrap(),
                "{billed} {per}"
            );
            assert!(plan.liability.balance(whole.end).unwrap().is_zero());
            for date in ["2021-01-01", "2022-03-14", "2025-12-31", "2030-06-30"] {
                let until = Period { start: whole.start, end: day(date) };
                let parts = [
                    plan.liability.interest(until),
                    plan.liability.changed(Change::Paid, until),
                    plan.liability.changed(Change::Measured, until),
                ];
                let balance = plan.liability.balance(until.end).unwrap();
                assert_eq!(sum(parts.map(Result::unwrap), eur).unwrap(), balance);
                assert!(!balance.is_negative(), "{billed} {per} {date} {balance}");
            }
        }
    }
}

/// 1.06^(1/12) − 1 = 0.0048675505653…, by hand from tables of twelfth roots; ½ % a month at 6 %
/// nominal.
#[test]
fn the_rate_of_a_month_is_named() {
    let price = "{amount: 100.00 EUR, per: month, billed: in_arrears}";
    let described = |lease: &str| plan_of(price, lease).unwrap().described;
    let effective = described("{book: ifrs, rate: 6%}");
    assert!(effective.ends_with("discounted at 6% a year, effective: 0.486755% a month"), "{effective}");
    let nominal = described("{book: ifrs, rate: 6%, rate_basis: nominal}");
    assert!(nominal.ends_with("nominal: 0.500000% a month"), "{nominal}");
}

#[test]
fn the_shorter_of_term_and_life_counts() {
    let plan = plan_of(IN_ARREARS, "{book: ifrs, rate: 6%, life: 8y}").unwrap();
    assert_eq!(plan.right_of_use.rows.last().unwrap().period.end, day("2028-12-31"));
    let plan = plan_of(IN_ARREARS, "{book: ifrs, rate: 6%, life: 20y}").unwrap();
    assert_eq!(plan.right_of_use.rows.last().unwrap().period.end, day("2030-12-31"));
}

#[test]
fn what_is_impossible_names_its_field() {
    let problem =
        |price: &str, lease: &str| plan_of(price, lease).err().map(|problem| problem.field).unwrap();
    for (lease, field) in [
        ("{book: ifrs}", "lease"),
        ("{book: irfs, rate: 5%}", "lease.book"),
        ("{book: ifrs, rate: 5%, term: 30d}", "lease.term"),
        ("{book: ifrs, rate: 5%, term: 18mo}", "lease.term"),
        ("{book: ifrs, rate: 5%, incentives: 99999999.00 EUR}", "lease.incentives"),
        ("{book: ifrs, rate: 5%, initial_direct_costs: 5.00 USD}", "lease.initial_direct_costs"),
        ("{book: ifrs, rate: 5%, steps: [{from: 2022-02-01, amount: 5.00 EUR}]}", "lease.steps[0].from"),
        ("{book: ifrs, rate: 5%, remeasurements: [{date: 2021-01-01}]}", "lease.remeasurements[0].date"),
        ("{book: ifrs, rate: 5%, remeasurements: [{date: 2031-01-01}]}", "lease.remeasurements[0].date"),
        (
            "{book: ifrs, rate: 5%, remeasurements: [{date: 2025-01-01, term: 2y}]}",
            "lease.remeasurements[0].term",
        ),
        ("{book: ifrs, rate: 5%, exemption: low_value}", "lease.exemption"),
    ] {
        assert_eq!(problem(IN_ARREARS, lease), field, "{lease}");
    }
    assert_eq!(problem("{amount: 5.00 EUR, per: year}", "{book: ifrs, rate: 5%}"), "price");
}
