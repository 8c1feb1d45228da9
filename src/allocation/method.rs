//! Which edges a method follows.

use super::{Edge, Network};

/// How services charge one another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Method {
    Direct,
    /// In the order of the nodes given; the others come after them. Without an order the network
    /// must have no cycle.
    StepDown(Vec<usize>),
    Reciprocal,
}

impl Method {
    pub(super) fn solves_cycles(&self) -> bool {
        *self == Method::Reciprocal
    }

    /// The edges that are followed, with their positions, and what their weights are parts of. An
    /// edge that is not followed leaves its part to the others of its node: the textbooks' base of
    /// the direct and the step-down method are the units that go to nodes still to be charged.
    pub(super) fn edges(&self, network: &Network) -> (Vec<(usize, Edge)>, Vec<i128>) {
        let follows = self.follows(network);
        let mut whole = network.whole.clone();
        let mut edges = Vec::new();
        for (position, edge) in network.edges.iter().enumerate() {
            if edge.weight == 0 {
                continue;
            } else if follows(edge) {
                edges.push((position, *edge));
            } else if let Some(whole) = whole.get_mut(edge.from) {
                *whole -= edge.weight;
            }
        }
        (edges, whole)
    }

    fn follows(&self, network: &Network) -> Box<dyn Fn(&Edge) -> bool> {
        let nodes = network.own.len();
        match self {
            Method::Reciprocal => Box::new(|_| true),
            Method::Direct => {
                let mut charges = vec![false; nodes];
                for edge in network.edges.iter().filter(|edge| edge.weight > 0) {
                    if let Some(charges) = charges.get_mut(edge.from) {
                        *charges = true;
                    }
                }
                Box::new(move |edge| charges.get(edge.to) == Some(&false))
            }
            Method::StepDown(order) => {
                let mut rank = vec![usize::MAX; nodes];
                for (at, node) in order.iter().enumerate() {
                    if let Some(rank) = rank.get_mut(*node) {
                        *rank = at;
                    }
                }
                Box::new(move |edge| {
                    let (from, to) = (rank.get(edge.from), rank.get(edge.to));
                    from < to || (from == Some(&usize::MAX) && to == from)
                })
            }
        }
    }
}
