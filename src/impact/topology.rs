//! Who needs whom: items and services, and what each of them cannot do without.

use std::collections::HashMap;

use crate::model::change::Change;
use crate::model::item::{Item, Status};
use crate::model::service::{Service, Target};
use crate::model::{Kind, RecordId};
use crate::snapshot::Snapshot;

/// Relations all of whose items are needed, whatever `redundancy` says.
const ALL_NEEDED: [&str; 2] = ["depends_on", "part_of"];

/// Relations all of whose items are needed unless `redundancy` says that fewer are enough.
const ALL_BY_DEFAULT: [&str; 2] = ["hosted_on", "runs_on"];

/// Relations of which one item is enough unless `redundancy` asks for more: the second power feed and
/// the second uplink are there for that, and software works where it is installed.
const ONE_BY_DEFAULT: [&str; 3] = ["connects_to", "installed_on", "powered_by"];

/// The relation by which a cluster knows its members.
const MEMBERSHIP: &str = "member_of";

/// Position of an item or service in a [`Topology`].
pub type Node = usize;

/// Something that a node cannot do without: enough of these must be up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// The field that says so, such as `relations.runs_on` or `components[2]`.
    pub field: String,
    pub of: Vec<Node>,
    /// How many of them must be up.
    pub min_up: usize,
}

impl Need {
    /// Whether one of them may fail.
    pub fn is_redundant(&self) -> bool {
        self.of.len() > self.min_up
    }
}

/// An item or a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub record: RecordId,
    pub class: Option<String>,
    pub name: String,
    /// Whether it is in use: what is planned, in stock or gone helps nobody.
    pub is_up: bool,
    pub needs: Vec<Need>,
}

/// The items and services of an estate with their needs.
#[derive(Debug)]
pub struct Topology {
    pub parts: Vec<Part>,
    /// By node: who needs it, as node and position in its needs.
    needed_by: Vec<Vec<(Node, usize)>>,
    by_id: HashMap<RecordId, Node>,
}

impl Topology {
    pub fn of(snapshot: &Snapshot) -> Topology {
        let mut parts = Vec::new();
        let mut by_id = HashMap::new();
        let mut add = |record: RecordId, class: Option<&str>, name: &str, is_up: bool| {
            by_id.entry(record.clone()).or_insert(parts.len());
            let (class, name) = (class.map(str::to_owned), name.to_owned());
            parts.push(Part { record, class, name, is_up, needs: Vec::new() });
        };
        for item in snapshot.items() {
            let is_up = item.status().is_some_and(is_in_use);
            add(item.record().record_id(), Some(item.class()), item.name(), is_up);
        }
        for service in snapshot.services() {
            let is_up = service.0.text("status").is_none_or(|status| status == "in_use");
            add(service.0.record_id(), None, service.name(), is_up);
        }
        let mut topology = Topology { needed_by: vec![Vec::new(); parts.len()], parts, by_id };
        for item in snapshot.items() {
            topology.add_item(snapshot, item);
        }
        for service in snapshot.services() {
            topology.add_service(service);
        }
        for node in 0..topology.parts.len() {
            topology.link(node);
        }
        topology
    }

    pub fn node(&self, kind: Kind, id: &str) -> Option<Node> {
        self.by_id.get(&RecordId { kind, id: id.to_owned() }).copied()
    }

    /// What a change touches; of an id that an item and a service have, the item.
    pub fn affected(&self, change: Change<'_>) -> Vec<Node> {
        let node = |id: &str| self.node(Kind::Item, id).or_else(|| self.node(Kind::Service, id));
        change.affects().filter_map(node).collect()
    }

    pub fn part(&self, node: Node) -> Option<&Part> {
        self.parts.get(node)
    }

    /// Who needs a node, and by which of its needs.
    pub fn needed_by(&self, node: Node) -> impl Iterator<Item = (Node, &Need)> {
        let by = self.needed_by.get(node).map_or(&[][..], Vec::as_slice);
        by.iter().filter_map(|(by, at)| Some((*by, self.parts.get(*by)?.needs.get(*at)?)))
    }

    pub(super) fn needs_of(&self, node: Node) -> &[(Node, usize)] {
        self.needed_by.get(node).map_or(&[], Vec::as_slice)
    }

    pub fn nodes(&self) -> std::ops::Range<Node> {
        0..self.parts.len()
    }

    fn add_item(&mut self, snapshot: &Snapshot, item: Item<'_>) {
        let Some(node) = self.node(Kind::Item, item.id()) else { return };
        let mut needs = Vec::new();
        for relation in ALL_NEEDED {
            for id in item.related(relation) {
                needs.extend(self.need(format!("relations.{relation}"), [id], 1));
            }
        }
        for relation in ALL_BY_DEFAULT {
            let related: Vec<&str> = item.related(relation).collect();
            let wanted = min_up(item, relation).unwrap_or(related.len());
            needs.extend(self.need(format!("relations.{relation}"), related, wanted));
        }
        for relation in ONE_BY_DEFAULT {
            let wanted = min_up(item, relation).unwrap_or(1);
            needs.extend(self.need(format!("relations.{relation}"), item.related(relation), wanted));
        }
        if let Some(location) = item.location() {
            needs.extend(self.need("location".to_owned(), [location], 1));
        }
        for cluster in item.related(MEMBERSHIP).filter_map(|id| snapshot.item(id)) {
            self.add_member(cluster, node);
        }
        if let Some(part) = self.parts.get_mut(node) {
            part.needs.extend(needs);
        }
    }

    /// A cluster works while enough of its members do.
    fn add_member(&mut self, cluster: Item<'_>, member: Node) {
        let min_up = min_up(cluster, "members").unwrap_or(1);
        let Some(part) = self.node(Kind::Item, cluster.id()).and_then(|node| self.parts.get_mut(node)) else {
            return;
        };
        match part.needs.iter_mut().find(|need| need.field == MEMBERSHIP) {
            Some(need) => need.of.push(member),
            None => part.needs.push(Need { field: MEMBERSHIP.to_owned(), of: vec![member], min_up }),
        }
    }

    fn add_service(&mut self, service: Service<'_>) {
        let Some(node) = self.node(Kind::Service, service.id()) else { return };
        let mut needs = Vec::new();
        for component in service.components() {
            let field = format!("components[{}]", component.index);
            match component.target {
                Target::Item(id) => needs.extend(self.need(field, [id], 1)),
                Target::AnyOf(ids, wanted) => {
                    needs.extend(self.need(field, ids, wanted.map_or(1, |wanted| wanted as usize)));
                }
                Target::Service(id) => {
                    let of = self.node(Kind::Service, id).into_iter().collect();
                    needs.push(Need { field, of, min_up: 1 });
                }
            }
        }
        if let Some(part) = self.parts.get_mut(node) {
            part.needs.extend(needs.into_iter().filter(|need| !need.of.is_empty()));
        }
    }

    /// A need of items; what does not exist is the audit's concern.
    fn need<'i>(&self, field: String, ids: impl IntoIterator<Item = &'i str>, min_up: usize) -> Option<Need> {
        let of: Vec<Node> = ids.into_iter().filter_map(|id| self.node(Kind::Item, id)).collect();
        (!of.is_empty()).then_some(Need { field, of, min_up })
    }

    /// A topology of items with these needs.
    #[cfg(test)]
    pub(super) fn of_needs(needs: Vec<Vec<Need>>) -> Topology {
        let part = |(at, needs): (usize, Vec<Need>)| Part {
            record: RecordId { kind: Kind::Item, id: format!("i{at}") },
            class: None,
            name: String::new(),
            is_up: true,
            needs,
        };
        let parts: Vec<Part> = needs.into_iter().enumerate().map(part).collect();
        let needed_by = vec![Vec::new(); parts.len()];
        let mut topology = Topology { parts, needed_by, by_id: HashMap::new() };
        topology.nodes().for_each(|node| topology.link(node));
        topology
    }

    fn link(&mut self, node: Node) {
        let needs = self.parts.get(node).map_or(&[][..], |part| part.needs.as_slice());
        let needed: Vec<(Node, usize)> =
            needs.iter().enumerate().flat_map(|(at, need)| need.of.iter().map(move |of| (*of, at))).collect();
        for (of, at) in needed {
            if let Some(by) = self.needed_by.get_mut(of) {
                by.push((node, at));
            }
        }
    }
}

/// How many items of a relation the record asks for: `redundancy: {powered_by: 2}`.
fn min_up(item: Item<'_>, relation: &str) -> Option<usize> {
    item.record().field("redundancy")?.field(relation)?.text()?.parse().ok()
}

fn is_in_use(status: Status) -> bool {
    matches!(status, Status::InUse | Status::InMaintenance)
}
