use super::*;
use crate::date::parse_date;
use crate::snapshot::testing::{SETTINGS, snapshot};

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// The rows of a contract with facts given as (id, fields), for 2026 as of its last day.
fn checked<T>(terms: &str, facts: &[(&str, &str)], look: impl FnOnce(Check<'_>) -> T) -> T {
    let contract = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
    let texts: Vec<(String, String)> = facts
        .iter()
        .map(|(id, fields)| {
            let date = &id[..10];
            (format!("executions/c/{id}.yaml"), format!("id: {id}\ncontract: c\ndate: {date}\n{fields}"))
        })
        .collect();
    let item = "id: gone\nclass: server\nname: G\nstatus: retired\nretired: 2025-06-30\n";
    let index = "id: syntec\nname: S\nkind: index\nvalues:\n  - {from: 2024-01-01, value: '300'}\n  - {from: 2025-01-01, value: '306'}\n  - {from: 2026-01-01, value: '315'}\n";
    let mut files = vec![
        SETTINGS,
        ("contracts/c.yaml", contract.as_str()),
        ("items/server/gone.yaml", item),
        ("rates/syntec.yaml", index),
    ];
    files.extend(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let estate = snapshot(&files);
    let wrong: Vec<_> = estate.findings().map(|finding| &finding.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let as_of = date("2026-12-31");
    let ledger = Ledger::of(&estate, as_of);
    let period = Period { start: date("2026-01-01"), end: as_of };
    let question = Question { snapshot: &estate, ledger: &ledger, period, as_of };
    look(check(estate.contract("c").unwrap(), &question))
}

fn invoices(terms: &str, facts: &[(&str, &str)]) -> Vec<String> {
    checked(terms, facts, |check| {
        let days = |row: &InvoiceRow<'_>| row.days.map_or("-".to_owned(), |days| days.to_string());
        check.invoices.iter().map(|row| format!("{} {} {}", days(row), row.verdict.name(), row.why)).collect()
    })
}

const QUARTERLY: &str =
    "term: {start: 2026-01-01, length: 1y}\nprice: {amount: 300.00 EUR, per: quarter, billed: in_advance}\n";

fn invoice(amount: &str, from: &str, to: &str) -> String {
    format!("kind: invoice\namount: {amount}\nperiod: {{from: {from}, to: {to}}}\n")
}

#[test]
fn each_bill_has_its_invoice_or_is_missing() {
    let first = invoice("300.00 EUR", "2026-01-01", "2026-03-31");
    let wrong = invoice("310.00 EUR", "2026-04-01", "2026-06-30");
    let dollars = invoice("300.00 USD", "2026-07-01", "2026-09-30");
    assert_eq!(
        invoices(
            QUARTERLY,
            &[("2026-01-02-a", &first), ("2026-04-02-b", &wrong), ("2026-07-02-c", &dollars)]
        ),
        [
            "2026-01-01 to 2026-03-31 as agreed ",
            "2026-04-01 to 2026-06-30 wrong amount 10.00 EUR too much",
            "2026-07-01 to 2026-09-30 other currency invoiced in USD, agreed in EUR",
            "2026-10-01 to 2026-12-31 missing to be billed on 2026-10-01",
        ]
    );
}

#[test]
fn from_the_first_invoice_on_a_bill_is_awaited_and_then_missing() {
    let monthly = "term: {start: 2026-09-01, length: 4mo}\nprice: {amount: 10.00 EUR, per: month, billed: in_arrears}\n";
    let october = invoice("10.00 EUR", "2026-10-01", "2026-10-31");
    assert_eq!(
        invoices(monthly, &[("2026-11-02-a", &october)]),
        [
            "2026-10-01 to 2026-10-31 as agreed ",
            "2026-11-01 to 2026-11-30 missing to be billed on 2026-11-30",
            "2026-12-01 to 2026-12-31 awaited to be billed on 2026-12-31",
        ]
    );
}

#[test]
fn one_invoice_may_bill_several_periods_and_credit_notes_count() {
    let half = invoice("650.00 EUR", "2026-01-01", "2026-06-30");
    let credit = "kind: invoice\namount: -50.00 EUR\ninvoice: 2026-01-02-a\nperiod: {from: 2026-01-01, to: 2026-06-30}\n";
    let rest = invoice("600.00 EUR", "2026-07-01", "2026-12-31");
    let rows =
        invoices(QUARTERLY, &[("2026-01-02-a", &half), ("2026-02-02-b", credit), ("2026-07-02-c", &rest)]);
    assert_eq!(rows, ["2026-01-01 to 2026-06-30 as agreed ", "2026-07-01 to 2026-12-31 as agreed "]);
}

#[test]
fn an_invoice_comes_once() {
    let first = invoice("300.00 EUR", "2026-01-01", "2026-03-31") + "reference: F-1\n";
    let number = invoice("300.00 EUR", "2026-04-01", "2026-06-30") + "reference: F-1\n";
    let days = invoice("300.00 EUR", "2026-03-01", "2026-03-31");
    let rows =
        invoices(QUARTERLY, &[("2026-01-02-a", &first), ("2026-04-02-b", &number), ("2026-04-03-c", &days)]);
    assert_eq!(
        rows[1],
        "2026-03-01 to 2026-03-31 duplicate the days 2026-03-01 to 2026-03-31 are billed by 2026-01-02-a"
    );
    assert_eq!(rows[2], "2026-04-01 to 2026-06-30 duplicate the number F-1 is that of 2026-01-02-a");
}

#[test]
fn after_the_end_nothing_is_owed() {
    let ended = "term: {start: 2025-01-01, length: 3y}\nprice: {amount: 365.00 EUR, per: year, billed: in_advance}\ntermination: {end: 2026-01-31}\n";
    let late = invoice("365.00 EUR", "2026-01-01", "2026-12-31");
    assert_eq!(
        invoices(ended, &[("2026-01-02-a", &late)]),
        ["2026-01-01 to 2026-12-31 outside the contract the contract ends on 2026-01-31"]
    );
}

/// 1000 × 315 ÷ 300 = 1050 from the second revision, 1000 × 306 ÷ 300 = 1020 from the first.
#[test]
fn a_wrong_index_is_told_from_a_wrong_amount() {
    let indexed = "term: {start: 2024-01-01, length: 4y}\nprice: {amount: 1000.00 EUR, per: year, billed: in_advance, indexation: {index: syntec, base: 2024-01-01}}\n";
    let of = |amount: &str| {
        let text = invoice(amount, "2026-01-01", "2026-12-31");
        invoices(indexed, &[("2026-01-02-a", &text)])
    };
    assert_eq!(of("1050.00 EUR"), ["2026-01-01 to 2026-12-31 as agreed "]);
    assert_eq!(
        of("1020.00 EUR"),
        [
            "2026-01-01 to 2026-12-31 wrong index it is the price at index 306 (1020.00 EUR price) instead of the price at index 315 (1050.00 EUR price)"
        ]
    );
    assert!(of("1000.00 EUR")[0].contains("wrong index it is 1000.00 EUR of price instead of"));
    assert_eq!(of("1049.00 EUR"), ["2026-01-01 to 2026-12-31 wrong amount 1.00 EUR too little"]);
}

#[test]
fn nothing_is_paid_for_what_is_gone_or_not_covered() {
    let terms =
        "term: {start: 2026-01-01, length: 1y}\nprice: {amount: 300.00 EUR, per: quarter}\ncovers: [gone]\n";
    let named = invoice("300.00 EUR", "2026-01-01", "2026-03-31") + "covers: [other]\n";
    let rows = invoices(terms, &[("2026-01-02-a", &named)]);
    assert_eq!(rows[1], "2026-01-01 to 2026-03-31 not covered other is not under the contract in these days");
    let all = invoice("300.00 EUR", "2026-01-01", "2026-03-31");
    let rows = invoices(terms, &[("2026-01-02-a", &all)]);
    assert_eq!(rows[1], "2026-01-01 to 2026-03-31 retired item gone has been out of use since 2025-06-30");
}

#[test]
fn use_that_is_paid_for_has_no_price_to_compare_with() {
    let paid = invoice("17.00 EUR", "2026-01-01", "2026-01-31");
    let rows = invoices("term: {start: 2026-01-01}\n", &[("2026-02-02-a", &paid)]);
    assert_eq!(rows, ["2026-01-01 to 2026-01-31 no price "]);
    assert!(!Verdict::NoPrice.is_finding());
}

#[test]
fn a_notice_that_the_contract_does_not_know_is_found() {
    let notice = "kind: notice\nends: 2026-12-31\n";
    let open = "term: {start: 2024-01-01}\n";
    assert_eq!(
        invoices(open, &[("2026-06-30-n", notice)]),
        ["- notice unknown it is for the end on 2026-12-31, and the contract says no end"]
    );
    let known = format!("{open}termination: {{given: 2026-06-30, end: 2026-12-31}}\n");
    assert!(invoices(&known, &[("2026-06-30-n", notice)]).is_empty());
}

#[test]
fn readings_are_counted_against_entitlements_by_period() {
    let terms = "term: {start: 2026-01-15, length: 1y}\nentitlements:\n  - {id: hours, unit: hours, quantity: '10', per: quarter}\n  - {id: seats, unit: seats, quantity: '5', per: once, count: highest}\n";
    let hours = |value: &str| format!("kind: reading\nentitlement: hours\nvalue: '{value}'\n");
    let seats = |value: &str| format!("kind: reading\nentitlement: seats\nvalue: '{value}'\n");
    let facts = [
        ("2026-02-01-a", hours("4.5")),
        ("2026-04-14-b", hours("6")),
        ("2026-04-15-c", hours("3")),
        ("2026-05-01-d", seats("4")),
        ("2026-06-01-e", seats("5")),
    ];
    let facts: Vec<(&str, &str)> = facts.iter().map(|(id, text)| (*id, text.as_str())).collect();
    let rows = checked(terms, &facts, |check| {
        let row = |row: &EntitlementRow<'_>| {
            format!("{} {} {} {}", row.entitlement.id, row.window, row.left, row.verdict.name())
        };
        check.entitlements.iter().map(row).collect::<Vec<_>>()
    });
    assert_eq!(
        rows,
        [
            "hours 2026-01-15 to 2026-04-14 -0.5 over-used",
            "hours 2026-04-15 to 2026-07-14 7 as agreed",
            "hours 2026-07-15 to 2026-10-14 10 as agreed",
            "hours 2026-10-15 to 2027-01-14 10 as agreed",
            "seats 2026-01-15 to 2027-01-14 0 as agreed",
        ]
    );
}

#[test]
fn spending_is_measured_against_the_commitment_when_its_period_is_over() {
    let terms = "term: {start: 2026-01-01, length: 3y}\ncommitment: {amount: 1000.00 EUR, per: quarter}\n";
    let first = invoice("1200.00 EUR", "2026-01-01", "2026-01-31");
    let second = invoice("400.00 EUR", "2026-04-01", "2026-04-30");
    let rows = checked(terms, &[("2026-02-01-a", &first), ("2026-05-01-b", &second)], |check| {
        let spent = |row: &CommitmentRow<'_>| row.spent.map(|spent| spent.to_string()).unwrap_or_default();
        let row = |row: &CommitmentRow<'_>| format!("{} {} {}", row.window, spent(row), row.verdict.name());
        check.commitments.iter().map(row).collect::<Vec<_>>()
    });
    assert_eq!(rows[0], "2026-01-01 to 2026-03-31 1200.00 EUR as agreed");
    assert_eq!(rows[1], "2026-04-01 to 2026-06-30 400.00 EUR below commitment");
    assert_eq!(rows[3], "2026-10-01 to 2026-12-31 0.00 EUR awaited");
}
