//! The fields in which two versions of a record differ.

use crate::date::parse_date;
use crate::model::Record;
use crate::money::Money;
use crate::schema::{Shape, Type};
use crate::snapshot::Snapshot;
use crate::yaml::Value;

/// A field that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldChange {
    /// Where: `term.end`, or `components[item=srv-web-01].share` for an element matched by key.
    pub route: String,
    /// What stood there; of a set, the elements that went.
    pub before: Option<String>,
    /// What stands there; of a set, the elements that came.
    pub after: Option<String>,
    pub effect: Effect,
}

/// What a change of a typed value amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    None,
    Money(Money),
    /// A date that moved by so many days.
    Days(i64),
}

/// The fields in which two versions of one record differ; nothing where only formatting does.
pub fn field_changes(old: &Record, new: &Record, before: &Snapshot, after: &Snapshot) -> Vec<FieldChange> {
    let shape = new
        .schema(after.schemas())
        .or_else(|| old.schema(before.schemas()))
        .map_or(Shape::any(), |schema| schema.shape());
    let mut changes = Vec::new();
    match (old.root(), new.root()) {
        (Some(old), Some(new)) => compare(shape, old, new, "", &mut changes),
        // One side is not YAML: all that can be said is that the text differs.
        (old_root, new_root) => {
            let readable = |root: Option<Value<'_>>| {
                Some(if root.is_some() { "(readable)" } else { "(not YAML)" }.to_owned())
            };
            if old.source().text() != new.source().text() {
                changes.push(FieldChange {
                    route: String::new(),
                    before: readable(old_root),
                    after: readable(new_root),
                    effect: Effect::None,
                });
            }
        }
    }
    changes
}

/// The leaves of a value as fields on one side only.
pub(super) fn leaves(shape: &Shape, value: Value<'_>, route: &str, added: bool, into: &mut Vec<FieldChange>) {
    if value.is_mapping() && !value.is_empty() {
        for (key, _, field) in value.entries() {
            leaves(shape.field(key).unwrap_or(Shape::any()), field, &join(route, key), added, into);
        }
    } else {
        let text = Some(value.to_string());
        let (before, after) = if added { (None, text) } else { (text, None) };
        into.push(FieldChange { route: route.to_owned(), before, after, effect: Effect::None });
    }
}

fn compare(shape: &Shape, old: Value<'_>, new: Value<'_>, route: &str, into: &mut Vec<FieldChange>) {
    if old.same_data(&new) {
        return;
    }
    if old.is_mapping() && new.is_mapping() {
        for (key, _, field) in old.entries() {
            let field_shape = shape.field(key).unwrap_or(Shape::any());
            match new.field(key) {
                Some(other) => compare(field_shape, field, other, &join(route, key), into),
                None => leaves(field_shape, field, &join(route, key), false, into),
            }
        }
        for (key, _, field) in new.entries().filter(|(key, ..)| old.field(key).is_none()) {
            leaves(shape.field(key).unwrap_or(Shape::any()), field, &join(route, key), true, into);
        }
    } else if old.is_sequence() && new.is_sequence() {
        let scalars = |list: Value<'_>| list.elements().all(|element| element.is_scalar());
        match scalars(old) && scalars(new) {
            true => compare_sets(shape, old, new, route, into),
            false => compare_elements(shape, old, new, route, into),
        }
    } else {
        let effect = effect(shape.kind, old.text(), new.text());
        into.push(FieldChange {
            route: route.to_owned(),
            before: Some(old.to_string()),
            after: Some(new.to_string()),
            effect,
        });
    }
}

fn compare_sets(shape: &Shape, old: Value<'_>, new: Value<'_>, route: &str, into: &mut Vec<FieldChange>) {
    let texts = |list: Value<'_>| list.elements().map(|element| element.to_string()).collect::<Vec<_>>();
    let (old, new) = (texts(old), texts(new));
    let missing = |from: &[String], other: &[String]| {
        let gone: Vec<&str> = from.iter().filter(|text| !other.contains(text)).map(String::as_str).collect();
        (!gone.is_empty()).then(|| gone.join(", "))
    };
    let (before, after) = (missing(&old, &new), missing(&new, &old));
    let change = match (before, after) {
        // The same elements in another order: no change of a set, but one of a list.
        (None, None) if shape.is_set => return,
        (None, None) => (Some(old.join(", ")), Some(new.join(", "))),
        change => change,
    };
    into.push(FieldChange {
        route: route.to_owned(),
        before: change.0,
        after: change.1,
        effect: Effect::None,
    });
}

/// Matches the elements of two lists by the schema's keys, or by position where it names none.
fn compare_elements(shape: &Shape, old: Value<'_>, new: Value<'_>, route: &str, into: &mut Vec<FieldChange>) {
    let element_shape = shape.element().unwrap_or(Shape::any());
    let (old_keys, new_keys) = (element_keys(shape, old), element_keys(shape, new));
    let gone: Vec<(&String, Value<'_>)> =
        old_keys.iter().zip(old.elements()).filter(|(key, _)| !new_keys.contains(key)).collect();
    let mut come: Vec<(&String, Value<'_>)> =
        new_keys.iter().zip(new.elements()).filter(|(key, _)| !old_keys.contains(key)).collect();
    for (key, element) in old_keys.iter().zip(old.elements()) {
        let route = format!("{route}[{key}]");
        let same_key = new_keys.iter().position(|other| other == key);
        if let Some(other) = same_key.and_then(|at| new.elements().nth(at)) {
            compare(element_shape, element, other, &route, into);
            continue;
        }
        // The same element under another key, where there is no doubt which one.
        let is_renamed = |other: &Value<'_>| same_but_keys(shape, element, *other);
        let heirs: Vec<usize> =
            come.iter().enumerate().filter(|(_, (_, other))| is_renamed(other)).map(|(at, _)| at).collect();
        let rivals = gone.iter().filter(|(_, other)| same_but_keys(shape, element, *other)).count();
        match heirs.as_slice() {
            [heir] if rivals == 1 => {
                let (_, other) = come.remove(*heir);
                compare(element_shape, element, other, &route, into);
            }
            _ => into.push(one_sided(element, route, false)),
        }
    }
    for (key, element) in come {
        into.push(one_sided(element, format!("{route}[{key}]"), true));
    }
}

/// What each element of a list is known by: `item=srv-web-01`, or its position.
fn element_keys(shape: &Shape, list: Value<'_>) -> Vec<String> {
    let key = |(index, element): (usize, Value<'_>)| {
        let parts: Vec<String> = shape
            .match_by
            .iter()
            .filter_map(|name| element.field(name).map(|value| format!("{name}={value}")))
            .collect();
        if parts.is_empty() { index.to_string() } else { parts.join(",") }
    };
    list.elements().enumerate().map(key).collect()
}

/// Whether two elements differ in nothing but the keys that they are matched by, and hold more than
/// those.
fn same_but_keys(shape: &Shape, old: Value<'_>, new: Value<'_>) -> bool {
    let is_key = |key: &str| shape.match_by.iter().any(|name| name == key);
    let mut rest = old.entries().filter(|(key, ..)| !is_key(key)).peekable();
    rest.peek().is_some()
        && old.len() == new.len()
        && rest.all(|(key, _, value)| new.field(key).is_some_and(|other| value.same_data(&other)))
}

/// The fields of a record one by one, each element of a keyed list by itself.
pub fn parts(record: &Record, snapshot: &Snapshot) -> Vec<(String, String)> {
    let shape = record.schema(snapshot.schemas()).map_or(Shape::any(), |schema| schema.shape());
    let mut found = Vec::new();
    if let Some(root) = record.root() {
        collect_parts(shape, root, "", &mut found);
    }
    found
}

fn collect_parts(shape: &Shape, value: Value<'_>, route: &str, into: &mut Vec<(String, String)>) {
    if value.is_mapping() && !value.is_empty() {
        for (key, _, field) in value.entries() {
            collect_parts(shape.field(key).unwrap_or(Shape::any()), field, &join(route, key), into);
        }
    } else if value.elements().any(|element| element.is_mapping()) {
        for (key, element) in element_keys(shape, value).iter().zip(value.elements()) {
            into.push((format!("{route}[{key}]"), element.to_string()));
        }
    } else {
        into.push((route.to_owned(), value.to_string()));
    }
}

fn one_sided(value: Value<'_>, route: String, added: bool) -> FieldChange {
    let text = Some(value.to_string());
    let (before, after) = if added { (None, text) } else { (text, None) };
    FieldChange { route, before, after, effect: Effect::None }
}

fn effect(kind: Type, old: Option<&str>, new: Option<&str>) -> Effect {
    let (Some(old), Some(new)) = (old, new) else { return Effect::None };
    match kind {
        Type::Money => {
            let delta = old.parse::<Money>().and_then(|old| new.parse::<Money>()?.checked_sub(old));
            delta.map_or(Effect::None, Effect::Money)
        }
        Type::Date => match (parse_date(old), parse_date(new)) {
            (Ok(old), Ok(new)) => Effect::Days((new - old).num_days()),
            _ => Effect::None,
        },
        _ => Effect::None,
    }
}

fn join(route: &str, key: &str) -> String {
    if route.is_empty() { key.to_owned() } else { format!("{route}.{key}") }
}
