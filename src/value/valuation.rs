//! The cost of every service: from cost pools to items, to services, to those who consume them.

use std::collections::HashMap;

use rayon::prelude::*;

use super::basis::{Basis, FINE, nearest, whole};
use super::costing::Costing;
use super::drivers::Drivers;
use super::shares::{Provider, Use, Uses};
use super::sums::{Figures, Sum, Untaken, item_sums, sum_of};
use crate::allocation::{Edge, Method, Network, Refusal, allocate, part, round_parts, split};
use crate::cycles::{cycles, knots};
use crate::model::service::Service;
use crate::model::settings::Allocation;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// What every service costs in a period.
pub struct Valuation<'a> {
    pub(super) costing: Costing<'a>,
    pub(super) drivers: Drivers<'a>,
    pub uses: Uses<'a>,
    pub allocation: Allocation,
    /// What each item costs that has a price or is used.
    pub(super) items: HashMap<&'a str, Sum>,
    /// What each service costs in all, by its position.
    pub services: Vec<Sum>,
    /// What goes along each use, by its position.
    pub(super) flows: Vec<Figures>,
    /// What each service does not charge to services, in minor units: what it leaves to consumers.
    /// What planned services leave is no part of the total.
    pub(super) left: Vec<i128>,
    /// What no service bears.
    pub idle: Vec<Idle>,
    /// All costs of the period, in minor units.
    total: i128,
}

/// Costs that no service bears, of one sort.
pub struct Idle {
    pub what: &'static str,
    pub(super) count: i128,
    /// How many records these costs are of.
    pub records: usize,
    pub holes: usize,
}

impl<'a> Valuation<'a> {
    /// # Errors
    /// The settings are missing, or a figure is too large to be exact.
    pub fn of(snapshot: &'a Snapshot, basis: Basis<'a>) -> Result<Self, String> {
        let costing = Costing::new(snapshot, basis)?;
        let drivers = Drivers::new(snapshot, basis.period);
        let uses = Uses::of(snapshot, &costing.rates, &drivers);
        let settings = snapshot.settings().map(|settings| &settings.valuation);
        let allocation =
            basis.allocation.or(settings.map(|settings| settings.allocation)).unwrap_or_default();
        let items = item_sums(&costing);
        let width = costing.columns.width();
        let mut valuation = Self {
            services: vec![Sum::empty(width); uses.services.len()],
            flows: vec![vec![0; width]; uses.uses.len()],
            left: vec![0; uses.services.len()],
            idle: Vec::new(),
            total: 0,
            costing,
            drivers,
            uses,
            allocation,
            items,
        };
        let untaken = valuation.assign_items()?;
        let order = settings.map(|settings| settings.order.as_slice()).unwrap_or_default();
        valuation.charge_services(order)?;
        valuation.value_planned()?;
        valuation.count_holes();
        valuation.settle(untaken)?;
        Ok(valuation)
    }

    /// All costs of the period: what services leave to consumers, and what no service bears.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.money(self.total)
    }

    /// Whether any cost of the period has no price.
    pub fn has_holes(&self) -> bool {
        let counted = self.services.iter().zip(&self.uses.counts).filter(|(_, counts)| **counts);
        counted
            .map(|(sum, _)| sum.holes)
            .chain(self.idle.iter().map(|idle| idle.holes))
            .any(|holes| holes > 0)
    }

    pub(super) fn money(&self, count: i128) -> Result<Money, MoneyError> {
        self.costing.rates.unit().money(count)
    }

    pub fn position(&self, id: &str) -> Option<usize> {
        self.uses.position.get(id).copied()
    }

    pub fn service(&self, at: usize) -> Option<Service<'a>> {
        self.uses.services.get(at).copied()
    }

    fn counts(&self, one: &Use<'a>) -> bool {
        self.uses.counts.get(one.service) == Some(&true)
    }

    /// Charges items to the services that use them. Answers what no service uses, and what none takes
    /// of what is used.
    fn assign_items(&mut self) -> Result<[Untaken; 2], String> {
        let width = self.costing.columns.width();
        for (slot, service) in self.services.iter_mut().zip(&self.uses.services) {
            *slot = sum_of(&self.costing, &self.costing.of_service(service.id()), width);
        }
        let mut unused = Untaken::of(width);
        self.items.values().for_each(|sum| unused.add(&sum.figures, sum.holes));
        let mut rests = Untaken::of(width);
        let used: Vec<(usize, &str, &[Use<'a>])> = self.uses.by_item().collect();
        let (counts, items) = (&self.uses.counts, &self.items);
        let charged: Vec<_> = used
            .into_par_iter()
            .map(|(start, id, uses)| {
                let sum = items.get(id);
                let nothing = vec![0; width];
                let split = split_among(uses, counts, sum.map_or(&nothing, |sum| &sum.figures));
                (start, uses, sum, split)
            })
            .collect();
        for (start, uses, sum, split) in charged {
            let (flows, kept) = split?;
            if let Some(sum) = sum {
                unused.remove(sum);
                rests.add(&kept, 0);
            }
            for ((one, flow), slot) in uses.iter().zip(flows).zip(self.flows.iter_mut().skip(start)) {
                if let Some(service) = self.services.get_mut(one.service) {
                    service.figures.iter_mut().zip(&flow).for_each(|(sum, flow)| *sum += flow);
                    match sum {
                        _ if one.part.is_err() => service.holes += 1,
                        Some(sum) => service.rest_on(sum),
                        None => service.holes += unpriced(&self.costing, one),
                    }
                }
                *slot = flow;
            }
        }
        Ok([unused, rests])
    }

    /// Lets services charge one another. A use that cannot be allocated becomes a hole with its
    /// reason, and its provider keeps the cost.
    fn charge_services(&mut self, order: &[String]) -> Result<(), String> {
        let order: Vec<usize> = order.iter().filter_map(|id| self.position(id)).collect();
        let method = match self.allocation {
            Allocation::Direct => Method::Direct,
            Allocation::StepDown => Method::StepDown(order),
            Allocation::Reciprocal => Method::Reciprocal,
        };
        let own: Vec<Figures> = self.services.iter().map(|sum| sum.figures.clone()).collect();
        loop {
            let mut network = Network { whole: vec![1; own.len()], own: own.clone(), edges: Vec::new() };
            let mut positions = Vec::new();
            for (position, one) in self.uses.uses.iter().enumerate().filter(|(_, one)| self.counts(one)) {
                let (Provider::Service(from), Ok((weight, whole))) = (one.provider, &one.part) else {
                    continue;
                };
                network.edges.push(Edge { from, to: one.service, weight: *weight });
                if let Some(slot) = network.whole.get_mut(from) {
                    *slot = *whole;
                }
                positions.push(position);
            }
            match allocate(&network, &method) {
                Ok(allocated) => {
                    for (sum, gross) in self.services.iter_mut().zip(allocated.gross) {
                        sum.figures = gross;
                    }
                    for (position, flow) in positions.into_iter().zip(allocated.flows) {
                        if let Some(slot) = self.flows.get_mut(position) {
                            *slot = flow;
                        }
                    }
                    self.left = allocated.kept.iter().map(|kept| whole(kept)).collect();
                    return Ok(());
                }
                Err(refusal) => self.refuse(&network, &positions, refusal)?,
            }
        }
    }

    /// Makes holes of the uses that a refusal is about.
    fn refuse(&mut self, network: &Network, positions: &[usize], refusal: Refusal) -> Result<(), String> {
        let within = |nodes: &[usize]| -> Vec<usize> {
            let inside = |edge: &Edge| nodes.contains(&edge.from) && nodes.contains(&edge.to);
            network.edges.iter().enumerate().filter(|(_, edge)| inside(edge)).map(|(at, _)| at).collect()
        };
        let id = |at: &usize| self.service(*at).map_or("", |service| service.id());
        let names = |nodes: &[usize]| nodes.iter().map(id).collect::<Vec<_>>().join(", ");
        let (edges, reason) = match &refusal {
            Refusal::Cycle(edges) => (edges.clone(), self.circle(network, edges)),
            Refusal::Singular(nodes) => {
                let names = names(nodes);
                (within(nodes), format!("the services charge all of their cost to one another: {names}"))
            }
            Refusal::Knot(nodes) => {
                (within(nodes), format!("{} services charge one another, too many to be solved", nodes.len()))
            }
            Refusal::Edge(at) => (vec![*at], "the share is negative".to_owned()),
            Refusal::Overcharged(node) => {
                let edges = network.edges.iter().enumerate().filter(|(_, edge)| edge.from == *node);
                (edges.map(|(at, _)| at).collect(), format!("{} is taken to more than 100%", id(node)))
            }
            Refusal::Overflow => return Err(TOO_LARGE.to_owned()),
        };
        if edges.is_empty() {
            return Err(reason);
        }
        for position in edges.iter().filter_map(|at| positions.get(*at)) {
            if let Some(one) = self.uses.uses.get_mut(*position) {
                one.part = Err(reason.clone());
            }
        }
        Ok(())
    }

    /// Names the services of a circle, from the user to what it uses.
    fn circle(&self, network: &Network, edges: &[usize]) -> String {
        let users = edges.iter().rev().filter_map(|at| network.edges.get(*at)).map(|edge| edge.to);
        let mut ids: Vec<&str> =
            users.filter_map(|at| self.service(at)).map(|service| service.id()).collect();
        ids.extend(ids.first().copied());
        format!("the service consumes itself: {}", ids.join(" > "))
    }

    /// What services cost that are not in use, as users of those that are.
    fn value_planned(&mut self) -> Result<(), String> {
        let ends = |valuation: &Self| -> (Vec<usize>, Vec<(usize, usize)>) {
            let uses = valuation.uses.uses.iter().enumerate();
            uses.filter_map(|(position, one)| match one.provider {
                Provider::Service(from) if !valuation.counts(one) && one.part.is_ok() => {
                    Some((position, (from, one.service)))
                }
                _ => None,
            })
            .unzip()
        };
        let (positions, edges) = ends(self);
        for cycle in cycles(self.services.len(), &edges) {
            for at in cycle {
                if let Some(one) = positions.get(at).and_then(|position| self.uses.uses.get_mut(*position)) {
                    one.part = Err("the service consumes itself".to_owned());
                }
            }
        }
        let (positions, edges) = ends(self);
        let rank = knots(self.services.len(), &edges);
        let mut order: Vec<usize> = (0..edges.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(edges.get(*at).and_then(|(from, _)| rank.get(*from))));
        for at in order {
            let (Some(position), Some((from, to))) = (positions.get(at), edges.get(at)) else { continue };
            let Some(Ok((weight, whole))) = self.uses.uses.get(*position).map(|one| one.part.clone()) else {
                continue;
            };
            let gross = self.services.get(*from).map(|sum| sum.figures.clone()).unwrap_or_default();
            let flow: Option<Figures> = gross.iter().map(|amount| part(*amount, weight, whole)).collect();
            let flow = flow.ok_or(TOO_LARGE)?;
            if let Some(sum) = self.services.get_mut(*to) {
                sum.figures.iter_mut().zip(&flow).for_each(|(sum, flow)| *sum += flow);
            }
            if let Some(slot) = self.flows.get_mut(*position) {
                *slot = flow;
            }
        }
        Ok(())
    }

    /// Adds up what has no price along the uses of services: a hole is a hole of all that rest on it.
    fn count_holes(&mut self) {
        let edges: Vec<(usize, usize)> = self
            .uses
            .uses
            .iter()
            .filter_map(|one| match one.provider {
                Provider::Service(from) if one.part.is_ok() => Some((from, one.service)),
                _ => None,
            })
            .collect();
        let rank = knots(self.services.len(), &edges);
        let mut by_rank: Vec<usize> = (0..self.services.len()).collect();
        by_rank.sort_by_key(|at| std::cmp::Reverse(rank.get(*at)));
        let mut of_service: Vec<Vec<usize>> = vec![Vec::new(); self.services.len()];
        for (position, one) in self.uses.uses.iter().enumerate() {
            let list = of_service.get_mut(one.service);
            if let Some(list) = list.filter(|_| matches!(one.provider, Provider::Service(_))) {
                list.push(position);
            }
        }
        for at in by_rank {
            let service = self.service(at);
            let mut sum = self.services.get(at).cloned().unwrap_or_default();
            if service.is_some_and(|service| !service.0.is_sound()) {
                sum.holes += 1;
            }
            sum.holes += service.map_or(0, |service| self.dangling(service));
            for position in of_service.get(at).into_iter().flatten() {
                let Some(one) = self.uses.uses.get(*position) else { continue };
                match one.provider {
                    _ if one.part.is_err() => sum.holes += 1,
                    Provider::Service(from) if rank.get(from) != rank.get(at) => {
                        if let Some(provider) = self.services.get(from) {
                            sum.rest_on(provider);
                        }
                    }
                    Provider::Service(_) | Provider::Item(_) => {}
                }
            }
            let is_empty = service.is_some_and(|service| service.components().next().is_none());
            if is_empty && !sum.is_known && sum.holes == 0 {
                sum.holes = 1;
            }
            if let Some(slot) = self.services.get_mut(at) {
                *slot = sum;
            }
        }
    }

    /// How many components name a service that is not there.
    fn dangling(&self, service: Service<'a>) -> usize {
        use crate::model::service::Target;
        let is_missing = |target: Target<'_>| match target {
            Target::Service(id) => self.position(id).is_none(),
            Target::Item(_) | Target::AnyOf(..) => false,
        };
        service.components().filter(|component| is_missing(component.target.clone())).count()
    }

    /// Rounds what goes out, all of it at once, so that it is what went in.
    fn settle(&mut self, untaken: [Untaken; 2]) -> Result<(), String> {
        let nothing = self.costing.of_nothing();
        let width = self.costing.columns.width();
        let unassigned = sum_of(&self.costing, &nothing, width);
        let [items, shares] = untaken;
        let nothing =
            Untaken { figures: unassigned.figures, records: nothing.len(), holes: unassigned.holes };
        let idle = [
            ("items that no service uses", items),
            ("shares of items that no service takes", shares),
            ("costs that no item or service carries", nothing),
        ];
        let counted: Vec<usize> =
            (0..self.left.len()).filter(|at| self.uses.counts.get(*at) == Some(&true)).collect();
        let mut out: Vec<i128> = counted.iter().filter_map(|at| self.left.get(*at).copied()).collect();
        out.extend(idle.iter().map(|(_, untaken)| whole(&untaken.figures)));
        let total = nearest(out.iter().sum()).map_err(|error| error.to_string())?;
        let mut rounded = round_parts(&out, FINE, total).into_iter();
        for left in &mut self.left {
            *left = 0;
        }
        for (at, count) in counted.into_iter().zip(rounded.by_ref()) {
            if let Some(left) = self.left.get_mut(at) {
                *left = count;
            }
        }
        self.idle = idle
            .into_iter()
            .zip(rounded)
            .map(|((what, Untaken { records, holes, .. }), count)| Idle { what, count, records, holes })
            .filter(|idle| idle.count != 0 || idle.holes > 0)
            .collect();
        self.total = total;
        Ok(())
    }
}

/// Splits figures among the uses of one item: those that count share them, others are told what they
/// would take. Answers what each takes, and what is left.
fn split_among(uses: &[Use<'_>], counts: &[bool], total: &[i128]) -> Result<(Vec<Figures>, Figures), String> {
    let is_counted = |one: &Use<'_>| counts.get(one.service) == Some(&true);
    let part_of = |one: &Use<'_>| one.part.as_ref().ok().copied();
    let counted = || uses.iter().map(|one| part_of(one).filter(|_| is_counted(one)));
    let weights: Vec<i128> = counted().map(|part| part.map_or(0, |(weight, _)| weight)).collect();
    let whole = counted().flatten().map(|(_, whole)| whole).next().unwrap_or(1);
    let mut flows = vec![Vec::with_capacity(total.len()); uses.len()];
    let mut kept = Vec::with_capacity(total.len());
    for amount in total {
        let (parts, rest) = split(*amount, &weights, whole).ok_or(TOO_LARGE)?;
        for ((flow, shared), one) in flows.iter_mut().zip(parts).zip(uses) {
            flow.push(match part_of(one) {
                Some((weight, whole)) if !is_counted(one) => part(*amount, weight, whole).ok_or(TOO_LARGE)?,
                _ => shared,
            });
        }
        kept.push(rest);
    }
    Ok((flows, kept))
}

/// How many holes an item without any cost is: none where another one carries it.
fn unpriced<'a>(costing: &Costing<'a>, one: &Use<'a>) -> usize {
    let Provider::Item(id) = one.provider else { return 1 };
    let item = costing.snapshot.item(id);
    usize::from(item.is_none_or(|item| costing.carrier(item).is_none()))
}

const TOO_LARGE: &str = "the figure is too large to be computed exactly";
