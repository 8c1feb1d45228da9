//! What single items, contracts and services cost in a period, before anything is shared.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;
use rust_decimal::Decimal;

use super::basis::{Basis, Columns};
use super::contract_cost::ContractCost;
use super::rates::Rates;
use super::tree::Origin;
use super::work::{Work, work};
use super::{carrier, energy};
use crate::date::{Period, day_before};
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::model::item::Item;
use crate::model::schedule::Schedule;
use crate::model::service::Target;
use crate::model::settings::Energy;
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
    contracts: Vec<ContractCost<'a>>,
    /// Contracts by what they cover on some day of the period, with the position among it.
    covered: HashMap<(Kind, &'a str), Vec<(usize, usize)>>,
    schedules: HashMap<&'a str, Vec<Schedule<'a>>>,
    work: Work<'a>,
    /// Items that are components of some service, once they are asked for.
    components: OnceLock<HashSet<&'a str>>,
}

impl<'a> Costing<'a> {
    /// # Errors
    /// The settings are missing or have errors: there is no base currency.
    pub fn new(snapshot: &'a Snapshot, basis: Basis<'a>) -> Result<Self, String> {
        let settings = snapshot.settings().ok_or("the settings are missing or have errors")?;
        let rates = Rates::of(snapshot, settings.currency);
        let columns = Columns::of(&basis);
        let suppliers: Vec<Contract<'_>> = snapshot.contracts().filter(Contract::is_supplier_side).collect();
        let contracts: Vec<ContractCost<'_>> = suppliers
            .into_par_iter()
            .map(|contract| ContractCost::of(snapshot, contract, &rates, &columns.spans))
            .collect();
        let mut covered: HashMap<(Kind, &str), Vec<(usize, usize)>> = HashMap::new();
        for (number, cost) in contracts.iter().enumerate() {
            for (at, id) in cost.ids.iter().copied().enumerate() {
                // An id that both an item and a service have means the item, as in every reference.
                let kind = if snapshot.item(id).is_some() { Kind::Item } else { Kind::Service };
                covered.entry((kind, id)).or_default().push((number, at));
            }
        }
        let all: Vec<Schedule<'_>> = snapshot.schedules().collect();
        let mut schedules: HashMap<&str, Vec<Schedule<'_>>> = HashMap::with_capacity(all.len());
        for schedule in all {
            if let Some(item) = schedule.item() {
                schedules.entry(item).or_default().push(schedule);
            }
        }
        let work = work(snapshot, &rates, &columns, basis.period);
        let energy = settings.valuation.energy.as_ref();
        let planner = Planner::new(snapshot);
        Ok(Self {
            snapshot,
            rates,
            columns,
            basis,
            planner,
            energy,
            contracts,
            covered,
            schedules,
            work,
            components: OnceLock::new(),
        })
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
        costs.extend(self.contract_costs(Kind::Item, item.id()));
        if let Some(energy) = self.energy.filter(|_| energy::power(item).is_some()) {
            let cost = energy::cost(item, energy, &self.rates, &self.columns.spans);
            let origin = Origin { record: item.record().record_id(), field: "attributes.power_w".into() };
            let amount = cost.and_then(|cost| self.rates.settle(&cost));
            if amount.as_ref().map_or(true, |spans| spans.iter().any(|span| *span != 0)) {
                costs.push(Cost { pool: "energy", label: "electricity".into(), origin, amount });
            }
        }
        costs.extend(self.work_costs(Kind::Item, item.id()));
        costs
    }

    /// The costs that a service has by itself: contracts and work.
    pub(super) fn of_service(&self, id: &str) -> Vec<Cost> {
        let mut costs = self.contract_costs(Kind::Service, id);
        costs.extend(self.work_costs(Kind::Service, id));
        costs
    }

    /// The costs that no record carries: of contracts that cover nothing that is there, and of
    /// work on nothing that is.
    pub(super) fn of_nothing(&self) -> Vec<Cost> {
        let is_there = |id: &str| self.snapshot.item(id).is_some() || self.snapshot.service(id).is_some();
        let mut costs = Vec::new();
        for cost in &self.contracts {
            let missing: Vec<usize> =
                cost.ids.iter().enumerate().filter(|(_, id)| !is_there(id)).map(|(at, _)| at).collect();
            let amount = match missing.is_empty() {
                true => continue,
                false if missing.len() == cost.ids.len() => cost.whole.clone(),
                false => cost.parts.clone().map(|parts| {
                    let mut sum = vec![0; self.columns.spans.len()];
                    for part in missing.iter().filter_map(|at| parts.get(*at)) {
                        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                    }
                    sum
                }),
            };
            costs.push(self.contract_line(cost.contract, String::new(), amount));
        }
        costs.extend(self.work.unassigned.iter().map(Cost::copy));
        costs
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
        let is_priced = |id: &str| {
            components.contains(id)
                && (self.covered.contains_key(&(Kind::Item, id))
                    || self.snapshot.item(id).is_some_and(|item| item.cost().is_some()))
        };
        carrier::carrier(self.snapshot, item, is_priced)
    }

    fn depreciation(&self, item: Item<'a>, costs: &mut Vec<Cost>) {
        let schedules = self.schedules.get(item.id()).map_or(&[][..], Vec::as_slice);
        let book = self.basis.book;
        let with_book =
            schedules.iter().find(|schedule| !schedule.0.is_sound() || schedule.book(book).is_some());
        let Some(schedule) = with_book.or(schedules.first()) else {
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

    fn contract_costs(&self, kind: Kind, id: &str) -> Vec<Cost> {
        let covered = self.covered.get(&(kind, id)).map_or(&[][..], Vec::as_slice);
        let costs = covered.iter().filter_map(|(at, part)| Some((self.contracts.get(*at)?, *part)));
        costs
            .map(|(cost, part)| {
                let of = match cost.ids.len() {
                    _ if cost.is_amended => ", as amended".to_owned(),
                    0 | 1 => String::new(),
                    count => format!(", 1/{count}"),
                };
                let amount = cost.parts.as_ref().map_err(Clone::clone).and_then(|parts| {
                    parts.get(part).cloned().ok_or_else(|| "the contract covers nothing".to_owned())
                });
                self.contract_line(cost.contract, of, amount)
            })
            .collect()
    }

    fn contract_line(&self, contract: Contract<'_>, of: String, amount: Result<Vec<i128>, String>) -> Cost {
        let pool = super::POOLS.iter().find(|pool| **pool == contract.kind()).copied().unwrap_or("one_off");
        let origin = Origin { record: contract.0.record_id(), field: "price".into() };
        Cost { pool, label: format!("{} {}{of}", contract.kind(), contract.name()), origin, amount }
    }

    fn work_costs(&self, kind: Kind, id: &str) -> Vec<Cost> {
        self.work.charged.get(&(kind, id)).into_iter().flatten().map(Cost::copy).collect()
    }
}

fn components(snapshot: &Snapshot) -> HashSet<&str> {
    let mut components = HashSet::new();
    for component in snapshot.services().flat_map(|service| service.components()) {
        match component.target {
            Target::Item(id) => components.extend([id]),
            Target::AnyOf(ids, _) => components.extend(ids),
            Target::Service(_) => {}
        }
    }
    components
}

pub(super) const NOT_PRICED: &str = "not priced";

impl Cost {
    fn copy(&self) -> Cost {
        let Cost { pool, label, origin, amount } = self;
        Cost { pool, label: label.clone(), origin: origin.clone(), amount: amount.clone() }
    }
}
