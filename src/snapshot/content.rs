//! What is read of a file.

use std::borrow::Cow;

/// A file of the estate: its bytes, or why there are none.
#[derive(Clone)]
pub enum Content<'a> {
    Bytes(Cow<'a, [u8]>),
    /// Not a regular file, or not readable: the rule that this breaks, what, and how to mend it.
    Problem {
        rule: &'static str,
        message: String,
        help: &'static str,
    },
}

impl Content<'_> {
    pub fn into_owned(self) -> Content<'static> {
        match self {
            Content::Bytes(bytes) => Content::Bytes(Cow::Owned(bytes.into_owned())),
            Content::Problem { rule, message, help } => Content::Problem { rule, message, help },
        }
    }
}
