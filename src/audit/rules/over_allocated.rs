use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::service::{Component, Target};
use crate::model::{Kind, Record};
use crate::money::Percent;

pub static RULE: Rule = Rule {
    id: "over-allocated",
    level: Level::Error,
    what: "services together take more than 100% of an item or a service",
    why: "More would be charged out than the thing costs.",
    bad: "# inventory/services/web-shop.yaml\nstatus: in_use\ncomponents:\n  - {item: rack-12, share: 60%}\n  - {item: rack-12, share: 50%}\n",
    good: "# inventory/services/web-shop.yaml\nstatus: in_use\ncomponents:\n  - {item: rack-12, share: 60%}\n  - {item: rack-12, share: 40%}\n",
    mend: "Lower the shares so that they add up to at most 100%; a component without `share` takes all of it.",
    check: Check::Estate { watches: &[(Kind::Service, "components"), (Kind::Service, "status")], run: check },
};

/// One service's part of something.
struct Part<'a> {
    service: &'a Record,
    component: Component<'a>,
}

/// Services in use alone count: a planned one may take the place of another.
fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut parts: HashMap<(Kind, &str), Vec<Part<'_>>> = HashMap::new();
    let mut order = Vec::new();
    let in_use = context.snapshot.services().filter(|service| service.0.text("status") == Some("in_use"));
    for service in in_use {
        let list = service.0.field("components").into_iter().flat_map(|list| list.elements());
        let written: Vec<bool> = list.map(|component| component.field("share").is_some()).collect();
        for component in service.components() {
            // What a driver shares is shared out at most once; `unusable-driver` looks at the rest.
            if component.driver.is_some() {
                continue;
            }
            // A share that cannot be read has a finding of its own, and does not count.
            if !component.has_share && written.get(component.index) == Some(&true) {
                continue;
            }
            let targets = match &component.target {
                Target::Item(id) => vec![(Kind::Item, *id)],
                Target::Service(id) => vec![(Kind::Service, *id)],
                Target::AnyOf(ids, _) => ids.iter().map(|id| (Kind::Item, *id)).collect(),
            };
            for target in targets {
                let part = Part { service: service.0, component: component.clone() };
                let list = parts.entry(target).or_insert_with(|| {
                    order.push(target);
                    Vec::new()
                });
                list.push(part);
            }
        }
    }
    for target in order {
        if let Some(parts) = parts.get(&target) {
            findings.extend(judge(target.1, parts));
        }
    }
}

/// A finding at the part with which the sum passes 100%.
fn judge(id: &str, parts: &[Part<'_>]) -> Option<Finding> {
    let mut total = Percent::ZERO;
    let mut over = None;
    for part in parts {
        total = total.checked_add(part.component.share).ok()?;
        if total > Percent::HUNDRED {
            over = over.or(Some(part));
        }
    }
    let over = over?;
    let shares = parts.iter().map(|part| format!("{} {}", part.service.id(), part.component.share));
    let shares = shares.collect::<Vec<_>>().join(" + ");
    let field = field_of(over);
    let mut finding = RULE
        .finding(over.service.at(&field), format!("`{id}` is taken to {total}: {shares}"))
        .field(field)
        .help("lower the shares to 100% together; a component without `share` takes all of it");
    for part in parts.iter().filter(|part| !std::ptr::eq(*part, over)) {
        let label = format!("{} takes {}", part.service.id(), part.component.share);
        finding = finding.related(part.service.at(&field_of(part)), label);
    }
    Some(finding)
}

fn field_of(part: &Part<'_>) -> String {
    let key = match &part.component.target {
        _ if part.component.has_share => "share",
        Target::Item(_) => "item",
        Target::AnyOf(..) => "any_of",
        Target::Service(_) => "service",
    };
    format!("components[{}].{key}", part.component.index)
}
