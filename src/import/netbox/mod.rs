//! NetBox: a database dump in Django's JSON format (`manage.py dumpdata --natural-foreign`).
//!
//! | NetBox | here |
//! |---|---|
//! | regions, sites, locations | items of class `location` |
//! | racks, panels and feeds | items of class `rack` and `power` |
//! | device and rack types | items of class `model` |
//! | devices | items of the class that their role says (`classes.rs`) |
//! | clusters, virtual machines | `container_host` or `cloud_resource`, and `virtual_machine` |
//! | manufacturers, tenants, providers | parties |
//! | circuits | contracts |
//! | cables, bays, roles, platforms, groups, tags, custom fields | told by the records they concern |
//!
//! Every other object is left out and counted by its model. So each object of the file is imported,
//! merged, left out or rejected, and the four numbers add up. What has no field here is kept in a
//! record's notes. The field names are those of NetBox 3.0, and of 4.x where they differ.

mod cables;
mod circuits;
mod classes;
mod devices;
mod draft;
mod dump;
mod models;
mod names;
mod parties;
mod places;
mod power;
mod source;
#[cfg(test)]
mod tests;
mod virtual_machines;

use std::collections::{BTreeMap, BTreeSet};

use draft::Draft;
use dump::{Dump, Key, Object};
use models::{MODELS, Model};
use source::Source;

use super::{Incoming, ReadError, Rejection};

/// Larger than any dump without its change log.
pub const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// Reads a dump.
///
/// # Errors
/// When the file is no list of Django objects. Single objects that cannot be imported are rejections.
pub fn read(json: &[u8]) -> Result<Incoming, ReadError> {
    let dump = Dump::parse(json)?;
    let mut source = Source::new(&dump, unusable(&dump));
    source.ids = names::assign(wanted(&source));
    let mut drafts = BTreeMap::new();
    for (model, object) in imported(&source) {
        let mut draft = (model.draft)(object, &source);
        note_missing(&mut draft, object, model, &source);
        drafts.insert(object.key(), draft);
    }
    power::feed_racks(&mut drafts, &source);
    devices::fill_bays(&mut drafts, &source);
    let cabling = cables::connect(&mut drafts, &source);
    circuits::end(&mut drafts, &source, &cabling.plugged);
    let mut rejected = source.rejected.clone();
    rejected.extend(cabling.rejected);
    let mut merged: BTreeSet<Key<'_>> = cabling.merged.into_iter().collect();
    merged.extend(drafts.values().flat_map(|draft| draft.merged.iter().copied()));
    Ok(account(&dump, &source, drafts, &Fates { rejected, merged, left_out: cabling.left_out }))
}

/// The objects that become records, in the order of the models.
fn imported<'s, 'd>(
    source: &'s Source<'d>,
) -> impl Iterator<Item = (&'static Model, &'d Object)> + use<'s, 'd> {
    let all = MODELS.iter().flat_map(|model| source.dump.all(model.name).map(move |object| (model, object)));
    all.filter(|(_, object)| source.usable(object))
}

fn wanted<'d>(source: &Source<'d>) -> Vec<names::Wanted<'d>> {
    imported(source)
        .map(|(model, object)| names::Wanted {
            key: object.key(),
            kind: model.kind,
            names: (model.names)(object, source),
        })
        .collect()
}

/// The objects that cannot become records, and why: what they need is missing, or is unusable itself.
fn unusable(dump: &Dump) -> BTreeMap<Key<'_>, String> {
    let mut rejected: BTreeMap<Key<'_>, String> = BTreeMap::new();
    loop {
        let known = rejected.len();
        for model in MODELS {
            for object in dump.all(model.name) {
                if !rejected.contains_key(&object.key())
                    && let Err(reason) = check(object, model, dump, &rejected)
                {
                    rejected.insert(object.key(), reason);
                }
            }
        }
        if rejected.len() == known {
            return rejected;
        }
    }
}

fn check(
    object: &Object,
    model: &Model,
    dump: &Dump,
    rejected: &BTreeMap<Key<'_>, String>,
) -> Result<(), String> {
    for group in model.required {
        if group.iter().all(|field| object.text(field).is_none()) {
            return Err(format!("it has no `{}`", group.join("` and no `")));
        }
    }
    for reference in model.references.iter().filter(|reference| reference.is_needed) {
        let field = reference.field;
        let Some(value) = object.json(field) else { continue };
        let Some(pk) = value.as_u64() else {
            return Err(format!("its `{field}` is {value}, and not the number of a {}", reference.model));
        };
        match dump.get(reference.model, pk) {
            None => {
                return Err(format!("its `{field}` is {} {pk}, which is not in the file", reference.model));
            }
            Some(other) if rejected.contains_key(&other.key()) => {
                return Err(format!("its `{field}` is {}, which is rejected", other.key()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// What an object refers to and the file does not hold is at least named.
fn note_missing<'d>(draft: &mut Draft<'d>, object: &Object, model: &Model, source: &Source<'d>) {
    for reference in model.references.iter().filter(|reference| !reference.is_needed) {
        let missing = object.json(reference.field).filter(|value| {
            let known = value.as_u64().and_then(|pk| source.dump.get(reference.model, pk));
            known.is_none()
        });
        draft.note(
            &format!("Not in the file, `{}`", reference.field),
            missing.map(|value| format!("{} {value}", reference.model)),
        );
    }
}

/// What becomes of the objects that become no record.
struct Fates<'d> {
    rejected: BTreeMap<Key<'d>, String>,
    merged: BTreeSet<Key<'d>>,
    /// Where it is for another reason than the model.
    left_out: BTreeMap<Key<'d>, &'static str>,
}

/// Says of every object of the file what became of it.
fn account<'d>(
    dump: &'d Dump,
    source: &Source<'d>,
    mut drafts: BTreeMap<Key<'d>, Draft<'d>>,
    fates: &Fates<'d>,
) -> Incoming {
    let mut incoming = Incoming { rejections: dump.unusable.clone(), ..Incoming::default() };
    for (_, object) in imported(source) {
        let key = object.key();
        if let (Some(draft), Some(id)) = (drafts.remove(&key), source.ids.get(&key)) {
            incoming.proposals.push(draft.finish(key, id.clone()));
        }
    }
    for (key, reason) in &fates.rejected {
        incoming.rejections.push(Rejection { origin: key.to_string(), reason: reason.clone() });
    }
    incoming.left_out = dump.unnumbered.clone();
    for key in dump.objects().map(Object::key) {
        let model = key.model.to_owned();
        let (counts, what) = match fates.left_out.get(&key) {
            _ if source.ids.contains_key(&key) || fates.rejected.contains_key(&key) => continue,
            _ if fates.merged.contains(&key) => (&mut incoming.merged, model),
            Some(why) => (&mut incoming.left_out, format!("{model} ({why})")),
            None => (&mut incoming.left_out, model),
        };
        *counts.entry(what).or_default() += 1;
    }
    incoming
}
