use super::{Basis, Method};
use crate::money::{Money, MoneyError};

/// Straight line (linéaire, SLN): the same amount for every day of the useful life. PCG art.
/// 214-13: the method applied unless another fits the use better; IAS 16.62.
pub static METHOD: Method = Method { name: "straight_line", title: "straight line", annuities };

/// depreciable amount × days of the year ÷ days of the life, each rounded to the minor unit.
fn annuities(basis: &Basis) -> Result<Vec<Money>, MoneyError> {
    let annuity = |days: i64| basis.depreciable.times_ratio(days.into(), basis.life_days.into());
    basis.slices.iter().map(|slice| annuity(slice.days)).collect()
}
