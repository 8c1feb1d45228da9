//! The comments of a parsed text, which the tree leaves out.

use super::lines::{column, line_end, line_start, next_line};
use super::tree::{Style, Tree};
use crate::source::Span;

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Comment<'t> {
    pub at: usize,
    pub text: &'t str,
    /// Whether nothing else stands in its line.
    pub own_line: bool,
    pub column: usize,
}

/// Every comment, in the order of the text.
pub(super) fn comments<'t>(text: &'t str, tree: &Tree) -> Vec<Comment<'t>> {
    let scalars = tree.scalars().flat_map(|(span, style)| stretches(text, span, style));
    let mut found = Vec::new();
    let mut at = 0;
    for (start, end) in scalars.chain([(text.len(), text.len())]) {
        between(text, at, start, &mut found);
        at = end.max(at);
    }
    found
}

/// The comments in a stretch of text without scalars.
fn between<'t>(text: &'t str, mut at: usize, end: usize, found: &mut Vec<Comment<'t>>) {
    while let Some(hash) = text.get(at..end).and_then(|rest| rest.find('#')).map(|after| at + after) {
        let before = text.get(line_start(text, hash)..hash).unwrap_or("");
        if !before.is_empty() && !before.ends_with([' ', '\t']) {
            at = hash + 1;
            continue;
        }
        at = line_end(text, hash);
        found.push(Comment {
            at: hash,
            text: text.get(hash..at).unwrap_or("").trim_end(),
            own_line: before.trim().is_empty(),
            column: column(text, hash),
        });
    }
}

/// The stretches of a scalar; of a block of lines its sign and its lines.
fn stretches(text: &str, span: Span, style: Style) -> impl Iterator<Item = (usize, usize)> {
    let (start, end) = (span.start as usize, span.end as usize);
    let (first, rest) = match style {
        Style::Literal | Style::Folded => {
            let sign = start + block_sign(text, start).len();
            ((start, sign), Some((next_line(text, start).min(end), end)))
        }
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted => ((start, end), None),
    };
    [first].into_iter().chain(rest)
}

/// The sign of a block of lines, such as `|` or `>2-`.
pub(super) fn block_sign(text: &str, start: usize) -> &str {
    let raw = text.get(start..).unwrap_or("");
    raw.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn comments_are_told_from_characters() {
        let text = "# head\na: x#y  # beside\nb: '# no' # yes\nc: | # sign\n  # line\n  text\n# after\nd: [e, # in\n  f#g]\nh: \"#\"\ni:\n  - # dash\n    j: k\n  # tail";
        let tree = parse(text).unwrap();
        let found: Vec<(&str, bool, usize)> =
            comments(text, &tree).iter().map(|c| (c.text, c.own_line, c.column)).collect();
        assert_eq!(
            found,
            [
                ("# head", true, 0),
                ("# beside", false, 8),
                ("# yes", false, 10),
                ("# sign", false, 5),
                ("# after", true, 0),
                ("# in", false, 7),
                ("# dash", false, 4),
                ("# tail", true, 2),
            ]
        );
    }
}
