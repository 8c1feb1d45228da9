//! What an audit found, kept so that the next one need judge only what changed.
//!
//! An audit after a small change gives what a whole one would give, by what rules promise: one on a
//! record looks at the record and at what it refers to, one on the estate at the fields that it
//! watches. So the changed records and those that refer to them are judged anew, and everything else
//! is as it was. Whatever does not fit this (a record that came or went or cannot be read, a watched
//! field, a field that a policy may look at) asks for a whole audit.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::waivers::MARK;
use super::{Audit, Check, Context, RULES, conclude, estate_findings, record_findings};
use crate::date::Date;
use crate::finding::Finding;
use crate::graph::{self, Resolved};
use crate::model::{Kind, Place, Record};
use crate::policy;
use crate::snapshot::Snapshot;
use crate::yaml::Value;

/// More changed records, or more that refer to them, are not worth the detour.
pub const MAX_CHANGED: usize = 200;
const MAX_JUDGED: usize = 2000;

/// The findings of a whole audit, before waivers and settings, and who refers to whom. Files are
/// named by their position in the list of all files.
#[derive(Serialize, Deserialize)]
pub struct Memory {
    as_of: String,
    /// Of reading a record, and of the rules on records and references.
    of_records: Vec<Finding>,
    /// Of everything else.
    of_estate: Vec<Finding>,
    /// Records with comments that may be waivers, and those with findings that can be mended.
    read: Vec<u32>,
    /// A record and one that refers to it, ordered.
    referrers: Vec<(u32, u32)>,
}

/// The files that a renewed audit reads.
pub struct Needed {
    /// Those that are judged anew.
    pub judged: BTreeSet<String>,
    /// Those that waivers, fixes and answers need besides.
    pub read: BTreeSet<String>,
}

/// A changed record, as it was.
pub struct Former {
    pub path: String,
    pub text: Vec<u8>,
}

impl Memory {
    /// Audits an estate of these files, ordered by path, and keeps what was found. Where ids and paths
    /// do not lead to each other, nothing is kept.
    pub fn audit(snapshot: &Snapshot, as_of: Date, files: &[&str]) -> (Audit, Option<Memory>) {
        let context = Context::new(snapshot, as_of);
        let (mut of_records, mut of_estate): (Vec<Finding>, Vec<Finding>) =
            snapshot.findings().cloned().partition(|finding| Place::of(&finding.location.path).is_some());
        of_records.extend(record_findings(&context, snapshot.all()));
        estate_findings(&context, &mut of_estate);
        of_estate.extend(context.policies().judge());
        let findings = of_records.iter().chain(&of_estate).cloned().collect();
        let audit = conclude(&context, findings);
        let mended: HashSet<&str> = audit.findings.iter().filter_map(mended_file).collect();
        let is_read =
            |record: &Record| record.source().text().contains(MARK) || mended.contains(record.path());
        let memory = referrers(snapshot, files).map(|referrers| Memory {
            as_of: as_of.to_string(),
            of_records,
            of_estate,
            read: positions(snapshot.all(), files, is_read),
            referrers,
        });
        (audit, memory)
    }

    /// What must be read to renew the audit after these of the files changed; `None` where the whole
    /// estate must be.
    pub fn needed(&self, as_of: Date, files: &[&str], changed: &[usize]) -> Option<Needed> {
        let path = |at: usize| files.get(at).map(|path| (*path).to_owned());
        let mut judged: BTreeSet<String> = changed.iter().filter_map(|at| path(*at)).collect();
        // Rules and answers look at these as a whole.
        let is_plain = |path: &String| {
            Place::of(path).is_some_and(|place| {
                !place.kind.is_single() && !matches!(place.kind, Kind::Policy | Kind::Closing)
            })
        };
        if self.as_of != as_of.to_string() || !judged.iter().all(is_plain) {
            return None;
        }
        for at in changed {
            let start = self.referrers.partition_point(|(to, _)| (*to as usize) < *at);
            let from = self.referrers.iter().skip(start).take_while(|(to, _)| *to as usize == *at);
            judged.extend(from.take(MAX_JUDGED).filter_map(|(_, from)| path(*from as usize)));
        }
        if judged.len() > MAX_JUDGED {
            return None;
        }
        let read = self.read.iter().filter_map(|at| path(*at as usize));
        let start = files.partition_point(|path| *path < POLICIES);
        let policies = files.iter().skip(start).take_while(|path| path.starts_with(POLICIES));
        let read = read.chain(policies.map(|path| (*path).to_owned())).collect();
        Some(Needed { judged, read })
    }

    /// The audit of a snapshot in which everything that is [`needed`](Self::needed) is read, with what
    /// the judged records refer to; of all else it knows the ids. `None` where the change reaches
    /// further than to the judged records.
    pub fn renew(
        &self,
        snapshot: &Snapshot,
        as_of: Date,
        judged: &BTreeSet<String>,
        former: &[Former],
    ) -> Option<Audit> {
        let is_changed = |path: &str| former.iter().any(|former| former.path == path);
        let mentions = |finding: &Finding| {
            let related = finding.related.iter().map(|related| &related.location);
            related.chain([&finding.location]).any(|location| is_changed(&location.path))
        };
        if self.of_estate.iter().any(mentions) {
            return None;
        }
        for former in former {
            let place = Place::of(&former.path)?;
            let old = Record::read(&place, &former.path, &former.text, snapshot.schemas());
            if !stays_here(&old, snapshot.by_path(&former.path)?, snapshot) {
                return None;
            }
        }
        let context = Context::new(snapshot, as_of);
        let records: Vec<Arc<Record>> =
            snapshot.all().iter().filter(|record| judged.contains(record.path())).cloned().collect();
        let still = self.of_records.iter().filter(|finding| !judged.contains(&*finding.location.path));
        let mut findings: Vec<Finding> = still.chain(&self.of_estate).cloned().collect();
        findings.extend(records.iter().flat_map(|record| record.findings()).cloned());
        findings.extend(record_findings(&context, &records));
        Some(conclude(&context, findings))
    }

    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(self).ok()
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Memory> {
        postcard::from_bytes(bytes).ok()
    }
}

const POLICIES: &str = "inventory/policies/";

/// The file of a finding that can be mended: the edit is made from its text.
fn mended_file(finding: &Finding) -> Option<&str> {
    finding.fix.is_some().then_some(&*finding.location.path)
}

/// Whether a change of a record is seen by rules on the record and on those that refer to it alone.
fn stays_here(old: &Record, new: &Record, snapshot: &Snapshot) -> bool {
    let (Some(before), Some(after)) = (old.root(), new.root()) else { return false };
    if !old.is_sound() || !new.is_sound() {
        return false;
    }
    let watched = RULES.iter().filter_map(|rule| match rule.check {
        Check::Estate { watches, .. } => Some(watches),
        _ => None,
    });
    let watched: HashSet<&str> =
        watched.flatten().filter(|(kind, _)| *kind == new.kind()).map(|(_, field)| *field).collect();
    differing(before, after).into_iter().all(|(field, below)| {
        !watched.contains(field) && !policy::may_read(snapshot, new.kind(), field, &below)
    })
}

/// The fields that differ; of mappings on both sides with the keys below.
fn differing<'a>(before: Value<'a>, after: Value<'a>) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut found = Vec::new();
    for (name, old, new) in unequal(before, after) {
        let below = match (old, new) {
            (Some(old), Some(new)) if old.is_mapping() && new.is_mapping() => {
                unequal(old, new).into_iter().map(|(name, ..)| name).collect()
            }
            _ => Vec::new(),
        };
        found.push((name, below));
    }
    found
}

type Sides<'a> = (&'a str, Option<Value<'a>>, Option<Value<'a>>);

fn unequal<'a>(before: Value<'a>, after: Value<'a>) -> Vec<Sides<'a>> {
    let names: BTreeSet<&str> = before.entries().chain(after.entries()).map(|(name, ..)| name).collect();
    let sides = names.into_iter().map(|name| (name, before.field(name), after.field(name)));
    let same = |(_, old, new): &Sides<'a>| match (old, new) {
        (Some(old), Some(new)) => old.same_data(new),
        _ => false,
    };
    sides.filter(|sides| !same(sides)).collect()
}

/// Every record that a reference may lead to, with the one that it stands in. `None` where an id does
/// not lead back to its record, or a class to its folder.
fn referrers(snapshot: &Snapshot, files: &[&str]) -> Option<Vec<(u32, u32)>> {
    let is_plain = |record: &Arc<Record>| {
        let place = Place::of(record.path());
        snapshot.get(record.kind(), record.id()).is_some_and(|known| known.path() == record.path())
            && place.is_some_and(|place| place.class() == record.class())
    };
    if !snapshot.all().par_iter().all(is_plain) {
        return None;
    }
    let targets = |record: &Arc<Record>| {
        let mut found = Vec::new();
        let Some(from) = position(files, record.path()) else { return found };
        for reference in graph::references(record, snapshot) {
            let kinds = reference.targets.iter().filter_map(|target| Kind::from_name(&target.kind));
            let named = kinds.filter_map(|kind| snapshot.get(kind, reference.id));
            let wrong = match graph::resolve(&reference, snapshot) {
                Resolved::WrongKind(id, _) => snapshot.by_id(&id),
                Resolved::Record(_) | Resolved::Dangling => None,
            };
            let paths = named.chain(wrong).filter_map(|target| position(files, target.path()));
            found.extend(paths.map(|to| (to, from)));
        }
        found
    };
    let mut found: Vec<(u32, u32)> = snapshot.all().par_iter().flat_map_iter(targets).collect();
    found.par_sort_unstable();
    found.dedup();
    Some(found)
}

fn position(files: &[&str], path: &str) -> Option<u32> {
    files.binary_search(&path).ok().and_then(|at| u32::try_from(at).ok())
}

fn positions(records: &[Arc<Record>], files: &[&str], wanted: impl Fn(&Record) -> bool) -> Vec<u32> {
    records
        .iter()
        .filter(|record| wanted(record))
        .filter_map(|record| position(files, record.path()))
        .collect()
}
