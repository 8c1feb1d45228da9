//! From what an outside system knows to an edit of the estate.
//!
//! A record is known again by its key in the outside system, which it carries under `external`. So
//! importing the same again changes nothing, however names and ids have changed since. An update
//! sets the fields that the source provides and leaves everything else as it is; nothing is ever
//! deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::compose::{self, Composed, Referred};
use super::{Incoming, Proposal, Rejection};
use crate::audit;
use crate::date::Date;
use crate::edit::Edit;
use crate::model::slug::{numbered, slug};
use crate::model::{Kind, Place, Record};
use crate::schema::RefTarget;
use crate::snapshot::Snapshot;

/// What an import would do.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// The files of all records that can be taken in; empty where nothing changes.
    pub edit: Edit,
    pub created: usize,
    pub updated: usize,
    /// Records of the source that the estate holds just so.
    pub unchanged: usize,
    /// In the order of the source.
    pub rejections: Vec<Rejection>,
    /// As the reader counted them.
    pub merged: BTreeMap<String, usize>,
    pub left_out: BTreeMap<String, usize>,
}

/// How to plan.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Where the records come from, for the commit's message: `netbox`.
    pub source: &'a str,
    /// Called, from several threads, for each record that has been checked.
    pub checked: &'a (dyn Fn() + Sync),
    /// The day for which the audit judges the outcome; without it, records are judged alone.
    pub as_of: Option<Date>,
}

impl<'a> Options<'a> {
    pub fn of(source: &'a str) -> Self {
        Self { source, checked: &|| {}, as_of: None }
    }
}

/// Compares what comes in with the estate.
///
/// A proposal is matched with the record that has its key; else with a record of its id that has
/// the same name or serial number and no key of that system yet; else it becomes a new record,
/// under its id or, where that is taken, the id with a number. A proposal that breaks its schema or
/// a rule of the audit, or refers to something that neither side knows, is rejected, and so are
/// records that refer to it.
pub fn plan(snapshot: &Snapshot, incoming: Incoming, options: Options<'_>) -> Plan {
    let Incoming { proposals, mut rejections, merged, left_out } = incoming;
    let matching = Matching::of(snapshot, proposals, &mut rejections);
    let mut outcomes: Vec<Outcome> = matching
        .targets
        .par_iter()
        .enumerate()
        .map(|(index, target)| {
            let outcome = matching.outcome(index, target);
            (options.checked)();
            outcome
        })
        .collect();
    loop {
        reject_referrers(&matching.targets, &mut outcomes);
        let plan = matching.plan(&outcomes, &rejections, &left_out, options.source);
        // Each round rejects something, so there is a last one.
        if !matching.judge(&plan.edit, options.as_of, &mut outcomes) {
            return Plan { merged, ..plan };
        }
    }
}

/// `Import 63 records from netbox (12 created, 51 updated)`.
fn summary(plan: &Plan, source: &str) -> String {
    let written = plan.created + plan.updated;
    let records = if written == 1 { "record" } else { "records" };
    let parts: Vec<String> = [(plan.created, "created"), (plan.updated, "updated")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("Import {written} {records} from {source} ({})", parts.join(", "))
}

/// A proposal and the record that it is or becomes.
pub(super) struct Target<'s> {
    pub proposal: Proposal,
    pub id: String,
    pub existing: Option<&'s Record>,
}

impl Target<'_> {
    /// The record's class: an item that people have put in another class stays there.
    pub fn class(&self) -> Option<&str> {
        match self.existing {
            Some(record) => record.class(),
            None => self.proposal.class.as_deref(),
        }
    }

    /// The outside system shows no more of it than its name.
    pub fn is_named_only(&self) -> bool {
        self.proposal.key.1.is_empty()
    }

    pub fn path(&self) -> String {
        match self.existing {
            Some(record) => record.path().to_owned(),
            None => Place::new(self.proposal.kind, self.proposal.class.as_deref(), &self.id).path(),
        }
    }
}

/// What becomes of a target, and the new targets that it refers to.
struct Outcome {
    result: Result<Composed, String>,
    refers_to: Vec<usize>,
}

/// The proposals with their records, and where references between them lead.
struct Matching<'s> {
    snapshot: &'s Snapshot,
    targets: Vec<Target<'s>>,
    /// By kind and the slug of the proposed id: the targets, of whatever class.
    proposed: HashMap<(Kind, String), Vec<usize>>,
}

impl<'s> Matching<'s> {
    fn of(snapshot: &'s Snapshot, proposals: Vec<Proposal>, rejections: &mut Vec<Rejection>) -> Self {
        let known = Known::of(snapshot, &proposals);
        let mut matching = Self { snapshot, targets: Vec::new(), proposed: HashMap::new() };
        let (keyed, named): (Vec<Proposal>, Vec<Proposal>) =
            proposals.into_iter().partition(|proposal| !proposal.key.1.is_empty());
        let mut by_key: HashMap<(Kind, String, String), usize> = HashMap::new();
        for proposal in keyed {
            let key = (proposal.kind, proposal.key.0.clone(), proposal.key.1.clone());
            match by_key.get(&key).and_then(|index| matching.targets.get(*index)) {
                Some(first) if same_record(&first.proposal, &proposal) => {}
                Some(first) => rejections.push(Rejection {
                    reason: format!(
                        "the key `{}` stands already at {}, with other values",
                        proposal.key.1, first.proposal.origin
                    ),
                    origin: proposal.origin,
                }),
                None => {
                    by_key.insert(key, matching.targets.len());
                    let existing = known.keyed(&proposal);
                    matching.add(proposal, existing);
                }
            }
        }
        // What is only named may be one of those with a key.
        for proposal in named {
            if matching.find(proposal.kind, proposal.class.as_deref(), &proposal.id, None).is_none() {
                let existing = known.named(&proposal);
                matching.add(proposal, existing);
            }
        }
        matching.give_ids();
        matching
    }

    fn add(&mut self, proposal: Proposal, existing: Option<&'s Record>) {
        let index = self.targets.len();
        self.proposed.entry((proposal.kind, slug(&proposal.id))).or_default().push(index);
        let id = existing.map(|record| record.id().to_owned()).unwrap_or_default();
        self.targets.push(Target { proposal, id, existing });
    }

    /// Gives each new record an id that nobody has.
    fn give_ids(&mut self) {
        let mut taken: HashSet<(Kind, String)> = HashSet::new();
        let mut next: HashMap<(Kind, String), usize> = HashMap::new();
        for target in self.targets.iter_mut().filter(|target| target.existing.is_none()) {
            let kind = target.proposal.kind;
            let base = slug(&target.proposal.id);
            let number = next.entry((kind, base.clone())).or_insert(1);
            let mut id = base.clone();
            while self.snapshot.knows(kind, &id).is_some() || taken.contains(&(kind, id.clone())) {
                *number += 1;
                id = numbered(&base, *number);
            }
            taken.insert((kind, id.clone()));
            target.id = id;
        }
    }

    /// The first target of this kind, class and proposed id.
    fn find(&self, kind: Kind, class: Option<&str>, id: &str, not: Option<usize>) -> Option<usize> {
        let candidates = self.proposed.get(&(kind, slug(id)))?;
        let fits = |target: &Target<'_>| class.is_none() || target.class() == class;
        candidates
            .iter()
            .copied()
            .find(|index| Some(*index) != not && self.targets.get(*index).is_some_and(fits))
    }

    fn plan(
        &self,
        outcomes: &[Outcome],
        rejections: &[Rejection],
        left_out: &BTreeMap<String, usize>,
        source: &str,
    ) -> Plan {
        let wanted = wanted(&self.targets, outcomes);
        let mut plan =
            Plan { rejections: rejections.to_vec(), left_out: left_out.clone(), ..Plan::default() };
        for (index, (target, outcome)) in self.targets.iter().zip(outcomes).enumerate() {
            match &outcome.result {
                _ if !wanted.contains(&index) => {}
                Ok(Composed::New(text)) => {
                    plan.created += 1;
                    plan.edit.write(target.path(), text.as_str());
                }
                Ok(Composed::Changed(text)) => {
                    plan.updated += 1;
                    plan.edit.write(target.path(), text.as_str());
                }
                Ok(Composed::Same) if target.is_named_only() => {}
                Ok(Composed::Same) => plan.unchanged += 1,
                Err(reason) => {
                    let (origin, reason) = (target.proposal.origin.clone(), reason.clone());
                    plan.rejections.push(Rejection { origin, reason });
                }
            }
        }
        plan.edit.summary = summary(&plan, source);
        plan
    }

    /// Rejects the records with which the estate would break rules of the audit that it keeps now.
    /// Answers whether there were any.
    fn judge(&self, edit: &Edit, as_of: Option<Date>, outcomes: &mut [Outcome]) -> bool {
        let Some(as_of) = as_of.filter(|_| !edit.is_empty()) else { return false };
        let mut broken: HashMap<String, Vec<String>> = HashMap::new();
        for finding in audit::new_errors(self.snapshot, &self.snapshot.with(edit), as_of, true) {
            broken.entry(finding.location.path.to_string()).or_default().push(finding.message);
        }
        let mut rejected = false;
        for (target, outcome) in
            self.targets.iter().zip(outcomes).filter(|(_, outcome)| outcome.result.is_ok())
        {
            if let Some(messages) = broken.remove(&target.path()) {
                outcome.result = Err(messages.join("; "));
                rejected = true;
            }
        }
        rejected
    }

    fn outcome(&self, index: usize, target: &Target<'_>) -> Outcome {
        let mut refers_to = Vec::new();
        let mut resolve = |id: &str, allowed: &[RefTarget]| self.resolve(index, id, allowed, &mut refers_to);
        let result = match target.existing {
            Some(_) if target.is_named_only() => Ok(Composed::Same),
            _ => compose::compose(target, self.snapshot.schemas(), &mut resolve),
        };
        Outcome { result, refers_to }
    }

    /// Where a reference leads: to a record of this import, or of the estate.
    fn resolve(&self, from: usize, id: &str, allowed: &[RefTarget], refers_to: &mut Vec<usize>) -> Referred {
        let kinds = || allowed.iter().filter_map(|target| Some((Kind::from_name(&target.kind)?, target)));
        for (kind, target) in kinds() {
            let found = self.find(kind, target.class.as_deref(), id, Some(from));
            if let Some((index, found)) = found.and_then(|index| Some((index, self.targets.get(index)?))) {
                if found.existing.is_none() {
                    refers_to.push(index);
                }
                return Referred::To(found.id.clone());
            }
        }
        let slug = slug(id);
        let is_known = |(kind, target): (Kind, &RefTarget)| {
            let class = self.snapshot.knows(kind, &slug);
            class.is_some_and(|class| target.class.is_none() || target.class.as_deref() == class)
        };
        let is_itself = |(kind, target): (Kind, &RefTarget)| {
            self.find(kind, target.class.as_deref(), id, None) == Some(from)
        };
        match () {
            () if kinds().any(is_itself) => Referred::Itself,
            () if kinds().any(is_known) => Referred::To(slug),
            () => Referred::Nowhere,
        }
    }
}

fn same_record(one: &Proposal, other: &Proposal) -> bool {
    (&one.class, &one.fields) == (&other.class, &other.fields)
}

/// The records of the estate that proposals may be.
struct Known<'s> {
    snapshot: &'s Snapshot,
    by_key: HashMap<(Kind, &'s str, &'s str), &'s Record>,
    by_name: HashMap<(Kind, Option<&'s str>, &'s str), &'s Record>,
}

impl<'s> Known<'s> {
    fn of(snapshot: &'s Snapshot, proposals: &[Proposal]) -> Self {
        let systems: HashSet<&str> = proposals.iter().map(|proposal| proposal.key.0.as_str()).collect();
        let (mut by_key, mut by_name) = (HashMap::new(), HashMap::new());
        for record in snapshot.records() {
            for (system, _, key) in record.field("external").into_iter().flat_map(|field| field.entries()) {
                if let Some(key) = key.text().filter(|_| systems.contains(system)) {
                    by_key.entry((record.kind(), system, key)).or_insert(record);
                }
            }
            if let Some(name) = record.text("name") {
                by_name.entry((record.kind(), record.class(), name)).or_insert(record);
            }
        }
        Self { snapshot, by_key, by_name }
    }

    fn keyed(&self, proposal: &Proposal) -> Option<&'s Record> {
        let (system, key) = (proposal.key.0.as_str(), proposal.key.1.as_str());
        self.by_key.get(&(proposal.kind, system, key)).copied().or_else(|| self.adopted(proposal, system))
    }

    /// A record that people made before the import knew it.
    fn adopted(&self, proposal: &Proposal, system: &str) -> Option<&'s Record> {
        let record = self.snapshot.get(proposal.kind, &slug(&proposal.id))?;
        let is_free = record.field("external").and_then(|external| external.field(system)).is_none();
        let agrees = ["name", "serial"].iter().any(|field| {
            let proposed = proposal.fields.get(&crate::yaml::Route::parse(field));
            let proposed = proposed.and_then(|data| data.as_text()).filter(|text| !text.is_empty());
            proposed.is_some() && proposed == record.text(field)
        });
        (is_free && agrees && record.class() == proposal.class.as_deref()).then_some(record)
    }

    fn named(&self, proposal: &Proposal) -> Option<&'s Record> {
        let class = proposal.class.as_deref();
        let by_id = self.snapshot.get(proposal.kind, &slug(&proposal.id));
        by_id.filter(|record| record.class() == class).or_else(|| {
            let name = proposal.fields.get(&crate::yaml::Route::parse("name"))?.as_text()?;
            self.by_name.get(&(proposal.kind, class, name)).copied()
        })
    }
}

/// What is imported: the records with a key, and those without that they refer to, and so on.
fn wanted(targets: &[Target<'_>], outcomes: &[Outcome]) -> HashSet<usize> {
    let keyed = |(index, target): (usize, &Target<'_>)| (!target.is_named_only()).then_some(index);
    let mut wanted: HashSet<usize> = targets.iter().enumerate().filter_map(keyed).collect();
    let mut open: Vec<usize> = wanted.iter().copied().collect();
    while let Some(outcome) = open.pop().and_then(|index| outcomes.get(index)) {
        let refers = outcome.result.is_ok().then_some(&outcome.refers_to);
        open.extend(refers.into_iter().flatten().copied().filter(|index| wanted.insert(*index)));
    }
    wanted
}

/// Rejects what refers to new records that are rejected, and so on.
fn reject_referrers(targets: &[Target<'_>], outcomes: &mut [Outcome]) {
    let mut referrers: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, outcome) in outcomes.iter().enumerate() {
        for target in &outcome.refers_to {
            referrers.entry(*target).or_default().push(index);
        }
    }
    let mut gone: Vec<usize> =
        (0..outcomes.len()).filter(|index| outcomes.get(*index).is_some_and(|o| o.result.is_err())).collect();
    while let Some(index) = gone.pop() {
        let (Some(target), Some(Err(reason))) = (targets.get(index), outcomes.get(index).map(|o| &o.result))
        else {
            continue;
        };
        let message =
            format!("it refers to the {} `{}`, which is rejected: {reason}", target.proposal.kind, target.id);
        for referrer in referrers.remove(&index).unwrap_or_default() {
            if let Some(outcome) = outcomes.get_mut(referrer).filter(|outcome| outcome.result.is_ok()) {
                outcome.result = Err(message.clone());
                // The estate's own records stay, so what refers to them is not affected.
                if targets.get(referrer).is_some_and(|target| target.existing.is_none()) {
                    gone.push(referrer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
