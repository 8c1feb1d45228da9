//! Mappings: how the columns of a file of another system become records. A mapping is data, a YAML
//! file that people copy and change; those of well-known products are shipped.
//!
//! What a field is, its schema knows: a mapping only says which columns make its text. Dates, money
//! and lists are read as the schema asks, references are made ids.

mod convert;
mod rows;
mod table;
mod template;

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::ReadError;
use crate::model::Kind;
use crate::schema::{Schema, Schemas, Shape};
use crate::yaml::Route;
use crate::{embedded, suggest};

pub use convert::MoneyRule;
pub use table::{Table, matches};
pub use template::Template;

/// A row of a file: answers the text of a column.
pub struct Row<'r>(pub &'r dyn Fn(&str) -> Option<&'r str>);

impl<'r> Row<'r> {
    pub fn get(&self, column: &str) -> Option<&'r str> {
        (self.0)(column)
    }
}

/// How the rows of a file become records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What it is for, in a line.
    pub title: String,
    /// The name of the outside system, under which its keys are kept.
    pub system: String,
    /// Of a mapping for YAML files: where they lie, such as `namespaces/*/00-namespace.yaml`.
    pub files: Option<String>,
    /// Columns without which the file is another than this mapping is for.
    #[serde(default)]
    pub require: Vec<String>,
    /// Texts that stand for an empty cell, such as `N/A`.
    #[serde(default)]
    nothing: Vec<String>,
    /// The forms of dates, as `strftime` writes them; `%Y-%m-%d` where there are none.
    #[serde(default)]
    dates: Vec<String>,
    money: Option<MoneyRule>,
    /// What each row becomes.
    records: Vec<RecordRule>,
}

/// A record that a row becomes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordRule {
    #[serde(deserialize_with = "kind")]
    kind: Kind,
    class: Option<Rule>,
    /// Rows that become such a record; all where it says nothing.
    when: Option<Condition>,
    /// The record's key in the outside system. Without one, the record is only made where another
    /// refers to it and there is none of its id or name.
    key: Option<Rule>,
    /// The id for a new record, of any text.
    id: Rule,
    /// By route, such as `attributes.hostname`. A class without such a field goes without it.
    fields: IndexMap<String, Rule>,
}

/// How a text is made from a row: from columns, then through each step that is given, in this order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    from: Template,
    /// Rows that have the field.
    when: Option<Condition>,
    /// What separates the elements of a list.
    split: Option<String>,
    /// Only what follows the last place of this text.
    after: Option<String>,
    /// Only what comes before the first place of this text.
    before: Option<String>,
    /// A whole number, divided and rounded to the nearest.
    divide: Option<u32>,
    table: Option<Table>,
    /// Where there is nothing, or the table does not know the word.
    default: Option<Template>,
}

/// Steps, or a template alone.
#[derive(Clone, Debug)]
struct Rule(Steps);

/// A test of a row: `{Name}` is not empty, or what the template makes is one of some words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    from: Template,
    /// One of these, with `*` for any letters.
    is: Option<Vec<String>>,
    /// None of these.
    not: Option<Vec<String>>,
    #[serde(default)]
    empty: bool,
}

/// A test, or a template alone.
#[derive(Clone, Debug)]
struct Condition(Test);

impl Mapping {
    /// Reads a mapping file; `name` is how the user knows it.
    ///
    /// # Errors
    /// What is wrong with it and where, also fields and classes that no schema has.
    pub fn read(name: &str, text: &str, schemas: &Schemas) -> Result<Mapping, ReadError> {
        let mapping: Mapping = serde_yaml::from_str(text).map_err(|error| {
            ReadError::new(format!("the mapping {name} cannot be used: {error}"))
                .help("`estate import maps` lists the shipped ones, which show how they are written")
        })?;
        mapping
            .check(schemas)
            .map_err(|why| ReadError::new(format!("the mapping {name} cannot be used: {why}")))?;
        Ok(mapping)
    }

    /// A mapping of the binary, by name.
    pub fn shipped(name: &str) -> Option<&'static str> {
        Mapping::all_shipped().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// Name and text of the mappings of the binary.
    pub fn all_shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
        let name = |path: &'static str| path.rsplit('/').next()?.strip_suffix(".yaml");
        embedded::MAPPINGS.iter().filter_map(move |(path, text)| Some((name(path)?, *text)))
    }

    fn check(&self, schemas: &Schemas) -> Result<(), String> {
        if self.records.iter().all(|rule| rule.key.is_none()) {
            return Err("none of its `records` has a `key`, so it would import nothing".to_owned());
        }
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if self.system.is_empty() || !self.system.chars().all(is_key) {
            return Err(format!("`system: {}` must be lower-case letters, digits, - and _", self.system));
        }
        self.dates.iter().try_for_each(|format| convert::check_date_format(format))?;
        self.money.as_ref().map_or(Ok(()), MoneyRule::check)?;
        for rule in &self.records {
            let possible = rule.schemas(schemas)?;
            for (field, Rule(steps)) in &rule.fields {
                check_field(field, steps, &possible)?;
            }
        }
        Ok(())
    }

    /// The places of columns, by the names that will do for each, in the order of the file.
    pub fn columns(&self) -> Vec<&[String]> {
        let mut found: Vec<&[String]> = Vec::new();
        for rule in &self.records {
            let test = rule.when.iter().map(|Condition(test)| &test.from);
            let rules = rule.class.iter().chain(&rule.key).chain([&rule.id]).chain(rule.fields.values());
            for template in rules
                .flat_map(Rule::templates)
                .chain(test)
                .chain(self.money.as_ref().map(MoneyRule::currency))
            {
                for names in template.columns() {
                    if !found.contains(&names) {
                        found.push(names);
                    }
                }
            }
        }
        found
    }
}

/// A field must be one that a class of its record has, and what a table makes of words a value that
/// it may have.
fn check_field(field: &str, steps: &Steps, possible: &[&Schema]) -> Result<(), String> {
    if steps.split.as_deref() == Some("") {
        return Err(format!("`{field}` is split by nothing: write what stands between the elements"));
    }
    let route = Route::parse(field);
    let reserved = |key: &str| field == key || field.starts_with(&format!("{key}."));
    if ["id", "class", "external"].into_iter().any(reserved) {
        return Err(format!("`{field}` is no field to fill: it follows from the record's own rule"));
    }
    let shapes: Vec<&Shape> = possible.iter().filter_map(|schema| schema.shape().at(&route)).collect();
    if shapes.is_empty() {
        let name = possible.first().map_or("", |schema| schema.name.as_str());
        let known: Vec<String> = possible.iter().flat_map(|schema| routes(schema)).collect();
        let hint = suggest::did_you_mean(field, known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("`estate schema {name}` lists the fields"));
        return Err(format!("`{field}` is not a field of {name}; {hint}"));
    }
    let may_be = |word: &str| {
        let allows =
            |shape: &&Shape| shape.choices.is_empty() || shape.choices.iter().any(|choice| choice == word);
        shapes.iter().any(allows)
    };
    match steps.constants().find(|word| !may_be(word)) {
        Some(word) => {
            let choices = shapes.iter().flat_map(|shape| shape.choices.iter().map(String::as_str));
            let hint = suggest::did_you_mean(word, choices)
                .unwrap_or_else(|| "`estate schema` lists the values".to_owned());
            Err(format!("`{word}` is not a value of `{field}`; {hint}"))
        }
        None => Ok(()),
    }
}

impl Rule {
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let Rule(steps) = self;
        let test = steps.when.as_ref().map(|Condition(test)| &test.from);
        let meanings = steps.table.iter().flat_map(Table::meanings);
        [Some(&steps.from), steps.default.as_ref(), test].into_iter().flatten().chain(meanings)
    }
}

impl Steps {
    /// What it may make whatever the row says.
    fn constants(&self) -> impl Iterator<Item = &str> {
        let from = Some(&self.from).filter(|_| self.table.is_none());
        let meanings = self.table.iter().flat_map(Table::meanings);
        meanings.chain(from).chain(&self.default).filter_map(Template::constant)
    }
}

impl RecordRule {
    /// The schemas that its records may have.
    fn schemas<'s>(&self, schemas: &'s Schemas) -> Result<Vec<&'s Schema>, String> {
        let known = |name: &str| schemas.class(name).map(|schema| &**schema);
        let Rule(steps) = match (self.kind, &self.class) {
            (Kind::Item, Some(rule)) => rule,
            (Kind::Item, None) => return Err("a record of kind item needs a `class`".to_owned()),
            (kind, None) => {
                return Ok(schemas.get(kind.name()).map(|schema| &**schema).into_iter().collect());
            }
            (kind, Some(_)) => return Err(format!("a {kind} has no `class`")),
        };
        let mut possible = Vec::new();
        for class in steps.constants() {
            possible.push(known(class).ok_or_else(|| {
                let hint = suggest::did_you_mean(class, schemas.classes());
                format!(
                    "there is no class `{class}`{}",
                    hint.map(|hint| format!("; {hint}")).unwrap_or_default()
                )
            })?);
        }
        if possible.is_empty() {
            possible.extend(schemas.classes().filter_map(known));
        }
        Ok(possible)
    }
}

/// The fields of a schema, with those below them, for suggestions.
fn routes(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    for (name, shape) in schema.shape().fields() {
        found.push(name.to_owned());
        found.extend(shape.fields().map(|(below, _)| format!("{name}.{below}")));
    }
    found
}

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    let name = String::deserialize(from)?;
    let known = || Kind::ALL.into_iter().filter(|kind| !kind.is_single());
    known().find(|kind| kind.name() == name).ok_or_else(|| {
        let names: Vec<&str> = known().map(Kind::name).collect();
        let hint = suggest::did_you_mean(&name, names.iter().copied())
            .unwrap_or_else(|| format!("choose one of: {}", names.join(", ")));
        serde::de::Error::custom(format!("`{name}` is no kind of record; {hint}"))
    })
}

/// Reads a text as a template, and a mapping as what it stands for in full.
struct ShortOrFull<T> {
    expected: &'static str,
    short: fn(Template) -> T,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ShortOrFull<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Template::try_from(text.to_owned()).map(self.short).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let short = |from| Steps {
            from,
            when: None,
            split: None,
            after: None,
            before: None,
            divide: None,
            table: None,
            default: None,
        };
        let expected = "a text such as '{Column}' in quotes, or a mapping with `from`";
        from.deserialize_any(ShortOrFull { expected, short }).map(Rule)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let short = |from| Test { from, is: None, not: None, empty: false };
        let expected = "a text such as '{Column}' in quotes, or a mapping with `from`";
        from.deserialize_any(ShortOrFull { expected, short }).map(Condition)
    }
}
