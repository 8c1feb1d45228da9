use super::Applying;
use crate::money::Money;
use crate::schedule::balance::Balance;
use crate::schedule::problem::{Problem, problem};

/// Subsequent expenditure becomes part of the cost; what a lease is measured down by leaves it. A
/// schedule can only add (its schema knows no negative amounts).
pub fn apply(context: &Applying<'_>, balance: &mut Balance, amount: Money) -> Result<(), Problem> {
    let count = context.unit.count(amount)?;
    if count == 0 {
        return problem(format!("{amount} is no amount: give one above zero"));
    }
    if count < 0 && balance.value() + count < balance.floor() {
        let value = context.unit.money(balance.value())?;
        return problem(format!("{amount} takes away more than the value {value}"));
    }
    balance.gross += count;
    Ok(())
}
