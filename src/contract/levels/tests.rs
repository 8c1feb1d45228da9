//! Figures are those of published tables, or reckoned by hand in the comment above them.

use super::*;
use crate::contract::Ledger;
use crate::date::parse_date;
use crate::snapshot::Snapshot;
use crate::snapshot::testing::snapshot;

const SETTINGS: &str = "organisation: {name: H}\ncurrency: EUR\nfiscal_year: {start: '01-01'}\nbooks: {accounting: {convention: thirty_360}}\ncalendars:\n  office:\n    hours: {mon: '09:00-17:00', tue: '09:00-17:00', wed: '09:00-17:00', thu: '09:00-17:00', fri: '09:00-17:00'}\n    holidays: [2026-06-08]\n";

/// A contract at 1000.00 EUR a month from January 2026 with one level, and facts about it.
fn estate(level: &str, facts: &[&str]) -> Snapshot {
    let contract = format!(
        "id: c\nside: supplier\nkind: hosting\nparty: p\nterm: {{start: 2026-01-01, length: 3y}}\nprice: {{amount: 1000.00 EUR, per: month}}\nservice_levels:\n  - {{id: l, {level}}}\n"
    );
    let facts: Vec<(String, String)> = facts
        .iter()
        .enumerate()
        .map(|(at, fields)| {
            let day = fields.split("date: ").nth(1).unwrap().get(..10).unwrap();
            let id = format!("{day}-fact-{at}");
            (format!("executions/c/{id}.yaml"), format!("id: {id}\ncontract: c\n{fields}\n"))
        })
        .collect();
    let mut files = vec![
        ("settings.yaml", SETTINGS),
        ("parties/p.yaml", "id: p\nname: P\nkind: supplier\n"),
        ("contracts/c.yaml", contract.as_str()),
    ];
    files.extend(facts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let snapshot = snapshot(&files);
    let findings: Vec<_> = snapshot.findings().map(|finding| finding.message.clone()).collect();
    assert_eq!(findings, Vec::<String>::new());
    snapshot
}

/// The rows of a span as text: window, outcome, measured, margin, seconds of budget and left, penalty.
fn rows(level: &str, facts: &[&str], from: &str, to: &str) -> Vec<String> {
    let snapshot = estate(level, facts);
    let as_of = parse_date("2026-12-31").unwrap();
    let ledger = Ledger::of(&snapshot, as_of);
    let period = Period { start: parse_date(from).unwrap(), end: parse_date(to).unwrap() };
    let question = Question { snapshot: &snapshot, ledger: &ledger, period, as_of };
    levels(snapshot.contract("c").unwrap(), &question)
        .iter()
        .map(|row| {
            let number = |value: Option<Decimal>| value.map_or("-".to_owned(), |v| v.normalize().to_string());
            let penalty = match &row.penalty {
                None => "-".to_owned(),
                Some(Ok(amount)) => amount.to_string(),
                Some(Err(reason)) => reason.clone(),
            };
            format!(
                "{} {} {} {} {}/{} {penalty}",
                row.window.start,
                row.outcome.name(),
                row.why.clone().unwrap_or_else(|| number(row.measured)),
                number(row.margin),
                number(row.budget.map(|budget| budget.left)),
                number(row.budget.map(|budget| budget.allowed)),
            )
        })
        .collect()
}

/// Beyer et al., "Site Reliability Engineering" (2016), appendix A: the outage that a level allows in
/// 30 days (June 2026), in a quarter of 90 (the first of 2026) and in a year, as printed there.
#[test]
fn the_budget_is_that_of_the_published_table() {
    let table = [
        ("99%", "month", "25920"),      // 7.2 hours
        ("99.5%", "month", "12960"),    // 3.6 hours
        ("99.9%", "month", "2592"),     // 43.2 minutes
        ("99.95%", "month", "1296"),    // 21.6 minutes
        ("99.99%", "month", "259.2"),   // 4.32 minutes
        ("99%", "quarter", "77760"),    // 21.6 hours
        ("99.9%", "quarter", "7776"),   // 2.16 hours
        ("99.99%", "quarter", "777.6"), // 12.96 minutes
        ("99.5%", "year", "157680"),    // 1.825 days, printed as 1.83
        ("99.9%", "year", "31536"),     // 8.76 hours
    ];
    for (target, window, allowed) in table {
        let level =
            format!("metric: availability, target: '>= {target}', window: {window}, measured_by: incidents");
        let (from, to) = match window {
            "month" => ("2026-06-01", "2026-06-30"),
            "quarter" => ("2026-01-01", "2026-03-31"),
            _ => ("2026-01-01", "2026-12-31"),
        };
        let rows = rows(&level, &[], from, to);
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].contains(&format!(" {allowed}/{allowed} ")), "{target} a {window}: {rows:?}");
    }
}

/// 43.2 of 43 200 minutes is exactly 99.9 %; a second more is a miss, whatever its rounding.
#[test]
fn a_target_is_met_to_the_second() {
    let level = "metric: availability, target: '>= 99.9%', window: month, penalty: {rate: 5%}";
    let outage = |end: &str| {
        format!(
            "kind: incident\ndate: 2026-06-10\nopened: 2026-06-10T10:00:00+02:00\nresolved: 2026-06-10T{end}+02:00"
        )
    };
    let met = rows(level, &[&outage("10:43:12")], "2026-06-01", "2026-06-30");
    assert_eq!(met, ["2026-06-01 met 99.9 0 0/2592 -"]);
    let missed = rows(level, &[&outage("10:43:13")], "2026-06-01", "2026-06-30");
    assert!(missed[0].starts_with("2026-06-01 missed 99.89996"), "{missed:?}");
    assert!(missed[0].ends_with(" -1/2592 50.00 EUR"), "{missed:?}");
}

#[test]
fn what_nobody_recorded_is_not_measured() {
    let month = "metric: availability, target: '>= 99.9%', window: month";
    let none = rows(month, &[], "2026-06-01", "2026-06-30");
    assert_eq!(none, ["2026-06-01 not measured nothing on record - -/- -"]);
    let partial = "kind: measurement\ndate: 2026-06-15\nservice_level: l\nvalue: '99.95'\nunit: '%'\nperiod: {from: 2026-06-01, to: 2026-06-15}";
    let rows = rows(month, &[partial], "2026-06-01", "2026-06-30");
    assert_eq!(
        rows,
        [
            "2026-06-01 not measured measured for 2026-06-01 to 2026-06-15 alone, not for 2026-06-01 to 2026-06-30 - -/- -"
        ]
    );
}

/// A measurement counts before the incidents; 0.2 % of 43 200 minutes is 86.4 of the 43.2 allowed.
#[test]
fn a_measurement_counts_before_incidents_and_the_last_one_corrects() {
    let level = "metric: availability, target: '>= 99.9%', window: month";
    let measured = |day: &str, value: &str| {
        format!(
            "kind: measurement\ndate: {day}\nservice_level: l\nvalue: '{value}'\nunit: '%'\nperiod: {{from: 2026-06-01, to: 2026-06-30}}"
        )
    };
    let incident = "kind: incident\ndate: 2026-06-10\nopened: 2026-06-10T10:00Z\nresolved: 2026-06-10T10:01Z";
    let rows = rows(
        level,
        &[&measured("2026-07-01", "99.99"), &measured("2026-07-03", "99.8"), incident],
        "2026-06-01",
        "2026-06-30",
    );
    assert_eq!(rows, ["2026-06-01 missed 99.8 -0.1 -2592/2592 -"]);
}

/// June 2026 has 22 working days, less the day off on the 8th: 21 × 8 h = 604 800 s. The outage runs from
/// Friday 16:00 to Tuesday 10:00 over that Monday off: 1 h + 1 h of office time. 16:30 to 16:45 is
/// overlapped by a second outage and counts once; an excluded one does not count.
#[test]
fn only_business_hours_count_and_overlaps_count_once() {
    let level = "metric: availability, target: '>= 99%', window: month, calendar: office";
    let facts = [
        "kind: incident\ndate: 2026-06-05\nopened: 2026-06-05T16:00+02:00\nresolved: 2026-06-09T08:00Z",
        "kind: incident\ndate: 2026-06-05\nopened: 2026-06-05T16:30+02:00\nresolved: 2026-06-05T16:45+02:00",
        "kind: incident\ndate: 2026-06-18\nopened: 2026-06-18T09:00+02:00\nresolved: 2026-06-18T17:00+02:00\nexcluded: planned work",
    ];
    // 7200 of 604 800 s: 98.8095… %; 6048 s are allowed.
    let rows = rows(level, &facts, "2026-06-01", "2026-06-30");
    assert!(rows[0].starts_with("2026-06-01 missed 98.80952"), "{rows:?}");
    assert!(rows[0].ends_with(" -1152/6048 -"), "{rows:?}");
}

/// Two of the 720 hours are agreed maintenance: 718 h are the service time and half an hour of the
/// outage counts.
#[test]
fn excluded_time_is_neither_service_nor_outage() {
    let level = "metric: availability, target: '>= 99%', window: month, exclusions: [{from: 2026-06-14T02:00+02:00, to: 2026-06-14T04:00+02:00, reason: upgrade}]";
    let outage =
        "kind: incident\ndate: 2026-06-14\nopened: 2026-06-14T03:00+02:00\nresolved: 2026-06-14T04:30+02:00";
    let rows = rows(level, &[outage], "2026-06-01", "2026-06-30");
    // 1 % of 718 h is 25 848 s; 1800 s are used.
    assert!(rows[0].ends_with(" 24048/25848 -"), "{rows:?}");
}

/// Opened Friday 16:00, owned Tuesday 09:30, Monday off: 1.5 office hours. A day is 8 of them.
#[test]
fn times_are_counted_in_business_hours() {
    let incident = "kind: incident\ndate: 2026-06-05\nopened: 2026-06-05T16:00+02:00\nowned: 2026-06-09T09:30+02:00\nresolved: 2026-06-10T12:00+02:00";
    let level = |metric: &str, target: &str| {
        rows(
            &format!("metric: {metric}, target: '<= {target}', window: month, calendar: office"),
            &[incident],
            "2026-06-01",
            "2026-06-30",
        )
    };
    assert_eq!(level("response_time", "1h"), ["2026-06-01 missed 1.5 -0.5 -/- -"]);
    // 1 h on Friday, 8 h on Tuesday, 3 h on Wednesday: 12 h are 1.5 days.
    assert_eq!(level("resolution_time", "2d"), ["2026-06-01 met 1.5 0.5 -/- -"]);
}

/// Each begun 0.1 point below 99.9 % gives back 10 % of the month's 1000.00 EUR: 0.15 points are two
/// steps. The cap of 4 % of the year's 12 000.00 EUR is 480.00 EUR.
#[test]
fn penalties_go_by_steps_up_to_the_cap_of_the_year() {
    let level =
        "metric: availability, target: '>= 99.9%', window: month, penalty: {rate: 10%, step: 0.1%, cap: 4%}";
    let measured = |month: &str, last: &str, value: &str| {
        format!(
            "kind: measurement\ndate: 2026-{month}-{last}\nservice_level: l\nvalue: '{value}'\nperiod: {{from: 2026-{month}-01, to: 2026-{month}-{last}}}"
        )
    };
    let facts = [
        measured("01", "31", "99.75"),
        measured("02", "28", "99.9"),
        measured("03", "31", "99.65"),
        measured("04", "30", "99"),
    ];
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let penalty = |rows: Vec<String>| -> Vec<String> {
        rows.iter().map(|row| row.rsplit('/').next().unwrap().split_once(' ').unwrap().1.to_owned()).collect()
    };
    let all = penalty(rows(level, &facts, "2026-01-01", "2026-04-30"));
    assert_eq!(all, ["200.00 EUR", "-", "280.00 EUR", "0.00 EUR"]);
    // What was given back before the days asked for counts against the cap, too.
    assert_eq!(penalty(rows(level, &facts, "2026-04-01", "2026-04-30")), ["0.00 EUR"]);
}
