//! What fails when something fails.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::topology::{Node, Topology};

/// What a failure does to an item or a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// It is what failed.
    Failed,
    /// It has not enough of something it needs.
    Down,
    /// It goes on, with fewer spares than before, or with none.
    Weakened {
        /// How many of the need are still up.
        up: usize,
        min_up: usize,
    },
}

/// What happened to one node, and through whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    pub effect: Effect,
    /// The node whose failure did it, and the field that needs that one; none of what failed itself.
    pub through: Option<(Node, String)>,
}

/// The consequences of a failure: a hit for each node that is not as before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Consequences {
    pub hits: BTreeMap<Node, Hit>,
}

impl Consequences {
    pub fn is_down(&self, node: Node) -> bool {
        self.hits.get(&node).is_some_and(|hit| matches!(hit.effect, Effect::Failed | Effect::Down))
    }

    /// From what failed to a node, the node last.
    pub fn path(&self, node: Node) -> Vec<Node> {
        let mut path = vec![node];
        let mut at = node;
        while let Some((before, _)) = self.hits.get(&at).and_then(|hit| hit.through.as_ref()) {
            path.push(*before);
            at = *before;
        }
        path.reverse();
        path
    }
}

/// What the failure of some nodes does, where `down` are not up anyway.
///
/// A need fails as soon as fewer of it are up than it asks for. What is down stays down: the order of
/// the failures does not matter, and cycles end.
pub fn consequences(topology: &Topology, failed: &[Node], down: &HashSet<Node>) -> Consequences {
    let mut found = Consequences::default();
    let mut queue = VecDeque::new();
    for node in failed.iter().filter(|node| !down.contains(node)) {
        found.hits.insert(*node, Hit { effect: Effect::Failed, through: None });
        queue.push_back(*node);
    }
    while let Some(node) = queue.pop_front() {
        for (by, at) in topology.needs_of(node) {
            let Some(need) = topology.part(*by).and_then(|part| part.needs.get(*at)) else { continue };
            if down.contains(by) || found.is_down(*by) {
                continue;
            }
            let up = need.of.iter().filter(|of| !down.contains(of) && !found.is_down(**of)).count();
            let effect = match up < need.min_up {
                true => Effect::Down,
                false => Effect::Weakened { up, min_up: need.min_up },
            };
            found.hits.insert(*by, Hit { effect, through: Some((node, need.field.clone())) });
            if effect == Effect::Down {
                queue.push_back(*by);
            }
        }
    }
    found
}

/// What is down before anything fails: what is not in use, and what cannot do without that.
pub fn down_already(topology: &Topology) -> HashSet<Node> {
    let idle: Vec<Node> =
        topology.nodes().filter(|node| topology.part(*node).is_some_and(|part| !part.is_up)).collect();
    let found = consequences(topology, &idle, &HashSet::new());
    topology.nodes().filter(|node| found.is_down(*node)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::impact::Need;
    use proptest::prelude::*;

    fn need(of: &[Node], min_up: usize) -> Need {
        Need { field: "f".to_owned(), of: of.to_vec(), min_up }
    }

    fn down(found: &Consequences) -> Vec<Node> {
        found.hits.keys().copied().filter(|node| found.is_down(*node)).collect()
    }

    fn fail(topology: &Topology, failed: &[Node]) -> Consequences {
        consequences(topology, failed, &HashSet::new())
    }

    /// 0 and 1 stand in for each other under 2; 3 needs 2; 4 needs two of 0, 1 and 5.
    #[test]
    fn groups_hold_as_long_as_enough_are_up() {
        let topology = Topology::of_needs(vec![
            vec![],
            vec![],
            vec![need(&[0, 1], 1)],
            vec![need(&[2], 1)],
            vec![need(&[0, 1, 5], 2)],
            vec![],
        ]);
        let one = fail(&topology, &[0]);
        assert_eq!(down(&one), [0]);
        assert_eq!(one.hits[&2].effect, Effect::Weakened { up: 1, min_up: 1 });
        assert_eq!(one.hits[&4].effect, Effect::Weakened { up: 2, min_up: 2 });
        let both = fail(&topology, &[0, 1]);
        assert_eq!(down(&both), [0, 1, 2, 3, 4]);
        assert_eq!(both.path(3), [0, 2, 3], "by the first of those that failed at once");
        let idle = consequences(&topology, &[0], &HashSet::from([1]));
        assert_eq!(down(&idle), [0, 2, 3, 4], "what is down already is no spare");
    }

    #[test]
    fn a_circle_ends() {
        let topology =
            Topology::of_needs(vec![vec![need(&[2], 1)], vec![need(&[0], 1)], vec![need(&[1], 1)]]);
        assert_eq!(down(&fail(&topology, &[1])), [0, 1, 2]);
    }

    fn topologies() -> impl Strategy<Value = Topology> {
        let of = prop::collection::vec(0usize..12, 1..4);
        let needs = prop::collection::vec((of, 1usize..3), 0..3);
        prop::collection::vec(needs, 12).prop_map(|parts| {
            let needs = |needs: Vec<(Vec<Node>, usize)>| {
                needs.into_iter().map(|(mut of, min_up)| {
                    of.sort_unstable();
                    of.dedup();
                    let min_up = min_up.min(of.len());
                    need(&of, min_up)
                })
            };
            Topology::of_needs(parts.into_iter().map(|part| needs(part).collect()).collect())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// The order of failures says nothing, more failures take down no less, and what is up has
        /// enough of all that it needs.
        #[test]
        fn what_is_down_is_what_lacks_something(
            topology in topologies(),
            failed in prop::collection::hash_set(0usize..12, 1..4),
            more in 0usize..12,
        ) {
            let mut failed: Vec<Node> = failed.into_iter().collect();
            let found = down(&fail(&topology, &failed));
            failed.reverse();
            prop_assert_eq!(&found, &down(&fail(&topology, &failed)));
            let is_down = |node: &Node| found.contains(node);
            for (node, part) in topology.parts.iter().enumerate() {
                let lacks = part.needs.iter().any(|need| {
                    need.of.iter().filter(|of| !is_down(of)).count() < need.min_up
                });
                prop_assert_eq!(is_down(&node), lacks || failed.contains(&node));
            }
            failed.push(more);
            let wider = down(&fail(&topology, &failed));
            prop_assert!(found.iter().all(|node| wider.contains(node)));
        }
    }
}
