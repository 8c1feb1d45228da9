//! How good the data are: each item is asked the same checks, and a score is the share that passes.
//!
//! The definitions are those that ServiceNow publishes for its CMDB Health:
//!
//! | indicator | check | an item fails where |
//! |---|---|---|
//! | completeness | required | a field that its schema demands is missing or empty, or the file cannot be read |
//! | | recommended | a field of its class's `x-estate-recommended` is missing or empty |
//! | correctness | orphan | it has no relation with an item that has not ended, and no service or contract names it |
//! | | stale | nobody has seen it for longer than its class allows (rule `stale-record`) |
//! | | duplicate | it has the id, serial number or asset tag of one that comes before it |
//! | compliance | policies | it breaks a policy that selects it |
//!
//! An item passes an indicator where it passes all of its checks, and fails it where it fails one;
//! the indicator's score is the items that pass ÷ the items that were measured, and the overall score
//! is the plain mean of the indicators. In a set of duplicates one is taken for the original, so a set
//! of n counts n − 1. What cannot be measured is in no denominator: an item without a number cannot be
//! compared, one without a date cannot be stale, one that no policy selects was not audited.
//!
//! Sources: ServiceNow, "CMDB Health KPIs and metrics" (the checks; orphan, duplicate less one; "to pass
//! the audit test, a CI must be in compliance with all audits for that CI"); "View CMDB Health
//! Dashboard" (an indicator shows the CIs "compliant on all of the KPI's metrics" against those that
//! "fail one or more metric"; "by default, the overall score is a simple average of the KPI scores");
//! "View CI health" (not tested: not applicable); KB1759576, "Understand changes to the CMDB Health
//! Dashboard score calculations" (passed ÷ total, no weights since the release Xanadu).
//!
//! Two things differ on purpose. Staleness counts from the last sighting instead of the last update:
//! an edit does not say that the machine is there. And a waiver does not raise a score: it accepts a
//! finding and mends nothing. A rule that the settings turn off measures nothing.

mod checks;
mod groups;
mod tally;

use crate::date::Date;
use crate::model::item::{Item, Status};
use crate::snapshot::Snapshot;
use crate::source::Location;

pub use groups::{GroupBy, grouped};
pub use tally::{Scorecard, Share, Tally};

/// What an item can be good at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Indicator {
    Completeness,
    Correctness,
    Compliance,
}

impl Indicator {
    pub const ALL: [Indicator; 3] = [Indicator::Completeness, Indicator::Correctness, Indicator::Compliance];

    pub fn name(self) -> &'static str {
        match self {
            Indicator::Completeness => "completeness",
            Indicator::Correctness => "correctness",
            Indicator::Compliance => "compliance",
        }
    }
}

/// One question that every item is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    Required,
    Recommended,
    Orphan,
    Stale,
    Duplicate,
    Policies,
}

impl Check {
    pub const ALL: [Check; 6] =
        [Check::Required, Check::Recommended, Check::Orphan, Check::Stale, Check::Duplicate, Check::Policies];

    pub fn name(self) -> &'static str {
        match self {
            Check::Required => "required",
            Check::Recommended => "recommended",
            Check::Orphan => "orphan",
            Check::Stale => "stale",
            Check::Duplicate => "duplicate",
            Check::Policies => "policies",
        }
    }

    /// What an item that passes has.
    pub fn question(self) -> &'static str {
        match self {
            Check::Required => "every field that its schema demands",
            Check::Recommended => "every field that its class recommends",
            Check::Orphan => "a relation with something in use",
            Check::Stale => "a sighting that still holds",
            Check::Duplicate => "a number of its own",
            Check::Policies => "every policy that selects it kept",
        }
    }

    pub fn indicator(self) -> Indicator {
        match self {
            Check::Required | Check::Recommended => Indicator::Completeness,
            Check::Orphan | Check::Stale | Check::Duplicate => Indicator::Correctness,
            Check::Policies => Indicator::Compliance,
        }
    }
}

/// What a check says of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Passed,
    /// What is wrong, and where it is to be mended.
    Failed {
        why: String,
        at: Location,
    },
    /// There is nothing to go by.
    NotMeasured,
}

/// An item with the outcome of each check, in the order of [`Check::ALL`].
pub struct Checked<'a> {
    pub item: Item<'a>,
    pub outcomes: [Outcome; 6],
}

impl<'a> Checked<'a> {
    pub fn outcomes(&self) -> impl Iterator<Item = (Check, &Outcome)> {
        Check::ALL.into_iter().zip(&self.outcomes)
    }

    /// The checks that it fails, with what is wrong and where.
    pub fn failures(&self) -> impl Iterator<Item = (Check, &str, &Location)> {
        self.outcomes().filter_map(|(check, outcome)| match outcome {
            Outcome::Failed { why, at } => Some((check, why.as_str(), at)),
            Outcome::Passed | Outcome::NotMeasured => None,
        })
    }
}

/// The items of an estate with what the checks say of them.
pub struct Quality<'a> {
    pub checked: Vec<Checked<'a>>,
    /// Items that are still to come or have ended: there is nothing to be right about.
    pub left_out: usize,
}

/// Asks every check of every item that is there on the value date. One whose status cannot be read is
/// asked too: a file that is broken must not raise a score.
pub fn measure(snapshot: &Snapshot, as_of: Date) -> Quality<'_> {
    let (there, left_out): (Vec<Item<'_>>, Vec<Item<'_>>) =
        snapshot.items().partition(|item| item.status().is_none_or(Status::is_present));
    let checks = checks::Checks::new(snapshot, as_of);
    let checked = there.into_iter().map(|item| Checked { item, outcomes: checks.ask(item) }).collect();
    Quality { checked, left_out: left_out.len() }
}

#[cfg(test)]
mod tests;
