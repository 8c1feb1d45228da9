//! The comments of a parsed text, which the tree leaves out.

use super::lines::{column, line_end, line_start, next_line};
use super::tree::{Body, Entry, Node, Style, Tree};

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
    let mut scalars = Vec::new();
    collect(text, &tree.root, &mut scalars);
    let mut found = Vec::new();
    let mut at = 0;
    for (start, end) in scalars.into_iter().chain([(text.len(), text.len())]) {
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

/// The stretches of scalars, in the order of the text; of a block of lines its sign and its lines.
fn collect(text: &str, node: &Node, scalars: &mut Vec<(usize, usize)>) {
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    match &node.body {
        Body::Scalar { style: Style::Literal | Style::Folded, .. } => {
            scalars.push((start, start + block_sign(text, start).len()));
            scalars.push((next_line(text, start).min(end), end));
        }
        Body::Scalar { .. } => scalars.push((start, end)),
        Body::Sequence(elements) => elements.iter().for_each(|element| collect(text, element, scalars)),
        Body::Mapping(entries) => entries.iter().for_each(|Entry { key, value }| {
            collect(text, key, scalars);
            collect(text, value, scalars);
        }),
    }
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
