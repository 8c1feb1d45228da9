use proptest::prelude::*;

use super::*;
use crate::date::{Date, add_months, day_after, parse_date};
use crate::model::contract::Contract;
use crate::snapshot::testing::snapshot;

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn with_contract<T>(terms: &str, look: impl FnOnce(Contract<'_>) -> T) -> T {
    let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
    let estate = snapshot(&[("contracts/c.yaml", &text)]);
    let contract = estate.contract("c").unwrap();
    assert!(contract.0.is_sound(), "{:?}", contract.0.findings());
    look(contract)
}

fn dates<T>(terms: &str, as_of: &str, look: impl FnOnce(Dates) -> T) -> T {
    with_contract(terms, |contract| look(Dates::agreed_by(contract, date(as_of)).unwrap()))
}

fn term(terms: &str, day: &str) -> Option<String> {
    with_contract(terms, |contract| term_at(contract, date(day)).map(|term| term.to_string()))
}

fn notice(terms: &str, day: &str) -> Option<String> {
    with_contract(terms, |contract| notice_by(contract, date(day)).map(|day| day.to_string()))
}

const YEARLY: &str =
    "term: {start: 2021-04-01, length: 3y}\nrenewal: {mode: tacit, period: 1y, notice: 3mo}\n";

#[test]
fn terms_follow_each_other() {
    assert_eq!(term(YEARLY, "2024-03-31").as_deref(), Some("2021-04-01 to 2024-03-31"));
    assert_eq!(term(YEARLY, "2024-04-01").as_deref(), Some("2024-04-01 to 2025-03-31"));
    assert_eq!(term(YEARLY, "2026-11-24").as_deref(), Some("2026-04-01 to 2027-03-31"));
    assert_eq!(term(YEARLY, "2021-03-31"), None);
    let ending = "term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: express}\n";
    assert_eq!(term(ending, "2024-01-01"), None);
    assert_eq!(term("term: {start: 2023-01-01}\n", "2024-01-01"), None);
}

/// From GLPI's tests of contracts (issue 23084 and its fix): six months from 1 January end on 30 June,
/// not on 1 July.
#[test]
fn a_term_ends_the_day_before() {
    let half_year = "term: {start: 2024-01-01, length: 6mo}\n";
    dates(half_year, "2024-01-01", |dates| assert_eq!(dates.end(), Some(date("2024-06-30"))));
}

/// 31 January and a month is 28 February, and the next term begins on 31 March again.
#[test]
fn the_day_of_the_month_is_kept_where_months_are_long_enough() {
    let monthly = "term: {start: 2023-01-31, length: 1mo}\nrenewal: {mode: tacit, period: 1mo}\n";
    assert_eq!(term(monthly, "2023-02-27").as_deref(), Some("2023-01-31 to 2023-02-27"));
    assert_eq!(term(monthly, "2023-03-30").as_deref(), Some("2023-02-28 to 2023-03-30"));
    assert_eq!(term(monthly, "2023-03-31").as_deref(), Some("2023-03-31 to 2023-04-29"));
    assert_eq!(term(monthly, "2024-02-29").as_deref(), Some("2024-02-29 to 2024-03-30"));
    let leap = "term: {start: 2024-02-29, length: 1y}\nrenewal: {mode: tacit, period: 1y}\n";
    assert_eq!(term(leap, "2025-03-01").as_deref(), Some("2025-02-28 to 2026-02-27"));
    assert_eq!(term(leap, "2028-02-29").as_deref(), Some("2028-02-29 to 2029-02-27"));
}

/// Three months before the end of 31 March 2027 is 31 December 2026: whoever gives notice on
/// 1 January is bound for another year.
#[test]
fn notice_is_due_before_each_term_ends() {
    assert_eq!(notice(YEARLY, "2026-11-24").as_deref(), Some("2026-12-31"));
    assert_eq!(notice(YEARLY, "2026-12-31").as_deref(), Some("2026-12-31"));
    assert_eq!(notice(YEARLY, "2027-01-01").as_deref(), Some("2027-12-31"));
    assert_eq!(notice(YEARLY, "2020-01-01").as_deref(), Some("2023-12-31"));
    let express = "term: {start: 2023-09-01, length: 4y}\nrenewal: {mode: express, notice: 6mo}\n";
    assert_eq!(notice(express, "2026-11-24").as_deref(), Some("2027-02-28"));
    assert_eq!(notice(express, "2027-03-01"), None);
    assert_eq!(notice("term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: none}\n", "2023-02-01"), None);
}

#[test]
fn a_notice_longer_than_the_period_is_due_terms_before() {
    let terms = "term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: tacit, period: 1mo, notice: 1y}\n";
    assert_eq!(notice(terms, "2026-11-24").as_deref(), Some("2026-11-30"));
    dates(terms, "2026-11-24", |dates| {
        let term = dates.term_of_notice(date("2026-11-30")).unwrap();
        assert_eq!(term.to_string(), "2027-11-01 to 2027-11-30");
    });
}

#[test]
fn a_termination_ends_it_from_the_day_of_the_notice() {
    let ended = format!("{YEARLY}termination: {{given: 2025-06-10, end: 2025-09-30}}\n");
    dates(&ended, "2025-06-09", |dates| {
        assert_eq!((dates.end(), dates.notice_by(date("2025-06-09"))), (None, Some(date("2025-12-31"))));
    });
    dates(&ended, "2025-06-10", |dates| {
        assert_eq!((dates.end(), dates.notice_by(date("2025-06-10"))), (Some(date("2025-09-30")), None));
        assert_eq!(dates.term_at(date("2025-09-30")).unwrap().to_string(), "2025-04-01 to 2025-09-30");
        assert_eq!((dates.term_at(date("2025-10-01")), dates.next_term(date("2025-06-10"))), (None, None));
        assert_eq!(dates.runs(date("2030-01-01")).unwrap().to_string(), "2021-04-01 to 2025-09-30");
    });
    let open = "term: {start: 2023-01-01}\ntermination: {end: 2024-05-31}\n";
    dates(open, "2023-01-01", |dates| assert_eq!(dates.end(), Some(date("2024-05-31"))));
}

#[test]
fn an_amendment_moves_the_end_of_the_term_in_which_it_begins() {
    let longer = format!(
        "{YEARLY}amendments:\n  - {{id: a1, signed: 2025-05-02, from: 2025-06-01, term: {{end: 2027-12-31}}}}\n"
    );
    assert_eq!(term(&longer, "2024-06-01").as_deref(), Some("2024-04-01 to 2025-03-31"));
    assert_eq!(term(&longer, "2025-05-01").as_deref(), Some("2025-04-01 to 2026-03-31"));
    assert_eq!(term(&longer, "2025-05-02").as_deref(), Some("2025-04-01 to 2027-12-31"));
    assert_eq!(term(&longer, "2028-01-01").as_deref(), Some("2028-01-01 to 2028-12-31"));
    // What was agreed later changes nothing of the terms before.
    with_contract(&longer, |contract| {
        let dates = Dates::on_record(contract).unwrap();
        assert_eq!(dates.term_at(date("2022-01-01")).unwrap().to_string(), "2021-04-01 to 2024-03-31");
        assert_eq!(dates.term_at(date("2024-06-01")).unwrap().to_string(), "2024-04-01 to 2025-03-31");
    });
}

#[test]
fn an_express_renewal_is_an_amendment_from_the_day_after_the_end() {
    let renewed = "term: {start: 2022-06-01, length: 2y}\nrenewal: {mode: express}\namendments:\n  - {id: r1, signed: 2024-05-01, from: 2024-06-01, term: {end: 2025-05-31}}\n";
    dates(renewed, "2024-04-30", |dates| assert_eq!(dates.end(), Some(date("2024-05-31"))));
    dates(renewed, "2024-05-01", |dates| {
        assert_eq!(dates.end(), Some(date("2025-05-31")));
        assert_eq!(dates.next_term(date("2024-05-02")).unwrap().to_string(), "2024-06-01 to 2025-05-31");
    });
}

#[test]
fn coverage_changes_by_day() {
    let terms = "term: {start: 2023-01-01, length: 3y}\ncovers: [a, b]\namendments:\n  - {id: m1, from: 2024-01-01, covers: {add: [c], remove: [a]}}\n  - {id: m2, from: 2024-07-01, until: 2024-07-31, covers: {add: [d]}}\n";
    with_contract(terms, |contract| {
        assert_eq!(covered_at(contract, date("2023-12-31")), ["a", "b"]);
        assert_eq!(covered_at(contract, date("2024-01-01")), ["b", "c"]);
        assert_eq!(covered_at(contract, date("2024-07-31")), ["b", "c", "d"]);
        assert_eq!(covered_at(contract, date("2024-08-01")), ["b", "c"]);
    });
}

fn day() -> impl Strategy<Value = Date> {
    (0i64..365 * 12).prop_map(|days| date("2020-01-01") + chrono::Duration::days(days))
}

fn length() -> impl Strategy<Value = String> {
    (1u32..40, prop_oneof![Just("d"), Just("w"), Just("mo"), Just("y")])
        .prop_map(|(count, unit)| format!("{}{unit}", if unit == "y" { count % 5 + 1 } else { count }))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// Every day of a contract that renews itself lies in one term, and terms touch.
    #[test]
    fn terms_tile_the_days(start in day(), first in length(), each in length(), ahead in 0i64..3000) {
        let terms = format!("term: {{start: {start}, length: {first}}}\nrenewal: {{mode: tacit, period: {each}, notice: 1mo}}\n");
        dates(&terms, "2020-01-01", |dates| {
            let day = start + chrono::Duration::days(ahead);
            let term = dates.term_at(day).unwrap();
            assert!(term.contains(day));
            let next = dates.next_term(day).unwrap();
            assert_eq!(next.start, day_after(term.end));
            let before = dates.term_at(term.start.pred_opt().unwrap());
            assert_eq!(before.map(|before| day_after(before.end)), (term.start > start).then_some(term.start));
            let deadline = dates.notice_by(day).unwrap();
            assert!(deadline >= day && dates.notice_by(deadline) == Some(deadline));
            assert!(dates.notice_by(day_after(deadline)).unwrap() > deadline);
            let of = dates.term_of_notice(deadline).unwrap();
            assert!(of.end >= deadline);
        });
    }

    /// A renewal in months begins on the day of the month of the first, or on the last of the month.
    #[test]
    fn months_never_drift(start in day(), first in 1u32..30, each in 1u32..15, ahead in 0i64..3000) {
        let terms = format!("term: {{start: {start}, length: {first}mo}}\nrenewal: {{mode: tacit, period: {each}mo}}\n");
        dates(&terms, "2020-01-01", |dates| {
            let term = dates.term_at(start + chrono::Duration::days(ahead)).unwrap();
            let months = (0..400).find(|months| add_months(start, *months).unwrap() >= term.start).unwrap();
            assert_eq!(add_months(start, months).unwrap(), term.start);
        });
    }

    /// The order of the amendments in the record is of no account.
    #[test]
    fn the_order_of_amendments_is_free(
        moves in proptest::collection::btree_map(0i64..1500, 1i64..900, 0..5),
        seed in any::<prop::sample::Index>(),
        ahead in 0i64..2500,
    ) {
        let start = date("2020-01-01");
        let at = |days: i64| start + chrono::Duration::days(days);
        let mut amendments: Vec<String> = moves
            .iter()
            .map(|(from, length)| {
                let end = at(from + length);
                format!("  - {{id: m{from}, from: {}, term: {{end: {end}}}, price: {{amount: {length}.00 EUR, per: year}}}}\n", at(*from))
            })
            .collect();
        let seen = |amendments: &[String]| {
            let list = if amendments.is_empty() { String::new() } else { format!("amendments:\n{}", amendments.concat()) };
            let terms = format!("term: {{start: {start}, length: 1y}}\nrenewal: {{mode: tacit, period: 7mo, notice: 1mo}}\nprice: {{amount: 10.00 EUR, per: year}}\n{list}");
            with_contract(&terms, |contract| {
                let dates = Dates::on_record(contract).unwrap();
                let day = at(ahead);
                let estate = snapshot(&[]);
                (dates.term_at(day), dates.end(), dates.notice_by(day), price_at(&estate, contract, day))
            })
        };
        let straight = seen(&amendments);
        if !amendments.is_empty() {
            let middle = seed.index(amendments.len());
            amendments.rotate_left(middle);
            amendments.reverse();
        }
        prop_assert_eq!(seen(&amendments), straight);
    }
}
