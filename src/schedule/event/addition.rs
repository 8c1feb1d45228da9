use super::{Applying, positive};
use crate::money::Money;
use crate::schedule::balance::Balance;
use crate::schedule::problem::Problem;

/// Subsequent expenditure becomes part of the cost.
pub fn apply(context: &Applying<'_>, balance: &mut Balance, amount: Money) -> Result<(), Problem> {
    balance.gross += positive(context, amount)?;
    Ok(())
}
