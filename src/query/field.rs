//! Fields of records by their routes, with the type that the schemas give them.

use std::borrow::Cow;

use super::{QueryError, Scope, is_readable};
use crate::date::parse_date;
use crate::model::contract::Contract;
use crate::model::{Kind, Record};
use crate::report::{Cell, Column};
use crate::schema::{Shape, Type};
use crate::suggest;
use crate::yaml::{Route, Step, Value};

/// A field of the records in a scope.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// As the user named it.
    pub name: String,
    /// The type of its values; [`Type::Any`] where classes disagree.
    pub kind: Type,
    /// The values that it may have, where the schema lists them.
    pub choices: Vec<String>,
    /// Whether a record may have several values.
    pub is_list: bool,
    origin: Origin,
}

#[derive(Clone, PartialEq, Debug)]
enum Origin {
    /// What the file's place says, which is known even where the file cannot be read.
    Id,
    Kind,
    Class,
    Path,
    /// The last day of a contract's initial term, written or reckoned.
    End,
    Route(Route),
}

impl Field {
    /// The field of this route.
    ///
    /// # Errors
    /// Where no record of the scope may have it; the hint names the nearest one.
    pub fn find(name: &str, scope: &Scope<'_>) -> Result<Field, QueryError> {
        let known = |kind: Type, origin: Origin| Field {
            name: name.to_owned(),
            kind,
            choices: Vec::new(),
            is_list: false,
            origin,
        };
        match (name, scope.kind) {
            ("id", _) => return Ok(known(Type::Id, Origin::Id)),
            ("class", Kind::Item) => return Ok(known(Type::Text, Origin::Class)),
            ("path", _) => return Ok(known(Type::Id, Origin::Path)),
            ("end", Kind::Contract) => return Ok(known(Type::Date, Origin::End)),
            _ => {}
        }
        let route = Route::parse(name);
        let shapes = scope.shapes();
        let found: Vec<_> =
            shapes.iter().filter(|_| !route.is_root()).filter_map(|shape| walk(shape, &route)).collect();
        let Some((first, is_list)) = found.first().copied() else {
            return match name {
                "kind" => Ok(known(Type::Text, Origin::Kind)),
                _ => Err(unknown(name, scope, &shapes)),
            };
        };
        let same_kind = found.iter().all(|(shape, _)| shape.kind == first.kind);
        let kind = if same_kind { first.kind } else { Type::Any };
        // Where one class takes any text, or others than another does, no value is a mistake.
        let same_choices = found.iter().all(|(shape, _)| shape.choices == first.choices);
        let choices = if same_choices { first.choices.clone() } else { Vec::new() };
        Ok(Field { name: name.to_owned(), kind, choices, is_list, origin: Origin::Route(route) })
    }

    /// The column's head: `price.amount` is "Price amount".
    pub fn column(&self) -> Column {
        let words = self.name.replace(['.', '_'], " ");
        let mut letters = words.chars();
        let label: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        match self.kind {
            Type::Money if !self.is_list => Column::money(self.name.clone(), label),
            Type::Integer if !self.is_list => Column::number(self.name.clone(), label),
            _ => Column::new(self.name.clone(), label),
        }
    }

    /// The texts of the values that a record has here. A mapping counts as the list of its keys.
    pub fn texts<'r>(&self, record: &'r Record) -> Vec<Cow<'r, str>> {
        let one = |text: &'r str| vec![Cow::Borrowed(text)];
        match &self.origin {
            Origin::Id => one(record.id()),
            Origin::Kind => one(record.kind().name()),
            Origin::Class => record.class().map_or(Vec::new(), one),
            Origin::Path => one(record.path()),
            Origin::End => {
                Contract(record).initial_end().map(|end| end.to_string().into()).into_iter().collect()
            }
            Origin::Route(route) => {
                let mut texts = Vec::new();
                if let Some(root) = record.root() {
                    reach(root, route.steps(), &mut texts);
                }
                texts
            }
        }
    }

    /// What a table shows; a hole where the record's value cannot be read.
    pub fn cell(&self, record: &Record) -> Cell {
        if matches!(self.origin, Origin::Route(_) | Origin::End) && !is_readable(record) {
            return Cell::missing("unreadable");
        }
        let texts = self.texts(record);
        match texts.as_slice() {
            texts if self.is_list => Cell::list(texts.iter().map(|text| text.as_ref())),
            [] => Cell::Empty,
            [text] => typed_cell(self.kind, text),
            texts => Cell::list(texts.iter().map(|text| text.as_ref())),
        }
    }
}

/// A text as the cell that its type asks for; a hole where it is none of that type.
pub fn typed_cell(kind: Type, text: &str) -> Cell {
    let hole = || Cell::missing(format!("`{text}` is not {}", kind.expected()));
    match kind {
        Type::Money => text.parse().map_or_else(|_| hole(), Cell::Money),
        Type::Date => parse_date(text).map_or_else(|_| hole(), Cell::Date),
        Type::Percent => text.parse().map_or_else(|_| hole(), Cell::Percent),
        Type::Integer => text.parse().map_or_else(|_| hole(), Cell::Int),
        Type::Id => Cell::id(text),
        _ => Cell::text(text),
    }
}

/// Follows a route through a value; lists on the way are searched element by element.
fn reach<'r>(value: Value<'r>, steps: &[Step], texts: &mut Vec<Cow<'r, str>>) {
    match steps.split_first() {
        None if value.is_mapping() => texts.extend(value.entries().map(|(key, ..)| Cow::Borrowed(key))),
        None if value.is_sequence() => value.elements().for_each(|element| match element.text() {
            Some(text) => texts.push(Cow::Borrowed(text)),
            None => texts.push(Cow::Owned(element.to_string())),
        }),
        None => texts.extend(value.text().map(Cow::Borrowed)),
        Some((Step::Key(_), _)) if value.is_sequence() => {
            value.elements().for_each(|element| reach(element, steps, texts));
        }
        Some((step, rest)) => {
            let next = match step {
                Step::Key(key) => value.field(key),
                Step::Index(index) => value.elements().nth(*index),
            };
            if let Some(next) = next {
                reach(next, rest, texts);
            }
        }
    }
}

/// The shape of the single values at a route, and whether there may be several of them.
fn walk<'s>(shape: &'s Shape, route: &Route) -> Option<(&'s Shape, bool)> {
    let (mut shape, mut is_list) = (shape, false);
    for step in route.steps() {
        match step {
            Step::Index(_) => shape = shape.element()?,
            Step::Key(key) => {
                if shape.kind == Type::List {
                    (shape, is_list) = (shape.element()?, true);
                }
                if !matches!(shape.kind, Type::Mapping | Type::Any) {
                    return None;
                }
                shape = shape.field(key)?;
            }
        }
    }
    Some(match shape.kind {
        Type::List => (shape.element().unwrap_or(Shape::any()), true),
        Type::Mapping => (Shape::any(), true),
        _ => (shape, is_list),
    })
}

fn unknown(name: &str, scope: &Scope<'_>, shapes: &[&Shape]) -> QueryError {
    let mut routes = vec!["id".to_owned(), "path".to_owned()];
    shapes.iter().for_each(|shape| collect_routes(shape, "", &mut routes));
    routes.sort();
    routes.dedup();
    let last = |route: &str| route.rsplit('.').next().unwrap_or(route).to_owned();
    // `cpu_cores` means `attributes.cpu_cores`, and so does `cpu_core`.
    let lasts: Vec<String> = routes.iter().map(|route| last(route)).collect();
    let near = suggest::closest(name, lasts.iter().map(String::as_str));
    let meant = |word: &str| routes.iter().find(|route| last(route) == word);
    let hint = meant(name)
        .map(String::as_str)
        .or_else(|| suggest::closest(name, routes.iter().map(String::as_str)))
        .or_else(|| near.and_then(meant).map(String::as_str));
    let what = scope.name();
    let hint = hint.map_or_else(
        || format!("`estate schema {what}` lists the fields"),
        |route| format!("did you mean `{route}`?"),
    );
    QueryError::new(format!("no {what} has a field `{name}`"), Some(hint))
}

fn collect_routes(shape: &Shape, prefix: &str, routes: &mut Vec<String>) {
    for (name, field) in shape.fields() {
        let route = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        collect_routes(field.element().unwrap_or(field), &route, routes);
        routes.push(route);
    }
}
