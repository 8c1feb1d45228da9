//! What services cost in a period, and who bears it.
//!
//! Costs go through four layers: cost pools (depreciation in one book, contracts, energy, labour,
//! one-off expenses, imputed capital), the items that they are costs of, the services that use the
//! items and one another, and the consumers of the services. Each cost is rounded once to the minor
//! unit where it comes in; from there on it is shared without loss, and rounded again where it goes
//! out, by largest remainders, so that what goes out is what came in. What has no price is a hole
//! that is shown, never a zero; what nobody takes is a line of its own.

mod basis;
mod carrier;
mod charges;
mod contract_cost;
mod costing;
mod drivers;
mod energy;
mod rates;
mod shares;
mod sums;
mod tree;
mod valuation;
mod work;

pub use basis::{Basis, Cut, POOLS};
pub use charges::{Charge, Charges};
pub use drivers::{Drivers, Quantity, Readings};
pub use rates::Rates;
pub use shares::{Provider, Use, Uses};
pub use sums::Sum;
pub use tree::{Amount, Line, Origin, explain};
pub use valuation::{Idle, Valuation};

#[cfg(test)]
mod tests;
