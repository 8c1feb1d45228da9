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
    let key = |index: usize, element: Value<'_>| {
        let parts: Vec<String> = shape
            .match_by
            .iter()
            .filter_map(|name| element.field(name).map(|value| format!("{name}={value}")))
            .collect();
        if parts.is_empty() { index.to_string() } else { parts.join(",") }
    };
    let keyed = |list: Value<'_>| -> Vec<String> {
        list.elements().enumerate().map(|(index, element)| key(index, element)).collect()
    };
    let (old_keys, new_keys) = (keyed(old), keyed(new));
    for (element, key) in old.elements().zip(&old_keys) {
        let route = format!("{route}[{key}]");
        let match_at = new_keys.iter().position(|other| other == key);
        match match_at.and_then(|at| new.elements().nth(at)) {
            Some(other) => compare(element_shape, element, other, &route, into),
            None => into.push(one_sided(element, route, false)),
        }
    }
    for (element, key) in new.elements().zip(&new_keys).filter(|(_, key)| !old_keys.contains(key)) {
        into.push(one_sided(element, format!("{route}[{key}]"), true));
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
