//! Depreciation: how the cost of an item is spread over its useful life, book by book.
//!
//! A plan is a pure function of its [`Terms`] — method, life, convention, fiscal years, dated
//! parameters, events — and of nothing else:
//!
//! ```text
//! records → Planner → Terms → Clock (ticks of the life) → Slices (fiscal years)
//!                               method: ticks → charges      events cut and reopen → Plan
//! ```
//!
//! Annuities are rounded to the minor unit, half away from zero; the last one takes the rest, so
//! that their sum is the depreciable amount exactly. Within a fiscal year the annuity is split by
//! elapsed days cumulatively, so that parts of a year always add up to it. Events are prospective:
//! they end a stretch of the plan and begin another one, and never change what was charged before.

mod balance;
mod clock;
mod convention;
mod data;
mod derogatory;
mod elections;
mod event;
mod held;
mod late;
mod making;
mod method;
mod part;
mod plan;
mod planner;
mod problem;
#[cfg(test)]
mod properties;
mod read;
mod terms;
mod what_if;

/// The version of the engine: one more whenever the same terms give other figures than before.
/// Figures of closed periods stay those of the engine that closed them.
pub const ENGINE: u32 = 2;

pub use clock::Mark;
pub use convention::{CONVENTIONS, Convention, Measure, exceeds_forty_percent};
pub use data::{Account, AccountType, RULE_DATA, account, bonus, expensing_threshold, section_179};
pub use derogatory::{Excess, excess, excess_by_year};
pub use elections::{Elections, elections};
pub use event::{Event, KINDS, Kind, Measured, Part, Restate, Revision, What};
pub use method::{METHODS, Method, declining_coefficient};
pub use plan::{DisposalResult, Movement, Plan, Row, Values};
pub use planner::{Planner, plan};
pub use problem::Problem;
pub use read::{charges, meter};
pub use terms::{Details, Rounding, Terms};
pub use what_if::{WHAT_IF, WhatIf};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schemas;

    /// A method, convention or event that the schemas do not know could never be written, and one
    /// that only they know could never be computed.
    #[test]
    fn the_schemas_list_what_the_registries_hold() {
        let schemas = Schemas::shipped();
        let choices = |schema: &str, route: &str| {
            let shape = schemas.get(schema).unwrap().shape().at(&crate::yaml::Route::parse(route)).unwrap();
            shape.choices.clone()
        };
        let methods: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
        assert_eq!(choices("schedule", "books.any.method"), methods);
        assert_eq!(choices("schedule", "events[0].method"), methods);
        assert_eq!(choices("settings", "class_defaults.any.schedule.any.method"), methods);
        let conventions: Vec<&str> = CONVENTIONS.iter().map(|convention| convention.name).collect();
        assert_eq!(choices("schedule", "books.any.convention"), conventions);
        assert_eq!(choices("settings", "books.any.convention"), conventions);
        let mut kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let mut written = choices("schedule", "events[0].kind");
        kinds.sort_unstable();
        written.sort_unstable();
        assert_eq!(written, kinds);
        let roundings: Vec<&str> = Rounding::ALL.iter().map(|rounding| rounding.name()).collect();
        assert_eq!(choices("settings", "books.any.rounding"), roundings);
    }
}
