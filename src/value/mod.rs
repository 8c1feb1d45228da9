//! What a service costs in a period, as a tree in which every figure says where it comes from.
//!
//! A service costs what its components cost, by share: the depreciation of their items in one book
//! and their part of the supplier contracts that cover them. Every leaf is rounded to the minor
//! unit and every total is the sum of the lines below it. What has no price is a hole that is
//! shown, never a zero.

mod costing;
mod tree;

pub use costing::Costing;
pub use tree::{Amount, Line, Origin, holes, service_cost};
