//! Who is hit where something fails, and what is at stake; the items whose failure costs most.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::amount_cell;
use crate::contract::Support;
use crate::date::{Date, Period};
use crate::impact::{
    Consequences, Effect, Hit, Node, SinglePoint, Topology, consequences, down_already, most_penalty,
    promises, single_points,
};
use crate::model::Kind;
use crate::money::Money;
use crate::report::{Cell, Column, Report, Section};
use crate::snapshot::Snapshot;
use crate::value::{AllCosts, Amount, Basis};

/// What reports on failures rest on.
pub struct Stage<'s> {
    pub snapshot: &'s Snapshot,
    pub topology: Topology,
    /// What is down whatever else fails.
    pub down: HashSet<Node>,
    pub as_of: Date,
    basis: Basis<'s>,
    /// Made at first use: where no service stops, nothing need be valued.
    costs: OnceCell<Result<AllCosts<'s>, String>>,
}

impl<'s> Stage<'s> {
    pub fn new(snapshot: &'s Snapshot, as_of: Date, period: Period, book: &'s str) -> Stage<'s> {
        let topology = Topology::of(snapshot);
        let down = down_already(&topology);
        let basis = Basis::new(period, book);
        Stage { snapshot, topology, down, as_of, basis, costs: OnceCell::new() }
    }

    /// What a service costs in the period.
    fn cost(&self, service: &str) -> Amount {
        let valuation = match self.costs.get_or_init(|| AllCosts::of(self.snapshot, self.basis)) {
            Ok(costs) => &costs.services,
            Err(reason) => return Amount::Missing(reason.clone()),
        };
        let Some(at) = valuation.position(service) else { return Amount::Carried };
        valuation.cost(at).unwrap_or_else(|error| Amount::Missing(error.to_string()))
    }

    /// The most that is given back to customers in a year for a service.
    fn penalty(&self, service: &str) -> Option<Money> {
        let penalties = promises(self.snapshot, service, self.as_of)
            .filter_map(|contract| most_penalty(self.snapshot, contract, self.as_of).ok()?);
        penalties.reduce(|sum, penalty| sum.checked_add(penalty).unwrap_or(sum))
    }

    fn id(&self, node: Node) -> &str {
        self.topology.part(node).map_or("", |part| part.record.id.as_str())
    }

    fn name(&self, node: Node) -> &str {
        self.topology.part(node).map_or("", |part| part.name.as_str())
    }

    fn is_service(&self, node: Node) -> bool {
        self.topology.part(node).is_some_and(|part| part.record.kind == Kind::Service)
    }
}

/// What the failure of some items or services does.
pub fn impact(base: Report, stage: &Stage<'_>, failed: &[Node]) -> Report {
    let found = consequences(&stage.topology, failed, &stage.down);
    let report = base
        .section(hits(stage, &found))
        .section(services(stage, &found))
        .section(consumers(stage, &found))
        .section(contracts(stage, &found, failed));
    let idle: Vec<&str> =
        failed.iter().filter(|node| stage.down.contains(node)).map(|node| stage.id(*node)).collect();
    match idle.is_empty() {
        true => report,
        false => {
            report.note(format!("down already, so that its failure changes nothing: {}", idle.join(", ")))
        }
    }
}

fn hits(stage: &Stage<'_>, found: &Consequences) -> Section {
    let columns = vec![
        Column::new("record", "Record"),
        Column::new("name", "Name"),
        Column::new("effect", "Effect"),
        Column::new("path", "By way of"),
        Column::new("field", "Which needs it in"),
    ];
    let mut section = Section::new("hits", "What is hit", columns);
    let mut hits: Vec<(&Node, &Hit)> = found.hits.iter().collect();
    hits.sort_by_key(|(node, hit)| {
        (rank(hit.effect), stage.is_service(**node), found.path(**node).len(), **node)
    });
    for (node, hit) in hits {
        let path: Vec<&str> = found.path(*node).into_iter().map(|node| stage.id(node)).collect();
        let record = stage.topology.part(*node).map_or_else(String::new, |part| part.record.to_string());
        section.push(vec![
            Cell::id(record),
            Cell::text(stage.name(*node)),
            Cell::text(effect(hit.effect)),
            Cell::text(if path.len() > 1 { path.join(" → ") } else { String::new() }),
            hit.through.as_ref().map_or(Cell::Empty, |(_, field)| Cell::text(field.as_str())),
        ]);
    }
    section
}

fn rank(effect: Effect) -> u8 {
    match effect {
        Effect::Failed => 0,
        Effect::Down => 1,
        Effect::Weakened { .. } => 2,
    }
}

fn effect(effect: Effect) -> String {
    match effect {
        Effect::Failed => "fails".to_owned(),
        Effect::Down => "down".to_owned(),
        Effect::Weakened { up, min_up } if up == min_up => {
            format!("up, no spare left ({up} of {min_up} needed)")
        }
        Effect::Weakened { up, min_up } => format!("up, fewer spares ({up} left, {min_up} needed)"),
    }
}

fn services(stage: &Stage<'_>, found: &Consequences) -> Section {
    let columns = vec![
        Column::new("service", "Service"),
        Column::new("criticality", "Criticality"),
        Column::money("cost", "Cost of the period"),
        Column::money("penalty", "Penalties a year, at most"),
    ];
    let mut section = Section::new("services", "Services that stop", columns);
    for node in down_services(stage, found) {
        let id = stage.id(node);
        let criticality = stage.snapshot.service(id).and_then(|service| service.0.text("criticality"));
        section.push(vec![
            Cell::id(id),
            criticality.map(Cell::text).unwrap_or(Cell::Empty),
            amount_cell(&stage.cost(id)),
            stage.penalty(id).into(),
        ]);
    }
    section
}

fn down_services(stage: &Stage<'_>, found: &Consequences) -> Vec<Node> {
    found.hits.keys().copied().filter(|node| stage.is_service(*node) && found.is_down(*node)).collect()
}

fn consumers(stage: &Stage<'_>, found: &Consequences) -> Section {
    let columns = vec![
        Column::new("consumer", "Consumer"),
        Column::new("name", "Name"),
        Column::new("services", "Services that it loses"),
    ];
    let mut section = Section::new("consumers", "Who notices", columns);
    let mut lost: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in down_services(stage, found) {
        let Some(service) = stage.snapshot.service(stage.id(node)) else { continue };
        for (party, _) in service.consumers() {
            lost.entry(party).or_default().push(service.id());
        }
    }
    for (party, services) in lost {
        let name = stage.snapshot.get(Kind::Party, party).and_then(|record| record.text("name"));
        section.push(vec![Cell::id(party), Cell::text(name.unwrap_or("")), Cell::list(services)]);
    }
    section
}

/// Who mends what failed, and to whom the services that stop are promised.
fn contracts(stage: &Stage<'_>, found: &Consequences, failed: &[Node]) -> Section {
    let columns = vec![
        Column::new("for", "For"),
        Column::new("contract", "Contract"),
        Column::new("party", "Party"),
        Column::new("side", "Side"),
        Column::new("meaning", "What it means"),
    ];
    let mut section = Section::new("contracts", "Contracts", columns);
    let support = Support::of(stage.snapshot, stage.as_of);
    for node in failed.iter().filter(|node| !stage.is_service(**node)) {
        let id = stage.id(*node);
        section.push(match support.supporting(id).next() {
            Some(contract) => vec![
                Cell::id(id),
                Cell::id(contract.id()),
                Cell::text(contract.party().unwrap_or("")),
                Cell::text("supplier"),
                Cell::text(format!("{}: it is mended under this one", contract.kind())),
            ],
            None => vec![
                Cell::id(id),
                Cell::Empty,
                Cell::Empty,
                Cell::text("supplier"),
                Cell::missing("no contract keeps it at work on this day"),
            ],
        });
    }
    for node in down_services(stage, found) {
        for contract in promises(stage.snapshot, stage.id(node), stage.as_of) {
            let meaning = match most_penalty(stage.snapshot, contract, stage.as_of) {
                Ok(Some(penalty)) => format!("promised, with penalties of at most {penalty} a year"),
                Ok(None) => "promised, without a penalty".to_owned(),
                Err(reason) => reason,
            };
            section.push(vec![
                Cell::id(stage.id(node)),
                Cell::id(contract.id()),
                Cell::text(contract.party().unwrap_or("")),
                Cell::text("customer"),
                Cell::text(meaning),
            ]);
        }
    }
    section
}

/// The items whose failure alone stops services, those with most at stake first.
pub fn single_points_of_failure(base: Report, stage: &Stage<'_>, limit: usize) -> Report {
    let columns = vec![
        Column::new("item", "Item"),
        Column::new("name", "Name"),
        Column::new("services", "Services that stop"),
        Column::number("items", "Other items"),
        Column::money("cost", "Cost of these services"),
        Column::money("penalty", "Penalties a year, at most"),
        Column::new("support", "Mended under"),
    ];
    let mut section = Section::new("points", "Single points of failure", columns);
    let mut stakes: HashMap<Node, (Amount, Option<Money>)> = HashMap::new();
    let mut ranked: Vec<(SinglePoint, Amount, Option<Money>)> = Vec::new();
    for point in single_points(&stage.topology) {
        let mut cost: Option<Amount> = None;
        let mut penalty: Option<Money> = None;
        for service in &point.services {
            let id = stage.id(*service);
            let (own, own_penalty) =
                stakes.entry(*service).or_insert_with(|| (stage.cost(id), stage.penalty(id)));
            cost = Some(cost.map_or(own.clone(), |sum| add(&sum, own)));
            penalty = match (penalty, *own_penalty) {
                (Some(sum), Some(own)) => sum.checked_add(own).ok().or(Some(sum)),
                (sum, own) => sum.or(own),
            };
        }
        ranked.push((point, cost.unwrap_or(Amount::Carried), penalty));
    }
    let stake = |cost: &Amount, penalty: &Option<Money>| {
        known(cost).map_or_else(Default::default, |money| money.amount())
            + penalty.map_or_else(Default::default, |money| money.amount())
    };
    ranked.sort_by(|(a, x, p), (b, y, q)| {
        let by_stake = stake(y, q).cmp(&stake(x, p));
        by_stake.then(b.services.len().cmp(&a.services.len())).then(a.node.cmp(&b.node))
    });
    let all = ranked.len();
    let support = Support::of(stage.snapshot, stage.as_of);
    for (point, cost, penalty) in ranked.into_iter().take(limit) {
        let id = stage.id(point.node);
        let mended = support.supporting(id).next().map(|contract| Cell::id(contract.id()));
        section.push(vec![
            Cell::id(id),
            Cell::text(stage.name(point.node)),
            Cell::list(point.services.iter().map(|service| stage.id(*service))),
            Cell::Int(i64::try_from(point.items).unwrap_or(i64::MAX)),
            amount_cell(&cost),
            penalty.into(),
            mended.unwrap_or_else(|| Cell::missing("no contract")),
        ]);
    }
    let report =
        base.section(section).note("the cost of services that share components counts those in each");
    match all > limit {
        true => report.note(format!("the first {limit} of {all}; --limit shows more")),
        false => report,
    }
}

fn known(amount: &Amount) -> Option<Money> {
    match amount {
        Amount::Known(money) | Amount::AtLeast(money) => Some(*money),
        Amount::Missing(_) | Amount::Carried => None,
    }
}

/// The sum of two costs; where one is a hole, or in another currency, at least the other.
fn add(a: &Amount, b: &Amount) -> Amount {
    match (known(a), known(b)) {
        (Some(x), Some(y)) => match x.checked_add(y) {
            Ok(sum) if matches!((a, b), (Amount::Known(_), Amount::Known(_))) => Amount::Known(sum),
            Ok(sum) => Amount::AtLeast(sum),
            Err(_) => Amount::AtLeast(x),
        },
        (Some(one), None) | (None, Some(one)) => Amount::AtLeast(one),
        (None, None) => a.clone(),
    }
}
