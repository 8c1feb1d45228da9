//! Reports made of what the engines say: each one a function from a snapshot to a [`Report`].
//!
//! A named report (`estate report NAME`) is one file and one line in [`NAMED`].

mod back_to_back;
mod compared;
mod contract_check;
mod contracts;
mod coverage;
mod due;
mod forecast;
mod grouping;
mod impact;
mod investment;
mod leases;
mod levels;
mod licences;
mod ownership;
mod prepaid;
mod register;
mod roll_forward;
mod schedule;
mod score;
mod valuation;
mod value;
mod value_all;
mod value_change;

use crate::date::{Date, Period};
use crate::money::{Money, MoneyError};
use crate::report::{Cell, Report};
use crate::snapshot::Snapshot;
use crate::value::Amount;

pub use compared::{Branch, compare_branches};
pub use contract_check::contract_check;
pub use contracts::{contract, contracts};
pub use due::due;
pub use forecast::forecast;
pub use grouping::GroupBy;
pub use impact::{Stage, impact, single_points_of_failure};
pub use investment::{investment, investment_flows, returns_cell, sensitivity};
pub use leases::lease;
pub use levels::levels;
pub use ownership::{YearCost, total_cost_of_ownership};
pub use prepaid::prepaid_plan;
pub use register::register;
pub use roll_forward::roll_forward;
pub use schedule::{Steps, schedule};
pub use score::{ScoredVersion, score, score_trend};
pub use value::{Origins, charged_to, measures, value, value_cut};
pub use value_all::{statement, value_all, value_all_cut, value_by_consumer};
pub use value_change::value_change;

/// What a named report is made for.
pub struct Request<'a> {
    pub snapshot: &'a Snapshot,
    /// The value date.
    pub as_of: Date,
    /// The period of costs.
    pub period: Period,
    pub book: &'a str,
}

/// A report that can be asked for by name.
pub struct NamedReport {
    pub name: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub make: fn(&Request<'_>) -> Report,
}

/// Every named report.
pub static NAMED: &[&NamedReport] = &[
    &valuation::REPORT,
    &register::REPORT,
    &forecast::REPORT,
    &prepaid::REPORT,
    &leases::REPORT,
    &back_to_back::REPORT,
    &licences::REPORT,
    &coverage::REPORT,
];

/// An amount as a cell: a hole shows its reason, and so does a sum with holes below it.
fn amount_cell(amount: &Amount) -> Cell {
    match amount {
        Amount::Known(money) => Cell::Money(*money),
        Amount::AtLeast(money) => Cell::missing(format!("at least {money}")),
        Amount::Missing(reason) => Cell::missing(reason.as_str()),
        Amount::Carried => Cell::Empty,
    }
}

/// How far one amount is above another.
fn difference(amount: Money, from: Money) -> Cell {
    amount.checked_sub(from).map_or_else(failed, Cell::Delta)
}

fn failed(error: MoneyError) -> Cell {
    Cell::missing(error.to_string())
}
