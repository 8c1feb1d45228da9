//! The objects of a dump as Django writes them: `{"model": "dcim.device", "pk": 12, "fields": {…}}`.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use crate::import::{ReadError, Rejection};

/// Model and primary key, by which a dump knows its objects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key<'d> {
    pub model: &'d str,
    pub pk: u64,
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.model, self.pk)
    }
}

#[derive(Debug)]
pub struct Object {
    model: String,
    pk: u64,
    fields: Map<String, Json>,
}

impl Object {
    pub fn key(&self) -> Key<'_> {
        Key { model: &self.model, pk: self.pk }
    }

    /// Whether this version of NetBox has the field at all.
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The value of a field that is not null.
    pub fn json(&self, field: &str) -> Option<&Json> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    /// A text that says something, with line ends as `\n`; numbers as they are written.
    pub fn text(&self, field: &str) -> Option<String> {
        let text = match self.json(field)? {
            Json::String(text) => text.replace("\r\n", "\n").trim().to_owned(),
            Json::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A text that has its place on one line, such as a name.
    pub fn line(&self, field: &str) -> Option<String> {
        self.text(field).map(|text| text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
    }

    /// The calendar date of a date or of a point in time.
    pub fn date(&self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        let day = text.get(..10)?;
        crate::date::parse_date(day).is_ok().then(|| day.to_owned())
    }

    pub fn is_true(&self, field: &str) -> bool {
        self.json(field).and_then(Json::as_bool).unwrap_or(false)
    }

    /// The primary key that a field refers to.
    pub fn reference(&self, field: &str) -> Option<u64> {
        self.json(field)?.as_u64()
    }
}

/// Everything in the file.
pub struct Dump {
    objects: Vec<Object>,
    index: BTreeMap<String, BTreeMap<u64, usize>>,
    /// What is no object, or the second of its key.
    pub unusable: Vec<Rejection>,
    /// Objects whose primary key is no number, by model: NetBox's own records have none.
    pub unnumbered: BTreeMap<String, usize>,
}

impl Dump {
    pub fn parse(json: &[u8]) -> Result<Dump, ReadError> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let elements = match serde_json::from_slice(json) {
            Ok(Json::Array(elements)) => elements,
            Ok(other) => {
                return Err(no_dump(format!("a dump is a list of objects, and this is {}", name_of(&other))));
            }
            Err(error) => return Err(no_dump(format!("this is not JSON: {error}"))),
        };
        let mut dump = Dump {
            objects: Vec::with_capacity(elements.len()),
            index: BTreeMap::new(),
            unusable: Vec::new(),
            unnumbered: BTreeMap::new(),
        };
        let is_empty = elements.is_empty();
        for (number, element) in (1..).zip(elements) {
            dump.add(number, element);
        }
        match dump.objects.is_empty() && dump.unnumbered.is_empty() && !is_empty {
            true => Err(no_dump("nothing in this list is an object with `model`, `pk` and `fields`")),
            false => Ok(dump),
        }
    }

    fn add(&mut self, number: usize, element: Json) {
        let Some((model, pk, fields)) = parts(element) else {
            self.unusable.push(Rejection {
                origin: format!("object {number}"),
                reason: "it is no object with `model`, `pk` and `fields`".to_owned(),
            });
            return;
        };
        let Some(pk) = pk.as_u64() else {
            *self.unnumbered.entry(model).or_default() += 1;
            return;
        };
        let of_model = self.index.entry(model.clone()).or_default();
        if of_model.contains_key(&pk) {
            self.unusable.push(Rejection {
                origin: format!("object {number}"),
                reason: format!("it is a second {model} {pk}; the first one counts"),
            });
            return;
        }
        of_model.insert(pk, self.objects.len());
        self.objects.push(Object { model, pk, fields });
    }

    pub fn get(&self, model: &str, pk: u64) -> Option<&Object> {
        self.objects.get(*self.index.get(model)?.get(&pk)?)
    }

    /// The objects of a model by primary key, so that the order of the file has no say.
    pub fn all(&self, model: &str) -> impl Iterator<Item = &Object> {
        let indices = self.index.get(model).into_iter().flat_map(BTreeMap::values);
        indices.filter_map(|index| self.objects.get(*index))
    }

    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter()
    }

    /// The model that a generic reference names: `["dcim", "site"]`, or the number of a content type.
    pub fn content_type(&self, value: &Json) -> Option<String> {
        match value {
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(app), Json::String(model)] => Some(format!("{app}.{model}")),
                _ => None,
            },
            Json::String(name) => Some(name.clone()),
            Json::Number(_) => {
                let object = self.get("contenttypes.contenttype", value.as_u64()?)?;
                Some(format!("{}.{}", object.text("app_label")?, object.text("model")?))
            }
            _ => None,
        }
    }
}

fn no_dump(message: impl Into<String>) -> ReadError {
    ReadError::new(message)
        .help("write the file with `python manage.py dumpdata --natural-foreign -o FILE.json` of NetBox")
}

fn parts(element: Json) -> Option<(String, Json, Map<String, Json>)> {
    let Json::Object(mut object) = element else { return None };
    match (object.remove("model"), object.remove("pk"), object.remove("fields")) {
        (Some(Json::String(model)), Some(pk), Some(Json::Object(fields))) => Some((model, pk, fields)),
        _ => None,
    }
}

fn name_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a truth value",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
