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

/// A value and the bytes it stands in.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    pub span: Span,
    pub body: Body,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// `text` is `None` where it is the very bytes of the span, as for most plain scalars.
    Scalar {
        style: Style,
        text: Option<Box<str>>,
    },
    Sequence(Box<[Node]>),
    Mapping(Box<[Entry]>),
}

/// A key with its value. The key's own node is always a scalar.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
}

/// The root of a parsed file; it is read together with the file's text.
#[derive(Clone, PartialEq, Debug)]
pub struct Tree {
    pub root: Node,
}

impl Tree {
    /// The root as a value of `text`, which must be the text the tree was parsed from.
    pub fn value<'a>(&'a self, text: &'a str) -> Value<'a> {
        Value { text, node: &self.root }
    }
}

/// A node seen together with the text of its file.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    node: &'a Node,
}

impl<'a> Value<'a> {
    pub fn span(&self) -> Span {
        self.node.span
    }

    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The bytes of the node as they stand in the file, quotes and all.
    pub fn raw(&self) -> &'a str {
        self.text.get(self.node.span.range()).unwrap_or("")
    }

    /// The text of a scalar as typed, without quotes and escapes; `None` for a collection and for
    /// a scalar that says nothing (empty, `~` or `null`, unquoted).
    pub fn text(&self) -> Option<&'a str> {
        match &self.node.body {
            Body::Scalar { style, text } => {
                let text = text.as_deref().unwrap_or_else(|| self.raw());
                let nothing = *style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
                (!nothing).then_some(text)
            }
            Body::Sequence(_) | Body::Mapping(_) => None,
        }
    }

    pub fn is_scalar(&self) -> bool {
        matches!(self.node.body, Body::Scalar { .. })
    }

    /// Whether the scalar is written without quotes, on one line.
    pub fn is_plain(&self) -> bool {
        matches!(self.node.body, Body::Scalar { style: Style::Plain, .. })
    }

    /// A scalar that says nothing.
    pub fn is_nothing(&self) -> bool {
        self.is_scalar() && self.text().is_none()
    }

    pub fn is_sequence(&self) -> bool {
        matches!(self.node.body, Body::Sequence(_))
    }

    pub fn is_mapping(&self) -> bool {
        matches!(self.node.body, Body::Mapping(_))
    }

    /// The elements of a sequence; nothing for other nodes.
    pub fn elements(&self) -> impl Iterator<Item = Value<'a>> + use<'a> {
        let text = self.text;
        let nodes = match &self.node.body {
            Body::Sequence(nodes) => &nodes[..],
            _ => &[],
        };
        nodes.iter().map(move |node| Value { text, node })
    }

    /// The entries of a mapping as (key, key's span, value); nothing for other nodes.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, Span, Value<'a>)> + use<'a> {
        let text = self.text;
        let entries = match &self.node.body {
            Body::Mapping(entries) => &entries[..],
            _ => &[],
        };
        entries.iter().map(move |entry| {
            let key = Value { text, node: &entry.key };
            (key.key_text(), entry.key.span, Value { text, node: &entry.value })
        })
    }

    fn key_text(&self) -> &'a str {
        match &self.node.body {
            Body::Scalar { text, .. } => text.as_deref().unwrap_or_else(|| self.raw()),
            _ => "",
        }
    }

    /// The value of a key of this mapping.
    pub fn field(&self, key: &str) -> Option<Value<'a>> {
        self.entries().find(|(name, ..)| *name == key).map(|(.., value)| value)
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
        match &self.node.body {
            Body::Scalar { .. } => 0,
            Body::Sequence(nodes) => nodes.len(),
            Body::Mapping(entries) => entries.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both hold the same data, whatever their quoting, comments and order of keys.
    pub fn same_data(&self, other: &Value<'_>) -> bool {
        match (&self.node.body, &other.node.body) {
            (Body::Scalar { .. }, Body::Scalar { .. }) => self.text() == other.text(),
            (Body::Sequence(mine), Body::Sequence(theirs)) => {
                mine.len() == theirs.len()
                    && self.elements().zip(other.elements()).all(|(a, b)| a.same_data(&b))
            }
            (Body::Mapping(mine), Body::Mapping(theirs)) => {
                mine.len() == theirs.len()
                    && self
                        .entries()
                        .all(|(key, _, value)| other.field(key).is_some_and(|o| value.same_data(&o)))
            }
            _ => false,
        }
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
        match &self.node.body {
            Body::Scalar { .. } => f.write_str(self.text().unwrap_or("")),
            Body::Sequence(_) => {
                for (index, element) in self.elements().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{element}")?;
                }
                Ok(())
            }
            Body::Mapping(_) => {
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

    #[test]
    fn routes_read_and_write() {
        for text in ["id", "term.end", "events[2].date", "a[0][1].b"] {
            assert_eq!(Route::parse(text).to_string(), text);
        }
        assert!(Route::parse("").is_root());
    }
}
