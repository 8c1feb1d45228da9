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
    condition: Condition<'a>,
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

    /// The findings of every policy.
    pub fn judge(&self) -> Vec<Finding> {
        let mut by_class: HashMap<(Kind, Option<&str>), Vec<&'a Record>> = HashMap::new();
        if self.judges.is_empty() {
            return Vec::new();
        }
        for record in self.world.snapshot.records().filter(|record| query::is_readable(record)) {
            by_class.entry((record.kind(), None)).or_default().push(record);
            if let Some(class) = record.class() {
                by_class.entry((record.kind(), Some(class))).or_default().push(record);
            }
        }
        let mut findings = Vec::new();
        for judge in &self.judges {
            let records: Vec<&'a Record> = judge
                .scopes
                .iter()
                .filter_map(|scope| by_class.get(&(scope.kind, scope.class)))
                .flatten()
                .copied()
                .collect();
            findings.extend(judge.judge(&records, &self.world));
        }
        findings
    }
}

/// Neighbours that a policy may look at: for each record of the estate, and in any case.
const BUDGET_PER_RECORD: usize = 50;
const BUDGET: usize = 100_000;

impl<'a> Judge<'a> {
    fn judge(&self, records: &[&'a Record], world: &World<'a>) -> Vec<Finding> {
        let budget = world.snapshot.all().len().saturating_mul(BUDGET_PER_RECORD).saturating_add(BUDGET);
        let judging = Judging::new(world, budget);
        let judged: Result<Vec<Option<Finding>>, Unanswered> =
            records.par_iter().map(|record| self.judge_one(record, &judging)).collect();
        match judged {
            Ok(findings) => findings.into_iter().flatten().collect(),
            Err(_) => vec![
                Finding::error(
                    compile::RULE,
                    self.policy.0.at_span(self.focus.span),
                    "this policy looks at too many neighbours to be judged",
                )
                .field("when")
                .help("select fewer records, or follow relations that lead to few"),
            ],
        }
    }

    fn judge_one(
        &self,
        record: &'a Record,
        judging: &Judging<'_, 'a>,
    ) -> Result<Option<Finding>, Unanswered> {
        match self.condition.holds(record, record, judging) {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(self.finding(record, self.message.of(record, judging.world)))),
            Err(Unanswered::Measure { field, value, operand }) => {
                let message = format!(
                    "this cannot be judged: {value} in `{field}` has no common measure with {operand}"
                );
                Ok(Some(self.finding(record, message)))
            }
            Err(Unanswered::Budget) => Err(Unanswered::Budget),
        }
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
