//! Records as the user names them: by id, or by `kind/id` where an id alone says too little.

use estate::model::{Kind, Place, RecordId};
use estate::schema::Schemas;
use estate::store::Store;
use estate::suggest;

use super::context::Context;
use super::failure::Failure;

/// The id in a name.
pub fn id(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, id)| id)
}

/// The records that a name may mean, first kinds first, whether they exist or not.
pub fn candidates(name: &str) -> Vec<RecordId> {
    let record = |kind: Kind, id: &str| RecordId { kind, id: id.to_owned() };
    match name.split_once('/') {
        Some((kind, id)) => Kind::from_name(kind).map(|kind| record(kind, id)).into_iter().collect(),
        None => Kind::ALL.into_iter().map(|kind| record(kind, name)).collect(),
    }
}

/// The record of this name on disk, or in the past that leads to `revision` where it is there no
/// more.
pub fn in_history(context: &Context, store: &Store, name: &str, revision: &str) -> anyhow::Result<RecordId> {
    let on_disk: Vec<RecordId> = store
        .locate(id(name))
        .iter()
        .filter_map(|path| Place::of(path))
        .map(|place| RecordId { kind: place.kind, id: place.id })
        .collect();
    let candidates = candidates(name);
    let mut found = candidates.iter().filter(|record| on_disk.contains(record));
    if let Some(record) = found.next() {
        // An item and its schedule share their id as a rule.
        let others = found.filter(|other| (record.kind, other.kind) != (Kind::Item, Kind::Schedule));
        others.for_each(|other| context.say(&format!("there is also {other}")));
        return Ok(record.clone());
    }
    let schemas = Schemas::shipped();
    for record in candidates {
        let mut is_known = false;
        store.record_history(&record, revision, &schemas, |step| {
            is_known = step.after.is_some();
            !is_known
        })?;
        if is_known {
            return Ok(record);
        }
    }
    Err(unknown(store, name).into())
}

/// There is no such record: says which the user may have meant, from the names of the files.
pub fn unknown(store: &Store, name: &str) -> Failure {
    let failure = Failure::nothing(format!("there is no record `{name}`"));
    let Ok(places) = store.record_places() else { return failure };
    if let Some((kind, id)) = name.split_once('/') {
        let same_id = places.iter().find(|place| place.id == id);
        let kinds = || suggest::did_you_mean(kind, Kind::ALL.into_iter().map(Kind::name));
        let hint = same_id.map(|place| format!("did you mean `{}/{id}`?", place.kind)).or_else(kinds);
        if hint.is_some() {
            return failure.hint_if(hint);
        }
    }
    let near = suggest::did_you_mean(id(name), places.iter().map(|place| place.id.as_str()));
    failure.hint(near.unwrap_or_else(|| "`estate find TEXT` searches names and fields, too".to_owned()))
}
