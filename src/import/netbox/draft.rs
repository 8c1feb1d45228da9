//! A record in the making: what an object says, and what other objects add to it.

use std::collections::{BTreeMap, BTreeSet};

use super::dump::{Key, Object};
use crate::import::Proposal;
use crate::model::Kind;
use crate::schema::Schemas;
use crate::yaml::{Data, Route};

pub struct Draft<'d> {
    kind: Kind,
    class: Option<&'static str>,
    fields: Data,
    /// Lists whose order has no meaning, by route: `relations.part_of`.
    sets: BTreeMap<String, BTreeSet<String>>,
    notes: Vec<String>,
    /// The objects whose content went into this record.
    pub merged: BTreeSet<Key<'d>>,
}

impl<'d> Draft<'d> {
    pub fn item(class: &'static str) -> Self {
        Self::new(Kind::Item, Some(class))
    }

    pub fn new(kind: Kind, class: Option<&'static str>) -> Self {
        let (fields, sets) = (Data::Map(Vec::new()), BTreeMap::new());
        Self { kind, class, fields, sets, notes: Vec::new(), merged: BTreeSet::new() }
    }

    pub fn class(&self) -> Option<&'static str> {
        self.class
    }

    /// Sets a field by its route, such as `term.start`, where there is a value for it.
    pub fn set(&mut self, route: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            // Only the importer's own routes come here, and none leads through a text.
            let _ = self.fields.set(&Route::parse(route), Data::text(value.into()));
        }
    }

    /// Sets an attribute; where the class has none of that name, the notes keep the value.
    pub fn attribute(&mut self, name: &str, label: &str, value: Option<impl Into<String>>) {
        let route = format!("attributes.{name}");
        let schemas = Schemas::shipped();
        let schema = self.class.and_then(|class| schemas.class(class));
        match schema.is_some_and(|schema| schema.shape().at(&Route::parse(&route)).is_some()) {
            true => self.set(&route, value),
            false => self.note(label, value),
        }
    }

    /// Sets an attribute that is a whole number from 1 to `most`; the notes keep any other.
    pub fn whole(&mut self, name: &str, label: &str, value: Option<String>, most: u64) {
        let number = value.as_deref().and_then(whole).filter(|number| (1..=most).contains(number));
        match number {
            Some(number) => self.attribute(name, label, Some(number.to_string())),
            None => self.note(label, value),
        }
    }

    /// Adds to a list whose order has no meaning, such as `tags` or `relations.part_of`.
    pub fn add(&mut self, route: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.sets.entry(route.to_owned()).or_default().insert(value.into());
        }
    }

    pub fn has(&self, route: &str, value: &str) -> bool {
        self.sets.get(route).is_some_and(|set| set.contains(value))
    }

    /// Keeps what no field of the record says.
    pub fn note(&mut self, label: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.notes.push(format!("{label}: {}", value.into()));
        }
    }

    pub fn paragraph(&mut self, text: Option<String>) {
        self.notes.extend(text);
    }

    /// Takes over from an object that becomes no record of its own.
    pub fn merge<'o: 'd>(&mut self, object: Option<&'o Object>) -> Option<&'o Object> {
        self.merged.extend(object.map(Object::key));
        object
    }

    pub fn finish(mut self, key: Key<'d>, id: String) -> Proposal {
        for (route, set) in std::mem::take(&mut self.sets) {
            let _ = self.fields.set(&Route::parse(&route), Data::list(set));
        }
        let notes = (!self.notes.is_empty()).then(|| self.notes.join("\n"));
        self.set("notes", notes);
        Proposal {
            kind: self.kind,
            class: self.class.map(str::to_owned),
            id,
            key: ("netbox".to_owned(), format!("{}:{}", key.model, key.pk)),
            fields: self.fields,
            origin: key.to_string(),
        }
    }
}

/// A whole number, which newer versions of NetBox write as `2.0`.
pub fn whole(text: &str) -> Option<u64> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    digits.parse().ok()
}
