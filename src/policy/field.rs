//! The fields that a condition may name: those of the records, and a few that are reckoned.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::World;
use crate::contract::{notice_by, term_at};
use crate::model::contract::Contract;
use crate::model::item::Item;
use crate::model::{Kind, Record};
use crate::query::{self, QueryError, Scope, Typed};
use crate::schema::Type;
use crate::snapshot::Snapshot;
use crate::suggest;

/// A field of the records that a condition looks at, which may be of several kinds and classes.
pub struct Field<'a> {
    pub name: String,
    /// The type of its values; [`Type::Any`] where classes disagree.
    pub kind: Type,
    /// The values that it may have, where the schemas list them.
    pub choices: Vec<String>,
    readers: Vec<(Scope<'a>, Reader)>,
}

enum Reader {
    Stored(query::Field),
    Reckoned(&'static Reckoned),
}

/// A field that no file holds.
struct Reckoned {
    name: &'static str,
    of: Kind,
    kind: Type,
    /// The field that it rests on, to which findings point.
    at: &'static str,
    read: fn(&Record, &World<'_>) -> Option<String>,
}

static RECKONED: [Reckoned; 3] = [
    Reckoned {
        name: "notice_by",
        of: Kind::Contract,
        kind: Type::Date,
        at: "renewal.notice",
        read: |record, world| notice_by(Contract(record), world.as_of).map(|day| day.to_string()),
    },
    Reckoned {
        name: "term_end",
        of: Kind::Contract,
        kind: Type::Date,
        at: "term",
        read: |record, world| term_at(Contract(record), world.as_of).map(|term| term.end.to_string()),
    },
    Reckoned {
        name: "site",
        of: Kind::Item,
        kind: Type::Id,
        at: "location",
        read: |record, world| site(record, world.snapshot).map(|site| site.id().to_owned()),
    },
];

/// The names of the reckoned fields of the kinds that `fits` admits.
pub fn reckoned(fits: impl Fn(Kind) -> bool) -> impl Iterator<Item = &'static str> {
    RECKONED.iter().filter(move |field| fits(field.of)).map(|field| field.name)
}

/// The reckoned fields that rest on a top-level field.
pub fn resting_on(kind: Kind, name: &str) -> Vec<&'static str> {
    let rests = |field: &&Reckoned| field.of == kind && field.at.split('.').next() == Some(name);
    RECKONED.iter().filter(rests).map(|field| field.name).collect()
}

impl<'a> Field<'a> {
    /// The field of this name.
    ///
    /// # Errors
    /// Where no record in the scopes may have it.
    pub fn find(name: &str, scopes: &[Scope<'a>]) -> Result<Field<'a>, QueryError> {
        let mut readers = Vec::new();
        let mut kinds = Vec::new();
        let mut choices: Option<Vec<String>> = None;
        let mut unknown = None;
        for scope in scopes {
            let reckoned = RECKONED.iter().find(|field| field.name == name && field.of == scope.kind);
            match (query::Field::find(name, scope), reckoned) {
                (Ok(field), _) => {
                    kinds.push(field.kind);
                    let same = choices.as_ref().is_none_or(|choices| *choices == field.choices);
                    choices = Some(if same { field.choices.clone() } else { Vec::new() });
                    readers.push((*scope, Reader::Stored(field)));
                }
                (Err(_), Some(field)) => {
                    kinds.push(field.kind);
                    choices = Some(Vec::new());
                    readers.push((*scope, Reader::Reckoned(field)));
                }
                (Err(error), None) => unknown = Some(error),
            }
        }
        let Some(first) = kinds.first().copied() else {
            let near =
                suggest::did_you_mean(name, reckoned(|of| scopes.iter().any(|scope| scope.kind == of)));
            let message = format!("there is no field `{name}` here");
            let error = unknown.unwrap_or(QueryError { message, hint: None });
            return Err(QueryError { hint: near.or(error.hint), ..error });
        };
        let kind = if kinds.iter().all(|kind| *kind == first) { first } else { Type::Any };
        Ok(Field { name: name.to_owned(), kind, choices: choices.unwrap_or_default(), readers })
    }

    /// Whether a record may have several values here.
    pub fn is_list(&self) -> bool {
        self.readers.iter().any(|(_, reader)| matches!(reader, Reader::Stored(field) if field.is_list))
    }

    /// The route to which a finding on the field points.
    pub fn route(&self) -> &str {
        match self.readers.first() {
            Some((_, Reader::Reckoned(field))) => field.at,
            _ => &self.name,
        }
    }

    /// The texts of the values that a record has here.
    pub fn texts<'r>(&self, record: &'r Record, world: &World<'_>) -> Vec<Cow<'r, str>> {
        match self.readers.iter().find(|(scope, _)| scope.admits(record)) {
            Some((_, Reader::Stored(field))) => field.texts(record),
            Some((_, Reader::Reckoned(field))) => {
                (field.read)(record, world).map(Cow::Owned).into_iter().collect()
            }
            None => Vec::new(),
        }
    }

    /// The values that can be read as the field's type; the others have findings of their own.
    pub fn values(&self, record: &Record, world: &World<'_>) -> Vec<Typed> {
        let texts = self.texts(record, world);
        texts.iter().filter_map(|text| Typed::read(self.kind, text)).collect()
    }

    /// Whether a text of the field says this value. Texts need not be read to be the same.
    pub fn is(&self, text: &str, value: &Typed) -> bool {
        match value {
            Typed::Text(word) => word == text,
            value => {
                Typed::read(self.kind, text).and_then(|read| read.compare(value)).is_some_and(Ordering::is_eq)
            }
        }
    }
}

/// The outermost place that holds an item: where it stands, or where what it runs on stands.
fn site<'s>(record: &'s Record, snapshot: &'s Snapshot) -> Option<&'s Record> {
    let mut here = record;
    // Nobody nests places deeper; going in circles has its own rule.
    for _ in 0..16 {
        let item = Item(here);
        let outer = match item.class() {
            "location" => item.related("part_of").next(),
            _ => item
                .location()
                .or_else(|| ["hosted_on", "runs_on"].iter().find_map(|by| item.related(by).next())),
        };
        match outer.map(|id| snapshot.item(id)) {
            Some(Some(item)) => here = item.record(),
            _ => break,
        }
    }
    (here.class() == Some("location")).then_some(here)
}
