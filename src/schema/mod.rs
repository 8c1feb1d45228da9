//! The schemas of records: JSON Schema 2020-12 documents, shipped in the binary and extended by the
//! estate's own `schemas/` folder.
//!
//! A schema is read three ways. Flattened (references inlined, `allOf` merged) it becomes a
//! [`Shape`], by which a record's text is turned into typed JSON: the schema, not the look of the
//! text, decides what a scalar is. The JSON is then validated by the `jsonschema` crate. And the
//! shape's annotations say which fields refer to other records and how lists are compared:
//!
//! | annotation | on | meaning |
//! |---|---|---|
//! | `x-estate-ref` | a text | the id of a record of one of these kinds, `item:location` being a class |
//! | `x-estate-key` | a list of mappings | the keys by which its elements are matched |
//! | `x-estate-set` | a list of scalars | order has no meaning |
//! | `x-estate-place` | a class | where its items are: each has a `location`, or a `host` |
//! | `x-estate-recommended` | a class | fields that each item had better have, such as `attributes.os` |

mod check;
mod flatten;
mod shape;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use crate::finding::Finding;
use crate::source::{Source, Span};
use crate::{embedded, yaml};

pub use shape::{RefTarget, Shape, Type};

/// Documents as written and as JSON, by name.
type Documents = BTreeMap<String, (Arc<str>, Json)>;

/// One schema, ready to check records. It is flattened and compiled at first use: a command that reads
/// one record needs one schema of many.
pub struct Schema {
    pub name: String,
    /// The document as written, for `estate schema`.
    pub text: Arc<str>,
    documents: Arc<Documents>,
    form: OnceLock<Form>,
    validator: OnceLock<Option<jsonschema::Validator>>,
}

/// A document without references, and what it says of records.
struct Form {
    flat: Json,
    shape: Shape,
}

impl Form {
    fn of(documents: &Documents, name: &str) -> Result<Form, String> {
        let roots = documents.iter().map(|(name, (_, json))| (name.as_str(), json)).collect();
        let flat = flatten::flatten(&roots, name)?;
        Ok(Form { shape: Shape::of(&flat), flat })
    }
}

impl Schema {
    fn new(documents: &Arc<Documents>, name: &str, text: &Arc<str>) -> Self {
        let (form, validator) = (OnceLock::new(), OnceLock::new());
        Self { name: name.to_owned(), text: text.clone(), documents: documents.clone(), form, validator }
    }

    /// Flattens and compiles what the estate brings at once, so that a mistake has a finding.
    fn prepare(&self) -> Result<(), String> {
        let form = Form::of(&self.documents, &self.name)?;
        self.form.get_or_init(|| form);
        match self.validator() {
            Some(_) => Ok(()),
            None => Err("a keyword has a wrong value, or a pattern cannot be read".to_owned()),
        }
    }

    /// Shipped schemas lean on shipped ones only, and those of the estate are tried when they are
    /// read, so that none is left here that cannot be flattened.
    fn form(&self) -> &Form {
        self.form.get_or_init(|| {
            let nothing = |_| Form { flat: Json::Null, shape: Shape::of(&Json::Null) };
            Form::of(&self.documents, &self.name).unwrap_or_else(nothing)
        })
    }

    fn flat(&self) -> &Json {
        &self.form().flat
    }

    /// The title as written in the document.
    pub fn title(&self) -> &str {
        self.flat().get("title").and_then(Json::as_str).unwrap_or("")
    }

    pub fn description(&self) -> &str {
        self.flat().get("description").and_then(Json::as_str).unwrap_or("")
    }

    pub fn shape(&self) -> &Shape {
        &self.form().shape
    }

    /// Of a class: what says where an item of it is, `location` or `host`.
    pub fn place(&self) -> Option<&str> {
        self.flat().get("x-estate-place").and_then(Json::as_str)
    }

    /// Of a class: the fields that an item had better have, beyond those that it must. Their absence
    /// breaks no rule and lowers the completeness of the data.
    pub fn recommended(&self) -> impl Iterator<Item = &str> {
        let list = self.flat().get("x-estate-recommended").and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str)
    }

    /// A field that is recommended and does not exist, which no validator looks at: every item would
    /// lack it.
    fn unknown_recommendation(&self) -> Option<&str> {
        self.recommended().find(|field| self.shape().at(&yaml::Route::parse(field)).is_none())
    }

    fn validator(&self) -> Option<&jsonschema::Validator> {
        let compile = || {
            jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .with_pattern_options(jsonschema::PatternOptions::regex())
                .build(self.flat())
                .ok()
        };
        self.validator.get_or_init(compile).as_ref()
    }

    /// Checks a parsed record; every finding has the place in the record's text.
    pub fn check(&self, source: &Source, tree: &yaml::Tree) -> Vec<Finding> {
        check::check(self, source, tree)
    }
}

/// The schemas that hold at one version of the estate.
pub struct Schemas {
    by_name: BTreeMap<String, Arc<Schema>>,
    /// What is wrong with the estate's own schema files.
    pub findings: Vec<Finding>,
}

/// Schemas of record kinds and shared definitions: the format of records itself, which an estate
/// extends by classes but does not change.
const FIXED: &[&str] = &[
    "common",
    "item",
    "service",
    "contract",
    "execution",
    "schedule",
    "party",
    "change",
    "policy",
    "closing",
    "rate",
    "settings",
    "investment",
    "waivers",
    "signers",
];

const SUFFIX: &str = ".schema.json";

impl Schemas {
    /// The schemas of the binary.
    pub fn shipped() -> Arc<Schemas> {
        static SHIPPED: OnceLock<Arc<Schemas>> = OnceLock::new();
        SHIPPED.get_or_init(|| Arc::new(Schemas::build(&[]))).clone()
    }

    /// The shipped schemas, and the classes of an estate's `schemas/*.schema.json`.
    pub fn with_own(files: &[Source]) -> Arc<Schemas> {
        let shipped = Schemas::shipped();
        let differs = |file: &&Source| {
            let name = file_name(file.path());
            !shipped
                .by_name
                .get(name)
                .is_some_and(|schema| &*schema.text == file.text() || FIXED.contains(&name))
        };
        let own: Vec<&Source> = files.iter().filter(differs).collect();
        if own.is_empty() { shipped } else { Arc::new(Schemas::build(&own)) }
    }

    fn build(own: &[&Source]) -> Schemas {
        let mut findings = Vec::new();
        let mut documents = Documents::new();
        for (path, text) in embedded::SCHEMAS {
            if let Ok(json) = serde_json::from_str(text) {
                documents.insert(file_name(path).to_owned(), ((*text).into(), json));
            }
        }
        let mut places: BTreeMap<String, &Source> = BTreeMap::new();
        for source in own {
            let name = file_name(source.path()).to_owned();
            match serde_json::from_str(source.text()) {
                Ok(json) => {
                    documents.insert(name.clone(), (source.text().into(), json));
                    places.insert(name, source);
                }
                Err(error) => {
                    findings.push(unusable(source, line_start(source, error.line()), &error.to_string()))
                }
            }
        }
        let documents = Arc::new(documents);
        let mut by_name = BTreeMap::new();
        for (name, (text, _)) in &*documents {
            let schema = Schema::new(&documents, name, text);
            if let Some(source) = places.get(name) {
                if let Err(why) = schema.prepare() {
                    findings.push(unusable(source, Span::default(), &why));
                    continue;
                }
                findings.extend(schema.unknown_recommendation().map(|field| no_such_field(source, field)));
            }
            by_name.insert(name.clone(), Arc::new(schema));
        }
        Schemas { by_name, findings }
    }

    /// A schema by name: `item`, `contract`, or a class such as `server`.
    pub fn get(&self, name: &str) -> Option<&Arc<Schema>> {
        self.by_name.get(name)
    }

    /// The schema of a class of items.
    pub fn class(&self, class: &str) -> Option<&Arc<Schema>> {
        self.by_name.get(class).filter(|_| !FIXED.contains(&class))
    }

    /// The names of the classes, sorted.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str).filter(|name| !FIXED.contains(name))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

fn file_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(SUFFIX).unwrap_or(name)
}

fn line_start(source: &Source, line: usize) -> Span {
    let at: usize = source.text().split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    Span::new(at, at)
}

/// The schema stays in use: one recommendation is no reason to check nothing.
fn no_such_field(source: &Source, field: &str) -> Finding {
    let quoted = format!("\"{field}\"");
    let at = source.text().find(&quoted).map_or(Span::default(), |at| Span::new(at, at + quoted.len()));
    let message = format!("`{field}` is recommended and no field of this class");
    Finding::error("unusable-schema", source.location(at), message)
        .help("correct x-estate-recommended; a field of the class is written attributes.NAME")
}

fn unusable(source: &Source, span: Span, why: &str) -> Finding {
    Finding::error("unusable-schema", source.location(span), format!("this schema cannot be used: {why}"))
        .help("compare it with the output of `estate schema server`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_schema_can_be_used() {
        let schemas = Schemas::shipped();
        assert!(schemas.findings.is_empty());
        assert_eq!(schemas.names().count(), embedded::SCHEMAS.len());
        for name in schemas.names() {
            let schema = schemas.get(name).unwrap();
            assert!(schema.validator().is_some(), "{name} does not compile");
            assert!(!schema.title().is_empty() && !schema.description().is_empty(), "{name} has no title");
            assert_eq!(schema.unknown_recommendation(), None, "{name}");
        }
        assert!(FIXED.iter().all(|name| schemas.get(name).is_some() && schemas.class(name).is_none()));
    }

    #[test]
    fn an_estate_adds_classes_and_learns_what_is_wrong_with_them() {
        let class = |name: &str, text: &str| Source::new(format!("schemas/{name}.schema.json"), text);
        let good = class(
            "badge_reader",
            r#"{"title": "Badge reader", "description": "x", "allOf": [{"$ref": "item.schema.json"}],
                "properties": {"class": {"const": "badge_reader"}, "attributes": {"type": "object",
                "properties": {"doors": {"type": "integer"}}, "additionalProperties": false}},
                "x-estate-recommended": ["owner", "attributes.doors"], "unevaluatedProperties": false}"#,
        );
        let misspelt = class(
            "gate",
            r#"{"title": "Gate", "description": "x", "allOf": [{"$ref": "item.schema.json"}],
                "x-estate-recommended": ["owmer"], "unevaluatedProperties": false}"#,
        );
        let bad = class("broken", "{\n \"type\": }");
        let lost = class("lost", r#"{"allOf": [{"$ref": "nowhere.schema.json"}]}"#);
        let schemas = Schemas::with_own(&[good, bad, lost, misspelt]);
        assert!(schemas.class("badge_reader").is_some_and(|schema| schema.shape().field("owner").is_some()));
        let places: Vec<String> =
            schemas.findings.iter().map(|finding| finding.location.to_string()).collect();
        assert_eq!(
            places,
            [
                "schemas/broken.schema.json:2:1",
                "schemas/gate.schema.json:2:42",
                "schemas/lost.schema.json:1:1"
            ]
        );
        let recommended: Vec<_> = schemas.class("badge_reader").unwrap().recommended().collect();
        assert_eq!(recommended, ["owner", "attributes.doors"]);
    }
}
