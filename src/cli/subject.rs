//! What an audit looks at, and the part of its findings that it reports.

use std::collections::BTreeSet;
use std::path::Path;

use estate::audit::{self, Audit, scope};
use estate::finding::{self, Finding};
use estate::snapshot::Snapshot;
use estate::store::{Proposed, Store};

use super::context::Context;
use super::failure::Failure;
use super::recalled;

/// Which version is audited, and for which change.
#[derive(clap::Args)]
pub struct ScopeArgs {
    /// Report only what the change since REV has to do with
    ///
    /// Everything is read all the same. Reported are the findings on records that changed since the
    /// branch left REV, on records that they refer to, and on records that refer to them. A change
    /// of settings or schemas has to do with everything.
    #[arg(long, value_name = "REV", help_heading = "Scope")]
    changed_since: Option<String>,
    /// Audit what is staged for the next commit
    #[arg(long, help_heading = "Scope", conflicts_with = "merge_with")]
    staged: bool,
    /// Audit what merging REV would give
    ///
    /// Two branches that are clean can be broken together. The merge is made in memory from HEAD, or
    /// from --rev; nothing is written. Files that git cannot merge are findings.
    #[arg(long, value_name = "REV", help_heading = "Scope")]
    merge_with: Option<String>,
    /// Exit with 0 where there is nothing to check
    #[arg(long, help_heading = "Scope")]
    allow_empty: bool,
}

impl ScopeArgs {
    /// What the findings are limited to, for the head of an answer.
    pub fn header(&self) -> Option<(&'static str, String)> {
        self.changed_since.clone().map(|since| ("changed_since", since))
    }
}

/// A version of the estate with what is to be said of it.
pub struct Subject {
    pub snapshot: Snapshot,
    conflicts: Vec<Finding>,
    /// On the commits of the reported change.
    commits: Vec<Finding>,
    /// The files that the reported change touches; `None` where all findings are wanted.
    changed: Option<Vec<String>>,
    /// An audit that has been made already, and of how many records.
    made: Option<(Audit, usize)>,
}

impl Subject {
    /// For findings alone: of the files on disk the snapshot may hold just what changed since an earlier
    /// audit, with policies, settings and schemas.
    pub fn recalled(context: &Context, store: &Store, args: &ScopeArgs) -> anyhow::Result<Subject> {
        let is_on_disk = !args.staged && args.merge_with.is_none() && context.rev.is_none();
        if !is_on_disk || args.changed_since.is_some() {
            return Subject::of(context, store, args);
        }
        let (snapshot, audit, records) = recalled::audit(context, store)?;
        let made = Some((audit, records));
        Ok(Subject { snapshot, conflicts: Vec::new(), commits: Vec::new(), changed: None, made })
    }

    /// With every record.
    pub fn of(context: &Context, store: &Store, args: &ScopeArgs) -> anyhow::Result<Subject> {
        let head = context.rev.as_deref().unwrap_or("HEAD");
        let since = args.changed_since.as_deref();
        if args.staged {
            if context.rev.is_some() {
                return Err(Failure::usage("--rev is of the past, and --staged of what is to come").into());
            }
            let index = std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty());
            let staged = store.staged(index.as_deref().map(Path::new))?;
            return Subject::proposed(store, staged, since, &["HEAD"]);
        }
        if let Some(theirs) = &args.merge_with {
            let is_dirty = || store.changed_on_disk(head).is_ok_and(|changed| !changed.is_empty());
            if context.rev.is_none() && is_dirty() {
                context.say("note: what is not committed takes no part in the merge");
            }
            return Subject::merged(store, head, theirs, since);
        }
        let changed = match since {
            None => None,
            Some(since) => {
                let base = store.merge_base(since, &[head])?;
                Some(match &context.rev {
                    Some(rev) => store.changed_paths(&base, rev)?,
                    None => store.changed_on_disk(&base)?,
                })
            }
        };
        let changed = changed.map(|changed| changed.into_iter().map(|change| change.path).collect());
        let snapshot = context.snapshot(store)?;
        let commits = on_commits(store, &snapshot, since, &[head])?;
        Ok(Subject { snapshot, conflicts: Vec::new(), commits, changed, made: None })
    }

    /// The merge of two commits, for the change since a third.
    pub fn merged(store: &Store, ours: &str, theirs: &str, since: Option<&str>) -> anyhow::Result<Subject> {
        Subject::proposed(store, store.merged(ours, theirs)?, since, &[ours, theirs])
    }

    fn proposed(
        store: &Store,
        proposed: Proposed,
        since: Option<&str>,
        heads: &[&str],
    ) -> anyhow::Result<Subject> {
        let changed = match since {
            None => None,
            Some(since) => {
                let changed = store.changed_in(&proposed, &store.merge_base(since, heads)?)?;
                Some(changed.into_iter().map(|change| change.path).collect())
            }
        };
        let commits = on_commits(store, &proposed.snapshot, since, heads)?;
        Ok(Subject {
            snapshot: proposed.snapshot,
            conflicts: proposed.conflicts,
            commits,
            changed,
            made: None,
        })
    }

    /// The findings that are to be reported, ordered by place, and how many are waived.
    pub fn audit(&self, context: &Context) -> Audit {
        if let Some((audit, _)) = &self.made {
            return audit.clone();
        }
        let mut audit = audit::audit(&self.snapshot, context.as_of);
        audit.findings.extend(self.conflicts.iter().chain(&self.commits).cloned());
        finding::sort(&mut audit.findings);
        if let Some(changed) = &self.changed {
            let changed: BTreeSet<&str> = changed.iter().map(String::as_str).collect();
            audit.findings = scope::of_change(audit.findings, &self.snapshot, &changed);
        }
        audit
    }

    /// How many records were checked.
    pub fn files(&self) -> usize {
        self.made.as_ref().map_or_else(|| self.snapshot.records().count(), |(_, records)| *records)
    }

    /// An audit that checked nothing is no success, unless that is what was asked for.
    pub fn refuse_empty(&self, args: &ScopeArgs) -> Result<(), Failure> {
        let why = match &self.changed {
            _ if args.allow_empty => return Ok(()),
            _ if self.files() == 0 && self.conflicts.is_empty() => "there is no record to check",
            Some(changed) if changed.is_empty() => "nothing has changed, so there is nothing to check",
            _ => return Ok(()),
        };
        Err(Failure::nothing(why).hint("where that is as it should be, say --allow-empty"))
    }
}

/// What is wrong with the commits of the change since a revision: those that touch what is protected
/// name a change.
fn on_commits(
    store: &Store,
    snapshot: &Snapshot,
    since: Option<&str>,
    heads: &[&str],
) -> anyhow::Result<Vec<Finding>> {
    let (mut findings, mut seen) = (Vec::new(), BTreeSet::new());
    let is_protected = snapshot.settings().is_some_and(|settings| !settings.protected.is_empty());
    let Some(since) = since.filter(|_| is_protected) else { return Ok(findings) };
    for head in heads {
        for (commit, changed) in store.commits_since(since, head)? {
            if commit.changes.is_empty() && seen.insert(commit.id.clone()) {
                let by = format!("commit {} of {}", commit.short(), commit.date);
                let paths = changed.iter().map(|change| change.path.as_str());
                findings.extend(audit::missing_change_reference(snapshot, &by, paths));
            }
        }
    }
    Ok(findings)
}
