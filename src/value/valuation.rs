//! The cost of every service: from cost pools to items, to services, to those who consume them.

use super::basis::Basis;
use super::costing::{Costing, shared_costs};
use super::direct::{Direct, Untaken};
use super::drivers::Drivers;
use super::line::Amount;
use super::rates::Rates;
use super::scope::Scope;
use super::shares::{Provider, Use, Uses};
use super::sums::{Figures, Sum, Table};
use crate::allocation::{Edge, Method, Network, Refusal, allocate, part};
use crate::cycles::{cycles, knots};
use crate::model::service::Service;
use crate::model::settings::Allocation;
use crate::money::{Money, MoneyError};
use crate::snapshot::Snapshot;

/// What services cost in a period: all of them, or one with those that it rests on.
pub struct Valuation<'a> {
    pub(super) costing: Costing<'a>,
    pub(super) drivers: Drivers<'a>,
    pub uses: Uses<'a>,
    pub allocation: Allocation,
    /// What the items cost that are used, by their position among them.
    items: Vec<Option<Sum>>,
    /// What each service costs in all, by its position.
    pub services: Vec<Sum>,
    /// What goes along each use, by its position.
    pub(super) flows: Table,
    /// What goes along each use of a service, in minor units.
    pub(super) charged: Vec<i128>,
    /// What each service does not charge to services, in minor units: what it leaves to consumers. Of
    /// one that does not count, what it costs by itself.
    pub(super) left: Vec<i128>,
    /// What each service costs by itself, in fine parts.
    pub(super) own: Vec<i128>,
}

/// All costs of a period: those of the services, and those that none of them bears.
pub struct AllCosts<'a> {
    pub services: Valuation<'a>,
    /// What no service bears.
    pub idle: Vec<Idle>,
    /// What services in use leave to consumers, and what none of them bears. Of planned services it
    /// holds what they cost by themselves: what they would take of others is borne there.
    pub total: Money,
}

/// Costs that no service bears, of one sort.
pub struct Idle {
    pub what: &'static str,
    /// What is known of them.
    pub amount: Money,
    /// How many records these costs are of.
    pub records: usize,
    pub holes: usize,
}

impl<'a> AllCosts<'a> {
    /// # Errors
    /// The settings are missing, or a figure is too large to be exact.
    pub fn of(snapshot: &'a Snapshot, basis: Basis<'a>) -> Result<Self, String> {
        let mut services = Valuation::prepared(snapshot, basis, None)?;
        let direct = Direct::of(&services.costing, &services.uses)?;
        let mut borne = vec![
            ("items that no service uses", direct.posted.unused, direct.unused),
            ("shares of items that no service takes", direct.posted.untaken, direct.untaken),
            ("costs that no item or service carries", direct.posted.nothing, direct.nothing),
        ];
        let uncounted = direct.uncounted;
        services.charge(direct)?;
        let left_by = |is_counted: bool| -> i128 {
            let left = services.left.iter().zip(&services.uses.counts);
            left.filter(|(_, counts)| **counts == is_counted).map(|(left, _)| left).sum()
        };
        borne.push(("services that are not in use", left_by(false), uncounted));
        let left = left_by(true);
        let total = left + borne.iter().map(|(_, count, _)| count).sum::<i128>();
        let money = |count| services.money(count).map_err(|error| error.to_string());
        let idle = borne.into_iter().filter(|(_, count, of)| *count != 0 || of.holes > 0);
        let idle = idle.map(|(what, count, Untaken { records, holes })| {
            Ok(Idle { what, amount: money(count)?, records, holes })
        });
        let (idle, total) = (idle.collect::<Result<_, String>>()?, money(total)?);
        Ok(Self { services, idle, total })
    }

    /// The total, with what the holes make of it.
    pub fn amount(&self) -> Amount {
        if self.has_holes() { Amount::AtLeast(self.total) } else { Amount::Known(self.total) }
    }

    /// Whether any cost of the period has no price.
    pub fn has_holes(&self) -> bool {
        let sums = self.services.services.iter().zip(&self.services.uses.counts);
        let counted = sums.filter(|(_, counts)| **counts).map(|(sum, _)| sum.holes);
        counted.chain(self.idle.iter().map(|idle| idle.holes)).any(|holes| holes > 0)
    }
}

impl<'a> Valuation<'a> {
    /// One service, with those that it rests on; the others hold only a part of their costs. Answers its
    /// position, too; `None` where there is no such service.
    ///
    /// # Errors
    /// As [`AllCosts::of`].
    pub fn of_service(
        snapshot: &'a Snapshot,
        basis: Basis<'a>,
        id: &str,
    ) -> Result<Option<(Self, usize)>, String> {
        let Some(scope) = Scope::below(snapshot, id) else { return Ok(None) };
        let mut valuation = Self::prepared(snapshot, basis, Some(scope))?;
        let Some(at) = valuation.position(id) else { return Ok(None) };
        let direct = Direct::of(&valuation.costing, &valuation.uses)?;
        valuation.charge(direct)?;
        Ok(Some((valuation, at)))
    }

    fn prepared(
        snapshot: &'a Snapshot,
        basis: Basis<'a>,
        mut scope: Option<Scope<'a>>,
    ) -> Result<Self, String> {
        let settings = snapshot.settings().ok_or("the settings are missing or have errors")?;
        let rates = Rates::of(snapshot, settings.currency);
        let drivers = Drivers::new(snapshot, basis.period);
        let shared = shared_costs(snapshot, basis, &rates, scope.as_mut());
        let uses = Uses::within(snapshot, &rates, &drivers, scope);
        let costing = Costing::new(snapshot, settings, basis, rates, shared, &uses);
        let allocation = basis.allocation.unwrap_or(settings.valuation.allocation);
        Ok(Self {
            items: Vec::new(),
            services: Vec::new(),
            flows: Table::of(0, 0),
            charged: vec![0; uses.uses.len()],
            left: Vec::new(),
            own: Vec::new(),
            costing,
            drivers,
            uses,
            allocation,
        })
    }

    /// Lets services charge one another what they bear by themselves.
    fn charge(&mut self, direct: Direct) -> Result<(), String> {
        self.items = direct.items;
        self.services = direct.services;
        self.flows = direct.flows;
        self.own = direct.own;
        self.charge_services(&direct.posted.services)?;
        self.value_planned()?;
        self.count_holes();
        Ok(())
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

    /// What an item costs that a service uses; `None` where that is nothing.
    pub(super) fn item(&self, id: &str) -> Option<&Sum> {
        self.uses.position_of_item(id).and_then(|at| self.items.get(at)).and_then(Option::as_ref)
    }

    fn counts(&self, one: &Use<'a>) -> bool {
        self.uses.counts.get(one.service) == Some(&true)
    }

    /// Lets services charge one another. A use that cannot be allocated becomes a hole with its
    /// reason, and its provider keeps the cost.
    ///
    /// The whole minor units that are `posted` go through the network beside the finer figures.
    fn charge_services(&mut self, posted: &[i128]) -> Result<(), String> {
        let order = self.costing.snapshot.settings().map(|settings| settings.valuation.order.as_slice());
        let order = order.unwrap_or_default().iter().filter_map(|id| self.position(id)).collect();
        let method = match self.allocation {
            Allocation::Direct => Method::Direct,
            Allocation::StepDown => Method::StepDown(order),
            Allocation::Reciprocal => Method::Reciprocal,
        };
        let own: Vec<Figures> = self
            .services
            .iter()
            .zip(posted)
            .map(|(sum, posted)| sum.figures.iter().chain([posted]).copied().collect())
            .collect();
        loop {
            let mut network = Network { whole: vec![1; own.len()], own: own.clone(), edges: Vec::new() };
            let mut positions = Vec::new();
            for (position, one) in self.uses.of_services().filter(|(_, one)| self.counts(one)) {
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
                    for (sum, mut gross) in self.services.iter_mut().zip(allocated.gross) {
                        gross.pop();
                        sum.figures = gross;
                    }
                    for (position, mut flow) in positions.into_iter().zip(allocated.flows) {
                        let count = flow.pop().unwrap_or(0);
                        if let Some(charged) = self.charged.get_mut(position) {
                            *charged = count;
                        }
                        self.flows.set(position, &flow);
                    }
                    self.left = allocated.kept.iter().map(|kept| kept.last().copied().unwrap_or(0)).collect();
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
            let uses = valuation.uses.of_services();
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
            self.flows.set(*position, &flow);
        }
        Ok(())
    }

    /// Adds up what has no price along the uses of services: a hole is a hole of all that rest on it.
    fn count_holes(&mut self) {
        let edges: Vec<(usize, usize)> = self
            .uses
            .of_services()
            .filter_map(|(_, one)| match one.provider {
                Provider::Service(from) if one.part.is_ok() => Some((from, one.service)),
                _ => None,
            })
            .collect();
        let rank = knots(self.services.len(), &edges);
        let mut by_rank: Vec<usize> = (0..self.services.len()).collect();
        by_rank.sort_by_key(|at| std::cmp::Reverse(rank.get(*at)));
        let mut of_service: Vec<Vec<usize>> = vec![Vec::new(); self.services.len()];
        for (position, one) in self.uses.of_services() {
            if let Some(list) = of_service.get_mut(one.service) {
                list.push(position);
            }
        }
        for knot in by_rank.chunk_by(|a, b| rank.get(*a) == rank.get(*b)) {
            let sums: Vec<Sum> = knot.iter().map(|at| self.with_holes(*at, &of_service, &rank)).collect();
            // What goes in a circle rests on all of it.
            let mut circle = Sum::default();
            sums.iter().for_each(|sum| circle.rest_on(sum));
            for (at, mut sum) in knot.iter().zip(sums) {
                (sum.holes, sum.is_known) = (circle.holes, circle.is_known);
                if let Some(slot) = self.services.get_mut(*at) {
                    *slot = sum;
                }
            }
        }
    }

    /// The sum of a service with the holes of what it uses outside of its own circle.
    fn with_holes(&self, at: usize, of_service: &[Vec<usize>], rank: &[usize]) -> Sum {
        let service = self.service(at);
        let mut sum = self.services.get(at).cloned().unwrap_or_default();
        if service.is_some_and(|service| !service.0.is_sound()) {
            sum.holes += 1;
        }
        sum.holes += self.uses.dangling.get(at).copied().unwrap_or(0);
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
        let is_empty = service.is_some_and(|service| service.targets().next().is_none());
        if is_empty && !sum.is_known && sum.holes == 0 {
            sum.holes = 1;
        }
        sum
    }
}

pub(super) const TOO_LARGE: &str = "the figure is too large to be computed exactly";
