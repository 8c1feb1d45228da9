use super::straight_line::annuity;
use super::{Method, Pace};

/// A plan that is given row by row, such as one taken over from another system.
pub static METHOD: Method = Method {
    name: "manual",
    title: "charges as given",
    description: "charges what `charges` says, which must sum to the depreciable amount",
    pace: Pace::Given,
    keeps_salvage: true,
    needs: &["charges"],
    takes: &[],
    annuity,
};
