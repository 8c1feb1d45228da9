//! Data without a file: what shall be written, or what a change shall lead to.

use std::fmt;

use super::scalar::quote;
use super::tree::{Route, Shape, Step, Value};

/// A tree of texts, as a record file holds it, without positions and comments. Entries of a mapping
/// keep their order, and two mappings are equal only in the same order. A text is equal to the same
/// text typed without quotes: what a value means is the schema's business.
#[derive(Clone, Eq, Debug, Default)]
pub enum Data {
    /// A value that says nothing, as in `relations:`; not the same as an empty text.
    #[default]
    Nothing,
    /// A text, written so that everybody reads it as a text: `'01234'`.
    Text(String),
    /// A number or truth value, written as it is: `32`. Who makes one knows the field's type.
    Plain(String),
    List(Vec<Data>),
    Map(Vec<(String, Data)>),
}

/// Why a route does not lead to a place in some data.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RouteError {
    #[error("the record as a whole cannot be set or removed this way")]
    Root,
    #[error("{0} is a text: nothing lies below it")]
    ThroughText(Place),
    #[error("{0} is not a list")]
    NotAList(Place),
    #[error("{0} is a list: its elements have numbers, not names")]
    NotAMapping(Place),
    #[error("there is no [{index}] in {place}, which has {length} elements")]
    OutOfRange { place: Place, index: usize, length: usize },
}

/// A route in a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place(pub Route);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() { f.write_str("the record") } else { write!(f, "`{}`", self.0) }
    }
}

impl Data {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn plain(value: impl ToString) -> Self {
        Self::Plain(value.to_string())
    }

    pub fn list<T: Into<Data>>(elements: impl IntoIterator<Item = T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }

    pub fn map<K: Into<String>, T: Into<Data>>(entries: impl IntoIterator<Item = (K, T)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// Nothing, or a text, list or mapping that holds nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) | Self::Plain(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        }
    }

    pub(super) fn is_scalar(&self) -> bool {
        matches!(self, Self::Nothing | Self::Text(_) | Self::Plain(_))
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// The value at a route; the data itself at the empty one.
    pub fn get(&self, route: &Route) -> Option<&Data> {
        route.steps().iter().try_fold(self, |data, step| data.child(step))
    }

    fn child(&self, step: &Step) -> Option<&Data> {
        match (self, step) {
            (Self::Map(entries), Step::Key(key)) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            (Self::List(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        }
    }

    /// Puts a value at a route: in the place of what is there, or as the last entry of its mapping.
    /// Mappings on the way are made where there are none.
    ///
    /// # Errors
    /// When the route cannot be followed; the data is as it was.
    pub fn set(&mut self, route: &Route, value: impl Into<Data>) -> Result<(), RouteError> {
        self.follow(route)?;
        self.put(route.steps(), value.into());
        Ok(())
    }

    fn put(&mut self, steps: &[Step], value: Data) {
        let Some((step, rest)) = steps.split_first() else {
            *self = value;
            return;
        };
        if let (Self::Nothing, Step::Key(_)) = (&*self, step) {
            *self = Self::Map(Vec::new());
        }
        match (self, step) {
            (Self::Map(entries), Step::Key(key)) => match entries.iter_mut().find(|(name, _)| name == key) {
                Some((_, child)) => child.put(rest, value),
                None => {
                    let mut child = Self::Nothing;
                    child.put(rest, value);
                    entries.push((key.to_string(), child));
                }
            },
            (Self::List(elements), Step::Index(index)) => {
                if let Some(child) = elements.get_mut(*index) {
                    child.put(rest, value);
                }
            }
            _ => {}
        }
    }

    /// Adds an element to the list at a route, which is made where there is nothing.
    ///
    /// # Errors
    /// When the route cannot be followed or leads to something else than a list.
    pub fn append(&mut self, route: &Route, element: impl Into<Data>) -> Result<(), RouteError> {
        let mut list = match self.get(route) {
            None | Some(Self::Nothing) => Vec::new(),
            Some(Self::List(elements)) => elements.clone(),
            Some(_) => return Err(RouteError::NotAList(Place(route.clone()))),
        };
        list.push(element.into());
        self.set(route, Self::List(list))
    }

    /// Removes what is at a route, and the mapping entries above that become empty by it: a mapping
    /// or list that held nothing else goes with its key. A key that is not there is no error.
    ///
    /// # Errors
    /// When the route cannot be followed.
    pub fn unset(&mut self, route: &Route) -> Result<(), RouteError> {
        self.follow(route)?;
        if let Some(route) = self.removed_by(route) {
            self.remove(route.steps());
        }
        Ok(())
    }

    fn remove(&mut self, steps: &[Step]) {
        let Some((step, rest)) = steps.split_first() else { return };
        match (self, step) {
            (Self::Map(entries), Step::Key(key)) if rest.is_empty() => {
                entries.retain(|(name, _)| name != key)
            }
            (Self::List(elements), Step::Index(index)) if rest.is_empty() && *index < elements.len() => {
                elements.remove(*index);
            }
            (Self::Map(entries), Step::Key(key)) => {
                if let Some((_, child)) = entries.iter_mut().find(|(name, _)| name == key) {
                    child.remove(rest);
                }
            }
            (Self::List(elements), Step::Index(index)) => {
                if let Some(child) = elements.get_mut(*index) {
                    child.remove(rest);
                }
            }
            _ => {}
        }
    }

    /// The route that removing `route` takes away as a whole: itself, or an entry above that would
    /// be left empty. `None` where there is nothing to remove.
    pub(super) fn removed_by(&self, route: &Route) -> Option<Route> {
        self.get(route)?;
        let mut removed = route.clone();
        while let Some((parent, _)) = removed.split_last() {
            let named = matches!(parent.steps().last(), Some(Step::Key(_)));
            if !named || self.get(&parent).is_none_or(|parent| parent.len() != 1) {
                break;
            }
            removed = parent;
        }
        Some(removed)
    }

    /// Number of elements or entries.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Nothing | Self::Text(_) | Self::Plain(_) => 0,
            Self::List(elements) => elements.len(),
            Self::Map(entries) => entries.len(),
        }
    }

    /// Whether `set` can put a value at the route.
    pub(super) fn follow(&self, route: &Route) -> Result<(), RouteError> {
        let mut here = Some(self);
        let mut place = Route::default();
        for step in route.steps() {
            match (here, step) {
                (Some(Self::Text(_) | Self::Plain(_)), _) => {
                    return Err(RouteError::ThroughText(Place(place)));
                }
                (Some(Self::List(_)), Step::Key(_)) => return Err(RouteError::NotAMapping(Place(place))),
                (Some(Self::Map(_)), Step::Index(_)) => return Err(RouteError::NotAList(Place(place))),
                (Some(Self::List(elements)), Step::Index(index)) if *index < elements.len() => {}
                (_, Step::Index(index)) => {
                    let length = here.map_or(0, Data::len);
                    return Err(RouteError::OutOfRange { place: Place(place), index: *index, length });
                }
                (_, Step::Key(_)) => {}
            }
            here = here.and_then(|data| data.child(step));
            place = match step {
                Step::Key(key) => place.key(key.clone()),
                Step::Index(index) => place.index(*index),
            };
        }
        if route.is_root() { Err(RouteError::Root) } else { Ok(()) }
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::List(mine), Self::List(theirs)) => mine == theirs,
            (Self::Map(mine), Self::Map(theirs)) => mine == theirs,
            _ => self.as_text().is_some() && self.as_text() == other.as_text(),
        }
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Data>> for Data {
    fn from(elements: Vec<Data>) -> Self {
        Self::List(elements)
    }
}

impl From<Value<'_>> for Data {
    fn from(value: Value<'_>) -> Self {
        match value.shape() {
            Shape::Scalar(_) => match value.text() {
                None => Self::Nothing,
                Some(text) if value.is_plain() && quote(text) != text => Self::plain(text),
                Some(text) => Self::text(text),
            },
            Shape::Sequence => Self::list(value.elements()),
            Shape::Mapping => Self::map(value.entries().map(|(key, _, value)| (key, value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn data(text: &str) -> Data {
        Data::from(parse(text).unwrap().value(text))
    }

    fn route(text: &str) -> Route {
        Route::parse(text)
    }

    #[test]
    fn values_are_set_where_they_are_or_at_the_end() {
        let mut record = data("a: {b: 1}\nl: [{x: 1}, y]\nn:\n");
        record.set(&route("a.b"), "2").unwrap();
        record.set(&route("l[0].z"), "3").unwrap();
        record.set(&route("n.o.p"), "4").unwrap();
        record.append(&route("l"), "5").unwrap();
        record.append(&route("m.k"), "6").unwrap();
        let expected = data("a: {b: 2}\nl: [{x: 1, z: 3}, y, 5]\nn: {o: {p: 4}}\nm: {k: [6]}\n");
        assert_eq!(record, expected);
        assert_eq!(record.get(&route("l[0].z")).and_then(Data::as_text), Some("3"));
    }

    #[test]
    fn what_becomes_empty_goes_with_its_key() {
        let mut record = data("a: {b: {c: 1}}\nl: [x]\nm: [{y: 1}]\nz: 1\n");
        for gone in ["a.b.c", "l[0]", "m[0].y", "absent", "z.absent"] {
            let result = record.unset(&route(gone));
            assert_eq!(result.is_err(), gone == "z.absent", "{gone}");
        }
        assert_eq!(record, data("m: [{}]\nz: 1\n"));
    }

    #[test]
    fn a_route_that_leads_nowhere_is_told_and_changes_nothing() {
        let mut record = data("a: 1\nl: [x]\nm: {b: 1}\n");
        let before = record.clone();
        let mut told = |at: &str| record.set(&route(at), "v").unwrap_err().to_string();
        assert_eq!(told("a.b"), "`a` is a text: nothing lies below it");
        assert_eq!(told("l.b"), "`l` is a list: its elements have numbers, not names");
        assert_eq!(told("m[0]"), "`m` is not a list");
        assert_eq!(told("l[1]"), "there is no [1] in `l`, which has 1 elements");
        assert_eq!(told("new.list[0]"), "there is no [0] in `new.list`, which has 0 elements");
        assert_eq!(told(""), RouteError::Root.to_string());
        assert_eq!(record.append(&route("a"), "v").unwrap_err().to_string(), "`a` is not a list");
        assert_eq!(record, before);
    }
}
