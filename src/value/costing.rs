//! What single items and contracts cost in a period, before anything is shared.

use std::collections::{BTreeSet, HashMap, HashSet};

use rust_decimal::Decimal;

use super::tree::{Amount, Line, Origin};
use crate::contract::{accrual, coverage};
use crate::date::Period;
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::model::item::Item;
use crate::model::schedule::Schedule;
use crate::model::service::Target;
use crate::money::{Money, MoneyError, allocate};
use crate::schedule::Planner;
use crate::snapshot::Snapshot;

/// Relations along which an item without a price of its own rests on one that has one.
const CARRIERS: [&str; 5] = ["hosted_on", "runs_on", "installed_on", "part_of", "member_of"];
/// Longest chain of carriers that is followed.
const MOST_CARRIERS: usize = 16;

/// The costs of one period in one book, with the indices that finding them needs.
pub struct Costing<'a> {
    pub snapshot: &'a Snapshot,
    pub period: Period,
    pub book: &'a str,
    planner: Planner<'a>,
    /// Supplier contracts by what they cover on some day of the period.
    covered: HashMap<&'a str, Vec<Contract<'a>>>,
    schedules: HashMap<&'a str, Vec<Schedule<'a>>>,
    /// Items that are components of some service.
    components: HashSet<&'a str>,
}

impl<'a> Costing<'a> {
    pub fn new(snapshot: &'a Snapshot, period: Period, book: &'a str) -> Self {
        let mut covered: HashMap<&str, Vec<Contract<'_>>> = HashMap::new();
        for contract in snapshot.contracts().filter(Contract::is_supplier_side) {
            let ids = coverage(contract, period).into_iter().flat_map(|(_, ids)| ids);
            for id in ids.collect::<BTreeSet<&str>>() {
                covered.entry(id).or_default().push(contract);
            }
        }
        let mut schedules: HashMap<&str, Vec<Schedule<'_>>> = HashMap::new();
        for schedule in snapshot.schedules() {
            if let Some(item) = schedule.item() {
                schedules.entry(item).or_default().push(schedule);
            }
        }
        let mut components = HashSet::new();
        for component in snapshot.services().flat_map(|service| service.components()) {
            match component.target {
                Target::Item(id) => components.extend([id]),
                Target::AnyOf(ids, _) => components.extend(ids),
                Target::Service(_) => {}
            }
        }
        let planner = Planner::new(snapshot);
        Self { snapshot, period, book, planner, covered, schedules, components }
    }

    /// The lines of an item: depreciation, contracts, or what there is to say instead.
    pub(super) fn item_lines(&self, item: Item<'a>, depth: u8, share: Decimal) -> Vec<Line> {
        if !item.record().is_sound() {
            let reason = format!("item {} has errors; `estate audit` shows them", item.id());
            return vec![Line::hole(depth, item.record().record_id(), "", reason)];
        }
        let mut lines: Vec<Line> = self.depreciation(item, depth, share).into_iter().collect();
        lines.extend(self.contract_lines(Kind::Item, item.id(), depth, share));
        if lines.is_empty() {
            lines.push(self.unpriced(item, depth));
        }
        lines
    }

    fn depreciation(&self, item: Item<'a>, depth: u8, share: Decimal) -> Option<Line> {
        let schedules = self.schedules.get(item.id()).map_or(&[][..], Vec::as_slice);
        let with_book =
            schedules.iter().find(|schedule| !schedule.0.is_sound() || schedule.book(self.book).is_some());
        let Some(schedule) = with_book.or(schedules.first()) else {
            let reason = format!("cost {} without a depreciation schedule", item.cost()?);
            return Some(Line::hole(depth, item.record().record_id(), "cost", reason));
        };
        let origin = Origin { record: schedule.0.record_id(), field: format!("books.{}", self.book) };
        let amount = match self.planner.plan(*schedule, self.book) {
            Ok(plan) => self.share_of(plan.charge(self.period).map_err(|error| error.to_string()), share),
            Err(problem) => Amount::Missing(problem.to_string()),
        };
        Some(Line { depth, label: format!("depreciation ({})", self.book), origin, share: None, amount })
    }

    /// The parts of the supplier contracts that cover a record, each in equal parts for all that
    /// the contract covers.
    pub(super) fn contract_lines(&self, kind: Kind, id: &str, depth: u8, share: Decimal) -> Vec<Line> {
        let contracts = self.covered.get(id).map_or(&[][..], Vec::as_slice);
        // An id that both an item and a service have means the item, as in every reference.
        let means_this = kind == Kind::Item || self.snapshot.item(id).is_none();
        contracts
            .iter()
            .filter(|_| means_this)
            .map(|contract| {
                let spans = coverage(*contract, self.period);
                let amount = self.share_of(self.part(*contract, id, &spans), share);
                let origin = Origin { record: contract.0.record_id(), field: "price".into() };
                let of = match spans.as_slice() {
                    [(_, ids)] if ids.len() > 1 => format!(", 1/{}", ids.len()),
                    [_] => String::new(),
                    _ => ", as amended".to_owned(),
                };
                let label = format!("{} {}{of}", contract.kind(), contract.name());
                Line { depth, label, origin, share: None, amount }
            })
            .collect()
    }

    /// The part of a contract that falls to one of the records it covers: in equal parts for those of
    /// each day.
    fn part(&self, contract: Contract<'_>, id: &str, spans: &[(Period, Vec<&str>)]) -> Result<Money, String> {
        let accrual = accrual(self.snapshot, contract, self.period.end)?;
        let text = |error: MoneyError| error.to_string();
        let mut total = Money::zero(accrual.currency());
        for (days, ids) in spans {
            let Some(at) = ids.iter().position(|covered| *covered == id) else { continue };
            let part = equal_part(accrual.cost(*days).map_err(text)?, at, ids.len())?;
            total = total.checked_add(part).map_err(text)?;
        }
        Ok(total)
    }

    /// A share of a figure, rounded; a hole where there is none or it is in another currency.
    fn share_of(&self, figure: Result<Money, String>, share: Decimal) -> Amount {
        let base = self.snapshot.settings().map(|settings| settings.currency);
        match figure {
            Err(reason) => Amount::Missing(reason),
            Ok(money) if base.is_some_and(|base| base != money.currency()) && !money.is_zero() => {
                let base = base.map_or_else(String::new, |base| base.to_string());
                Amount::Missing(format!("{money}: there is no rate to {base}"))
            }
            Ok(money) => match money.times_ratio(share, Decimal::ONE) {
                Ok(part) => Amount::Known(part),
                Err(error) => Amount::Missing(error.to_string()),
            },
        }
    }

    /// An item without a cost and without a contract: carried by one that has a price, or a hole.
    fn unpriced(&self, item: Item<'a>, depth: u8) -> Line {
        match self.carrier(item) {
            Some((carrier, field)) => Line {
                depth,
                label: format!("no price of its own; carried by {carrier}"),
                origin: Origin { record: item.record().record_id(), field },
                share: None,
                amount: Amount::Carried,
            },
            None => Line::hole(
                depth,
                item.record().record_id(),
                "cost",
                "no cost, no contract, and nothing priced that carries it".to_owned(),
            ),
        }
    }

    /// The nearest item, along the carrying relations, that has a price and is a component of some
    /// service, so that its cost is charged there; with the relation that leads to it.
    fn carrier(&self, item: Item<'a>) -> Option<(&'a str, String)> {
        let mut seen: HashSet<&str> = HashSet::from([item.id()]);
        let mut level: Vec<(&str, String)> =
            related(item).map(|(id, field)| (id, field.to_owned())).collect();
        for _ in 0..MOST_CARRIERS {
            for (id, field) in &level {
                if self.components.contains(id) && self.has_price(id) {
                    return Some((id, field.clone()));
                }
            }
            let mut next = Vec::new();
            for (id, field) in level {
                if let Some(item) = self.snapshot.item(id).filter(|_| seen.insert(id)) {
                    next.extend(related(item).map(|(id, _)| (id, field.clone())));
                }
            }
            level = next;
        }
        None
    }

    fn has_price(&self, id: &str) -> bool {
        self.covered.contains_key(id) || self.snapshot.item(id).is_some_and(|item| item.cost().is_some())
    }
}

fn related<'a>(item: Item<'a>) -> impl Iterator<Item = (&'a str, String)> {
    CARRIERS.into_iter().flat_map(move |relation| {
        item.related(relation).enumerate().map(move |(at, id)| (id, format!("relations.{relation}[{at}]")))
    })
}

fn equal_part(cost: Money, at: usize, count: usize) -> Result<Money, String> {
    let weights = vec![Decimal::ONE; count];
    let parts = allocate(cost, &weights).map_err(|error| error.to_string())?;
    parts.get(at).copied().ok_or_else(|| "the contract covers nothing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::{SETTINGS, snapshot};

    /// One euro a day: alone for 182 days, for two in the other 184 of the leap year.
    #[test]
    fn what_comes_under_a_contract_shares_its_cost_from_that_day() {
        let care = "id: care\nside: supplier\nkind: support\nparty: x\nterm: {start: 2024-01-01, length: 2y}\nprice: {amount: 366.00 EUR, per: year}\ncovers: [a]\namendments:\n  - {id: m1, from: 2024-07-01, covers: {add: [b]}}\n";
        let item = |id: &str| format!("id: {id}\nclass: server\nname: S\nstatus: in_use\n");
        let (a, b) = (item("a"), item("b"));
        let files = [
            SETTINGS,
            ("contracts/care.yaml", care),
            ("items/server/a.yaml", &a),
            ("items/server/b.yaml", &b),
        ];
        let estate = snapshot(&files);
        let day = |text: &str| parse_date(text).unwrap();
        let period = Period { start: day("2024-01-01"), end: day("2024-12-31") };
        let costing = Costing::new(&estate, period, "accounting");
        let amounts = ["a", "b"].map(|id| {
            let lines = costing.contract_lines(Kind::Item, id, 0, Decimal::ONE);
            assert_eq!(lines.len(), 1);
            assert!(lines[0].label.ends_with(", as amended"));
            lines[0].amount.clone()
        });
        let money = |text: &str| Amount::Known(text.parse().unwrap());
        assert_eq!(amounts, [money("274.00 EUR"), money("92.00 EUR")]);
    }
}
