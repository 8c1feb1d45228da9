//! The YAML of records: a strict subset, read with positions, edited without touching other bytes.
//!
//! A record file is one document, a tree of mappings, sequences and scalars. A scalar keeps the
//! text as typed; what it means (text, date, money) is the schema's business. Refused with a place:
//! aliases, anchors, merge keys, tags, directives, several documents, duplicate keys, keys that are
//! not plain text, nesting deeper than 32, more than 10 000 nodes, files over 1 MiB, control
//! characters, invalid UTF-8 and conflict markers. Data files need none of them.

mod comments;
mod data;
mod excerpt;
mod format;
mod keys;
mod lines;
mod nodes;
mod parse;
mod patch;
mod scalar;
mod text;
mod tree;
mod write;

pub use data::{Data, Place, RouteError};
pub use excerpt::excerpts;
pub use format::{Rank, format};
pub use parse::parse;
pub use patch::{PatchError, append, remove_element, set, unset};
pub use scalar::{quote, quote_flow};
pub use text::{MAX_FILE_BYTES, decode};
pub use tree::{Route, Step, Style, Tree, Value};
pub use write::write;

use crate::source::Span;

/// Why a file is no record, at a place in its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The id of the audit rule that this breaks.
    pub rule: &'static str,
    pub span: Span,
    pub message: String,
    pub help: &'static str,
    /// An earlier place that this one clashes with, such as the first of two equal keys.
    pub other: Option<(Span, String)>,
}

impl Problem {
    pub(crate) fn new(
        rule: &'static str,
        span: Span,
        message: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self { rule, span, message: message.into(), help, other: None }
    }
}
