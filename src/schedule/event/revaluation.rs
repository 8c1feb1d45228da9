use super::{Applying, Restate, positive};
use crate::money::{Money, ratio};
use crate::schedule::balance::Balance;
use crate::schedule::problem::Problem;

/// Restates the item to its fair value (IAS 16.31 to 16.42, 16.35 for how).
pub fn apply(
    context: &Applying<'_>,
    balance: &mut Balance,
    fair_value: Money,
    restate: Restate,
) -> Result<(), Problem> {
    let (value, fair) = (balance.value(), positive(context, fair_value)?);
    // A value of zero has no proportion.
    if restate == Restate::Eliminate || value == 0 {
        (balance.gross, balance.accumulated, balance.impairment) = (fair, 0, 0);
    } else {
        balance.accumulated = ratio(balance.accumulated, fair, value)?;
        balance.impairment = ratio(balance.impairment, fair, value)?;
        balance.gross = fair + balance.accumulated + balance.impairment;
    }
    Ok(())
}
