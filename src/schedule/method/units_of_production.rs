use super::straight_line::annuity;
use super::{Method, Pace};

/// Units of production (unités d'œuvre): the depreciable amount for every unit that the meter shows
/// of the units expected over the life. Units beyond the expected total add nothing; a new estimate
/// is a revision.
pub static METHOD: Method = Method {
    name: "units_of_production",
    title: "units of production",
    description: "charges the same amount for every metered unit of the units expected over the life",
    pace: Pace::Units,
    keeps_salvage: true,
    needs: &["total_units"],
    takes: &[],
    annuity,
};
