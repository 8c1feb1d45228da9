use std::collections::{HashMap, HashSet, VecDeque};

use super::{Check, Context, Rule};
use crate::contract::covered_at;
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::item::Item;
use crate::model::service::{Service, Target};

pub static RULE: Rule = Rule {
    id: "unpriced-component",
    level: Level::Warning,
    what: "nothing says what a component of a service costs",
    why: "The service looks cheaper than it is, by an amount that nobody knows.",
    bad: "# inventory/services/web-shop.yaml\ncomponents:\n  - item: rack-12\n",
    good: "# inventory/services/web-shop.yaml\ncomponents:\n  - item: srv-web-01\n",
    mend: "Give the item a cost and a schedule, put it under `covers` of a contract with a price, or say in `relations` what it runs on.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "cost"),
            (Kind::Item, "relations"),
            (Kind::Schedule, "item"),
            (Kind::Service, "components"),
            (Kind::Service, "status"),
            (Kind::Contract, "side"),
            (Kind::Contract, "price"),
            (Kind::Contract, "covers"),
            (Kind::Contract, "amendments"),
        ],
        run: check,
    },
};

/// An item or a service.
type Node<'a> = (Kind, &'a str);

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let priced = priced(context);
    for service in context.snapshot.services().filter(|service| !service.is_retired()) {
        for component in service.components() {
            let index = component.index;
            let mut report = |node: Node<'_>, field: String| {
                // What does not exist has a finding already.
                if context.snapshot.get(node.0, node.1).is_none() || priced.contains(&node) {
                    return;
                }
                let (message, help) = match node.0 {
                    Kind::Service => (
                        format!("no component of the service `{}` has a price", node.1),
                        "price its components, or the contract that covers the service",
                    ),
                    _ => (
                        format!(
                            "nothing says what `{}` costs: no cost with a schedule, no priced contract, nothing priced below it",
                            node.1
                        ),
                        "give it a cost and a schedule, cover it by a contract with a price, or say what it runs on",
                    ),
                };
                findings.push(RULE.finding(service.0.at(&field), message).field(field).help(help));
            };
            match &component.target {
                Target::Item(id) => report((Kind::Item, id), format!("components[{index}].item")),
                Target::Service(id) => report((Kind::Service, id), format!("components[{index}].service")),
                Target::AnyOf(ids, _) => {
                    for (position, id) in ids.iter().enumerate() {
                        report((Kind::Item, id), format!("components[{index}].any_of[{position}]"));
                    }
                }
            }
        }
    }
}

/// Everything that services rest on and that has a price, itself or by what it rests on in turn.
///
/// One walk down from the services finds what matters, one walk up from what is priced spreads the
/// word; each looks at a thing once, however the estate is knit.
fn priced<'a>(context: &Context<'a>) -> HashSet<Node<'a>> {
    let covered = covered_by_priced_contract(context);
    let mut above: HashMap<Node<'a>, Vec<Node<'a>>> = HashMap::new();
    let mut priced: HashSet<Node<'a>> = HashSet::new();
    let services = context.snapshot.services().map(|service| (Kind::Service, service.id()));
    let mut queue: VecDeque<Node<'a>> = services.collect();
    let mut seen: HashSet<Node<'a>> = queue.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        if covered.contains(&node) || has_own_price(node, context) {
            priced.insert(node);
        }
        for below in rests_on(node, context) {
            above.entry(below).or_default().push(node);
            if seen.insert(below) {
                queue.push_back(below);
            }
        }
    }
    let mut queue: VecDeque<Node<'a>> = priced.iter().copied().collect();
    while let Some(node) = queue.pop_front() {
        for upper in above.get(&node).into_iter().flatten() {
            if priced.insert(*upper) {
                queue.push_back(*upper);
            }
        }
    }
    priced
}

fn has_own_price((kind, id): Node<'_>, context: &Context<'_>) -> bool {
    let item = if kind == Kind::Item { context.snapshot.item(id) } else { None };
    item.is_some_and(|item| item.cost().is_some() && !context.schedules_of(id).is_empty())
}

/// What a node passes the question of its price on to.
fn rests_on<'a>((kind, id): Node<'a>, context: &Context<'a>) -> Vec<Node<'a>> {
    match kind {
        Kind::Service => {
            let components = context.snapshot.service(id).into_iter().flat_map(|s| Service::components(&s));
            let nodes = components.flat_map(|component| match component.target {
                Target::Item(id) => vec![(Kind::Item, id)],
                Target::Service(id) => vec![(Kind::Service, id)],
                Target::AnyOf(ids, _) => ids.into_iter().map(|id| (Kind::Item, id)).collect(),
            });
            nodes.collect()
        }
        _ => {
            let related = |item: Item<'a>| {
                ["runs_on", "hosted_on", "installed_on"].into_iter().flat_map(move |name| item.related(name))
            };
            let below = context.snapshot.item(id).into_iter().flat_map(related);
            below.map(|id| (Kind::Item, id)).collect()
        }
    }
}

fn covered_by_priced_contract<'a>(context: &Context<'a>) -> HashSet<Node<'a>> {
    let priced = context
        .snapshot
        .contracts()
        .filter(|contract| contract.is_supplier_side() && contract.price().is_some());
    // An id may be that of an item or of a service; the schema takes the item first.
    let node = |id| match context.snapshot.knows(Kind::Item, id) {
        Some(_) => (Kind::Item, id),
        None => (Kind::Service, id),
    };
    priced.flat_map(|contract| covered_at(contract, context.as_of)).map(node).collect()
}
