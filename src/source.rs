//! Text with a path, and places in it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A range of bytes in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The bytes as a range, for slicing.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A file's text and its path, relative to the estate's root, with forward slashes.
#[derive(Clone, Debug)]
pub struct Source {
    path: Arc<str>,
    text: Arc<str>,
}

impl Source {
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under `span`; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    pub fn location(&self, span: Span) -> Location {
        Location::new(&self.path, &self.text, span)
    }
}

/// A place in a file, complete in itself: it can be shown without the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Location {
    /// Relative to the estate's root, with forward slashes.
    pub path: Arc<str>,
    /// Counted from 1; 0 where the place is the file as a whole.
    pub line: u32,
    /// In characters, counted from 1; 0 where the place is the file as a whole.
    pub column: u32,
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
    /// The first line of the place, without its line end; long lines are cut.
    pub line_text: Arc<str>,
}

/// Longest line that a location carries, in characters; more helps nobody.
const LINE_TEXT_CHARS: usize = 500;

impl Location {
    pub fn new(path: &Arc<str>, text: &str, span: Span) -> Self {
        let start = floor_boundary(text, span.start as usize);
        let end = floor_boundary(text, span.end as usize).max(start);
        let (line, column) = line_and_column(text, start);
        let (end_line, end_column) = line_and_column(text, end);
        let (before, _) = text.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_text = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        Self {
            path: path.clone(),
            line,
            column,
            end_line,
            end_column,
            line_text: line_text.chars().take(LINE_TEXT_CHARS).collect::<String>().into(),
        }
    }

    /// A file as a whole: one that could not be read as text, or that should not be there.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), line: 0, column: 0, end_line: 0, end_column: 0, line_text: "".into() }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            f.write_str(&self.path)
        } else {
            write!(f, "{}:{}:{}", self.path, self.line, self.column)
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn line_and_column(text: &str, at: usize) -> (u32, u32) {
    let (before, _) = text.split_at(at);
    let in_line = before.rsplit('\n').next().unwrap_or("");
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = in_line.chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_in_characters() {
        let source = Source::new("a.yaml", "id: x\nname: été à Paris\r\n");
        let at = source.text().find("Paris").unwrap();
        let location = source.location(Span::new(at, at + 5));
        assert_eq!(location.to_string(), "a.yaml:2:13");
        assert_eq!((location.end_line, location.end_column), (2, 18));
        assert_eq!(&*location.line_text, "name: été à Paris");
    }

    #[test]
    fn a_span_outside_the_text_is_clamped() {
        let source = Source::new("a.yaml", "é");
        assert_eq!(source.location(Span::new(1, 99)).to_string(), "a.yaml:1:1");
        assert_eq!(source.slice(Span::new(1, 99)), "");
    }
}
