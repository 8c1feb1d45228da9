//! The audit of the files on disk, from what an earlier one found and from what has changed since.
//! The answer is that of a whole audit.

use std::collections::HashSet;
use std::path::PathBuf;

use estate::audit::{self, Audit, Former, MAX_CHANGED, Memory};
use estate::graph;
use estate::model::Place;
use estate::snapshot::Snapshot;
use estate::store::{Secret, Store, Survey};

use super::context::Context;

/// The audit, the files that it read, and how many records the estate has.
pub fn audit(context: &Context, store: &Store) -> anyhow::Result<(Snapshot, Audit, usize)> {
    let secret = secret_path().and_then(|path| Secret::at(&path));
    let kept = match &secret {
        Some(secret) => store.survey()?.map(|survey| (survey, secret)),
        None => None,
    };
    let Some((survey, secret)) = kept else {
        let snapshot = store.worktree()?;
        let audit = audit::audit(&snapshot, context.as_of);
        let records = snapshot.records().count();
        return Ok((snapshot, audit, records));
    };
    if let Some((snapshot, audit)) = renewed(context, store, &survey, secret)? {
        let records = survey.paths().into_iter().filter(|path| Place::of(path).is_some()).count();
        return Ok((snapshot, audit, records));
    }
    let snapshot = store.worktree()?;
    let (audit, memory) = Memory::audit(&snapshot, context.as_of, &survey.paths());
    if let Some(findings) = memory.and_then(|memory| memory.to_bytes()) {
        store.remember(survey, &snapshot, secret, &findings);
    }
    let records = snapshot.records().count();
    Ok((snapshot, audit, records))
}

fn renewed(
    context: &Context,
    store: &Store,
    survey: &Survey,
    secret: &Secret,
) -> anyhow::Result<Option<(Snapshot, Audit)>> {
    let Some(kept) = store.recall(survey, secret, MAX_CHANGED) else { return Ok(None) };
    let Some(memory) = Memory::from_bytes(&kept.findings) else { return Ok(None) };
    let files = survey.paths();
    let changed: Vec<usize> = kept.changed.iter().map(|(at, _)| *at).collect();
    let Some(needed) = memory.needed(context.as_of, &files, &changed) else { return Ok(None) };
    let snapshot = partly(store, &files, &needed.judged, &needed.read)?;
    let former: Vec<Former> = kept
        .changed
        .into_iter()
        .filter_map(|(at, text)| Some(Former { path: (*files.get(at)?).to_owned(), text }))
        .collect();
    Ok(memory.renew(&snapshot, context.as_of, &needed.judged, &former).map(|audit| (snapshot, audit)))
}

/// A snapshot that has read these files and what the judged ones refer to, and knows the ids of all.
fn partly<'f>(
    store: &Store,
    files: &[&str],
    judged: impl IntoIterator<Item = &'f String>,
    read: impl IntoIterator<Item = &'f String>,
) -> anyhow::Result<Snapshot> {
    let judged: Vec<String> = judged.into_iter().cloned().collect();
    let alone = store.worktree_of(&judged, &[])?;
    let references = alone.records().flat_map(|record| graph::references(record, &alone));
    let ids: HashSet<&str> = references.map(|reference| reference.id).collect();
    let is_named = |path: &str| {
        let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml"));
        name.is_some_and(|id| ids.contains(id))
    };
    let mut wanted: HashSet<String> = judged.iter().cloned().collect();
    wanted.extend(read.into_iter().cloned());
    wanted.extend(files.iter().filter(|path| is_named(path)).map(|path| (*path).to_owned()));
    let known: Vec<String> =
        files.iter().filter(|path| !wanted.contains(**path)).map(|path| (*path).to_owned()).collect();
    let wanted: Vec<String> = wanted.into_iter().collect();
    Ok(store.worktree_of(&wanted, &known)?)
}

/// Where the secret of this user lies, which seals what is kept.
fn secret_path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".local/state")));
    state.map(|state| state.join("estate").join("secret"))
}
