//! What the builder of typed values needs of a schema: the type expected at each place.

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::yaml::{Route, Step};

/// What a value is, by its schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Text,
    Id,
    Money,
    Date,
    Duration,
    Time,
    Percent,
    Integer,
    Number,
    Boolean,
    List,
    Mapping,
    /// The schema does not say: scalars are text.
    Any,
}

impl Type {
    /// For messages: "expected …".
    pub fn expected(self) -> &'static str {
        match self {
            Type::Text => "a text",
            Type::Id => "an id",
            Type::Money => "money such as 8420.00 EUR",
            Type::Date => "a date such as 2023-03-01",
            Type::Duration => "a duration such as 5y or 36mo",
            Type::Time => "a moment such as 2026-03-31T08:14+02:00",
            Type::Percent => "a percentage such as 12.5%",
            Type::Integer => "a whole number",
            Type::Number => "a number",
            Type::Boolean => "true or false",
            Type::List => "a list",
            Type::Mapping => "a mapping",
            Type::Any => "a value",
        }
    }
}

/// A kind of record that a reference may point to, with the class where only one will do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefTarget {
    pub kind: String,
    pub class: Option<String>,
}

/// A schema as the builder sees it.
#[derive(Clone, Debug)]
pub struct Shape {
    pub kind: Type,
    pub description: String,
    /// Where the value is an id: what it may point to.
    pub refs: Vec<RefTarget>,
    /// The values that are allowed, where they are listed.
    pub choices: Vec<String>,
    fields: IndexMap<String, Shape>,
    pub required: Vec<String>,
    extra: Extra,
    /// Of a mapping: what its keys may point to.
    pub key_refs: Vec<RefTarget>,
    element: Option<Box<Shape>>,
    /// Of a list of mappings: the keys by which elements are matched.
    pub match_by: Vec<String>,
    /// Of a list of scalars: order has no meaning.
    pub is_set: bool,
    /// Some field below this one refers to records.
    has_refs: bool,
}

/// Of a mapping: the fields that are not listed.
#[derive(Clone, Debug)]
enum Extra {
    Refused,
    Free,
    Shaped(Box<Shape>),
}

impl Shape {
    /// The shape of a value of which nothing is said.
    pub fn any() -> &'static Shape {
        static ANY: OnceLock<Shape> = OnceLock::new();
        ANY.get_or_init(|| Shape::of(&Json::Bool(true)))
    }

    pub(super) fn of(schema: &Json) -> Shape {
        let text = |keyword: &str| schema.get(keyword).and_then(Json::as_str);
        let strings = |keyword: &str| -> Vec<String> {
            let list = schema.get(keyword).and_then(Json::as_array).into_iter().flatten();
            list.filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let properties = schema.get("properties").and_then(Json::as_object);
        let kind = type_of(schema, properties.is_some());
        let fields: IndexMap<String, Shape> = properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), Shape::of(schema)))
            .collect();
        let extra = match schema.get("additionalProperties") {
            Some(Json::Bool(false)) => Extra::Refused,
            Some(schema @ Json::Object(_)) => Extra::Shaped(Box::new(Shape::of(schema))),
            _ => Extra::Free,
        };
        let element = schema.get("items").map(|schema| Box::new(Shape::of(schema)));
        let refs = targets(schema);
        let key_refs = schema.get("propertyNames").map(targets).unwrap_or_default();
        let free = match &extra {
            Extra::Shaped(shape) => Some(&**shape),
            Extra::Refused | Extra::Free => None,
        };
        let below = fields.values().chain(free).chain(element.as_deref());
        let has_refs =
            !refs.is_empty() || !key_refs.is_empty() || below.into_iter().any(|shape| shape.has_refs);
        Shape {
            kind,
            description: text("description").unwrap_or("").to_owned(),
            refs,
            choices: strings("enum"),
            fields,
            required: strings("required"),
            extra,
            key_refs,
            element,
            match_by: strings("x-estate-key"),
            is_set: schema.get("x-estate-set").and_then(Json::as_bool).unwrap_or(false),
            has_refs,
        }
    }

    /// The shape of a field of this mapping, listed or free; `None` where the field is not allowed.
    pub fn field(&self, name: &str) -> Option<&Shape> {
        self.fields.get(name).or(match &self.extra {
            Extra::Refused => None,
            Extra::Free => Some(Shape::any()),
            Extra::Shaped(shape) => Some(shape),
        })
    }

    /// The listed fields, in the schema's order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.fields.iter().map(|(name, shape)| (name.as_str(), shape))
    }

    /// The shape of each element of this list.
    pub fn element(&self) -> Option<&Shape> {
        self.element.as_deref()
    }

    /// Whether this value or one below it refers to other records.
    pub fn has_refs(&self) -> bool {
        self.has_refs
    }

    /// The shape at a route such as `events[2].date`.
    pub fn at(&self, route: &Route) -> Option<&Shape> {
        route.steps().iter().try_fold(self, |shape, step| match step {
            Step::Key(key) => shape.field(key),
            Step::Index(_) => shape.element(),
        })
    }
}

fn type_of(schema: &Json, has_properties: bool) -> Type {
    let definition = schema.get("x-estate-type").and_then(Json::as_str);
    match schema.get("type").and_then(Json::as_str) {
        Some("string") => match definition {
            Some("id") => Type::Id,
            Some("money" | "amount_positive") => Type::Money,
            Some("date") => Type::Date,
            Some("duration") => Type::Duration,
            Some("time") => Type::Time,
            Some("percent") => Type::Percent,
            _ => Type::Text,
        },
        Some("integer") => Type::Integer,
        Some("number") => Type::Number,
        Some("boolean") => Type::Boolean,
        Some("array") => Type::List,
        Some("object") => Type::Mapping,
        _ if has_properties => Type::Mapping,
        _ => Type::Any,
    }
}

fn targets(schema: &Json) -> Vec<RefTarget> {
    let text = schema.get("x-estate-ref").and_then(Json::as_str).unwrap_or("");
    let parts = text.split('|').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (kind, class) =
                part.split_once(':').map_or((part, None), |(kind, class)| (kind, Some(class)));
            RefTarget { kind: kind.to_owned(), class: class.map(str::to_owned) }
        })
        .collect()
}
