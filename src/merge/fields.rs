//! What both sides did to the fields of a record, as changes to our text.

use crate::schema::Shape;
use crate::yaml::{self, Data, PatchError, Route, Value};

use super::{Choice, Conflict, Decide};

/// One change of a text, at a route of ours.
#[derive(Clone, Debug)]
pub enum Op {
    Set(Route, Data),
    /// Adds an element to a list.
    Append(Route, Data),
    Unset(Route),
}

/// Makes the changes. Elements keep their numbers until the last: what is set and added comes
/// first, and what goes, goes from the end.
pub fn apply(text: &str, ops: &[Op]) -> Result<String, PatchError> {
    let mut text = text.to_owned();
    for op in ops {
        text = match op {
            Op::Set(route, data) => yaml::set(&text, route, data)?,
            Op::Append(route, data) => yaml::append(&text, route, data)?,
            Op::Unset(_) => continue,
        };
    }
    let mut gone: Vec<&Route> = ops
        .iter()
        .filter_map(|op| match op {
            Op::Unset(route) => Some(route),
            _ => None,
        })
        .collect();
    gone.sort();
    gone.iter().rev().try_fold(text, |text, route| yaml::unset(&text, route))
}

/// A field that both sides changed, and what would make our side of it theirs.
pub struct Open {
    pub conflict: Conflict,
    pub theirs: Vec<Op>,
}

/// The three versions of a value.
type Sides<'v> = [Option<Value<'v>>; 3];

/// Where a value stands, or would.
struct Place {
    route: Route,
    /// The route as people read it: elements by key, as the same element has another number on
    /// either side.
    field: String,
    /// An element that our list does not hold; the route is the list's.
    is_new_element: bool,
}

impl Place {
    fn key(&self, key: &str) -> Place {
        let field = if self.field.is_empty() { key.to_owned() } else { format!("{}.{key}", self.field) };
        Place { route: self.route.key(key.to_owned()), field, is_new_element: false }
    }

    fn element(&self, key: &str, index: Option<usize>) -> Place {
        Place {
            route: index.map_or_else(|| self.route.clone(), |index| self.route.index(index)),
            field: format!("{}[{key}]", self.field),
            is_new_element: index.is_none(),
        }
    }

    fn put(&self, data: Data) -> Op {
        match self.is_new_element {
            true => Op::Append(self.route.clone(), data),
            false => Op::Set(self.route.clone(), data),
        }
    }
}

/// Merges the fields of a record: what to do to our text, and what both sides disagree on.
pub struct Merger<'d> {
    decide: Decide<'d>,
    pub ops: Vec<Op>,
    pub open: Vec<Open>,
}

impl<'d> Merger<'d> {
    pub fn of(shape: &Shape, sides: Sides<'_>, decide: Decide<'d>) -> Self {
        let mut merger = Self { decide, ops: Vec::new(), open: Vec::new() };
        let root = Place { route: Route::default(), field: String::new(), is_new_element: false };
        merger.value(&root, shape, sides);
        merger
    }

    fn value(&mut self, place: &Place, shape: &Shape, sides: Sides<'_>) {
        let [base, ours, theirs] = sides;
        if same(ours, theirs) || same(base, theirs) {
            return;
        }
        let emptied = theirs.is_some_and(|value| value.is_empty()) && same(base, ours);
        if let (Some(our), Some(their)) = (ours, theirs)
            && !emptied
        {
            if our.is_mapping() && their.is_mapping() {
                return self.mapping(place, shape, [base, ours, theirs], our, their);
            }
            let is_matched = shape.is_set || !shape.match_by.is_empty();
            if our.is_sequence() && their.is_sequence() && is_matched {
                return self.list(place, shape, base, our, their);
            }
        }
        let ops = vec![match theirs {
            Some(theirs) => place.put(Data::from(theirs)),
            None => Op::Unset(place.route.clone()),
        }];
        match same(base, ours) {
            true => self.ops.extend(ops),
            false => self.disagree(place, sides, ops),
        }
    }

    fn disagree(&mut self, place: &Place, sides: Sides<'_>, theirs: Vec<Op>) {
        match (self.decide)(&place.field) {
            Some(Choice::Ours) => {}
            Some(Choice::Theirs) => self.ops.extend(theirs),
            Some(Choice::Value(data)) => self.ops.push(place.put(data)),
            None => {
                let [base, ours, theirs_text] = sides.map(|side| side.map(|value| value.to_string()));
                let route = match place.is_new_element {
                    true => place.route.index(0),
                    false => place.route.clone(),
                };
                let conflict =
                    Conflict { field: place.field.clone(), route, base, ours, theirs: theirs_text };
                self.open.push(Open { conflict, theirs });
            }
        }
    }

    fn mapping(
        &mut self,
        place: &Place,
        shape: &Shape,
        sides: Sides<'_>,
        ours: Value<'_>,
        theirs: Value<'_>,
    ) {
        let new = theirs.entries().map(|(key, ..)| key).filter(|key| ours.field(key).is_none());
        for key in ours.entries().map(|(key, ..)| key).chain(new) {
            let shape = shape.field(key).unwrap_or(Shape::any());
            self.value(&place.key(key), shape, sides.map(|side| side.and_then(|side| side.field(key))));
        }
    }

    /// Elements are matched by what they are (of a set) or by the schema's keys. What one side adds
    /// is added, what one side takes away goes.
    fn list(
        &mut self,
        place: &Place,
        shape: &Shape,
        base: Option<Value<'_>>,
        ours: Value<'_>,
        theirs: Value<'_>,
    ) {
        let keyed = |list: Value<'_>| keys(shape, list);
        let (base_keys, our_keys, their_keys) =
            (base.map(keyed).unwrap_or_default(), keyed(ours), keyed(theirs));
        let shape = shape.element().unwrap_or(Shape::any());
        let new = their_keys.iter().filter(|key| !our_keys.contains(key));
        for key in our_keys.iter().chain(new) {
            let our = element(Some(ours), &our_keys, key);
            let sides = [element(base, &base_keys, key), our, element(Some(theirs), &their_keys, key)];
            let place = place.element(key, our.map(|(at, _)| at));
            self.value(&place, shape, sides.map(|side| side.map(|(_, value)| value)));
        }
    }
}

/// What tells the elements of a list apart; of equal ones the second is `#2`.
fn keys(shape: &Shape, list: Value<'_>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for element in list.elements() {
        let parts = shape.match_by.iter().filter_map(|name| Some(format!("{name}={}", element.field(name)?)));
        let key = parts.collect::<Vec<_>>().join(",");
        let key = if key.is_empty() { element.to_string() } else { key };
        let again = (2..).map(|number| format!("{key}#{number}"));
        let key = std::iter::once(key.clone()).chain(again).find(|key| !keys.contains(key));
        keys.extend(key);
    }
    keys
}

/// The element of this key, and its number.
fn element<'v>(list: Option<Value<'v>>, keys: &[String], key: &str) -> Option<(usize, Value<'v>)> {
    let at = keys.iter().position(|other| other == key)?;
    Some((at, list?.elements().nth(at)?))
}

fn same(a: Option<Value<'_>>, b: Option<Value<'_>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same_data(&b),
        _ => false,
    }
}
