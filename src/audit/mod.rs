//! The audit: every rule over every record, each broken one a finding.
//!
//! A rule is one file in `rules/`: its prose and its check. Adding one is that file and a line in
//! [`RULES`].

mod gate;
mod rules;

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::date::Date;
use crate::finding::{self, Finding, Level};
use crate::graph::Graph;
use crate::model::Record;
use crate::snapshot::Snapshot;

pub use gate::{needs_whole_estate, new_errors};
pub use rules::RULES;

/// A rule of the audit: what it forbids, why, and how it is checked.
pub struct Rule {
    /// Names the offence, so that "allow `dangling-reference`" reads well. Never changes meaning.
    pub id: &'static str,
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// YAML that breaks the rule.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
    pub mend: &'static str,
    pub check: Check,
}

/// When and how a rule is checked.
pub enum Check {
    /// While files are read: the record carries the finding already.
    Reading,
    /// On one record, which may look at what it refers to.
    Record(fn(&Record, &Context<'_>, &mut Vec<Finding>)),
    /// On the estate as a whole. An edit that changes none of the `watches` fields and neither
    /// adds nor deletes a record cannot break the rule anew.
    Estate { watches: &'static [&'static str], run: fn(&Context<'_>, &mut Vec<Finding>) },
}

/// What a rule may look at.
pub struct Context<'a> {
    pub snapshot: &'a Snapshot,
    /// The value date: the day for which the estate is judged.
    pub as_of: Date,
    graph: OnceLock<Graph<'a>>,
}

impl<'a> Context<'a> {
    pub fn new(snapshot: &'a Snapshot, as_of: Date) -> Self {
        Self { snapshot, as_of, graph: OnceLock::new() }
    }

    pub fn graph(&self) -> &Graph<'a> {
        self.graph.get_or_init(|| Graph::of(self.snapshot))
    }
}

/// Every finding on the estate, ordered by place.
pub fn audit(snapshot: &Snapshot, as_of: Date) -> Vec<Finding> {
    let context = Context::new(snapshot, as_of);
    let mut findings: Vec<Finding> = snapshot.findings().cloned().collect();
    findings.extend(record_findings(&context, snapshot.all()));
    for rule in RULES {
        if let Check::Estate { run, .. } = rule.check {
            run(&context, &mut findings);
        }
    }
    finding::sort(&mut findings);
    findings
}

fn record_findings(context: &Context<'_>, records: &[std::sync::Arc<Record>]) -> Vec<Finding> {
    let rules: Vec<_> = RULES
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Record(check) => Some(check),
            Check::Reading | Check::Estate { .. } => None,
        })
        .collect();
    let check = |record: &std::sync::Arc<Record>| {
        let mut findings = Vec::new();
        // A file that is not even YAML has its finding; nothing else can be said of it.
        if record.root().is_some() {
            rules.iter().for_each(|check| check(record, context, &mut findings));
        }
        findings
    };
    records.par_iter().flat_map_iter(check).collect()
}

/// The rule of this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
