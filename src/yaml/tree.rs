//! A parsed record file: nodes that know their bytes, and a view that reads them.

use std::borrow::Cow;
use std::fmt;

use crate::source::Span;

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Scalar(Style),
    Sequence,
    Mapping,
}

/// A value of the file: the bytes that it stands in, and where the nodes inside it end. A large
/// estate has millions of them, so they are kept small, and those of a file in one piece.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Flat {
    pub span: Span,
    /// The position of the first node that is not inside this one.
    pub after: u16,
    pub shape: Shape,
}

/// The nodes of a parsed file, in the order of its text: after a collection what is in it, of a
/// mapping each key before its value. It is read together with the file's text.
#[derive(Clone, PartialEq, Debug)]
pub struct Tree {
    nodes: Box<[Flat]>,
    /// By position, the texts of scalars that are not the very bytes of their span, as those of
    /// quoted ones are not.
    texts: Box<[(u16, Box<str>)]>,
}

impl Tree {
    /// `texts` are ordered by position.
    pub(super) fn new(nodes: Vec<Flat>, texts: Vec<(u16, Box<str>)>) -> Tree {
        Tree { nodes: nodes.into(), texts: texts.into() }
    }

    /// The root as a value of `text`, which must be the text the tree was parsed from.
    pub fn value<'a>(&'a self, text: &'a str) -> Value<'a> {
        let node = self.nodes.first().copied().unwrap_or(NOTHING);
        Value { text, tree: self, at: 0, node }
    }

    /// Every scalar with its style, keys included, in the order of the text.
    pub(super) fn scalars(&self) -> impl Iterator<Item = (Span, Style)> {
        self.nodes.iter().filter_map(|node| match node.shape {
            Shape::Scalar(style) => Some((node.span, style)),
            Shape::Sequence | Shape::Mapping => None,
        })
    }
}

/// The text of the scalar at a position, where it is not its very bytes; `texts` are ordered by position.
pub(super) fn other_text(texts: &[(u16, Box<str>)], at: u16) -> Option<&str> {
    if texts.is_empty() {
        return None;
    }
    let found = texts.binary_search_by_key(&at, |(at, _)| *at).ok()?;
    texts.get(found).map(|(_, text)| &**text)
}

/// Stands for the root of a tree without nodes, which the parser makes none of.
const NOTHING: Flat = Flat { span: Span { start: 0, end: 0 }, after: 0, shape: Shape::Scalar(Style::Plain) };

/// A node seen together with the text of its file.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    tree: &'a Tree,
    at: u16,
    node: Flat,
}

impl<'a> Value<'a> {
    pub fn span(&self) -> Span {
        self.node.span
    }

    pub(super) fn shape(&self) -> Shape {
        self.node.shape
    }

    /// The bytes of the node as they stand in the file, quotes and all.
    pub fn raw(&self) -> &'a str {
        self.text.get(self.node.span.range()).unwrap_or("")
    }

    /// The text of a scalar that is not its very bytes.
    pub(super) fn other_text(&self) -> Option<&'a str> {
        other_text(&self.tree.texts, self.at)
    }

    /// The text of a scalar as typed, without quotes and escapes; `None` for a collection and for
    /// a scalar that says nothing (empty, `~` or `null`, unquoted).
    pub fn text(&self) -> Option<&'a str> {
        match self.node.shape {
            Shape::Scalar(style) => {
                let text = self.any_text();
                let nothing = style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
                (!nothing).then_some(text)
            }
            Shape::Sequence | Shape::Mapping => None,
        }
    }

    fn any_text(&self) -> &'a str {
        self.other_text().unwrap_or_else(|| self.raw())
    }

    pub fn is_scalar(&self) -> bool {
        matches!(self.node.shape, Shape::Scalar(_))
    }

    /// Whether the scalar is written without quotes, on one line.
    pub fn is_plain(&self) -> bool {
        self.node.shape == Shape::Scalar(Style::Plain)
    }

    /// A scalar that says nothing.
    pub fn is_nothing(&self) -> bool {
        self.is_scalar() && self.text().is_none()
    }

    pub fn is_sequence(&self) -> bool {
        self.node.shape == Shape::Sequence
    }

    pub fn is_mapping(&self) -> bool {
        self.node.shape == Shape::Mapping
    }

    /// The nodes right inside this one: elements, or keys and values in turn.
    pub(super) fn inside(&self) -> Inside<'a> {
        let next = if self.is_scalar() { self.node.after } else { self.at + 1 };
        Inside { text: self.text, tree: self.tree, next, end: self.node.after }
    }

    /// The elements of a sequence; nothing for other nodes.
    pub fn elements(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        self.is_sequence().then(|| self.inside()).into_iter().flatten()
    }

    /// The entries of a mapping as (key, key's span, value); nothing for other nodes.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Span, Value<'a>)> + use<'a> {
        let mut inside = self.is_mapping().then(|| self.inside());
        std::iter::from_fn(move || {
            let inside = inside.as_mut()?;
            let (key, value) = (inside.next()?, inside.next()?);
            Some((key.any_text(), key.span(), value))
        })
    }

    /// The value of a key of this mapping.
    pub fn field(&self, key: &str) -> Option<Value<'a>> {
        let mut inside = self.is_mapping().then(|| self.inside())?;
        loop {
            let (name, value) = (inside.next()?, inside.next()?);
            // Fields are what records are asked for most; a length tells most keys apart.
            let is_key = match name.other_text() {
                Some(text) => text == key,
                None => name.node.span.range().len() == key.len() && name.raw() == key,
            };
            if is_key {
                return Some(value);
            }
        }
    }

    /// The span of a key of this mapping.
    pub fn key_span(&self, key: &str) -> Option<Span> {
        self.entries().find(|(name, ..)| *name == key).map(|(_, span, _)| span)
    }

    /// The value at a route such as `events[2].date`.
    pub fn at(&self, route: &Route) -> Option<Value<'a>> {
        route.0.iter().try_fold(*self, |value, step| match step {
            Step::Key(key) => value.field(key),
            Step::Index(index) => value.elements().nth(*index),
        })
    }

    /// Number of elements or entries; 0 for a scalar.
    pub fn len(&self) -> usize {
        match self.node.shape {
            Shape::Scalar(_) => 0,
            Shape::Sequence => self.inside().count(),
            Shape::Mapping => self.inside().count() / 2,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inside().next().is_none()
    }

    /// Whether both hold the same data, whatever their quoting, comments and order of keys.
    pub fn same_data(&self, other: &Value<'_>) -> bool {
        match (self.node.shape, other.node.shape) {
            (Shape::Scalar(_), Shape::Scalar(_)) => self.text() == other.text(),
            (Shape::Sequence, Shape::Sequence) => {
                self.len() == other.len()
                    && self.elements().zip(other.elements()).all(|(a, b)| a.same_data(&b))
            }
            (Shape::Mapping, Shape::Mapping) => {
                self.len() == other.len()
                    && self
                        .entries()
                        .all(|(key, _, value)| other.field(key).is_some_and(|o| value.same_data(&o)))
            }
            _ => false,
        }
    }
}

/// The nodes right inside a collection, one after the other.
pub(super) struct Inside<'a> {
    text: &'a str,
    tree: &'a Tree,
    next: u16,
    end: u16,
}

impl<'a> Iterator for Inside<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let at = self.next;
        let node = *self.tree.nodes.get(usize::from(at)).filter(|_| at < self.end)?;
        self.next = node.after;
        Some(Value { text: self.text, tree: self.tree, at, node })
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw())
    }
}

/// The data on one line, in YAML's flow form without quotes: for messages and tables, not for files.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node.shape {
            Shape::Scalar(_) => f.write_str(self.text().unwrap_or("")),
            Shape::Sequence => {
                for (index, element) in self.elements().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{element}")?;
                }
                Ok(())
            }
            Shape::Mapping => {
                f.write_str("{")?;
                for (index, (key, _, value)) in self.entries().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{key}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// The way from a record's root to one of its values: `events[2].date`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Route(Vec<Step>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

impl Route {
    /// Reads `term.end` or `events[2].date`. A text that is no route is taken as one key, which
    /// then simply is not found.
    pub fn parse(text: &str) -> Route {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned().into()));
            }
            while let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                match index.parse() {
                    Ok(index) => steps.push(Step::Index(index)),
                    Err(_) => return Route(vec![Step::Key(text.to_owned().into())]),
                }
                rest = after;
            }
        }
        Route(steps)
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub fn key(&self, key: impl Into<Cow<'static, str>>) -> Route {
        self.then(Step::Key(key.into()))
    }

    pub fn index(&self, index: usize) -> Route {
        self.then(Step::Index(index))
    }

    fn then(&self, step: Step) -> Route {
        let mut steps = self.0.clone();
        steps.push(step);
        Route(steps)
    }

    /// The route without its last step, and that step.
    pub fn split_last(&self) -> Option<(Route, &Step)> {
        let (last, before) = self.0.split_last()?;
        Some((Route(before.to_vec()), last))
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The memory of a large estate is its nodes.
    #[test]
    fn a_node_takes_twelve_bytes() {
        assert_eq!(size_of::<Flat>(), 12);
    }

    #[test]
    fn routes_read_and_write() {
        for text in ["id", "term.end", "events[2].date", "a[0][1].b"] {
            assert_eq!(Route::parse(text).to_string(), text);
        }
        assert!(Route::parse("").is_root());
    }
}
