//! The audit: every rule over every record, each broken one a finding.
//!
//! A rule is one file in `rules/`: its prose and its check. Adding one is that file and a line in
//! [`RULES`].

pub mod baseline;
mod catalogue;
mod cycles;
pub mod fix;
mod gate;
mod levels;
mod memory;
mod rules;
pub mod scope;
mod waivers;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::date::Date;
use crate::finding::{self, Finding, Level};
use crate::graph::{self, Graph, Reference, Resolved};
use crate::model::policy::Policy;
use crate::model::schedule::Schedule;
use crate::model::{Kind, Place, Record};
use crate::policy::Policies;
use crate::schedule::Planner;
use crate::snapshot::Snapshot;
use crate::source::Location;

pub use catalogue::page as catalogue_page;
pub use gate::{needs_whole_estate, new_errors};
pub use memory::{Former, MAX_CHANGED, Memory};
pub use rules::{RULES, identity};
pub use waivers::{Waiver, Waivers};

/// A rule of the audit: what it forbids, why, and how it is checked.
pub struct Rule {
    /// Names the offence, so that "allow `dangling-reference`" reads well. Never changes meaning.
    pub id: &'static str,
    /// Error for what is certainly wrong, warning for what probably is, note for what is good to
    /// know. Only errors stop a write.
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// YAML that breaks the rule: some fields of a record, of `srv-web-01` where no comment above
    /// them names the file.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
    pub mend: &'static str,
    pub check: Check,
}

impl Rule {
    /// A finding of this rule, at its level.
    fn finding(&self, location: Location, message: impl Into<String>) -> Finding {
        Finding::new(self.id, self.level, location, message)
    }
}

/// When and how a rule is checked.
pub enum Check {
    /// While files are read: the record carries the finding already.
    Reading,
    /// On each reference of a record, with what it leads to.
    Reference(fn(&Reference<'_>, &Resolved, &Context<'_>, &mut Vec<Finding>)),
    /// On one record, which may look at what it refers to.
    Record(fn(&Record, &Context<'_>, &mut Vec<Finding>)),
    /// On the estate as a whole. An edit that neither adds nor deletes a record, leaves every record as
    /// readable as it was, and changes none of the `watches` fields in a record of that kind, can
    /// neither break nor mend the rule.
    Estate { watches: Watches, run: fn(&Context<'_>, &mut Vec<Finding>) },
    /// On commits rather than on records: before one is written, and on those of a branch where the
    /// change since another is audited.
    Commit,
    /// On the waivers, when all findings are known and those waived are counted.
    Waivers(fn(&Waivers<'_>, &Context<'_>, &mut Vec<Finding>)),
}

/// Top-level fields by the kind of record they stand in.
type Watches = &'static [(Kind, &'static str)];

/// What a rule may look at.
pub struct Context<'a> {
    pub snapshot: &'a Snapshot,
    /// The value date: the day for which the estate is judged.
    pub as_of: Date,
    graph: OnceLock<Graph<'a>>,
    schedules: OnceLock<HashMap<&'a str, Vec<Schedule<'a>>>>,
    policies: OnceLock<Policies<'a>>,
    planner: OnceLock<Planner<'a>>,
}

impl<'a> Context<'a> {
    pub fn new(snapshot: &'a Snapshot, as_of: Date) -> Self {
        Self {
            snapshot,
            as_of,
            graph: OnceLock::new(),
            schedules: OnceLock::new(),
            policies: OnceLock::new(),
            planner: OnceLock::new(),
        }
    }

    pub fn graph(&self) -> &Graph<'a> {
        self.graph.get_or_init(|| Graph::of(self.snapshot))
    }

    /// Whether there is a rule or a policy of this id.
    fn knows_rule(&self, id: &str) -> bool {
        rule(id).is_some() || policy(id, self.snapshot).is_some()
    }

    fn planner(&self) -> &Planner<'a> {
        self.planner.get_or_init(|| Planner::new(self.snapshot))
    }

    fn policies(&self) -> &Policies<'a> {
        self.policies.get_or_init(|| Policies::compile(self.snapshot, self.as_of))
    }

    /// The depreciation schedules of an item. On part of an estate some may be missing, so this is
    /// for rules on the estate as a whole.
    fn schedules_of(&self, item: &str) -> &[Schedule<'a>] {
        let index = || {
            let mut by_item: HashMap<&str, Vec<Schedule<'a>>> = HashMap::new();
            for schedule in self.snapshot.schedules() {
                if let Some(item) = schedule.item() {
                    by_item.entry(item).or_default().push(schedule);
                }
            }
            by_item
        };
        self.schedules.get_or_init(index).get(item).map_or(&[], Vec::as_slice)
    }
}

/// What the audit says of an estate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audit {
    /// Ordered by place.
    pub findings: Vec<Finding>,
    /// How many more there are that waivers accept.
    pub waived: usize,
}

/// Every finding on the estate: of reading, of the rules and of its policies.
pub fn audit(snapshot: &Snapshot, as_of: Date) -> Audit {
    let context = Context::new(snapshot, as_of);
    conclude(&context, judged(&context))
}

/// What waivers and settings leave of the findings of every rule and policy, and what is to be said of
/// the waivers themselves.
fn conclude(context: &Context<'_>, mut findings: Vec<Finding>) -> Audit {
    let mut waivers = Waivers::of(context.snapshot);
    let waived = settle(context, &mut waivers, &mut findings);
    for rule in RULES {
        if let Check::Waivers(check) = rule.check {
            check(&waivers, context, &mut findings);
        }
    }
    levels::apply(context.snapshot.settings(), &mut findings);
    fix::attach(context, &mut findings);
    finding::sort(&mut findings);
    Audit { findings, waived }
}

/// The findings of reading, rules and policies that are not off, those included that waivers accept: a
/// decision to live with a finding does not make the data better.
pub fn unwaived(snapshot: &Snapshot, as_of: Date) -> Vec<Finding> {
    let mut findings = judged(&Context::new(snapshot, as_of));
    levels::apply(snapshot.settings(), &mut findings);
    finding::sort(&mut findings);
    findings
}

fn judged(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = rule_findings(context);
    findings.extend(context.policies().judge());
    findings
}

/// The findings on a commit that names no change, at the levels of the settings: `by` says which it
/// is, `paths` which files it touches.
pub fn missing_change_reference<'p>(
    snapshot: &Snapshot,
    by: &str,
    paths: impl Iterator<Item = &'p str>,
) -> Vec<Finding> {
    let mut findings = rules::missing_change_reference(snapshot, by, paths);
    levels::apply(snapshot.settings(), &mut findings);
    findings
}

fn rule_findings(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = reading_and_record_findings(context);
    estate_findings(context, &mut findings);
    findings
}

fn estate_findings(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for rule in RULES {
        if let Check::Estate { run, .. } = rule.check {
            run(context, findings);
        }
    }
}

/// What can be said of records without the rest of the estate.
fn reading_and_record_findings(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = context.snapshot.findings().cloned().collect();
    findings.extend(record_findings(context, context.snapshot.all()));
    findings
}

/// Leaves what the estate's own settings and waivers leave of the findings, and counts the waived.
fn settle(context: &Context<'_>, waivers: &mut Waivers<'_>, findings: &mut Vec<Finding>) -> usize {
    rules::hide_secrets(findings);
    levels::apply(context.snapshot.settings(), findings);
    waivers.waive(findings, context.as_of)
}

/// What a finding is about, whatever the lines: `item/srv-01`, or the path of a file that is no
/// record.
fn subject(finding: &Finding) -> String {
    let path = &*finding.location.path;
    Place::of(path).map_or_else(|| path.to_owned(), |place| format!("{}/{}", place.kind, place.id))
}

fn record_findings(context: &Context<'_>, records: &[Arc<Record>]) -> Vec<Finding> {
    let (mut by_record, mut by_reference) = (Vec::new(), Vec::new());
    for rule in RULES {
        match rule.check {
            Check::Record(check) => by_record.push(check),
            Check::Reference(check) => by_reference.push(check),
            Check::Reading | Check::Commit | Check::Estate { .. } | Check::Waivers(_) => {}
        }
    }
    let check = |record: &Arc<Record>| {
        let mut findings = Vec::new();
        // A file that is not even YAML has its finding; nothing else can be said of it.
        if record.root().is_some() {
            by_record.iter().for_each(|check| check(record, context, &mut findings));
            for reference in graph::references(record, context.snapshot) {
                let resolved = graph::resolve(&reference, context.snapshot);
                by_reference.iter().for_each(|check| check(&reference, &resolved, context, &mut findings));
            }
        }
        findings
    };
    records.par_iter().flat_map_iter(check).collect()
}

/// The rule of this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The policy of this rule id.
pub fn policy<'s>(id: &str, snapshot: &'s Snapshot) -> Option<Policy<'s>> {
    snapshot.get(Kind::Policy, id.strip_prefix(Policy::PREFIX)?).map(Policy)
}

/// The ids of every rule, and of the policies of an estate.
pub fn rule_ids(snapshot: &Snapshot) -> Vec<String> {
    let policies = snapshot.of_kind(Kind::Policy).map(|record| Policy(record).rule());
    RULES.iter().map(|rule| rule.id.to_owned()).chain(policies).collect()
}
