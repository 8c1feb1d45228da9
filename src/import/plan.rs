//! From what an outside system knows to an edit of the estate.
//!
//! A record is known again by its key in the outside system, which it carries under `external`. So
//! importing the same again changes nothing, however names and ids have changed since. An update
//! sets the fields that the source provides and leaves everything else as it is; nothing is ever
//! deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::compose::{self, Composed};
use super::matching::{Matching, Target};
use super::{Incoming, Rejection};
use crate::audit;
use crate::date::Date;
use crate::edit::Edit;
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
    /// Those of the reader first, then those of planning, each in the order of the source.
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
    /// Called, from several threads, for each record that has been checked, with how many there are.
    pub checked: &'a (dyn Fn(usize) + Sync),
    /// The day for which the audit judges the outcome; without it, records are judged alone.
    pub as_of: Option<Date>,
}

impl<'a> Options<'a> {
    pub fn of(source: &'a str) -> Self {
        Self { source, checked: &|_| {}, as_of: None }
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
            let outcome = outcome(&matching, index, target);
            (options.checked)(matching.targets.len());
            outcome
        })
        .collect();
    loop {
        reject_referrers(&matching.targets, &mut outcomes);
        let plan = settled(&matching.targets, &outcomes, &rejections, &left_out, options.source);
        // Each round rejects something, so there is a last one.
        if !judge(&matching, &plan.edit, options.as_of, &mut outcomes) {
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

/// What becomes of a target, and the new targets that it refers to.
struct Outcome {
    result: Result<Composed, String>,
    refers_to: Vec<usize>,
}

fn settled(
    targets: &[Target<'_>],
    outcomes: &[Outcome],
    rejections: &[Rejection],
    left_out: &BTreeMap<String, usize>,
    source: &str,
) -> Plan {
    let wanted = wanted(targets, outcomes);
    let mut plan = Plan { rejections: rejections.to_vec(), left_out: left_out.clone(), ..Plan::default() };
    for (index, (target, outcome)) in targets.iter().zip(outcomes).enumerate() {
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
fn judge(matching: &Matching<'_>, edit: &Edit, as_of: Option<Date>, outcomes: &mut [Outcome]) -> bool {
    let Some(as_of) = as_of.filter(|_| !edit.is_empty()) else { return false };
    let mut broken: HashMap<String, Vec<String>> = HashMap::new();
    for finding in audit::new_errors(matching.snapshot, &matching.snapshot.with(edit), as_of, true) {
        broken.entry(finding.location.path.to_string()).or_default().push(finding.message);
    }
    let mut rejected = false;
    for (target, outcome) in
        matching.targets.iter().zip(outcomes).filter(|(_, outcome)| outcome.result.is_ok())
    {
        if let Some(messages) = broken.remove(&target.path()) {
            outcome.result = Err(messages.join("; "));
            rejected = true;
        }
    }
    rejected
}

fn outcome(matching: &Matching<'_>, index: usize, target: &Target<'_>) -> Outcome {
    let mut refers_to = Vec::new();
    let mut resolve = |id: &str, allowed: &[RefTarget]| matching.resolve(index, id, allowed, &mut refers_to);
    let result = match target.existing {
        Some(_) if target.is_named_only() => Ok(Composed::Same),
        _ => compose::compose(target, matching.snapshot.schemas(), &mut resolve),
    };
    Outcome { result, refers_to }
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
