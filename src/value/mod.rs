//! What services cost in a period, and who bears it.
//!
//! Costs go through four layers: cost pools (depreciation in one book, contracts, energy, labour,
//! one-off expenses, imputed capital), the items that they are costs of, the services that use the
//! items and one another, and the consumers of the services. Each cost is rounded to the minor unit
//! where it comes in, and split into whole minor units wherever it is shared, by largest remainders,
//! so that what goes out is what came in ([`postings`]). Beside them go finer figures, which tell the
//! parts of a cost apart, by record, month or pool. What has no price is a hole that is shown, never
//! a zero; what nobody takes is a line of its own.

mod basis;
mod carrier;
mod charges;
mod costing;
mod direct;
mod drivers;
mod energy;
mod line;
mod postings;
mod rates;
mod scope;
mod shared_cost;
mod shares;
mod sums;
mod tree;
mod valuation;
mod work;

pub use basis::{Basis, Cut, POOLS};
pub use charges::{Charge, Charges};
pub use drivers::{Drivers, Quantity, Readings};
pub use line::{Amount, Line, Origin};
pub use rates::Rates;
pub use shares::{Provider, Use, Uses};
pub use sums::Sum;
pub use tree::explain;
pub use valuation::{AllCosts, Idle, Valuation};
pub use work::{Unpriced, unpriced_work};

#[cfg(test)]
mod tests;
