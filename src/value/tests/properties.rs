//! What holds for every estate.

use proptest::prelude::*;

use super::*;
use crate::model::Kind;

/// The ids that a mask picks.
fn picked(letter: char, count: usize, mask: u16) -> Vec<String> {
    (0..count).filter(|at| mask >> at & 1 == 1).map(|at| format!("{letter}{at}")).collect()
}

fn euros(cents: u32) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

prop_compose! {
    /// Items, contracts and services in layers, with shares that leave some cost to nobody.
    fn estates()(
        costs in prop::collection::vec(1..10_000_u32, 1..5),
        prices in prop::collection::vec((1..100_000_u32, 1..32_u8), 0..3),
        shares in prop::collection::vec((0..5_usize, 1..33_u32), 1..12),
        consumers in prop::collection::vec(0..101_u32, 4),
    ) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (at, cost) in costs.iter().enumerate() {
            files.extend(bought(&format!("i{at}"), *cost, ""));
        }
        for (at, (cents, covers)) in prices.iter().enumerate() {
            let covered = picked('i', costs.len(), u16::from(*covers)).join(", ");
            files.push(contract(&format!("c{at}"), YEARS, &format!("{}, per: month", euros(*cents)), &covered));
        }
        for (at, share) in consumers.iter().enumerate() {
            let mut components = Vec::new();
            for (place, (item, share)) in shares.iter().enumerate().filter(|(place, _)| place % 4 == at) {
                // Each thing has at most three users of at most 32 %.
                match at > 0 && place % 3 == 0 {
                    true => components.push(format!("{{service: s{}, share: {share}.{place}%}}", at - 1)),
                    false if *item < costs.len() && place < 12 => {
                        components.push(format!("{{item: i{item}, share: {share}.1234{place:02}%}}"));
                    }
                    false => {}
                }
            }
            let text = format!("consumers: {{sales: {share}%, hr: {}%}}\ncomponents: [{}]\n", (100 - share) / 2, components.join(", "));
            files.push(service(&format!("s{at}"), &text));
        }
        files
    }
}

prop_compose! {
    /// Estates in which much is shared: contracts and expenses for things of several services, groups,
    /// circles, amendments, planned services, and shares that are sometimes too large.
    fn tangled()(
        items in prop::collection::vec(prop_oneof![Just(0), 1..3000_u32], 3..9),
        services in prop::collection::vec(
            (
                prop::bool::weighted(0.2),
                prop::collection::vec((0..9_usize, 1..30_u32), 1..6),
                prop::collection::vec((0..6_usize, 1..20_u32), 0..3),
                prop::option::weighted(0.3, 0..512_u16),
            ),
            2..6,
        ),
        contracts in prop::collection::vec((1..100_000_u32, any::<u16>(), 0..8_u16, prop::option::of(0..9_usize)), 0..4),
        expenses in prop::collection::vec((1..50_000_u32, any::<u16>(), 0..8_u16), 0..3),
    ) -> Vec<(String, String)> {
        let affected = |on_items, on_services| -> String {
            let mut ids = picked('i', items.len(), on_items);
            ids.extend(picked('s', services.len(), on_services));
            ids.join(", ")
        };
        let mut files = Vec::new();
        for (at, yearly) in items.iter().enumerate() {
            let id = format!("i{at}");
            if *yearly == 0 { files.push(item(&id, "")) } else { files.extend(bought(&id, *yearly, "")) }
        }
        for (at, (is_planned, on_items, on_services, group)) in services.iter().enumerate() {
            let on_items = on_items.iter().filter(|(item, _)| *item < items.len());
            let mut components: Vec<String> =
                on_items.map(|(item, share)| format!("{{item: i{item}, share: {share}.7%}}")).collect();
            let on_services = on_services.iter().filter(|(other, _)| *other < services.len());
            components.extend(on_services.map(|(other, share)| format!("{{service: s{other}, share: {share}.3%}}")));
            let group = group.map(|mask| picked('i', items.len(), mask)).filter(|group| group.len() > 1);
            components.extend(group.map(|ids| format!("{{any_of: [{}], min_up: 1, share: 10%}}", ids.join(", "))));
            let status = if *is_planned { "planned" } else { "in_use" };
            let text = format!("id: s{at}\nname: s{at}\nstatus: {status}\nconsumers: {{sales: 70%, hr: 20%}}\ncomponents: [{}]\n", components.join(", "));
            files.push((format!("services/s{at}.yaml"), text));
        }
        for (at, (cents, on_items, on_services, added)) in contracts.iter().enumerate() {
            let added = added.filter(|item| *item < items.len() && on_items >> item & 1 == 0);
            let amended = added.map(|item| format!("amendments: [{{id: m, from: 2025-05-17, covers: {{add: [i{item}]}}}}]\n"));
            let price = format!("{}, per: year", euros(*cents));
            let (path, text) = contract(&format!("c{at}"), YEARS, &price, &affected(*on_items, *on_services));
            files.push((path, text + &amended.unwrap_or_default()));
        }
        for (at, (cents, on_items, on_services)) in expenses.iter().enumerate() {
            let affected = affected(*on_items, *on_services);
            let text = format!("id: e{at}\nname: E\nreason: r\naffects: [{affected}]\nexpenses: [{{date: 2025-03-02, amount: {}, name: x}}]\n", euros(*cents));
            files.push((format!("changes/e{at}.yaml"), text));
        }
        files
    }
}

/// The cents of an amount.
fn cents(amount: &Amount) -> i64 {
    match amount {
        Amount::Known(money) => money.amount_text().replace('.', "").parse().unwrap(),
        Amount::Carried => 0,
        other => panic!("{other:?}"),
    }
}

/// The depreciation of all items, the accruals of all contracts and all expenses, added up apart from the
/// valuation.
fn cost_in(snapshot: &Snapshot, period: Period) -> i64 {
    let charges = snapshot.schedules().map(|schedule| {
        crate::schedule::plan(snapshot, schedule, "accounting").unwrap().charge(period).unwrap()
    });
    let accrued = snapshot.contracts().map(|contract| {
        crate::contract::accrual(snapshot, contract, period.end).unwrap().cost(period).unwrap()
    });
    let spent = snapshot.of_kind(Kind::Change).map(|change| change.money("expenses[0].amount").unwrap());
    charges.chain(accrued).chain(spent).map(|money| cents(&Amount::Known(money))).sum()
}

/// What goes out is what went in: the depreciation of all items and the accruals of all contracts,
/// added up apart from the valuation, are what consumers and nobody bear, to the cent. Every
/// tree and every cut adds up to its service.
fn goes_out_as_it_came_in(files: Vec<(String, String)>) -> Result<(), TestCaseError> {
    let snapshot = estate("", files);
    let basis = Basis::new(year("2025"), "accounting");
    let Ok(costs) = AllCosts::of(&snapshot, basis) else { panic!() };
    prop_assume!(!costs.has_holes());
    let valuation = &costs.services;
    let cost_in = cost_in(&snapshot, basis.period);
    let mut out: i64 = costs.idle.iter().map(|idle| cents(&Amount::Known(idle.amount))).sum();
    for at in 0..4 {
        let charges = valuation.charges(at).unwrap();
        let left = charges.consumers.iter().chain(&charges.nobody);
        let left: i64 = left
            .filter(|charge| !matches!(charge.amount, Amount::Missing(_)))
            .map(|charge| cents(&charge.amount))
            .sum();
        out += left;
        let whole = cents(&valuation.cost(at).unwrap());
        let to_services: i64 = charges.services.iter().map(|charge| cents(&charge.amount)).sum();
        prop_assert_eq!(left + to_services, whole);
        let lines = explain(valuation, at, None).unwrap();
        let is_negative = |line: &&Line| matches!(line.amount, Amount::Known(money) if money.is_negative());
        prop_assert_eq!(lines.iter().find(is_negative), None);
        // Fewer lines are the same lines.
        for depth in 0..3 {
            let shallow: Vec<Line> = lines.iter().filter(|line| line.depth <= depth).cloned().collect();
            prop_assert_eq!(explain(valuation, at, Some(depth)).unwrap(), shallow);
        }
        let leaves = lines.iter().zip(lines.iter().skip(1).map(|line| line.depth).chain([0]));
        let leaves =
            leaves.filter(|(line, next)| *next <= line.depth && matches!(line.amount, Amount::Known(_)));
        prop_assert_eq!(leaves.map(|(line, _)| cents(&line.amount)).sum::<i64>(), whole);
        // A service below is told as it is charged there.
        let told = lines.iter().filter(|line| line.depth == 1 && line.origin.field.ends_with("service"));
        let charged = (0..4).flat_map(|other| valuation.charges(other).unwrap().services);
        let charged = charged.filter(|charge| charge.to == format!("s{at}"));
        let sum = |amounts: Vec<i64>| amounts.iter().sum::<i64>();
        prop_assert_eq!(
            sum(told.map(|line| cents(&line.amount)).collect()),
            sum(charged.map(|charge| cents(&charge.amount)).collect())
        );
    }
    prop_assert_eq!(out, cost_in);
    prop_assert_eq!(cents(&costs.amount()), cost_in);
    for cut in [Cut::Months, Cut::Pools] {
        let parts = AllCosts::of(&snapshot, Basis { cut, ..basis }).unwrap().services;
        for at in 0..4 {
            let columns = parts.columns(at).unwrap();
            let figures = columns.iter().map(|(name, money)| (name, cents(&Amount::Known(*money))));
            // Nothing comes of nothing.
            let is_costly = |name: &str| cut == Cut::Months || ["depreciation", "support"].contains(&name);
            for (name, figure) in figures.clone() {
                prop_assert!(figure >= 0 && (figure == 0 || is_costly(name)), "{name}: {figure}");
            }
            let sum: i64 = figures.map(|(_, figure)| figure).sum();
            prop_assert_eq!(sum, cents(&valuation.cost(at).unwrap()), "{:?}", cut);
        }
    }
    Ok(())
}

/// Estates in which a cent was lost or a line was off, once.
#[test]
fn cents_that_were_lost_once_are_charged() {
    let estate = |costs: &[u32], price: Option<&str>, components: [&str; 4]| {
        let items = costs.iter().enumerate().flat_map(|(at, yearly)| bought(&format!("i{at}"), *yearly, ""));
        let mut files: Vec<_> = items.collect();
        files.extend(price.map(|price| contract("c0", YEARS, &format!("{price}, per: month"), "i2")));
        for (at, components) in components.into_iter().enumerate() {
            let fields = format!("consumers: {{sales: 0%, hr: 50%}}\ncomponents: [{components}]\n");
            files.push(service(&format!("s{at}"), &fields));
        }
        files
    };
    let estates = [
        estate(
            &[4777, 6780, 1, 548],
            None,
            [
                "{item: i1, share: 1.123400%}",
                "{item: i0, share: 27.123401%}, {item: i1, share: 26.123405%}",
                "{item: i0, share: 10.123402%}, {service: s1, share: 24.6%}",
                "{service: s2, share: 1.3%}",
            ],
        ),
        estate(
            &[713],
            None,
            [
                "{item: i0, share: 14.123400%}, {item: i0, share: 17.123404%}",
                "{item: i0, share: 11.123401%}, {service: s0, share: 19.9%}",
                "{item: i0, share: 4.123402%}, {service: s1, share: 2.6%}",
                "{service: s2, share: 1.3%}, {item: i0, share: 1.123407%}",
            ],
        ),
        estate(
            &[6704, 7601, 7965],
            Some("23.99 EUR"),
            [
                "{item: i1, share: 18.123404%}",
                "{item: i1, share: 26.123405%}, {service: s0, share: 32.9%}",
                "{item: i2, share: 23.123402%}, {service: s1, share: 6.6%}, {item: i0, share: 11.123410%}",
                "{service: s2, share: 28.3%}",
            ],
        ),
    ];
    estates.into_iter().for_each(|files| goes_out_as_it_came_in(files).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn charged_out_is_cost_in(files in estates()) {
        goes_out_as_it_came_in(files)?;
    }

    /// One service by itself is what it is among all; and what comes elsewhere moves no cent of it.
    #[test]
    fn a_service_rests_on_nothing_but_what_it_is_made_of(mut files in estates(), price in 1..10_000_u32) {
        // A machine that its host carries, whose cost is a contract alone.
        files.extend([
            item("v", "relations: {hosted_on: [w]}\n"),
            item("w", ""),
            service("v", "components: [{item: v}]\n"),
            service("w", "components: [{item: w}]\n"),
            ("contracts/w.yaml".into(), "id: w\nside: supplier\nkind: lease\nparty: hr\nterm: {start: 2025-01-01, length: 1y}\nprice: {amount: 9.99 EUR, per: year}\ncovers: [w]\n".into()),
        ]);
        let elsewhere = bought("j", price, "").into_iter().chain(bought("k", 7, "")).chain([
            service("s4", "components: [{item: j, share: 33.3333%}, {item: k}]\n"),
            service("s5", "components: [{service: s4, share: 14.2857%}, {item: j, share: 50%}]\n"),
            ("contracts/e.yaml".into(), format!("id: e\nside: supplier\nkind: lease\nparty: hr\nterm: {{start: 2025-01-01, length: 1y}}\nprice: {{amount: {price}.01 EUR, per: year}}\ncovers: [j, k, s5]\n")),
        ]);
        let grown = estate("", files.clone().into_iter().chain(elsewhere));
        let snapshot = estate("", files);
        let basis = Basis::new(year("2025"), "accounting");
        let (all, more) = (AllCosts::of(&snapshot, basis).unwrap(), AllCosts::of(&grown, basis).unwrap());
        for id in ["s0", "s1", "s2", "s3", "v", "w"] {
            let (one, _) = Valuation::of_service(&snapshot, basis, id).unwrap().unwrap();
            let shown = |valuation: &Valuation<'_>| {
                let at = valuation.position(id).unwrap();
                (valuation.cost(at).unwrap(), valuation.charges(at).unwrap(), explain(valuation, at, None).unwrap())
            };
            prop_assert_eq!(shown(&all.services), shown(&one));
            prop_assert_eq!(shown(&all.services), shown(&more.services));
        }
        prop_assert_eq!(Valuation::of_service(&snapshot, basis, "s9").unwrap().map(|(_, at)| at), None);
    }

    /// However much is shared, one service by itself is what it is among all, its tree says what it
    /// costs, and what goes out is what went in.
    #[test]
    fn one_service_is_what_it_is_among_all(files in tangled(), method in 0..3_usize) {
        let snapshot = estate("", files);
        let allocation = [Allocation::Direct, Allocation::StepDown, Allocation::Reciprocal][method];
        let basis = Basis { allocation: Some(allocation), ..Basis::new(year("2025"), "accounting") };
        let all = AllCosts::of(&snapshot, basis).unwrap();
        for service in snapshot.services() {
            let (one, at) = Valuation::of_service(&snapshot, basis, service.id()).unwrap().unwrap();
            prop_assert_eq!(one.cost(at), all.services.cost(at));
            prop_assert_eq!(one.charges(at), all.services.charges(at));
            let lines = explain(&one, at, None).unwrap();
            let told = match (&lines[0].amount, one.cost(at).unwrap()) {
                (Amount::Missing(_), Amount::Missing(_)) => true,
                (told, cost) => *told == cost,
            };
            prop_assert!(told, "{:?} is told as {:?}", one.cost(at), lines[0].amount);
            prop_assert_eq!(lines, explain(&all.services, at, None).unwrap());
        }
        if !all.has_holes() {
            prop_assert_eq!(cents(&all.amount()), cost_in(&snapshot, basis.period));
        }
    }

    /// The order of components, as they are written, is no part of the answer.
    #[test]
    fn the_order_of_components_does_not_matter(files in estates()) {
        let turned: Vec<(String, String)> = files
            .iter()
            .map(|(path, text)| match text.split_once("components: [") {
                Some((head, list)) => {
                    let mut list: Vec<&str> = list.trim_end().trim_end_matches(']').split(", {").collect();
                    list.reverse();
                    let list: Vec<String> = list.iter().filter(|one| !one.is_empty()).map(|one| format!("{{{}", one.trim_start_matches('{'))).collect();
                    (path.clone(), format!("{head}components: [{}]\n", list.join(", ")))
                }
                None => (path.clone(), text.clone()),
            })
            .collect();
        let (one, other) = (estate("", files), estate("", turned));
        for id in ["s0", "s1", "s2", "s3"] {
            prop_assert_eq!(cost(&one, id, |_| {}), cost(&other, id, |_| {}));
        }
    }
}
