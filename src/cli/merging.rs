//! The files of two branches made one, and what is wrong with the outcome.

use std::collections::{BTreeMap, HashSet};

use estate::audit;
use estate::diff;
use estate::finding::{Finding, Level};
use estate::merge::{self, Merged, Step, Touched, undecided};
use estate::model::{Place, RecordId};
use estate::snapshot::Snapshot;
use estate::store::{Merging, Side, Store};

use super::context::Context;
use super::failure::Failure;
use super::open_merge::shape_of;

/// The names of our branch and theirs.
type Names<'n> = [&'n str; 2];

/// Merges what both sides changed. Answers what is left to a person, a line a field.
pub fn merge_files(
    store: &Store,
    merging: &mut Merging<'_>,
    sides: [&Snapshot; 2],
    names: Names<'_>,
) -> anyhow::Result<Vec<String>> {
    let prefix = store.prefix();
    let renamed = renamed(store, merging)?;
    let touched = merging.touched().map(|(path, there, [by_ours, by_theirs])| Touched {
        path: path.to_owned(),
        there,
        by_ours,
        by_theirs,
    });
    let touched: Vec<Touched> = touched.collect();
    let mut open = Vec::new();
    for step in merge::steps(&touched, prefix, &renamed) {
        match step {
            Step::Take(path) => merging.take(&path),
            Step::Merge { record, paths, to } => {
                let paths = paths.each_ref().map(Option::as_deref);
                open.extend(merge_file(merging, sides, prefix, names, record.as_ref(), paths, &to)?);
            }
        }
    }
    Ok(open)
}

/// The ids that either side gave to records, with those that they had.
fn renamed(store: &Store, merging: &Merging<'_>) -> anyhow::Result<BTreeMap<RecordId, RecordId>> {
    let mut renamed = BTreeMap::new();
    for (side, tip) in [(1, &merging.ours), (2, &merging.theirs)] {
        let [mut gone, mut new] = [Vec::new(), Vec::new()];
        for (path, there, _) in merging.touched() {
            let Some(path) = path.strip_prefix(store.prefix()) else { continue };
            match (there.first(), there.get(side)) {
                (Some(true), Some(false)) => gone.push(path.to_owned()),
                (Some(false), Some(true)) => new.push(path.to_owned()),
                _ => {}
            }
        }
        if !gone.is_empty() && !new.is_empty() {
            let (before, after) = (store.at_of(&merging.base, &gone)?, store.at_of(tip, &new)?);
            renamed.extend(diff::renamed(&before, &after).into_iter().map(|(old, new)| (new, old)));
        }
    }
    Ok(renamed)
}

fn merge_file(
    merging: &mut Merging<'_>,
    sides: [&Snapshot; 2],
    prefix: &str,
    names: Names<'_>,
    record: Option<&RecordId>,
    paths: [Option<&str>; 3],
    to: &str,
) -> anyhow::Result<Vec<String>> {
    let mut bytes = [None, None, None];
    for ((bytes, path), side) in bytes.iter_mut().zip(paths).zip([Side::Base, Side::Ours, Side::Theirs]) {
        *bytes = path.map(|path| merging.bytes(path, side)).transpose()?.flatten();
    }
    let name = record.map_or_else(|| to.to_owned(), ToString::to_string);
    let texts = bytes.each_ref().map(|bytes| bytes.as_deref().map(std::str::from_utf8).transpose());
    let [Ok(base), Ok(ours), Ok(theirs)] = texts else {
        let [_, ours, theirs] = bytes;
        if ours == theirs {
            merging.put(paths, to, ours)?;
            return Ok(Vec::new());
        }
        merging.leave_open(paths, to, ours.or(theirs).unwrap_or_default())?;
        return Ok(vec![format!("{name}: both changed a file that is not text")]);
    };
    for (text, of) in [ours, theirs].into_iter().zip(names) {
        if text.is_some_and(merge::is_marked) {
            return Err(Failure::failed(format!("{to} of {of} holds the markers of an unfinished merge"))
                .hint("decide between its sides there first")
                .into());
        }
    }
    // Their schemas count for a class that they added.
    let shape = sides.into_iter().find_map(|side| {
        let place = paths.iter().rev().flatten().find_map(|path| Place::of(path.strip_prefix(prefix)?))?;
        shape_of(&place, side.schemas())
    });
    let merged: Merged = match shape.filter(|_| record.is_some()) {
        Some(shape) => merge::merge3(base, ours, theirs, &shape, &undecided),
        None => merge::merge_lines(base, ours, theirs, &undecided),
    };
    let text = merged.text(names).map(String::into_bytes);
    if merged.conflicts.is_empty() {
        merging.put(paths, to, text)?;
        return Ok(Vec::new());
    }
    merging.leave_open(paths, to, text.unwrap_or_default())?;
    let line = |field: &str| if field.is_empty() { name.clone() } else { format!("{name}: {field}") };
    Ok(merged.conflicts.iter().map(|conflict| line(&conflict.field)).collect())
}

/// What the audit says of a merge and of none of its sides, at this level or above.
pub fn broken(context: &Context, sides: &[&Snapshot], merged: &Snapshot, threshold: Level) -> Vec<Finding> {
    let audit = |snapshot: &Snapshot| audit::audit(snapshot, context.as_of).findings;
    let of_sides: Vec<Finding> = sides.iter().flat_map(|side| audit(side)).collect();
    let known: HashSet<_> = of_sides.iter().map(Finding::identity).collect();
    let mut broken = audit(merged);
    broken.retain(|finding| finding.level >= threshold && !known.contains(&finding.identity()));
    broken
}

/// Adds to each finding which side brought the files that it speaks of, and by which commit.
pub fn by_whom(
    store: &Store,
    merging: &Merging<'_>,
    mut findings: Vec<Finding>,
    names: Names<'_>,
) -> anyhow::Result<Vec<Finding>> {
    let touched: BTreeMap<&str, [bool; 2]> = merging.touched().map(|(path, _, by)| (path, by)).collect();
    for finding in &mut findings {
        let mut origins: Vec<String> = Vec::new();
        let paths =
            std::iter::once(&finding.location).chain(finding.related.iter().map(|other| &other.location));
        for path in paths.map(|location| format!("{}{}", store.prefix(), location.path)) {
            let by = touched.get(path.as_str()).copied().unwrap_or_default();
            for ((is_by, name), tip) in by.into_iter().zip(names).zip([&merging.ours, &merging.theirs]) {
                let commit = match is_by {
                    true => store.last_change(&path, tip, Some(&merging.base))?,
                    false => None,
                };
                let origin = commit.map(|commit| {
                    let (id, author, summary) = (commit.short(), &commit.author, &commit.summary);
                    format!("{path} comes from {name} ({id} {author}: {summary})")
                });
                origins.extend(origin.filter(|origin| !origins.contains(origin)));
            }
        }
        let help = finding.help.take().into_iter().chain(origins);
        finding.help = Some(help.collect::<Vec<_>>().join("; ")).filter(|help| !help.is_empty());
    }
    Ok(findings)
}
