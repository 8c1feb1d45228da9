use super::{Applying, Part, positive};
use rust_decimal::Decimal;

use crate::money::ratio;
use crate::schedule::balance::Balance;
use crate::schedule::problem::{Problem, problem};

/// A part leaves: gross value, depreciation, impairment and salvage value in proportion.
pub fn partial(context: &Applying<'_>, balance: &mut Balance, part: Part) -> Result<(), Problem> {
    let gross = balance.gross;
    let leaving = match part {
        Part::Cost(cost) => positive(context, cost)?,
        Part::Share(share) => {
            let money = context.unit.money(gross)?.times_ratio(share.points(), Decimal::ONE_HUNDRED)?;
            positive(context, money)?
        }
    };
    if leaving >= gross {
        let gross = context.unit.money(gross)?;
        return problem(format!("the part is not less than the whole, {gross}: that is a disposal"));
    }
    let stays = |amount: i128| ratio(amount, gross - leaving, gross);
    balance.accumulated = stays(balance.accumulated)?;
    // Both rounded up could exceed what is left of the gross value by a unit.
    balance.impairment = stays(balance.impairment)?.min(gross - leaving - balance.accumulated);
    balance.salvage = stays(balance.salvage)?;
    balance.accrued = stays(balance.accrued)?;
    balance.gross = gross - leaving;
    Ok(())
}

/// Everything leaves.
pub fn full(balance: &mut Balance) -> Result<(), Problem> {
    (balance.gross, balance.accumulated, balance.impairment, balance.accrued) = (0, 0, 0, 0);
    Ok(())
}
