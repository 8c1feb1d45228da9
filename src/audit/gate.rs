//! The gate before a write: an edit may not break what was whole. What was broken before stays
//! the audit's business, so that a bad estate can be mended step by step. So are policies: they judge
//! a record with its neighbours, and a write reads no more than what it changes.

use std::collections::HashMap;

use super::{Check, Context, RULES, Waivers, reading_and_record_findings, rule_findings, settle};
use crate::date::Date;
use crate::edit::Edit;
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::snapshot::Snapshot;

/// The errors of `after` that `before` does not have. `whole` says whether both snapshots hold the
/// whole estate; otherwise only the edited records and what they refer to are judged.
pub fn new_errors(before: &Snapshot, after: &Snapshot, as_of: Date, whole: bool) -> Vec<Finding> {
    let judge = |snapshot: &Snapshot| {
        let context = Context::new(snapshot, as_of);
        let mut findings = match whole {
            true => rule_findings(&context),
            false => reading_and_record_findings(&context),
        };
        settle(&context, &mut Waivers::of(snapshot), &mut findings);
        findings
    };
    let mut known: HashMap<[String; 4], usize> = HashMap::new();
    let owned = |finding: &Finding| {
        let (rule, path, field, message) = finding.identity();
        [rule, path, field, message].map(str::to_owned)
    };
    for finding in judge(before) {
        *known.entry(owned(&finding)).or_default() += 1;
    }
    let is_new = |finding: &Finding| match known.get_mut(&owned(finding)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => finding.level == Level::Error,
    };
    let mut errors = judge(after);
    let mut is_new = is_new;
    errors.retain(|finding| is_new(finding));
    errors
}

/// Whether an edit can break a rule on the estate as a whole: it adds or deletes a record, touches
/// settings or schemas, or changes a field that such a rule watches. `before` and `after` must hold
/// the edited records. Rules that only warn stop no write, so they do not count.
pub fn needs_whole_estate(edit: &Edit, before: &Snapshot, after: &Snapshot) -> bool {
    let watched: Vec<(Kind, &str)> = RULES
        .iter()
        .filter_map(|rule| match rule.check {
            Check::Estate { watches, .. } if rule.level == Level::Error => Some(watches),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    edit.files().any(|(path, _)| {
        let (Some(old), Some(new)) = (before.by_path(path), after.by_path(path)) else { return true };
        let changed = |field: &str| match (old.field(field), new.field(field)) {
            (Some(old), Some(new)) => !old.same_data(&new),
            (None, None) => false,
            _ => true,
        };
        old.root().is_none()
            || new.root().is_none()
            || new.kind().is_single()
            // What a record with errors hides comes to light when it is mended.
            || old.is_sound() != new.is_sound()
            || watched.iter().any(|(kind, field)| *kind == new.kind() && changed(field))
    })
}
