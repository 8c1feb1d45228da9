//! What must hold for every plan, whatever the method, the convention and the events.

use std::sync::Arc;

use proptest::prelude::*;

use super::convention::{Measure, Yearly};
use super::*;
use crate::date::{Date, Period, add_months, day_before, parse_date};
use crate::model::calendar::FiscalCalendar;
use crate::money::{Money, Percent, sum};

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn cents(cents: i64) -> Money {
    format!("{}.{:02} EUR", cents / 100, cents % 100).parse().unwrap()
}

/// Methods that any convention fits.
fn method() -> impl Strategy<Value = &'static Method> {
    let names = [
        "straight_line",
        "double_declining",
        "declining_150",
        "sum_of_years_digits",
        "fixed_rate_declining",
        "declining_balance",
    ];
    prop::sample::select(names.map(|name| Method::named(name).unwrap()).to_vec())
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        (1i64..500_000).prop_map(|amount| What::Addition { amount: cents(amount) }),
        (1u32..12).prop_map(|years| What::Revision(Revision {
            life: Some(format!("{}y", years + 2).parse().unwrap()),
            ..Revision::default()
        })),
        (1i64..200_000).prop_map(|amount| What::Impairment(Measured::Amount(cents(amount)))),
        (1i64..900_000).prop_map(|value| What::Reversal(Measured::Value(cents(value)))),
        (1i64..900_000, any::<bool>()).prop_map(|(value, whole)| What::Revaluation {
            value: cents(value),
            restate: if whole { Restate::Eliminate } else { Restate::Proportional },
        }),
        (1u32..100).prop_map(|share| What::PartialDisposal {
            part: Part::Share(format!("{share}%").parse().unwrap()),
            proceeds: None
        }),
        Just(What::Disposal { proceeds: None }),
    ]
}

prop_compose! {
    fn terms()(
        cost in 1i64..5_000_000, kept in 0i64..=100, years in 3u32..=12, day in 0u64..3000,
        first_month in 1u32..=12, method in method(), convention in prop::sample::select(CONVENTIONS.to_vec()),
        equal in any::<bool>(), events in prop::collection::vec((0u64..4500, what()), 0..4),
    ) -> Terms {
        let start = date("2012-01-01").checked_add_days(chrono::Days::new(day)).unwrap();
        let event = |(index, (after, what)): (usize, (u64, What))| Event {
            date: start.checked_add_days(chrono::Days::new(after)).unwrap(), posted: None, index: Some(index), what,
        };
        let rate: Percent = "30%".parse().unwrap();
        Terms {
            cost: cents(cost),
            salvage: cents(cost * kept / 100),
            life: Some(format!("{years}y").parse().unwrap()),
            start,
            posted: None,
        acquired: None,
            method,
            convention,
            rounding: if equal { Rounding::EqualLastRemainder } else { Rounding::LastTakesRest },
            calendar: Arc::new(FiscalCalendar::Yearly { month: first_month, day: 1 }),
            details: Details {
                rate: (method.name == "fixed_rate_declining").then_some(rate),
                ..Details::default()
            },
            events: events.into_iter().enumerate().map(event).collect(),
        }
    }
}

/// Events after which the item is still there.
fn kept() -> impl Strategy<Value = What> {
    what().prop_filter("the item stays", |what| !matches!(what, What::Disposal { .. }))
}

/// Whether the item leaves in the fiscal year of `day` under a convention with a rule for that year.
fn settles_whole_year_of(terms: &Terms, day: Date) -> bool {
    let has_rule = matches!(terms.convention.measure, Measure::Yearly(Yearly { leaving: Some(_), .. }));
    let year = terms.calendar.period_of(day);
    let leaves = |event: &Event| {
        matches!(event.what, What::Disposal { .. }) && year.is_some_and(|year| year.contains(event.date))
    };
    has_rule && terms.events.iter().any(leaves)
}

/// What a plan comes to, for comparison.
fn figures(plan: &Result<Plan, Problem>) -> Result<(Vec<Row>, Option<DisposalResult>), String> {
    plan.as_ref().map(|plan| (plan.rows.clone(), plan.disposal)).map_err(|problem| problem.text.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Charges are never negative and the value never falls below the salvage value; without events
    /// the charges sum to the depreciable amount; the months of a year add up to it; the rows and the
    /// values of any day say the same.
    #[test]
    fn charges_add_up(terms in terms()) {
        let Ok(plan) = Plan::compute(&terms) else { return Ok(()) };
        let eur = terms.cost.currency();
        let salvage = if terms.method.keeps_salvage { terms.salvage } else { Money::zero(eur) };
        if terms.events.is_empty() {
            let total = sum(plan.rows.iter().map(|row| row.charge), eur).unwrap();
            prop_assert_eq!(total, terms.cost.checked_sub(salvage).unwrap());
        }
        let mut before: Option<Money> = None;
        for row in &plan.rows {
            prop_assert!(!row.charge.is_negative() && !row.closing.is_negative());
            prop_assert!(!row.accumulated.is_negative());
            prop_assert!(before.is_none_or(|before| before == row.opening));
            before = Some(row.closing);
            let moved = row.opening.checked_sub(row.charge).unwrap().checked_add(row.movements).unwrap();
            prop_assert_eq!(moved, row.closing);
            if plan.is_in_books(row.period.end) {
                let values = plan.values(row.period.end).unwrap();
                prop_assert_eq!(values.net_book_value, row.closing);
                prop_assert_eq!(values.accumulated, row.accumulated);
            }
            let mut month = row.year.start;
            let mut parts = Vec::new();
            while month <= row.year.end {
                let next = add_months(month, 1).unwrap();
                let charge = plan.charge(Period { start: month, end: day_before(next) }).unwrap();
                prop_assert!(!charge.is_negative());
                parts.push(charge);
                month = next;
            }
            prop_assert_eq!(sum(parts, eur).unwrap(), row.charge);
        }
    }

    /// The order of events in the file has no meaning.
    #[test]
    fn the_order_of_the_list_has_no_meaning(terms in terms(), by in 0usize..4) {
        let mut shuffled = terms.clone();
        let count = shuffled.events.len().max(1);
        shuffled.events.rotate_left(by % count);
        shuffled.events.reverse();
        prop_assert_eq!(figures(&Plan::compute(&shuffled)), figures(&Plan::compute(&terms)));
    }

    /// An event changes nothing of what was charged before it.
    #[test]
    fn the_past_stays(terms in terms(), what in kept(), after in 1u64..4500, day in 0u64..4500) {
        let Ok(plan) = Plan::compute(&terms) else { return Ok(()) };
        let day_of = |after: u64| terms.start.checked_add_days(chrono::Days::new(after)).unwrap();
        let mut later = terms.clone();
        later.events.push(Event { date: day_of(after), posted: None, index: Some(9), what });
        let Ok(changed) = Plan::compute(&later) else { return Ok(()) };
        let day = day_of(day.min(after - 1));
        // Some conventions settle the year in which an item leaves as a whole, looking back.
        prop_assume!(!settles_whole_year_of(&terms, day));
        prop_assert_eq!(changed.values(day).unwrap(), plan.values(day).unwrap());
    }

    /// An event that is posted late moves no figure before that day, and from it on the books are as
    /// if it had been known in time; what the rows charge is what the two come to.
    #[test]
    fn late_events_are_caught_up(terms in terms(), what in what(), after in 1u64..4500, late in 1u64..1500) {
        let day_of = |after: u64| terms.start.checked_add_days(chrono::Days::new(after)).unwrap();
        let posted = day_of(after + late);
        prop_assume!(!settles_whole_year_of(&terms, day_before(posted)));
        let with = |posted: Option<Date>| {
            let mut terms = terms.clone();
            terms.events.push(Event { date: day_of(after), posted, index: Some(9), what: what.clone() });
            Plan::compute(&terms)
        };
        let (Ok(without), Ok(in_time)) = (Plan::compute(&terms), with(None)) else { return Ok(()) };
        let late = with(Some(posted)).unwrap();
        for day in (0..6000).step_by(97).map(day_of).chain([day_before(posted), posted]) {
            let expected = if day < posted { &without } else { &in_time };
            prop_assert_eq!(late.values(day).unwrap(), expected.values(day).unwrap(), "on {}", day);
        }
        let eur = terms.cost.currency();
        let all = Period { start: date("2000-01-01"), end: date("2099-12-31") };
        prop_assert_eq!(
            sum(late.rows.iter().map(|row| row.charge), eur).unwrap(), in_time.charge(all).unwrap()
        );
        let until = day_before(posted);
        let caught_up = sum(late.catch_ups().unwrap().into_iter().map(|(_, amount)| amount), eur).unwrap();
        let charged = |plan: &Plan| plan.charge(Period { start: all.start, end: until }).unwrap();
        prop_assert_eq!(caught_up, charged(&in_time).checked_sub(charged(&without)).unwrap());
        for rows in late.rows.windows(2) {
            prop_assert_eq!(rows[0].closing, rows[1].opening);
        }
    }
}
