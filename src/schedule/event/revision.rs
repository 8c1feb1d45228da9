use super::{Applying, Revision};
use crate::schedule::balance::Balance;
use crate::schedule::method::Pace;
use crate::schedule::problem::{Problem, problem};

/// Another life, salvage value or method from here on (PCG art. 214-14, IAS 16.51 and 16.61): the
/// past stays, the value at the change is spread over what is left of the new life.
pub fn apply(context: &Applying<'_>, balance: &mut Balance, revision: &Revision) -> Result<(), Problem> {
    let Revision { life, salvage, method, total_units } = revision;
    if life.is_none() && salvage.is_none() && method.is_none() && total_units.is_none() {
        return problem("a revision needs a new life, salvage_value, method or total_units");
    }
    if let Some(salvage) = salvage {
        let count = context.unit.count(*salvage)?;
        if count > balance.value() {
            let value = context.unit.money(balance.value())?;
            return problem(format!("the new salvage value {salvage} is above the net book value {value}"));
        }
        balance.salvage = count;
    }
    if let Some(method) = method {
        if method.pace != Pace::Convention {
            return problem(format!("a plan cannot change to {} half-way", method.name));
        }
        balance.method = method;
    }
    balance.life = life.or(balance.life);
    balance.total_units = total_units.or(balance.total_units);
    Ok(())
}
