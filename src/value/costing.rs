//! What single items, contracts and services cost in a period, before anything is shared.

use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use rayon::prelude::*;
use rust_decimal::Decimal;

use super::basis::{Basis, Columns};
use super::line::Origin;
use super::rates::Rates;
use super::scope::Scope;
use super::shared_cost::{Holder, SharedCost};
use super::shares::Uses;
use super::work::work;
use super::{carrier, energy};
use crate::contract::coverage;
use crate::date::{Period, day_before};
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::model::item::Item;
use crate::model::schedule::Schedule;
use crate::model::service::Target;
use crate::model::settings::{Energy, Settings};
use crate::money::Percent;
use crate::schedule::{Plan, Planner};
use crate::snapshot::Snapshot;

/// One cost of an item or a service.
pub(super) struct Cost {
    /// Where it comes from, one of [`super::POOLS`].
    pub pool: &'static str,
    pub label: String,
    pub origin: Origin,
    /// In fine parts of the minor unit, for each span of the period; or why it is not known.
    pub amount: Result<Vec<i128>, String>,
}

/// The costs of one period in one book, with the indices that finding them needs.
pub struct Costing<'a> {
    pub snapshot: &'a Snapshot,
    pub(super) rates: Rates<'a>,
    pub(super) columns: Columns,
    basis: Basis<'a>,
    planner: Planner<'a>,
    energy: Option<&'a Energy>,
    /// Those of contracts, and of work.
    pub(super) shared: Vec<SharedCost<'a>>,
    /// The positions of shared costs by what bears them, with its position among their holders.
    borne: HashMap<Holder<'a>, Vec<(usize, usize)>>,
    /// By item: of several the first with the book, else the first.
    schedules: HashMap<&'a str, Schedule<'a>>,
    /// Items that are components of some service, once they are asked for.
    components: OnceLock<HashSet<&'a str>>,
    /// What suppliers' contracts cover in the period, once it is asked for.
    covered: OnceLock<HashSet<&'a str>>,
}

impl<'a> Costing<'a> {
    /// The costs of the items and services that are asked for.
    pub(super) fn new(
        snapshot: &'a Snapshot,
        settings: &'a Settings,
        basis: Basis<'a>,
        rates: Rates<'a>,
        shared: Vec<SharedCost<'a>>,
        uses: &Uses<'a>,
    ) -> Self {
        let columns = Columns::of(&basis);
        let holders = shared.iter().map(|cost| cost.holders.len()).sum();
        let mut borne: HashMap<Holder<'_>, Vec<(usize, usize)>> = HashMap::with_capacity(holders);
        for (number, cost) in shared.iter().enumerate() {
            for (at, holder) in cost.holders.iter().enumerate() {
                borne.entry(*holder).or_default().push((number, at));
            }
        }
        let all = snapshot.all_of(Kind::Schedule).par_iter().map(|record| Schedule(record));
        let all =
            all.filter_map(|schedule| Some((schedule.item().filter(|id| uses.wants_item(id))?, schedule)));
        let all: Vec<(&str, Schedule<'_>)> = all.collect();
        let mut schedules: HashMap<&str, Schedule<'_>> = HashMap::with_capacity(all.len());
        // What cannot be read may have the book: that is a hole.
        let has_book =
            |schedule: &Schedule<'_>| !schedule.0.is_sound() || schedule.book(basis.book).is_some();
        for (item, schedule) in all {
            match schedules.entry(item) {
                Entry::Vacant(slot) => drop(slot.insert(schedule)),
                Entry::Occupied(mut first) if !has_book(first.get()) && has_book(&schedule) => {
                    first.insert(schedule);
                }
                Entry::Occupied(_) => {}
            }
        }
        let energy = settings.valuation.energy.as_ref();
        let planner = Planner::new(snapshot);
        Self {
            snapshot,
            rates,
            columns,
            basis,
            planner,
            energy,
            shared,
            borne,
            schedules,
            components: OnceLock::new(),
            covered: OnceLock::new(),
        }
    }

    /// The costs of an item: depreciation, contracts, energy and the rest.
    pub(super) fn of_item(&self, item: Item<'a>) -> Vec<Cost> {
        if !item.record().is_sound() {
            let reason = format!("item {} has errors; `estate audit` shows them", item.id());
            let origin = Origin { record: item.record().record_id(), field: String::new() };
            return vec![Cost {
                pool: "depreciation",
                label: NOT_PRICED.to_owned(),
                origin,
                amount: Err(reason),
            }];
        }
        let mut costs: Vec<Cost> = Vec::new();
        self.depreciation(item, &mut costs);
        costs.extend(self.shared_by((Kind::Item, item.id())).map(|(cost, at)| cost.part(at)));
        if let Some(energy) = self.energy.filter(|_| energy::power(item).is_some()) {
            let cost = energy::cost(item, energy, &self.rates, &self.columns.spans);
            let origin = Origin { record: item.record().record_id(), field: "attributes.power_w".into() };
            let amount = cost.and_then(|cost| self.rates.settle(&cost));
            if amount.as_ref().map_or(true, |spans| spans.iter().any(|span| *span != 0)) {
                costs.push(Cost { pool: "energy", label: "electricity".into(), origin, amount });
            }
        }
        costs
    }

    /// The costs that a service has by itself: contracts and work.
    pub(super) fn of_service(&self, id: &str) -> Vec<Cost> {
        self.shared_by((Kind::Service, id)).map(|(cost, at)| cost.part(at)).collect()
    }

    /// The costs that no record carries: of contracts that cover nothing that is there, and of
    /// work on nothing that is.
    pub(super) fn of_nothing(&self) -> Vec<Cost> {
        let missing = |cost: &SharedCost<'_>| -> Vec<usize> {
            let holders = cost.holders.iter().enumerate();
            holders.filter(|(_, holder)| !self.is_there(**holder)).map(|(at, _)| at).collect()
        };
        let missing = self.shared.iter().map(|cost| (cost, missing(cost)));
        missing.filter(|(_, at)| !at.is_empty()).map(|(cost, at)| cost.parts_of(&at)).collect()
    }

    /// Whether there is a record that can bear costs.
    pub(super) fn is_there(&self, (kind, id): Holder<'_>) -> bool {
        self.snapshot.get(kind, id).is_some()
    }

    /// The shared costs that one thing bears, with its position among their holders.
    fn shared_by<'s>(&'s self, holder: Holder<'s>) -> impl Iterator<Item = (&'s SharedCost<'a>, usize)> + 's {
        let positions = self.borne.get(&holder).map_or(&[][..], Vec::as_slice);
        positions.iter().filter_map(|(number, at)| Some((self.shared.get(*number)?, *at)))
    }

    /// The carbon of an item's electricity, in fine parts of a kg of CO2e.
    pub(super) fn carbon(&self, item: Item<'a>) -> Result<i128, String> {
        match self.energy.filter(|_| item.record().is_sound()) {
            Some(energy) => energy::carbon(item, energy, &self.rates, self.basis.period),
            None => Ok(0),
        }
    }

    /// Whether carbon is told at all.
    pub(super) fn has_carbon(&self) -> bool {
        self.energy.is_some_and(|energy| energy.emission.is_some())
    }

    /// Where the cost of an item without one is charged: the carrier, and the relation to it.
    pub(super) fn carrier(&self, item: Item<'a>) -> Option<(&'a str, String)> {
        let components = self.components.get_or_init(|| components(self.snapshot));
        let covered = self.covered.get_or_init(|| covered(self.snapshot, self.basis.period));
        let is_priced = |id: &str| {
            components.contains(id)
                && (covered.contains(id) || self.snapshot.item(id).is_some_and(|item| item.cost().is_some()))
        };
        carrier::carrier(self.snapshot, item, is_priced)
    }

    fn depreciation(&self, item: Item<'a>, costs: &mut Vec<Cost>) {
        let book = self.basis.book;
        let Some(schedule) = self.schedules.get(item.id()) else {
            let Some(cost) = item.cost() else { return };
            let origin = Origin { record: item.record().record_id(), field: "cost".into() };
            let amount = Err(format!("cost {cost} without a depreciation schedule"));
            costs.push(Cost { pool: "depreciation", label: NOT_PRICED.to_owned(), origin, amount });
            return;
        };
        let plan = self.planner.plan(*schedule, book).map_err(|problem| problem.to_string());
        let origin = || Origin { record: schedule.0.record_id(), field: format!("books.{book}") };
        if let (Some(rate), Ok(plan)) = (self.basis.cost_of_capital, &plan) {
            let spans = self.columns.spans.iter().map(|span| self.capital(plan, rate, *span));
            let amount = spans.collect::<Result<Vec<_>, _>>().and_then(|spans| self.rates.settle(&spans));
            if amount.as_ref().map_or(true, |spans| spans.iter().any(|span| *span != 0)) {
                let label = format!("cost of capital at {rate}");
                costs.push(Cost { pool: "capital", label, origin: origin(), amount });
            }
        }
        let amount = plan.and_then(|plan| {
            let charges = self.columns.spans.iter().map(|span| {
                let charge = plan.charge(*span).map_err(|error| error.to_string())?;
                if charge.is_zero() { Ok(Decimal::ZERO) } else { self.rates.convert(charge, plan.start) }
            });
            self.rates.settle(&charges.collect::<Result<Vec<_>, _>>()?)
        });
        let label = format!("depreciation ({book})");
        costs.insert(0, Cost { pool: "depreciation", label, origin: origin(), amount });
    }

    /// Interest on the mean of the net book values before and at the end of a span, by days of a
    /// year of 365.
    fn capital(&self, plan: &Plan, rate: Percent, span: Period) -> Result<Decimal, String> {
        let value = |date| {
            let value = plan.net_book_value(date).map_err(|error| error.to_string())?;
            if value.is_zero() { Ok(Decimal::ZERO) } else { self.rates.convert(value, plan.start) }
        };
        let sum = value(day_before(span.start))?.checked_add(value(span.end)?);
        let days = Decimal::from(span.days());
        let interest = sum.and_then(|sum| sum.checked_mul(rate.points())?.checked_mul(days));
        interest
            .and_then(|interest| interest.checked_div(Decimal::from(2 * 100 * 365)))
            .ok_or_else(|| "the figure is too large".to_owned())
    }
}

/// What contracts and work cost; where a scope is asked for, those costs alone that it has a part of.
pub(super) fn shared_costs<'a>(
    snapshot: &'a Snapshot,
    basis: Basis<'a>,
    rates: &Rates<'a>,
    scope: Option<&mut Scope<'a>>,
) -> Vec<SharedCost<'a>> {
    let columns = Columns::of(&basis);
    let contracts = snapshot.all_of(Kind::Contract).par_iter().map(|record| Contract(record));
    let mut shared: Vec<SharedCost<'_>> = contracts
        .filter(|contract| contract.is_supplier_side())
        .filter(|contract| scope.as_ref().is_none_or(|scope| scope.may_bear(*contract)))
        .map(|contract| SharedCost::of_contract(snapshot, contract, rates, &columns.spans))
        .collect();
    shared.extend(work(snapshot, rates, &columns, basis.period));
    if let Some(scope) = scope {
        scope.narrow(&mut shared);
    }
    shared
}

fn components(snapshot: &Snapshot) -> HashSet<&str> {
    let mut components = HashSet::new();
    for target in snapshot.services().flat_map(|service| service.targets()) {
        match target {
            Target::Item(id) => components.extend([id]),
            Target::AnyOf(ids, _) => components.extend(ids),
            Target::Service(_) => {}
        }
    }
    components
}

fn covered(snapshot: &Snapshot, period: Period) -> HashSet<&str> {
    let suppliers = snapshot.contracts().filter(Contract::is_supplier_side);
    suppliers.flat_map(|contract| coverage(contract, period)).flat_map(|(_, covered)| covered).collect()
}

pub(super) const NOT_PRICED: &str = "not priced";
