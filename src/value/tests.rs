//! Whole valuations of small estates, with figures made by hand.

mod properties;

use super::*;
use crate::date::{Period, parse_date};
use crate::model::settings::Allocation;
use crate::snapshot::Snapshot;
use crate::snapshot::testing::snapshot;

fn year(year: &str) -> Period {
    let day = |rest: &str| parse_date(&format!("{year}-{rest}")).unwrap();
    Period { start: day("01-01"), end: day("12-31") }
}

const SETTINGS: &str = "organisation: {name: T}\ncurrency: EUR\nfiscal_year: {start: \"01-01\"}\nbooks:\n  accounting: {convention: thirty_360}\n";

fn item(id: &str, fields: &str) -> (String, String) {
    let text = format!("id: {id}\nclass: server\nname: {id}\nstatus: in_use\n{fields}");
    (format!("items/server/{id}.yaml"), text)
}

/// An item of which a year costs `yearly`, over four years from 2024.
fn bought(id: &str, yearly: u32, fields: &str) -> [(String, String); 2] {
    let plan = format!(
        "id: {id}\nitem: {id}\nbooks:\n  accounting: {{method: straight_line, life: 4y, start: 2024-01-01}}\n"
    );
    [item(id, &format!("cost: {}.00 EUR\n{fields}", yearly * 4)), (format!("schedules/{id}.yaml"), plan)]
}

fn service(id: &str, fields: &str) -> (String, String) {
    (format!("services/{id}.yaml"), format!("id: {id}\nname: {id}\nstatus: in_use\n{fields}"))
}

/// Terms of contracts: the year 2025, and one around it.
const THE_YEAR: &str = "start: 2025-01-01, length: 1y";
const YEARS: &str = "start: 2024-03-05, length: 9y";

/// A support contract.
fn contract(id: &str, term: &str, price: &str, covers: &str) -> (String, String) {
    let text = format!(
        "id: {id}\nside: supplier\nkind: support\nparty: hr\nterm: {{{term}}}\nprice: {{amount: {price}}}\ncovers: [{covers}]\n"
    );
    (format!("contracts/{id}.yaml"), text)
}

fn estate(settings: &str, files: impl IntoIterator<Item = (String, String)>) -> Snapshot {
    let mut files: Vec<(String, String)> = files.into_iter().collect();
    files.push(("settings.yaml".into(), format!("{SETTINGS}{settings}")));
    for party in ["sales", "hr"] {
        files.push((format!("parties/{party}.yaml"), format!("id: {party}\nname: {party}\nkind: team\n")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let snapshot = snapshot(&files);
    let findings: Vec<String> = snapshot.findings().map(|finding| finding.message.clone()).collect();
    assert!(findings.is_empty(), "{findings:?}");
    snapshot
}

fn shown(amount: &Amount) -> String {
    match amount {
        Amount::Known(money) => money.amount_text(),
        Amount::AtLeast(money) => format!(">= {}", money.amount_text()),
        Amount::Missing(reason) => format!("? {reason}"),
        Amount::Carried => "-".to_owned(),
    }
}

/// The cost of a service, with what becomes of a change of its basis.
fn cost(snapshot: &Snapshot, id: &str, change: impl FnOnce(&mut Basis<'_>)) -> String {
    let mut basis = Basis::new(year("2025"), "accounting");
    change(&mut basis);
    let valuation = AllCosts::of(snapshot, basis).unwrap().services;
    shown(&valuation.cost(valuation.position(id).unwrap()).unwrap())
}

/// The amounts of the lines of a service that have a label.
fn lines(snapshot: &Snapshot, id: &str, label: &str) -> Vec<String> {
    let valuation = AllCosts::of(snapshot, Basis::new(year("2025"), "accounting")).unwrap().services;
    let lines = explain(&valuation, valuation.position(id).unwrap(), None).unwrap();
    lines.iter().filter(|line| line.label.contains(label)).map(|line| shown(&line.amount)).collect()
}

/// 500 W × 8760 h × 80 % are 3504 kWh; half a year (181 of 365 days, 1737.6 kWh) at 0.20 and the rest
/// (1766.4 kWh) at 0.10 are 347.52 + 176.64 = 524.16; 0.05 kg each are 175.2 kg.
#[test]
fn energy_is_power_by_hours_by_dated_tariff() {
    let rates = [
        ("rates/e.yaml".into(), "id: e\nname: E\nkind: tariff\nunit: kWh\nvalues:\n  - {from: 2025-01-01, value: 0.20 EUR}\n  - {from: 2025-07-01, value: 0.10 EUR}\n".into()),
        ("rates/g.yaml".into(), "id: g\nname: G\nkind: emission\nunit: kWh\nvalues:\n  - {from: 2025-01-01, value: 0.05}\n".into()),
    ];
    let settings = "valuation: {energy: {tariff: e, emission: g, load: 80%}}\n";
    let files = [item("a", "attributes: {power_w: 500}\n"), service("s", "components: [{item: a}]\n")];
    let snapshot = estate(settings, files.into_iter().chain(rates));
    assert_eq!(cost(&snapshot, "s", |_| {}), "524.16");
    let valuation = AllCosts::of(&snapshot, Basis::new(year("2025"), "accounting")).unwrap().services;
    assert_eq!(valuation.carbon(0), Some(175));
    // No tariff is known for 2024: a hole, not a zero.
    let missing = cost(&snapshot, "s", |basis| basis.period = year("2024"));
    assert_eq!(missing, "? nothing below is priced");
}

/// 7.5 hours at 80 and an expense of 150 USD at 0.90, halved between an item and a service.
#[test]
fn hours_and_expenses_are_charged_to_what_a_change_affects() {
    let files = [
        service("s", "components: [{item: a}]\n"),
        service("t", ""),
        item("a", ""),
        ("rates/h.yaml".into(), "id: h\nname: H\nkind: labour\nvalues:\n  - {from: 2025-01-01, value: 80.00 EUR}\n".into()),
        ("rates/usd.yaml".into(), "id: usd\nname: U\nkind: exchange\ncurrency: USD\nvalues:\n  - {from: 2025-01-01, value: 0.9000 EUR}\n".into()),
        ("changes/c.yaml".into(), "id: c\nname: C\nreason: r\naffects: [a, t]\nlabour:\n  - {date: 2025-03-01, hours: 7.5, rate: h}\n  - {date: 2024-03-01, hours: 99, rate: h}\nexpenses:\n  - {date: 2025-03-02, amount: 150.00 USD, name: a cable}\n".into()),
    ];
    let snapshot = estate("", files);
    assert_eq!(lines(&snapshot, "s", "7.5 h on c, 1/2"), ["300.00"]);
    assert_eq!(lines(&snapshot, "t", "a cable, 1/2"), ["67.50"]);
    assert_eq!(cost(&snapshot, "s", |_| {}), "367.50");
}

/// Three days of work under one contract, at 80 an hour: what a fact is about bears its hours alone
/// (2 h); what is about the whole contract is borne by what it covers that day (a alone in May, a and
/// b from July: 3 h and 5 h).
#[test]
fn hours_under_a_contract_are_charged_to_what_they_were_spent_on() {
    let fact = |id: &str, more: &str| {
        let text = format!("id: {id}\ncontract: k\nkind: meeting\ndate: 2025-12-31\n{more}");
        (format!("executions/k/{id}.yaml"), text)
    };
    let contract = "id: k\nside: customer\nkind: support\nparty: hr\nterm: {start: 2025-01-01, length: 1y}\n\
        covers: [a]\namendments: [{id: m, from: 2025-07-01, covers: {add: [b]}}]\n";
    let hours = |rest: &str| format!("labour: [{rest}]\n");
    let mut files = vec![
        service("s", "components: [{item: a}]\n"),
        service("t", "components: [{item: b}]\n"),
        service("u", ""),
        item("a", ""),
        item("b", ""),
        ("contracts/k.yaml".into(), contract.into()),
        (
            "rates/h.yaml".into(),
            "id: h\nname: H\nkind: labour\nvalues: [{from: 2025-01-01, value: 80.00 EUR}]\n".into(),
        ),
        fact("2025-12-31-u", &format!("covers: [u]\n{}", hours("{date: 2025-05-02, hours: 2, rate: h}"))),
        fact(
            "2025-12-31-k",
            &hours("{date: 2025-05-02, hours: 3, rate: h}, {date: 2025-07-01, hours: 5, rate: h}"),
        ),
    ];
    let snapshot = estate("", files.clone());
    assert_eq!(["s", "t", "u"].map(|id| cost(&snapshot, id, |_| {})), ["440.00", "200.00", "160.00"]);
    assert_eq!(lines(&snapshot, "t", "5 h on 2025-12-31-k, 1/2"), ["200.00"]);
    // Hours that nobody takes are the estate's; those without a price are a hole.
    let nothing = |snapshot: &Snapshot| {
        let costs = AllCosts::of(snapshot, Basis::new(year("2025"), "accounting")).unwrap();
        costs.idle.iter().map(|idle| idle.amount.amount_text()).collect::<Vec<_>>()
    };
    files[5].1 =
        contract.replace("covers: [a]\namendments: [{id: m, from: 2025-07-01, covers: {add: [b]}}]\n", "");
    let snapshot = estate("", files.clone());
    assert_eq!(nothing(&snapshot), ["640.00"]);
    files[6].1 = files[6].1.replace("2025-01-01", "2025-06-01");
    let snapshot = estate("", files);
    assert_eq!(lines(&snapshot, "u", "2 h on"), ["? rate h has no figure on 2025-05-02"]);
}

/// 1000 USD over four years from 2024, at the rate of that day, not at today's; 120 USD a year of
/// support, half of 2025 (181 and 184 days) at each of two rates: 59.51 × 0.90 + 60.49 × 0.80.
#[test]
fn other_currencies_are_converted_at_the_rates_of_their_days() {
    let usd = "id: usd\nname: U\nkind: exchange\ncurrency: USD\nvalues:\n  - {from: 2024-01-01, value: 0.95 EUR}\n  - {from: 2025-01-01, value: 0.90 EUR}\n  - {from: 2025-07-01, value: 0.80 EUR}\n";
    let mut files = bought("a", 250, "").to_vec();
    files[0].1 = files[0].1.replace("EUR", "USD");
    files.extend([
        service("s", "components: [{item: a}]\n"),
        ("rates/usd.yaml".into(), usd.into()),
        contract("c", THE_YEAR, "120.00 USD, per: year", "a"),
    ]);
    let snapshot = estate("", files.clone());
    assert_eq!(lines(&snapshot, "s", "depreciation"), ["237.50"]);
    assert_eq!(lines(&snapshot, "s", "support"), ["101.95"]);
    files.remove(3);
    let snapshot = estate("", files);
    assert_eq!(lines(&snapshot, "s", "support"), ["? there is no rate from USD to EUR"]);
}

/// At 6 % of the mean of 3000 and 2000 over a year.
#[test]
fn the_cost_of_capital_is_interest_on_the_mean_book_value() {
    let files = bought("a", 1000, "").into_iter().chain([service("s", "components: [{item: a}]\n")]);
    let snapshot = estate("", files);
    assert_eq!(cost(&snapshot, "s", |_| {}), "1000.00");
    let with = cost(&snapshot, "s", |basis| basis.cost_of_capital = "6%".parse().ok());
    assert_eq!(with, "1150.00");
}

/// 300 shared by 10 and 30 users, of whom the capacity is 60; by 64 and 32 GiB; by halves.
#[test]
fn drivers_share_by_what_each_takes() {
    let users = |capacity: &str| {
        let text = format!(
            "id: d\nname: D\nkind: driver\nunit: user\nvalues:\n  - {{from: 2025-01-01, of: {{s: 10, t: 30}}{capacity}}}\n"
        );
        ("rates/d.yaml".to_owned(), text)
    };
    let shared = |rate: (String, String)| {
        let files = bought("a", 300, "").into_iter().chain([
            item("m", "attributes: {memory_gib: 64}\n"),
            item("n", "attributes: {memory_gib: 32}\n"),
            service("s", "components: [{item: a, driver: d}, {item: m}]\n"),
            service("t", "components: [{item: a, driver: d}, {item: n}]\n"),
            rate,
        ]);
        let snapshot = estate("", files);
        ["s", "t"].map(|id| lines(&snapshot, id, "a: a").concat())
    };
    let rate = |fields: &str| ("rates/d.yaml".into(), format!("id: d\nname: D\nkind: driver\n{fields}\n"));
    assert_eq!(shared(users("")), ["75.00", "225.00"]);
    assert_eq!(shared(users(", capacity: 60")), ["50.00", "150.00"]);
    assert_eq!(shared(rate("attribute: memory_gib")), ["200.00", "100.00"]);
    assert_eq!(shared(rate("equal: true")), ["150.00", "150.00"]);
    assert_eq!(
        shared(users(", capacity: 30"))[0],
        "? driver d counts more for those that use a than its capacity"
    );
}

/// A delivery firm, as published (see `allocation/tests.rs`): a circle that only the reciprocal
/// method solves, and step-down in an order.
#[test]
fn services_charge_one_another() {
    let mut files = Vec::new();
    for (id, yearly) in [("adm", 1200), ("mnt", 2400), ("two", 1500), ("nxt", 4000)] {
        files.extend(bought(id, yearly, ""));
    }
    let driver = |id: &str, of: &str| {
        let text =
            format!("id: {id}\nname: D\nkind: driver\nvalues:\n  - {{from: 2025-01-01, of: {{{of}}}}}\n");
        (format!("rates/{id}.yaml"), text)
    };
    files.extend([
        driver("hours", "mnt: 1, two: 1, nxt: 4"),
        driver("space", "adm: 1, two: 1, nxt: 3"),
        service("adm", "components: [{item: adm}, {service: mnt, driver: space}]\n"),
        service("mnt", "components: [{item: mnt}, {service: adm, driver: hours}]\n"),
    ]);
    for id in ["two", "nxt"] {
        let components =
            format!("[{{item: {id}}}, {{service: adm, driver: hours}}, {{service: mnt, driver: space}}]");
        files.push(service(id, &format!("components: {components}\n")));
    }
    let snapshot = estate("", files.clone());
    let by = |snapshot: &Snapshot, method| {
        ["two", "nxt"].map(|id| cost(snapshot, id, |basis| basis.allocation = Some(method)))
    };
    // 2327.59 and 6772.41, as 67500/29 and 196400/29 say.
    assert_eq!(by(&snapshot, Allocation::Reciprocal), ["2327.59", "6772.41"]);
    // 1200 by 1:4 and 2400 by 1:3.
    assert_eq!(by(&snapshot, Allocation::Direct), ["2340.00", "6760.00"]);
    // The circle is a hole; the rest is known.
    assert!(by(&snapshot, Allocation::StepDown)[0].starts_with(">= "));
    let reasons = lines(&snapshot, "adm", "mnt: mnt");
    assert_eq!(reasons, ["? the service consumes itself: adm > mnt > adm"]);
    // 1200 by 1:1:4, then 2600 by 1:3.
    let ordered = estate("valuation: {order: [adm, mnt]}\n", files);
    assert_eq!(by(&ordered, Allocation::StepDown), ["2350.00", "6750.00"]);
}

/// A service that is planned is valued, and leaves the others as they are.
#[test]
fn a_planned_service_takes_nothing_from_others() {
    let files = bought("a", 100, "").into_iter().chain([
        service("s", "components: [{item: a, share: 60%}]\n"),
        ("services/p.yaml".into(), "id: p\nname: P\nstatus: planned\ncomponents: [{item: a, share: 60%}, {service: s, share: 50%}]\n".into()),
    ]);
    let snapshot = estate("", files);
    assert_eq!(
        (cost(&snapshot, "s", |_| {}), cost(&snapshot, "p", |_| {})),
        ("60.00".into(), "90.00".into())
    );
    let costs = AllCosts::of(&snapshot, Basis::new(year("2025"), "accounting")).unwrap();
    assert_eq!(costs.total.amount_text(), "100.00");
    let idle: Vec<String> =
        costs.idle.iter().map(|idle| format!("{}: {}", idle.what, idle.amount.amount_text())).collect();
    assert_eq!(idle, ["shares of items that no service takes: 40.00"]);
}

/// What a planned service costs by itself is spent all the same: it is told in whole cents, and borne by
/// none of those in use.
#[test]
fn a_contract_for_a_planned_service_is_no_lost_cent() {
    let files = [
        contract("c", THE_YEAR, "100.00 EUR, per: year", "new, shop, web"),
        ("services/new.yaml".into(), "id: new\nname: N\nstatus: planned\ncomponents: []\n".into()),
        service("shop", "components: []\n"),
        service("web", "components: []\n"),
    ];
    let snapshot = estate("", files);
    assert_eq!(["new", "shop", "web"].map(|id| cost(&snapshot, id, |_| {})), ["33.34", "33.33", "33.33"]);
    let costs = AllCosts::of(&snapshot, Basis::new(year("2025"), "accounting")).unwrap();
    assert_eq!(costs.total.amount_text(), "100.00");
    let idle: Vec<(&str, String)> =
        costs.idle.iter().map(|idle| (idle.what, idle.amount.amount_text())).collect();
    assert_eq!(idle, [("services that are not in use", "33.34".into())]);
}

/// Ten contracts of 1.01 for two things leave ten odd cents to the first of them: its parts say where
/// they come from, and what costs nothing gets none of them.
#[test]
fn odd_cents_fall_to_what_they_are_of() {
    let mut files: Vec<_> = bought("z", 100, "").into_iter().collect();
    files.extend([item("x", ""), item("y", "")]);
    files.push(service("a", "components: [{item: x}, {item: z, share: 0.001%}]\n"));
    files.push(service("b", "components: [{item: y}, {item: z, share: 0.001%}]\n"));
    files.extend((0..10).map(|at| contract(&format!("c{at}"), THE_YEAR, "1.01 EUR, per: year", "x, y")));
    let snapshot = estate("", files);
    assert_eq!(["a", "b"].map(|id| cost(&snapshot, id, |_| {})), ["5.10", "5.00"]);
    assert_eq!(lines(&snapshot, "b", "z: z"), ["0.00"]);
    assert_eq!(lines(&snapshot, "b", "y: y"), ["5.00"]);
    let cut = Basis { cut: Cut::Pools, ..Basis::new(year("2025"), "accounting") };
    let valuation = AllCosts::of(&snapshot, cut).unwrap().services;
    for (at, support) in [(0, "5.10"), (1, "5.00")] {
        let columns = valuation.columns(at).unwrap();
        let costly: Vec<(String, String)> = columns
            .into_iter()
            .filter(|(_, money)| !money.is_zero())
            .map(|(name, money)| (name, money.amount_text()))
            .collect();
        assert_eq!(costly, [("support".to_owned(), support.to_owned())]);
    }
}

/// Three services take a third each of 100.00 a year: rounded by line they would cost 33.33 each,
/// and a cent would be lost.
#[test]
fn a_cost_shared_by_three_is_charged_to_the_cent() {
    let mut files: Vec<_> = bought("a", 100, "").into_iter().collect();
    files.push(("rates/d.yaml".into(), "id: d\nname: D\nkind: driver\nequal: true\n".into()));
    for id in ["s", "t", "u"] {
        files.push(service(id, "consumers: {sales: 50%, hr: 50%}\ncomponents: [{item: a, driver: d}]\n"));
    }
    let snapshot = estate("", files);
    assert_eq!(["s", "t", "u"].map(|id| cost(&snapshot, id, |_| {})), ["33.34", "33.33", "33.33"]);
    let valuation = AllCosts::of(&snapshot, Basis::new(year("2025"), "accounting")).unwrap().services;
    let charges = valuation.charges(1).unwrap();
    let amounts: Vec<String> = charges.consumers.iter().map(|charge| shown(&charge.amount)).collect();
    assert_eq!((amounts, charges.nobody), (vec!["16.67".into(), "16.66".into()], None));
}

/// A third of ten items of 1.00 each is 3.33, and not ten times 0.33; and a contract of 100.00 for
/// thirty things of which a service uses ten is 33.33, and not ten times 3.33.
#[test]
fn what_is_shared_alike_is_added_up_before_it_is_rounded() {
    let ids = |letter: char, count: u32| (0..count).map(move |at| format!("{letter}{at}"));
    let components = |ids: &mut dyn Iterator<Item = String>, share: &str| {
        let components: Vec<String> = ids.map(|id| format!("{{item: {id}{share}}}")).collect();
        format!("components: [{}]\n", components.join(", "))
    };
    let covers: Vec<String> = ids('b', 10).chain(ids('c', 20)).collect();
    let mut files = vec![
        service("a", &components(&mut ids('a', 10), ", share: 33.333333%")),
        service("b", &components(&mut ids('b', 10), "")),
        service("c", &components(&mut ids('c', 20), "")),
        contract("c", THE_YEAR, "100.00 EUR, per: year", &covers.join(", ")),
    ];
    files.extend(ids('a', 10).flat_map(|id| bought(&id, 1, "")));
    files.extend(covers.iter().map(|id| item(id, "")));
    let snapshot = estate("", files);
    assert_eq!(["a", "b", "c"].map(|id| cost(&snapshot, id, |_| {})), ["3.33", "33.33", "66.67"]);
    let total = AllCosts::of(&snapshot, Basis::new(year("2025"), "accounting")).unwrap();
    assert_eq!(
        (total.total.amount_text(), total.idle[0].amount.amount_text()),
        ("110.00".into(), "6.67".into())
    );
}

/// A euro among six things of six services leaves four cents to the first four, whichever of the
/// services is asked for.
#[test]
fn a_contract_is_split_the_same_for_one_service_as_for_all() {
    let ids = ["a", "b", "c", "d", "e", "f"];
    let mut files = vec![contract("z", THE_YEAR, "1.00 EUR, per: year", &ids.join(", "))];
    for id in ids {
        files
            .extend([item(id, ""), service(&format!("of-{id}"), &format!("components: [{{item: {id}}}]\n"))]);
    }
    let snapshot = estate("", files);
    let basis = Basis::new(year("2025"), "accounting");
    let alone = ids.map(|id| {
        let (one, at) = Valuation::of_service(&snapshot, basis, &format!("of-{id}")).unwrap().unwrap();
        shown(&one.cost(at).unwrap())
    });
    assert_eq!(alone, ["0.17", "0.17", "0.17", "0.17", "0.16", "0.16"]);
    assert_eq!(alone, ids.map(|id| cost(&snapshot, &format!("of-{id}"), |_| {})));
}
