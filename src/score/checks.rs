//! The checks, one function each. What the audit finds already is taken from its findings, so that a
//! score and `estate audit` never disagree.

use std::collections::{HashMap, HashSet};

use super::{Check, Outcome};
use crate::audit;
use crate::date::Date;
use crate::finding::Finding;
use crate::graph::{Graph, Reference};
use crate::model::item::{Item, Status};
use crate::model::policy::Policy;
use crate::model::service::Service;
use crate::model::settings::LevelSetting;
use crate::model::{Kind, RecordId};
use crate::policy::Policies;
use crate::snapshot::Snapshot;

/// The rules whose findings make an item fail a check.
const REQUIRED: [&str; 2] = ["missing-field", "empty-value"];
const STALE: [&str; 1] = ["stale-record"];
const DUPLICATE: [&str; 3] = ["duplicate-id", "duplicate-serial", "duplicate-asset-tag"];
/// The fields by which an item is told from others, each with the rule on it.
const IDENTITIES: [(&str, &str); 2] = [("serial", "duplicate-serial"), ("asset_tag", "duplicate-asset-tag")];

/// What the checks of all items rest on.
pub(super) struct Checks<'a> {
    snapshot: &'a Snapshot,
    graph: Graph<'a>,
    /// The policies that select each item, by its path.
    policies: HashMap<&'a str, Vec<Policy<'a>>>,
    findings: HashMap<String, Vec<Finding>>,
    /// Files of policies that could not judge, of which nothing follows.
    unusable: HashSet<String>,
}

impl<'a> Checks<'a> {
    pub fn new(snapshot: &'a Snapshot, as_of: Date) -> Self {
        let mut findings: HashMap<String, Vec<Finding>> = HashMap::new();
        let mut unusable = HashSet::new();
        for finding in audit::unwaived(snapshot, as_of) {
            let path = finding.location.path.to_string();
            if finding.rule == "unusable-policy" {
                unusable.insert(path.clone());
            }
            findings.entry(path).or_default().push(finding);
        }
        let policies = Policies::compile(snapshot, as_of).selections();
        let graph = Graph::of(snapshot);
        Self { snapshot, graph, policies, findings, unusable }
    }

    pub fn ask(&self, item: Item<'a>) -> [Outcome; 6] {
        Check::ALL.map(|check| match check {
            Check::Required => self.required(item),
            Check::Recommended => self.recommended(item),
            Check::Orphan => self.orphan(item),
            Check::Stale => self.stale(item),
            Check::Duplicate => self.duplicate(item),
            Check::Policies => self.policies(item),
        })
    }

    fn required(&self, item: Item<'_>) -> Outcome {
        if !is_readable(item) {
            return failed(item, "the file cannot be read");
        }
        self.by_rules(item, &REQUIRED, true)
    }

    fn recommended(&self, item: Item<'_>) -> Outcome {
        let schema = self.snapshot.schemas().class(item.class());
        let fields: Vec<&str> = schema.into_iter().flat_map(|schema| schema.recommended()).collect();
        if fields.is_empty() || !is_readable(item) {
            return Outcome::NotMeasured;
        }
        let is_missing = |field: &&str| item.record().get(field).is_none_or(|value| value.is_nothing());
        let missing: Vec<&str> = fields.into_iter().filter(is_missing).collect();
        match missing.as_slice() {
            [] => Outcome::Passed,
            missing => failed(item, format!("without {}", missing.join(", "))),
        }
    }

    /// Where an item stands is no relation: a machine in a room that nothing has to do with is just
    /// what was forgotten there. A room in which something stands is needed.
    fn orphan(&self, item: Item<'_>) -> Outcome {
        if !is_readable(item) {
            return Outcome::NotMeasured;
        }
        let id = RecordId { kind: Kind::Item, id: item.id().to_owned() };
        let own = item.record().field("relations").into_iter().flat_map(|relations| relations.entries());
        let mut own = own.flat_map(|(_, _, ids)| ids.elements()).filter_map(|id| id.text());
        let is_needed = |other: Item<'_>| other.id() != item.id() && !has_ended(other);
        let has_own = own.any(|other| self.snapshot.item(other).is_some_and(is_needed));
        let is_named = || self.graph.referrers(&id).iter().any(|reference| counts(reference, item.id()));
        match has_own || is_named() {
            true => Outcome::Passed,
            false => failed(item, "no relation with anything in use, no service and no contract"),
        }
    }

    fn stale(&self, item: Item<'_>) -> Outcome {
        self.by_rules(item, &STALE, item.last_seen().is_some() && item.status().is_some())
    }

    fn duplicate(&self, item: Item<'_>) -> Outcome {
        let has_identity = |(field, rule): &(&str, &str)| {
            audit::identity(item.record(), field).is_some() && !self.is_off(rule)
        };
        self.by_rules(item, &DUPLICATE, IDENTITIES.iter().any(has_identity))
    }

    fn policies(&self, item: Item<'_>) -> Outcome {
        let judges =
            |policy: &Policy<'_>| !self.is_off(&policy.rule()) && !self.unusable.contains(policy.0.path());
        if !self.policies.get(item.record().path()).into_iter().flatten().any(judges) {
            return Outcome::NotMeasured;
        }
        self.first_of(item, |rule| rule.starts_with(Policy::PREFIX)).unwrap_or(Outcome::Passed)
    }

    /// Failed where the audit has a finding of these rules, and else passed where there was something
    /// for one of them to judge.
    fn by_rules(&self, item: Item<'_>, rules: &[&str], can_be_judged: bool) -> Outcome {
        let found = self.first_of(item, |rule| rules.contains(&rule));
        found.unwrap_or_else(|| match can_be_judged && !rules.iter().all(|rule| self.is_off(rule)) {
            true => Outcome::Passed,
            false => Outcome::NotMeasured,
        })
    }

    /// The first finding on the item of these rules, and how many more there are.
    fn first_of(&self, item: Item<'_>, is_wanted: impl Fn(&str) -> bool) -> Option<Outcome> {
        let findings = self.findings.get(item.record().path()).map_or(&[][..], Vec::as_slice);
        let mut wanted = findings.iter().filter(|finding| is_wanted(&finding.rule));
        let first = wanted.next()?;
        let why = match wanted.count() {
            0 => first.message.clone(),
            more => format!("{} (and {more} more)", first.message),
        };
        Some(Outcome::Failed { why, at: first.location.clone() })
    }

    fn is_off(&self, rule: &str) -> bool {
        let levels = self.snapshot.settings().map(|settings| &settings.levels);
        levels.and_then(|levels| levels.get(rule)) == Some(&LevelSetting::Off)
    }
}

fn is_readable(item: Item<'_>) -> bool {
    item.record().root().is_some_and(|root| root.is_mapping())
}

/// What is missing has no place of its own: it is to be written in the record.
fn failed(item: Item<'_>, why: impl Into<String>) -> Outcome {
    Outcome::Failed { why: why.into(), at: item.record().at("id") }
}

/// Whether a reference makes what it names needed. A schedule is about an item and needs nothing, and
/// what has ended needs nothing any more.
fn counts(reference: &Reference<'_>, id: &str) -> bool {
    let from = reference.from;
    match from.kind() {
        Kind::Item => from.id() != id && !has_ended(Item(from)),
        Kind::Service => !Service(from).is_retired(),
        Kind::Contract => true,
        _ => false,
    }
}

fn has_ended(item: Item<'_>) -> bool {
    item.status().is_some_and(Status::is_ended)
}
