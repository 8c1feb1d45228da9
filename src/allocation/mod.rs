//! Cost allocation between services that charge one another, as pure arithmetic.
//!
//! A node has a cost of its own and charges parts of what it costs in all to other nodes; what it
//! charges to none it keeps. Amounts are whole numbers of some unit, and every part is a whole number
//! of units: what all nodes keep is, to the unit, what went in.
//!
//! The methods are the three of cost accounting textbooks:
//!
//! | | |
//! |---|---|
//! | direct | a node charges only nodes that charge nobody; services between services are ignored |
//! | step-down | nodes charge in an order, and none charges one before it; where nothing goes in a circle the order follows from the edges |
//! | reciprocal | all charge all at once: `x = own + Sᵀx`, solved exactly |
//!
//! An edge that a method ignores leaves its part to the other edges of its node, in proportion.

mod method;
mod reciprocal;
mod split;

pub use method::Method;
pub use split::{part, round_parts, split};

use crate::cycles::knots;

/// A part of what `from` costs in all is charged to `to`: `weight ÷ whole` of `from`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub weight: i128,
}

/// Who charges whom.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The own cost of each node, a figure for each column. All have as many columns.
    pub own: Vec<Vec<i128>>,
    /// What the weights of the edges from a node are parts of; what they leave is not charged.
    pub whole: Vec<i128>,
    pub edges: Vec<Edge>,
}

/// What comes of it, each with the columns of [`Network::own`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allocated {
    /// What each node costs in all: its own cost and what it is charged.
    pub gross: Vec<Vec<i128>>,
    /// What goes along each edge; nothing along one that the method ignores.
    pub flows: Vec<Vec<i128>>,
    /// What each node does not charge to others. Their sum is the sum of the own costs.
    pub kept: Vec<Vec<i128>>,
}

/// Why there is no allocation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// A weight is negative, or the edge leads to no node.
    Edge(usize),
    /// The node charges more than all of its cost.
    Overcharged(usize),
    /// Edges that go in a circle, in order, under a method that cannot solve it.
    Cycle(Vec<usize>),
    /// Nodes that charge everything to one another, so that nothing ever leaves them.
    Singular(Vec<usize>),
    /// More nodes in one knot than are solved exactly.
    Knot(Vec<usize>),
    /// A figure is too large.
    Overflow,
}

/// Allocates the own costs of a network.
///
/// # Errors
/// What in the network cannot be allocated.
pub fn allocate(network: &Network, method: &Method) -> Result<Allocated, Refusal> {
    check(network)?;
    let (edges, whole) = method.edges(network);
    let ends: Vec<(usize, usize)> = edges.iter().map(|(_, edge)| (edge.from, edge.to)).collect();
    let nodes = network.own.len();
    let columns = network.own.first().map_or(0, Vec::len);
    let knots = knots(nodes, &ends);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (node, knot) in knots.iter().enumerate() {
        members.get_mut(*knot).ok_or(Refusal::Overflow)?.push(node);
    }
    let mut out: Vec<Vec<(usize, Edge)>> = vec![Vec::new(); nodes];
    for (position, edge) in edges {
        out.get_mut(edge.from).ok_or(Refusal::Edge(position))?.push((position, edge));
    }
    let mut allocated = Allocated {
        gross: network.own.clone(),
        flows: vec![vec![0; columns]; network.edges.len()],
        kept: vec![vec![0; columns]; nodes],
    };
    // Who charges comes before whom it charges.
    for knot in members.into_iter().rev().filter(|knot| !knot.is_empty()) {
        let is_cycle = knot.iter().any(|node| {
            let home = knots.get(*node);
            out.get(*node).is_some_and(|out| out.iter().any(|(_, edge)| knots.get(edge.to) == home))
        });
        if !is_cycle {
            knot.into_iter().try_for_each(|node| charge(node, &out, &whole, &mut allocated))?;
        } else if method.solves_cycles() {
            reciprocal::charge(&knot, &out, &whole, &mut allocated)?;
        } else {
            return Err(Refusal::Cycle(cycle(nodes, &out)));
        }
    }
    Ok(allocated)
}

fn check(network: &Network) -> Result<(), Refusal> {
    let nodes = network.own.len();
    let mut charged = vec![0i128; nodes];
    for (position, edge) in network.edges.iter().enumerate() {
        let sum = charged.get_mut(edge.from).filter(|_| edge.weight >= 0 && edge.to < nodes);
        let sum = sum.ok_or(Refusal::Edge(position))?;
        *sum = sum.checked_add(edge.weight).ok_or(Refusal::Overflow)?;
    }
    let over = charged.iter().zip(&network.whole).position(|(charged, whole)| charged > whole);
    over.map_or(Ok(()), |node| Err(Refusal::Overcharged(node)))
}

/// Charges what a node costs in all to those it serves.
fn charge(
    node: usize,
    out: &[Vec<(usize, Edge)>],
    whole: &[i128],
    allocated: &mut Allocated,
) -> Result<(), Refusal> {
    let out = out.get(node).map_or(&[][..], Vec::as_slice);
    let weights: Vec<i128> = out.iter().map(|(_, edge)| edge.weight).collect();
    let whole = whole.get(node).copied().unwrap_or(0);
    let columns = allocated.gross.get(node).cloned().unwrap_or_default();
    for (column, amount) in columns.into_iter().enumerate() {
        let (parts, kept) = split(amount, &weights, whole).ok_or(Refusal::Overflow)?;
        for ((position, edge), part) in out.iter().zip(parts) {
            add(&mut allocated.flows, *position, column, part)?;
            add(&mut allocated.gross, edge.to, column, part)?;
        }
        add(&mut allocated.kept, node, column, kept)?;
    }
    Ok(())
}

fn add(table: &mut [Vec<i128>], row: usize, column: usize, amount: i128) -> Result<(), Refusal> {
    let cell = table.get_mut(row).and_then(|row| row.get_mut(column)).ok_or(Refusal::Overflow)?;
    *cell = cell.checked_add(amount).ok_or(Refusal::Overflow)?;
    Ok(())
}

/// The positions in the network of the edges of its first cycle.
fn cycle(nodes: usize, out: &[Vec<(usize, Edge)>]) -> Vec<usize> {
    let edges: Vec<&(usize, Edge)> = out.iter().flatten().collect();
    let ends: Vec<(usize, usize)> = edges.iter().map(|(_, edge)| (edge.from, edge.to)).collect();
    let first = crate::cycles::cycles(nodes, &ends).into_iter().next().unwrap_or_default();
    first.into_iter().filter_map(|at| edges.get(at).map(|(position, _)| *position)).collect()
}

#[cfg(test)]
mod tests;
