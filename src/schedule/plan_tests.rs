use chrono::Datelike;
use proptest::prelude::*;

use super::super::{CONVENTIONS, Details, Event, METHODS, Rounding, What};
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
        life: Some(life.parse().unwrap()),
        start: date(start),
        posted: None,
        acquired: None,
        method: METHODS[0],
        convention: CONVENTIONS[0],
        rounding: Rounding::LastTakesRest,
        calendar: Arc::new(FiscalCalendar::Yearly { month: 1, day: 1 }),
        details: Details::default(),
        events: Vec::new(),
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
    terms.calendar = Arc::new(FiscalCalendar::Listed(years));
    assert_eq!(charges(&terms), ["368.00", "720.00", "720.00", "720.00", "720.00", "352.00"]);
    terms.calendar = Arc::new(FiscalCalendar::Listed(vec![year("FY2020", "2020-06-01", "2020-12-31")]));
    assert!(Plan::compute(&terms).is_err_and(|problem| problem.text.contains("2021-01-01")));
}

/// Case fr-dis-001: charged to the day of exit (270/360), result = proceeds less net book value.
#[test]
fn a_disposal_is_charged_to_its_day_and_leaves_a_gain_or_loss() {
    let mut terms = terms("12000 EUR", "0 EUR", "4y", "2022-01-01");
    let what = What::Disposal { proceeds: Some("2500.00 EUR".parse().unwrap()) };
    terms.events.push(Event { date: date("2024-09-30"), posted: None, index: Some(0), what });
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
    assert_eq!((plan.rows.len(), plan.rows.last().unwrap().accumulated.amount_text()), (50, "0.20".into()));
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
        terms.life = Some(format!("{months}mo").parse().unwrap());
        terms.calendar = Arc::new(FiscalCalendar::Yearly { month: start_month, day: 1 });
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

/// 3600 over three years, sold on 30 November 2024, learned of in 2025: the depreciation of December
/// (100) is taken back, and the sale is posted with the value of the day of the sale.
#[test]
fn a_sale_learned_of_late_is_caught_up() {
    let mut terms = terms("3600 EUR", "0 EUR", "3y", "2023-01-01");
    let what = What::Disposal { proceeds: Some("1000.00 EUR".parse().unwrap()) };
    let posted = Some(date("2025-01-01"));
    terms.events.push(Event { date: date("2024-11-30"), posted, index: Some(0), what });
    let plan = Plan::compute(&terms).unwrap();
    let figure = |day: &str| plan.values(date(day)).unwrap().net_book_value.amount_text();
    assert_eq!([figure("2024-12-31"), figure("2025-01-01")], ["1200.00", "0.00"]);
    assert_eq!(charges(&terms), ["1200.00", "1200.00", "-100.00"]);
    let (day, amount) = plan.catch_ups().unwrap()[0];
    assert_eq!((day, amount.amount_text()), (date("2025-01-01"), "-100.00".into()));
    let sale = plan.disposal.unwrap();
    assert_eq!((sale.date, sale.net_book_value.amount_text()), (date("2025-01-01"), "1300.00".into()));
    assert_eq!((sale.proceeds.amount_text(), sale.gain.amount_text()), ("1000.00".into(), "-300.00".into()));
    let last = plan.rows.last().unwrap();
    assert_eq!(
        (last.opening.amount_text(), last.closing.amount_text()),
        ("1200.00".into(), "1300.00".into())
    );
    terms.events[0].posted = Some(date("2024-11-30"));
    assert!(Plan::compute(&terms).is_err_and(|problem| problem.text.contains("delete `posted`")));
}

/// Impaired by 600 on 30 June 2024, to 1200 over 18 months: by the end of the year 400 is due for the
/// half-year in which 600 was charged.
#[test]
fn an_impairment_learned_of_late_is_caught_up() {
    let mut terms = terms("3600 EUR", "0 EUR", "3y", "2023-01-01");
    let what = What::Impairment(super::super::Measured::Amount("600.00 EUR".parse().unwrap()));
    let posted = Some(date("2025-01-01"));
    terms.events.push(Event { date: date("2024-06-30"), posted, index: Some(0), what });
    let plan = Plan::compute(&terms).unwrap();
    // 800 of 2025, less 200.
    assert_eq!(charges(&terms), ["1200.00", "1200.00", "600.00"]);
    assert_eq!(plan.catch_ups().unwrap()[0].1.amount_text(), "-200.00");
    let values = |day: &str| plan.values(date(day)).unwrap();
    assert!(values("2024-12-31").impairment.is_zero());
    assert_eq!(values("2025-01-01").impairment.amount_text(), "600.00");
    assert!(values("2025-12-31").net_book_value.is_zero());
}

/// 3600 over three years from October 2024, learned of when 2024 was closed: 300 are caught up.
#[test]
fn an_item_learned_of_late_is_caught_up() {
    let mut terms = terms("3600 EUR", "0 EUR", "3y", "2024-10-01");
    terms.posted = Some(date("2025-01-01"));
    let plan = Plan::compute(&terms).unwrap();
    assert_eq!(charges(&terms), ["1500.00", "1200.00", "900.00"]);
    assert_eq!(plan.rows[0].period.start, date("2025-01-01"));
    assert_eq!(plan.catch_ups().unwrap()[0].1.amount_text(), "300.00");
    let gross = |day: &str| plan.values(date(day)).unwrap().gross.amount_text();
    assert_eq!([gross("2024-12-31"), gross("2025-01-01")], ["0.00", "3600.00"]);
    let bought = plan.movements().unwrap()[0];
    assert_eq!((bought.kind, bought.date), ("acquisition", date("2025-01-01")));
    // Sold before it was known, too: it comes and goes on the same day.
    let what = What::Disposal { proceeds: None };
    terms.events.push(Event { date: date("2024-11-30"), posted: terms.posted, index: Some(0), what });
    let plan = Plan::compute(&terms).unwrap();
    assert_eq!(charges(&terms), ["200.00"]);
    assert_eq!(plan.disposal.unwrap().net_book_value.amount_text(), "3400.00");
}
