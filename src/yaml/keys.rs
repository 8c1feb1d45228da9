//! The keys of a mapping: plain texts, each once.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Problem;
use super::parse::{NO_ALIAS, position};
use super::tree::{Flat, Shape, Style, other_text};
use crate::source::Span;

/// Checks the keys of the mapping at this position, whose entries are the nodes after it.
pub(super) fn check(
    text: &str,
    nodes: &[Flat],
    texts: &[(u16, Box<str>)],
    mapping: usize,
) -> Result<(), Problem> {
    let mut seen: Vec<(Cow<'_, str>, Span)> = Vec::new();
    let mut at = mapping + 1;
    while let Some(Flat { span, shape, .. }) = nodes.get(at) {
        let Shape::Scalar(style) = shape else {
            return Err(unusable_key(*span, "a key is a collection"));
        };
        let key = other_text(texts, position(at)).unwrap_or_else(|| text.get(span.range()).unwrap_or(""));
        at = nodes.get(at + 1).map_or(usize::MAX, |value| usize::from(value.after));
        if key.is_empty() || (*style == Style::Plain && matches!(key, "~" | "null")) {
            return Err(unusable_key(*span, "a key is empty"));
        }
        if key == "<<" {
            return Err(Problem::new("merge-key", *span, "merge keys (`<<`) are not allowed", NO_ALIAS));
        }
        let key: Cow<'_, str> = if is_nfc(key) { key.into() } else { key.nfc().collect::<String>().into() };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            let mut problem = Problem::new(
                "duplicate-key",
                *span,
                format!("the key `{key}` is given twice"),
                "keep one of the two lines",
            );
            problem.other = Some((*first, "first given here".into()));
            return Err(problem);
        }
        seen.push((key, *span));
    }
    Ok(())
}

fn unusable_key(span: Span, message: &str) -> Problem {
    Problem::new("unusable-key", span, message, "give every value a plain text key")
}
