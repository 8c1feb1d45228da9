//! What one service rests on.

use foldhash::{HashMap, HashMapExt as _, HashSet};

use super::shared_cost::{Holder, SharedCost};
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::model::service::Target;
use crate::snapshot::Snapshot;

/// One service with all that it rests on.
pub(super) struct Scope<'a> {
    /// The service and those below it.
    services: HashSet<&'a str>,
    /// The items that they use: of these the costs are asked for; and those that share a cost with
    /// them: who uses them decides how its cents are split.
    items: HashMap<&'a str, Near>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Near {
    Used,
    Sharing,
}

impl<'a> Scope<'a> {
    /// What the service `id` rests on; `None` where there is no such service.
    pub fn below(snapshot: &'a Snapshot, id: &str) -> Option<Self> {
        let mut open = vec![snapshot.service(id)?];
        let services = open.iter().map(|service| service.id()).collect();
        let mut scope = Scope { services, items: HashMap::new() };
        while let Some(service) = open.pop() {
            for target in service.targets() {
                match target {
                    Target::Item(id) => scope.items.extend([(id, Near::Used)]),
                    Target::AnyOf(ids, _) => scope.items.extend(ids.into_iter().map(|id| (id, Near::Used))),
                    Target::Service(id) => {
                        open.extend(snapshot.service(id).filter(|other| scope.services.insert(other.id())));
                    }
                }
            }
        }
        Some(scope)
    }

    /// Whether the costs of this item are asked for.
    pub fn has_item(&self, id: &str) -> bool {
        self.items.get(id) == Some(&Near::Used)
    }

    /// Whether the costs of this service are asked for.
    pub fn has_service(&self, id: &str) -> bool {
        self.services.contains(id)
    }

    /// Whether the contract may be a cost of the scope.
    pub fn may_bear(&self, contract: Contract<'_>) -> bool {
        contract.ever_covers().any(|id| self.has_item(id) || self.has_service(id))
    }

    /// Leaves out what nothing of the scope bears, and takes note of who bears the rest with it.
    pub fn narrow(&mut self, shared: &mut Vec<SharedCost<'a>>) {
        let has = |(kind, id): &Holder<'_>| match kind {
            Kind::Service => self.has_service(id),
            _ => self.has_item(id),
        };
        shared.retain(|cost| cost.holders.iter().any(has));
        for (kind, id) in shared.iter().flat_map(|cost| &cost.holders) {
            if *kind == Kind::Item {
                self.items.entry(id).or_insert(Near::Sharing);
            }
        }
    }

    /// Whether it matters who uses this.
    pub fn rests_on(&self, target: &Target<'_>) -> bool {
        match target {
            Target::Service(_) => true,
            Target::Item(id) => self.items.contains_key(id),
            Target::AnyOf(ids, _) => ids.iter().any(|id| self.items.contains_key(id)),
        }
    }
}
