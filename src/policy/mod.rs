//! Policies: rules of the audit that are data, in a small typed language.
//!
//! A policy selects records and says in `when` what must not be. Its conditions are
//!
//! | form | meaning |
//! |---|---|
//! | `{field, op, value}` | a field of the record compared with a value, or with another field |
//! | `{relation, quantifier, where}` | any, all, none or a count of the neighbours meet a condition |
//! | `all: […]`, `any: […]`, `not: …` | combinations |
//!
//! A field is named by its route and has the type of its schema: money compares with money of its
//! currency, dates with dates and `today ± 60d`, nothing through a float. What a condition cannot
//! mean is found once, when policies are compiled, each mistake at its place. Judging takes time in
//! proportion to the records: a policy may look at a bounded number of neighbours.

mod compile;
mod condition;
mod field;
mod message;
mod operand;
mod reach;
mod relation;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use rayon::prelude::*;

use crate::date::Date;
use crate::finding::{Finding, Level};
use crate::model::policy::Policy;
use crate::model::{Kind, Record};
use crate::query::{self, Scope};
use crate::snapshot::Snapshot;
use crate::source::{Location, Span};
use crate::yaml::Route;

pub use reach::may_read;

use condition::{Condition, Judging, Unanswered};
use message::Message;
use relation::Referrers;

/// The policies of an estate, ready to judge it.
pub struct Policies<'a> {
    world: World<'a>,
    judges: Vec<Judge<'a>>,
    /// What is wrong with the policies themselves.
    pub problems: Vec<Finding>,
}

/// What a condition may look at.
struct World<'a> {
    snapshot: &'a Snapshot,
    as_of: Date,
    referrers: Referrers<'a>,
}

/// A policy that can be asked.
struct Judge<'a> {
    policy: Policy<'a>,
    level: Level,
    scopes: Vec<Scope<'a>>,
    /// What a record must meet beside its kind and class.
    select: Condition<'a>,
    /// What breaks the policy.
    when: Condition<'a>,
    focus: Focus,
    message: Message<'a>,
}

/// What the offence is about: the field of the record, and where the policy names it.
struct Focus {
    route: String,
    span: Span,
}

impl<'a> Policies<'a> {
    pub fn compile(snapshot: &'a Snapshot, as_of: Date) -> Policies<'a> {
        let mut problems = Vec::new();
        let policies = snapshot.of_kind(Kind::Policy).map(Policy);
        let judges =
            policies.filter_map(|policy| compile::compile(policy, snapshot, as_of, &mut problems)).collect();
        Policies { world: World { snapshot, as_of, referrers: Referrers::new() }, judges, problems }
    }

    /// The policies that select each record, by its path, whether or not it keeps them.
    pub fn selections(&self) -> HashMap<&'a str, Vec<Policy<'a>>> {
        let mut selections: HashMap<&str, Vec<Policy<'_>>> = HashMap::new();
        for judge in &self.judges {
            let judging = Judging::new(&self.world, self.budget());
            let readable = self.world.snapshot.records().filter(|record| query::is_readable(record));
            for record in readable.filter(|record| judge.is_about(record)) {
                // One of which it cannot be said has a finding that says so, so it has been judged.
                if judge.select.holds(record, record, &judging) != Ok(false) {
                    selections.entry(record.path()).or_default().push(judge.policy);
                }
            }
        }
        selections
    }

    fn budget(&self) -> usize {
        self.world.snapshot.all().len().saturating_mul(BUDGET_PER_RECORD).saturating_add(BUDGET)
    }

    /// The findings of every policy. One pass over the records asks all policies of each, while it is
    /// at hand.
    pub fn judge(&self) -> Vec<Finding> {
        let records = self.world.snapshot.all();
        let judges: Vec<(&Judge<'a>, Judging<'_, 'a>)> =
            self.judges.iter().map(|judge| (judge, Judging::new(&self.world, self.budget()))).collect();
        let readable = records.par_iter().filter(|record| query::is_readable(record));
        let found: Vec<(usize, Finding)> = readable
            .flat_map_iter(|record| {
                let asked = judges.iter().enumerate().filter(|(_, (judge, _))| judge.is_about(record));
                asked.filter_map(|(at, (judge, judging))| Some((at, judge.ask(record, judging)?)))
            })
            .collect();
        let exhausted = |at: usize| judges.get(at).is_some_and(|(_, judging)| judging.is_exhausted());
        let mut findings: Vec<Finding> =
            found.into_iter().filter(|(at, _)| !exhausted(*at)).map(|(_, finding)| finding).collect();
        let stopped = judges.iter().filter(|(_, judging)| judging.is_exhausted());
        findings.extend(stopped.map(|(judge, _)| judge.stopped()));
        findings
    }
}

/// Neighbours that a policy may look at: for each record of the estate, and in any case.
const BUDGET_PER_RECORD: usize = 50;
const BUDGET: usize = 100_000;

impl<'a> Judge<'a> {
    fn is_about(&self, record: &Record) -> bool {
        self.scopes.iter().any(|scope| scope.admits(record))
    }

    fn ask(&self, record: &'a Record, judging: &Judging<'_, 'a>) -> Option<Finding> {
        let broken = match self.select.holds(record, record, judging) {
            Ok(true) => self.when.holds(record, record, judging),
            unselected => unselected,
        };
        match broken {
            Ok(true) => Some(self.finding(record, self.message.of(record, judging.world))),
            Err(Unanswered::Measure { field, value, operand }) => {
                let message = format!(
                    "this cannot be judged: {value} in `{field}` has no common measure with {operand}"
                );
                Some(self.finding(record, message))
            }
            Ok(false) | Err(Unanswered::Budget) => None,
        }
    }

    fn stopped(&self) -> Finding {
        let location = self.policy.0.at_span(self.focus.span);
        Finding::error(compile::RULE, location, "this policy looks at too many neighbours to be judged")
            .field("when")
            .help("select fewer records, or follow relations that lead to few")
    }

    fn finding(&self, record: &Record, message: String) -> Finding {
        let finding = Finding::new(self.policy.rule(), self.level, place(record, &self.focus.route), message)
            .field(self.focus.route.as_str())
            .related(self.policy.0.at_span(self.focus.span), "this policy forbids it");
        match self.policy.help() {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

/// The place of a field's value; of a list its key, and of what is absent the nearest thing above.
fn place(record: &Record, route: &str) -> Location {
    let mut route = Route::parse(route);
    while let Some((above, _)) = route.split_last() {
        let text = route.to_string();
        match record.get(&text) {
            Some(value) if value.is_scalar() => return record.at(&text),
            Some(_) => return record.at_key(&text),
            None => route = above,
        }
    }
    record.at("id")
}
