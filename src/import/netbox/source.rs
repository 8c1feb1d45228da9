//! What the importers of single models read from: the dump without what was rejected, and the ids.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::draft::Draft;
use super::dump::{Dump, Key, Object};

pub struct Source<'d> {
    pub dump: &'d Dump,
    pub rejected: BTreeMap<Key<'d>, String>,
    /// Of the objects that become records.
    pub ids: BTreeMap<Key<'d>, String>,
    /// Custom fields by name.
    fields: BTreeMap<String, &'d Object>,
    /// By tagged object: the tagging and the tag.
    tags: BTreeMap<Key<'d>, Vec<(&'d Object, &'d Object)>>,
}

impl<'d> Source<'d> {
    pub fn new(dump: &'d Dump, rejected: BTreeMap<Key<'d>, String>) -> Self {
        let named = dump.all("extras.customfield").filter_map(|field| Some((field.text("name")?, field)));
        let mut tags: BTreeMap<Key<'d>, Vec<_>> = BTreeMap::new();
        for tagging in dump.all("extras.taggeditem") {
            let tagged = generic(dump, tagging, "content_type", "object_id");
            let tag = tagging.reference("tag").and_then(|pk| dump.get("extras.tag", pk));
            if let (Some(tagged), Some(tag)) = (tagged, tag) {
                tags.entry(tagged.key()).or_default().push((tagging, tag));
            }
        }
        Self { dump, rejected, ids: BTreeMap::new(), fields: named.collect(), tags }
    }

    pub fn usable(&self, object: &'d Object) -> bool {
        !self.rejected.contains_key(&object.key())
    }

    /// The object that a field refers to; `None` where it is empty.
    pub fn follow(&self, object: &Object, field: &str, model: &str) -> Option<&'d Object> {
        self.dump.get(model, object.reference(field)?).filter(|object| self.usable(object))
    }

    /// The object that a pair of fields, its model and its number, refers to.
    pub fn generic(&self, object: &Object, model: &str, pk: &str) -> Option<&'d Object> {
        generic(self.dump, object, model, pk).filter(|object| self.usable(object))
    }

    /// The id of the record that an object becomes.
    pub fn id(&self, object: Option<&'d Object>) -> Option<String> {
        self.ids.get(&object?.key()).cloned()
    }

    /// The id of the record that a field refers to.
    pub fn id_at(&self, object: &Object, field: &str, model: &str) -> Option<String> {
        self.id(self.follow(object, field, model))
    }

    /// What all records have: description, comments, tags, custom fields.
    pub fn common(&self, draft: &mut Draft<'d>, object: &'d Object) {
        match draft.class() {
            Some(_) => draft.set("description", object.text("description")),
            None => draft.paragraph(object.text("description")),
        }
        draft.paragraph(object.text("comments"));
        for (tagging, tag) in self.tags.get(&object.key()).into_iter().flatten() {
            draft.add(
                "tags",
                tag.text("slug").or_else(|| tag.text("name")).map(|tag| crate::model::slug::slug(&tag)),
            );
            draft.merge(Some(*tagging));
            draft.merge(Some(*tag));
        }
        let custom = object.json("custom_field_data").and_then(Json::as_object);
        for (name, value) in custom.into_iter().flatten() {
            let Some(value) = shown(value) else { continue };
            let field = draft.merge(self.fields.get(name).copied());
            let label = field.and_then(|field| field.line("label")).unwrap_or_else(|| name.clone());
            draft.note(&label, Some(value));
        }
        draft.note("Local configuration context", object.json("local_context_data").and_then(shown));
    }

    /// An item's owner and stage of life.
    pub fn life(&self, draft: &mut Draft<'d>, object: &'d Object) {
        draft.set("owner", self.id_at(object, "tenant", "tenancy.tenant"));
        let Some(status) = object.text("status") else {
            draft.set("status", Some("in_use"));
            return;
        };
        let (ours, is_exact) = status_of(&status);
        draft.set("status", Some(ours));
        if !is_exact {
            draft.note("Status in NetBox", Some(status));
        }
    }
}

fn generic<'d>(dump: &'d Dump, object: &Object, model: &str, pk: &str) -> Option<&'d Object> {
    dump.get(&dump.content_type(object.json(model)?)?, object.reference(pk)?)
}

/// The stage of life that a status means, and whether it says all of it.
fn status_of(status: &str) -> (&'static str, bool) {
    match status {
        "active" => ("in_use", true),
        "planned" => ("planned", true),
        "staged" | "staging" => ("in_build", true),
        "inventory" => ("in_stock", true),
        "retired" => ("retired", true),
        "available" | "reserved" => ("in_stock", false),
        "failed" => ("in_maintenance", false),
        // Still in place, whatever is said of it: offline, paused, deprecated, decommissioning.
        _ => ("in_use", false),
    }
}

/// A JSON value as a text, where it says something.
fn shown(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}
