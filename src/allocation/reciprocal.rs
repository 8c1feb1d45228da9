//! Nodes that charge one another in circles, solved at once and exactly.
//!
//! With `y = x ÷ whole` for what a node costs in all, `x = own + Sᵀx` is a system of whole numbers:
//! `whole_j · y_j − Σ weight_ij · y_i = own_j`. It is solved without fractions (Bareiss 1968,
//! "Sylvester's identity and multistep integer-preserving Gaussian elimination"), so that nothing
//! is rounded before the parts are cut to units, and a singular system is seen as exactly that.

use num_bigint::{BigInt, Sign};

use super::split::{floor_of, hand_out};
use super::{Allocated, Edge, Refusal, add};

/// Nodes in a knot beyond which the exact solution takes too long.
const MOST_NODES: usize = 150;

/// Charges what the nodes of one knot cost, together.
pub(super) fn charge(
    knot: &[usize],
    out: &[Vec<(usize, Edge)>],
    whole: &[i128],
    allocated: &mut Allocated,
) -> Result<(), Refusal> {
    if knot.len() > MOST_NODES {
        return Err(Refusal::Knot(knot.to_vec()));
    }
    let columns = knot.first().and_then(|node| allocated.gross.get(*node)).map_or(0, Vec::len);
    let own: Vec<Vec<i128>> =
        knot.iter().map(|node| allocated.gross.get(*node).cloned().unwrap_or_default()).collect();
    let (solution, divisor) =
        solve(matrix(knot, out, whole, &own)?).ok_or_else(|| Refusal::Singular(knot.to_vec()))?;
    for column in 0..columns {
        // What leaves the knot is cut to units together, so that all of its cost leaves it.
        let mut leaving: Vec<(Leaving, BigInt)> = Vec::new();
        for (node, row) in knot.iter().zip(&solution) {
            let per_weight = row.get(column).ok_or(Refusal::Overflow)?;
            let mut rest = whole.get(*node).copied().unwrap_or(0);
            for (position, edge) in out.get(*node).into_iter().flatten() {
                rest -= edge.weight;
                let amount = per_weight * BigInt::from(edge.weight);
                if knot.contains(&edge.to) {
                    let within = units(&floor_of(&amount, &divisor).0)?;
                    add(&mut allocated.flows, *position, column, within)?;
                    add(&mut allocated.gross, edge.to, column, within)?;
                } else {
                    leaving.push((Leaving::Edge(*position, edge.to), amount));
                }
            }
            leaving.push((Leaving::Kept(*node), per_weight * BigInt::from(rest)));
        }
        let total = own.iter().filter_map(|row| row.get(column)).sum::<i128>();
        let (mut parts, mut remainders) = (Vec::new(), Vec::new());
        for (_, amount) in &leaving {
            let (part, remainder) = floor_of(amount, &divisor);
            parts.push(units(&part)?);
            remainders.push(remainder);
        }
        let left = total - parts.iter().sum::<i128>();
        hand_out(&mut parts, &remainders, left);
        for ((leaving, _), part) in leaving.iter().zip(parts) {
            match leaving {
                Leaving::Kept(node) => add(&mut allocated.kept, *node, column, part)?,
                Leaving::Edge(position, to) => {
                    add(&mut allocated.flows, *position, column, part)?;
                    add(&mut allocated.gross, *to, column, part)?;
                }
            }
        }
    }
    Ok(())
}

enum Leaving {
    Edge(usize, usize),
    Kept(usize),
}

fn units(amount: &BigInt) -> Result<i128, Refusal> {
    i128::try_from(amount).map_err(|_| Refusal::Overflow)
}

/// The system with its right sides, a row for each node.
fn matrix(
    knot: &[usize],
    out: &[Vec<(usize, Edge)>],
    whole: &[i128],
    own: &[Vec<i128>],
) -> Result<Vec<Vec<BigInt>>, Refusal> {
    let size = knot.len();
    let place = |node: usize| knot.iter().position(|member| *member == node);
    let mut rows: Vec<Vec<BigInt>> = vec![vec![BigInt::ZERO; size]; size];
    let mut put = |row: usize, column: usize, value: i128| -> Result<(), Refusal> {
        let cell = rows.get_mut(row).and_then(|row| row.get_mut(column)).ok_or(Refusal::Overflow)?;
        *cell += value;
        Ok(())
    };
    for (at, node) in knot.iter().enumerate() {
        put(at, at, whole.get(*node).copied().unwrap_or(0))?;
        for (_, edge) in out.get(*node).into_iter().flatten() {
            if let Some(to) = place(edge.to) {
                put(to, at, -edge.weight)?;
            }
        }
    }
    for (row, own) in rows.iter_mut().zip(own) {
        row.extend(own.iter().map(|amount| BigInt::from(*amount)));
    }
    Ok(rows)
}

/// Solves a square system with its right sides: the numerators of the solutions, and the positive
/// denominator of all of them. `None` where the system is singular.
fn solve(mut rows: Vec<Vec<BigInt>>) -> Option<(Vec<Vec<BigInt>>, BigInt)> {
    let size = rows.len();
    let mut previous = BigInt::from(1);
    for step in 0..size {
        let pivot =
            (step..size).find(|row| cell(&rows, *row, step).is_some_and(|cell| *cell != BigInt::ZERO))?;
        rows.swap(step, pivot);
        let base = rows.get(step)?.clone();
        let head = base.get(step)?.clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != step) {
            let factor = row.get(step)?.clone();
            for (cell, above) in row.iter_mut().zip(&base) {
                *cell = (&head * &*cell - &factor * above) / &previous;
            }
        }
        previous = head;
    }
    let negative = previous.sign() == Sign::Minus;
    let sign = |value: &BigInt| if negative { -value } else { value.clone() };
    let solution = rows.iter().map(|row| row.iter().skip(size).map(sign).collect()).collect();
    Some((solution, sign(&previous)))
}

fn cell(rows: &[Vec<BigInt>], row: usize, column: usize) -> Option<&BigInt> {
    rows.get(row)?.get(column)
}
