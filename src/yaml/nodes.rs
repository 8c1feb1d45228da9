//! A parsed file as nodes that hold one another, as changes and formatting walk them.

use super::tree::{Shape, Style, Value};
use crate::source::Span;

/// A value and the bytes it stands in.
pub(super) struct Node {
    pub span: Span,
    pub body: Body,
}

pub(super) enum Body {
    /// `text` is `None` where it is the very bytes of the span, as for most plain scalars.
    Scalar {
        style: Style,
        text: Option<Box<str>>,
    },
    Sequence(Box<[Node]>),
    Mapping(Box<[Entry]>),
}

/// A key with its value. The key's own node is always a scalar.
pub(super) struct Entry {
    pub key: Node,
    pub value: Node,
}

impl From<Value<'_>> for Node {
    fn from(value: Value<'_>) -> Node {
        let mut inside = value.inside().map(Node::from);
        let body = match value.shape() {
            Shape::Scalar(style) => Body::Scalar { style, text: value.other_text().map(Box::from) },
            Shape::Sequence => Body::Sequence(inside.collect()),
            Shape::Mapping => Body::Mapping(
                std::iter::from_fn(|| Some(Entry { key: inside.next()?, value: inside.next()? })).collect(),
            ),
        };
        Node { span: value.span(), body }
    }
}
