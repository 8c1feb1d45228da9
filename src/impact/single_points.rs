//! Items whose failure alone takes a service down.

use std::collections::HashSet;

use super::failure::{consequences, down_already};
use super::topology::{Node, Topology};
use crate::model::Kind;

/// An item that nothing stands in for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SinglePoint {
    pub node: Node,
    /// The services that go down with it.
    pub services: Vec<Node>,
    /// How many other items do.
    pub items: usize,
}

/// Every item in use whose failure takes down at least one service that is up.
pub fn single_points(topology: &Topology) -> Vec<SinglePoint> {
    let down: HashSet<Node> = down_already(topology);
    let kind = |node: Node| topology.part(node).map(|part| part.record.kind);
    let mut points = Vec::new();
    for node in topology.nodes().filter(|node| kind(*node) == Some(Kind::Item) && !down.contains(node)) {
        let found = consequences(topology, &[node], &down);
        let lost: Vec<Node> =
            found.hits.keys().copied().filter(|hit| *hit != node && found.is_down(*hit)).collect();
        let (services, items): (Vec<Node>, Vec<Node>) =
            lost.into_iter().partition(|lost| kind(*lost) == Some(Kind::Service));
        if !services.is_empty() {
            points.push(SinglePoint { node, services, items: items.len() });
        }
    }
    points
}
