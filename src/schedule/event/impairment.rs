use super::{Applying, Measured, positive};
use crate::schedule::balance::Balance;
use crate::schedule::problem::{Problem, problem};

/// Down to the current value (PCG art. 214-15, IAS 36.59): what is left is the new base from here on.
pub fn impair(context: &Applying<'_>, balance: &mut Balance, measured: Measured) -> Result<(), Problem> {
    let value = balance.value();
    let loss = match measured {
        Measured::Amount(amount) => positive(context, amount)?,
        Measured::Value(current) => value - context.unit.count(current)?,
    };
    let shown = context.unit.money(value)?;
    if loss <= 0 {
        return problem(format!("no loss: the current value is not below the net book value {shown}"));
    }
    if loss > value {
        return problem(format!("the loss is more than the net book value {shown}"));
    }
    balance.impairment += loss;
    Ok(())
}

/// Up to the current value, but never above what the value would have been without impairment (PCG
/// art. 214-19, IAS 36.117).
pub fn reverse(context: &Applying<'_>, balance: &mut Balance, measured: Measured) -> Result<(), Problem> {
    if balance.impairment == 0 {
        return problem("there is no impairment to reverse");
    }
    let value = balance.value();
    let most = (*context.unimpaired)()?.saturating_sub(value).min(balance.impairment);
    let gain = match measured {
        Measured::Amount(amount) => positive(context, amount)?,
        Measured::Value(current) => (context.unit.count(current)? - value).min(most),
    };
    if gain <= 0 {
        let shown = context.unit.money(value)?;
        return problem(format!(
            "nothing to reverse: the current value is not above the net book value {shown}"
        ));
    }
    if gain > most {
        let most = context.unit.money(most)?;
        return problem(format!("at most {most} can be reversed: the value without impairment is the limit"));
    }
    balance.impairment -= gain;
    Ok(())
}
