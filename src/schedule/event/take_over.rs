use super::Applying;
use crate::money::Money;
use crate::schedule::balance::Balance;
use crate::schedule::problem::{Problem, problem};

/// The accumulated depreciation of the former books; the past is theirs, and the rest is spread over
/// the life that is left.
pub fn apply(context: &Applying<'_>, balance: &mut Balance, accumulated: Money) -> Result<(), Problem> {
    let count = context.unit.count(accumulated)?;
    let most = balance.gross - balance.floor();
    if count > most {
        let most = context.unit.money(most)?;
        return problem(format!("{accumulated} was depreciated, but there was only {most} to depreciate"));
    }
    balance.accumulated = count;
    Ok(())
}
