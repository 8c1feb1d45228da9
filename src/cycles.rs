//! Cycles in a directed graph, found without recursion: chains in an estate may be long.

use std::collections::VecDeque;

/// The cycles of a graph of `nodes` nodes, one for each knot of nodes that reach one another: its
/// shortest cycle through its first node. A cycle is given by the positions of its edges in `edges`,
/// in order, from that node on.
pub fn cycles(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let out = outgoing(nodes, edges);
    let knots = knots_of(&out, edges);
    let mut found = Vec::new();
    let mut done = vec![false; nodes];
    for node in 0..nodes {
        let knot = knots.get(node).copied().unwrap_or_default();
        if done.get(knot).copied().unwrap_or(true) {
            continue;
        }
        if let Some(flag) = done.get_mut(knot) {
            *flag = true;
        }
        found.extend(shortest_round(node, &out, edges, &knots));
    }
    found
}

/// For each node the number of its knot (strongly connected component). An edge between two knots
/// leads from the higher number to the lower one.
pub fn knots(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    knots_of(&outgoing(nodes, edges), edges)
}

/// The positions of the edges that leave each node.
fn outgoing(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (position, (from, _)) in edges.iter().enumerate() {
        if let Some(list) = out.get_mut(*from) {
            list.push(position);
        }
    }
    out
}

/// Tarjan's algorithm, with a stack of its own.
fn knots_of(out: &[Vec<usize>], edges: &[(usize, usize)]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let nodes = out.len();
    let (mut order, mut low, mut knot) = (vec![NONE; nodes], vec![NONE; nodes], vec![NONE; nodes]);
    let (mut next_order, mut next_knot) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for root in 0..nodes {
        let mut calls: Vec<(usize, usize)> = Vec::new();
        if at(&order, root) == NONE {
            calls.push((root, 0));
        }
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                put(&mut order, node, next_order);
                put(&mut low, node, next_order);
                next_order += 1;
                open.push(node);
            }
            let target = out.get(node).and_then(|list| list.get(edge)).and_then(|edge| edges.get(*edge));
            if let Some((_, target)) = target.filter(|(_, target)| *target < nodes) {
                calls.push((node, edge + 1));
                if at(&order, *target) == NONE {
                    calls.push((*target, 0));
                } else if at(&knot, *target) == NONE {
                    let lowest = at(&low, node).min(at(&order, *target));
                    put(&mut low, node, lowest);
                }
                continue;
            }
            // Every edge is followed.
            if at(&low, node) == at(&order, node) {
                while let Some(member) = open.pop() {
                    put(&mut knot, member, next_knot);
                    if member == node {
                        break;
                    }
                }
                next_knot += 1;
            }
            if let Some((parent, _)) = calls.last() {
                let lowest = at(&low, *parent).min(at(&low, node));
                put(&mut low, *parent, lowest);
            }
        }
    }
    knot
}

/// The shortest way from `start` back to itself within its knot.
fn shortest_round(
    start: usize,
    out: &[Vec<usize>],
    edges: &[(usize, usize)],
    knots: &[usize],
) -> Option<Vec<usize>> {
    let home = knots.get(start)?;
    let mut came_by: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for edge in out.get(node)? {
            let (_, target) = edges.get(*edge)?;
            if knots.get(*target) != Some(home) {
                continue;
            }
            if *target == start {
                let mut round = vec![*edge];
                let mut node = node;
                while node != start {
                    let edge = came_by.get(&node)?;
                    round.push(*edge);
                    node = edges.get(*edge)?.0;
                }
                round.reverse();
                return Some(round);
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = came_by.entry(*target) {
                entry.insert(*edge);
                queue.push_back(*target);
            }
        }
    }
    None
}

fn at(list: &[usize], index: usize) -> usize {
    list.get(index).copied().unwrap_or(usize::MAX)
}

fn put(list: &mut [usize], index: usize, value: usize) {
    if let Some(slot) = list.get_mut(index) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The nodes along each cycle.
    fn rounds(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let start = |cycle: Vec<usize>| cycle.iter().map(|edge| edges[*edge].0).collect();
        cycles(nodes, edges).into_iter().map(start).collect()
    }

    #[test]
    fn each_knot_is_told_once_by_its_shortest_cycle() {
        assert_eq!(rounds(3, &[(0, 1), (1, 2)]), Vec::<Vec<usize>>::new());
        assert_eq!(rounds(3, &[(0, 1), (1, 2), (2, 0)]), [[0, 1, 2]]);
        assert_eq!(rounds(4, &[(2, 3), (3, 2), (0, 0), (1, 0)]), [vec![0], vec![2, 3]]);
        // Two ways round through 0: the shorter one is told.
        assert_eq!(rounds(4, &[(0, 1), (1, 2), (2, 3), (3, 0), (1, 0)]), [[0, 1]]);
    }

    #[test]
    fn long_chains_need_no_deep_stack() {
        let nodes = 200_000;
        let mut edges: Vec<(usize, usize)> = (1..nodes).map(|node| (node - 1, node)).collect();
        assert!(cycles(nodes, &edges).is_empty());
        edges.push((nodes - 1, 0));
        assert_eq!(cycles(nodes, &edges).iter().map(Vec::len).collect::<Vec<_>>(), [nodes]);
    }

    /// Whether `to` can be reached from `from` by at least one edge, the slow way.
    fn reaches(edges: &[(usize, usize)], from: usize, to: usize) -> bool {
        let mut seen = vec![from];
        let mut position = 0;
        while position < seen.len() {
            let node = seen[position];
            for (_, target) in edges.iter().filter(|(source, _)| *source == node) {
                if *target == to {
                    return true;
                }
                if !seen.contains(target) {
                    seen.push(*target);
                }
            }
            position += 1;
        }
        false
    }

    proptest! {
        #[test]
        fn a_cycle_is_found_exactly_where_there_is_one(
            edges in prop::collection::vec((0..8_usize, 0..8_usize), 0..20)
        ) {
            let found = cycles(8, &edges);
            let knots = knots(8, &edges);
            for (from, to) in &edges {
                prop_assert!(knots[*from] >= knots[*to], "the edge {from} -> {to} leads up");
            }
            for cycle in &found {
                let ends = cycle.iter().chain(cycle.first()).map(|edge| edges[*edge]).collect::<Vec<_>>();
                prop_assert!(ends.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ends:?} is no chain");
            }
            // Every node that reaches itself is in the knot of exactly one cycle.
            for node in (0..8).filter(|node| reaches(&edges, *node, *node)) {
                let starts = found.iter().map(|cycle| edges[cycle[0]].0);
                let mine = starts.filter(|start| {
                    *start == node || (reaches(&edges, node, *start) && reaches(&edges, *start, node))
                });
                prop_assert_eq!(mine.count(), 1, "{}", node);
            }
        }
    }
}
