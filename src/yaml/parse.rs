//! From text to a tree: the events of `saphyr-parser`, the limits, and exact byte positions.

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

use super::lines::{line_end, skip_to_token};
use super::tree::{Flat, Shape, Style, Tree};
use super::{Problem, keys};
use crate::source::Span;

/// Deepest nesting of collections.
const MAX_DEPTH: usize = 32;
/// Most nodes of a file, keys included.
const MAX_NODES: usize = 10_000;

/// Parses the text of a record file.
///
/// # Errors
/// The first problem that keeps the text from being a tree: `syntax`, `empty-file`, `alias`,
/// `anchor`, `tag`, `directive`, `several-documents`, `too-deep`, `too-many-nodes`,
/// `duplicate-key`, `merge-key` or `unusable-key`.
pub fn parse(text: &str) -> Result<Tree, Box<Problem>> {
    Builder::new(text).build().map_err(Box::new)
}

struct Builder<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    offsets: Offsets,
    /// Those that have been read; of an open collection only the position counts.
    nodes: Vec<Flat>,
    texts: Vec<(u16, Box<str>)>,
    /// How many nodes have been read to their end.
    closed: usize,
}

/// A collection whose end has not been read yet.
struct Open {
    /// The position of its node.
    at: usize,
    start: usize,
    /// The last node right inside, and how many there are.
    last: Option<Span>,
    count: usize,
    mapping: bool,
    /// Whether it stands in brackets, or in a collection that does.
    flow: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            events: Parser::new_from_str(text),
            offsets: Offsets::new(text),
            nodes: Vec::with_capacity(32),
            texts: Vec::new(),
            closed: 0,
        }
    }

    fn build(mut self) -> Result<Tree, Problem> {
        if self.text.starts_with('%') {
            let end = self.text.find('\n').unwrap_or(self.text.len());
            return Err(Problem::new(
                "directive",
                Span::new(0, end),
                "the file begins with a YAML directive",
                "delete the line; records need no directives",
            ));
        }
        let mut open: Vec<Open> = Vec::new();
        let mut documents = 0;
        while let Some((event, span)) = self.next()? {
            let span = match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(Problem::new(
                            "several-documents",
                            span,
                            "a second YAML document begins here",
                            "keep one record in one file",
                        ));
                    }
                    continue;
                }
                Event::Alias(_) => return Err(alias(span)),
                Event::Scalar(text, style, anchor, tag) => {
                    self.refuse_properties(span, anchor, tag.is_some())?;
                    self.scalar(&text, style, span, &open)
                }
                Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= MAX_DEPTH => {
                    return Err(too_deep(span));
                }
                Event::SequenceStart(anchor, tag) => {
                    self.refuse_properties(span, anchor, tag.is_some())?;
                    let opened = self.open(span, false, open.last());
                    open.push(opened);
                    continue;
                }
                Event::MappingStart(anchor, tag) => {
                    self.refuse_properties(span, anchor, tag.is_some())?;
                    let opened = self.open(span, true, open.last());
                    open.push(opened);
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some(closed) => self.close(closed, span)?,
                    None => continue,
                },
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            };
            self.closed += 1;
            if self.closed > MAX_NODES {
                return Err(Problem::new(
                    "too-many-nodes",
                    span,
                    format!("the file holds more than {MAX_NODES} values"),
                    "split it into several records",
                ));
            }
            if let Some(parent) = open.last_mut() {
                parent.last = Some(span);
                parent.count += 1;
            }
        }
        match self.nodes.first() {
            Some(root) if !is_empty_plain(root) => Ok(Tree::new(self.nodes, self.texts)),
            _ => Err(Problem::new(
                "empty-file",
                Span::default(),
                "the file holds no record",
                "delete the file, or restore its content from history with `git checkout`",
            )),
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Problem> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                let start = self.offsets.byte(span.start.index());
                let end = self.offsets.byte(span.end.index());
                Ok(Some((event, Span::new(start, end))))
            }
            Some(Err(error)) => {
                let at = self.offsets.byte(error.marker().index()).min(self.text.len());
                let next = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                // An alias whose anchor is not even there. A plain scalar never begins so.
                if self.text.get(at..).is_some_and(|rest| rest.starts_with('*')) {
                    return Err(alias(Span::new(at, at + next)));
                }
                // The scanner has a limit of its own on brackets, which it meets before ours.
                if error.info().contains("recursion limit") {
                    return Err(too_deep(Span::new(at, at + next)));
                }
                Err(Problem::new(
                    "syntax",
                    Span::new(at, at + next),
                    format!("this is not YAML: {}", error.info()),
                    "mend the line; often it is the indentation, a missing space after `:`, or a text with `: ` or ` #` in it that needs quotes",
                ))
            }
        }
    }

    fn refuse_properties(&self, span: Span, anchor: usize, tagged: bool) -> Result<(), Problem> {
        if anchor != 0 {
            return Err(Problem::new("anchor", span, "anchors (`&name`) are not allowed", NO_ALIAS));
        }
        if tagged {
            return Err(Problem::new(
                "tag",
                span,
                "tags (`!name`) are not allowed",
                "delete the tag; the schema says what a value means",
            ));
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span, open: &[Open]) -> Span {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let span = match style {
            Style::Plain if text.is_empty() => self.place_of_nothing(span, open.last()),
            Style::Plain => trimmed(self.text, span),
            Style::SingleQuoted | Style::DoubleQuoted => self.through_closing_quote(span),
            Style::Literal | Style::Folded => self.with_header(span, open.last()),
        };
        let same = self.text.get(span.range()).is_some_and(|bytes| bytes == text);
        if !same {
            self.texts.push((position(self.nodes.len()), text.into()));
        }
        let after = position(self.nodes.len() + 1);
        self.nodes.push(Flat { span, after, shape: Shape::Scalar(style) });
        span
    }

    /// A collection that begins. The parser tells the place of a sequence below its key only when
    /// that is indented more than the key.
    fn open(&mut self, span: Span, mapping: bool, parent: Option<&Open>) -> Open {
        let start = match parent {
            Some(parent) if !mapping && !parent.flow => {
                self.after_indicator(parent).map(|at| skip_to_token(self.text, at))
            }
            _ => None,
        };
        let start = start.unwrap_or(span.start as usize);
        let flow = parent.is_some_and(|parent| parent.flow) || self.is_bracket(start);
        let shape = if mapping { Shape::Mapping } else { Shape::Sequence };
        let at = self.nodes.len();
        self.nodes.push(Flat { span, after: 0, shape });
        Open { at, start, last: None, count: 0, mapping, flow }
    }

    fn is_bracket(&self, at: usize) -> bool {
        matches!(self.text.as_bytes().get(at), Some(b'[' | b'{'))
    }

    /// The byte after the `:` or `-` that announces the next node of `parent`; `None` where there
    /// is no such sign.
    fn after_indicator(&self, parent: &Open) -> Option<usize> {
        let (from, sign) = match parent.last {
            Some(key) if parent.mapping && parent.count % 2 == 1 => (key.end as usize, b':'),
            _ if parent.mapping || parent.flow => return None,
            Some(before) => (before.end as usize, b'-'),
            None => (parent.start, b'-'),
        };
        let at = skip_to_token(self.text, from);
        (self.text.as_bytes().get(at) == Some(&sign)).then_some(at + 1)
    }

    /// An absent value stands right after its key's colon or its dash, wherever the parser noticed
    /// it; after its key where there is no colon, as in `{key}`.
    fn place_of_nothing(&self, span: Span, parent: Option<&Open>) -> Span {
        let key_end = || {
            let parent = parent.filter(|parent| parent.mapping && parent.count % 2 == 1)?;
            parent.last.map(|key| key.end as usize)
        };
        let at = parent
            .and_then(|parent| self.after_indicator(parent))
            .or_else(key_end)
            .unwrap_or(span.start as usize);
        Span::new(at, at)
    }

    /// The parser's quoted scalars may reach over a comment behind them; the value does not.
    fn through_closing_quote(&self, span: Span) -> Span {
        let start = span.start as usize;
        let mut bytes = self.text.as_bytes().get(span.range()).unwrap_or_default().iter().enumerate();
        let quote = bytes.next().map_or(b'"', |(_, quote)| *quote);
        while let Some((at, byte)) = bytes.next() {
            if quote == b'"' && *byte == b'\\' {
                bytes.next();
            } else if *byte == quote {
                let doubled = quote == b'\'' && self.text.as_bytes().get(start + at + 1) == Some(&quote);
                if !doubled {
                    return Span::new(start, start + at + 1);
                }
                bytes.next();
            }
        }
        span
    }

    /// The parser's block scalars begin below their `|` or `>` and may end in the next line's
    /// indentation; the value reaches from that sign through its last line that is not empty.
    fn with_header(&self, span: Span, parent: Option<&Open>) -> Span {
        let text = self.text;
        let before = parent.map_or(Some(0), |parent| self.after_indicator(parent));
        let mut start = before.map_or(text.len(), |at| skip_to_token(text, at));
        if parent.is_none() && text.get(start..).is_some_and(|rest| rest.starts_with("---")) {
            start = skip_to_token(text, start + 3);
        }
        if !matches!(text.as_bytes().get(start), Some(b'|' | b'>')) {
            return span;
        }
        let used = text.get(start..span.end as usize).map_or(0, |used| used.trim_end().len());
        Span::new(start, line_end(text, start + used))
    }

    fn close(&mut self, closed: Open, end: Span) -> Result<Span, Problem> {
        let flow = self.is_bracket(closed.start);
        let inside = self.nodes.get(closed.at + 1);
        let first = inside.map_or(closed.start, |node| node.span.start as usize);
        let last = closed.last.map_or(closed.start, |span| span.end as usize);
        let span = if flow {
            let inside = if closed.count == 0 { closed.start + 1 } else { last };
            let bracket = self.closing_bracket(inside).unwrap_or(end.start as usize);
            Span::new(closed.start, bracket + 1)
        } else {
            Span::new(first.min(closed.start), last)
        };
        if closed.mapping {
            keys::check(self.text, &self.nodes, &self.texts, closed.at)?;
        }
        let after = position(self.nodes.len());
        if let Some(node) = self.nodes.get_mut(closed.at) {
            (node.span, node.after) = (span, after);
        }
        Ok(span)
    }

    /// The bracket that closes a collection whose last item ends at `at`. The parser tells another
    /// place where a comma stands before it.
    fn closing_bracket(&self, at: usize) -> Option<usize> {
        let byte = |at: usize| self.text.as_bytes().get(at);
        let mut token = skip_to_token(self.text, at);
        if byte(token) == Some(&b',') {
            token = skip_to_token(self.text, token + 1);
        }
        matches!(byte(token), Some(b']' | b'}')).then_some(token)
    }
}

pub(super) const NO_ALIAS: &str = "write the value out; records hold no aliases, anchors or merge keys";

fn alias(span: Span) -> Problem {
    Problem::new("alias", span, "aliases (`*name`) are not allowed", NO_ALIAS)
}

fn too_deep(span: Span) -> Problem {
    let message = format!("collections nest deeper than {MAX_DEPTH}");
    Problem::new("too-deep", span, message, "flatten the record")
}

fn is_empty_plain(node: &Flat) -> bool {
    node.shape == Shape::Scalar(Style::Plain) && node.span.start == node.span.end
}

/// The position of a node; there are never more than [`MAX_NODES`] and those that hold them.
pub(super) fn position(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// The parser's plain scalars may reach over trailing blanks; the value does not.
fn trimmed(text: &str, span: Span) -> Span {
    let bytes = text.get(span.range()).unwrap_or("");
    Span::new(span.start as usize, span.start as usize + bytes.trim_end().len())
}

/// The parser counts characters, we count bytes: the same for ASCII, a table otherwise.
struct Offsets(Option<Vec<u32>>);

impl Offsets {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self(None);
        }
        let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        Self(Some(starts.map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect()))
    }

    fn byte(&self, character: usize) -> usize {
        match &self.0 {
            None => character,
            Some(starts) => starts.get(character).or(starts.last()).map_or(0, |at| *at as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Route;

    fn rule(text: &str) -> &'static str {
        parse(text).map_or_else(|problem| problem.rule, |_| "none")
    }

    fn raw_at<'a>(text: &'a str, tree: &'a Tree, route: &str) -> &'a str {
        tree.value(text).at(&Route::parse(route)).map_or("(absent)", |value| value.raw())
    }

    #[test]
    fn scalars_keep_their_text_as_typed() {
        let text = "country: NO\nserial: 0012e3\nzip: 01234\nversion: 1.10\nmac: 01:23\nquoted: 'it''s'\n";
        let tree = parse(text).unwrap();
        let value = |key: &str| tree.value(text).field(key).and_then(|value| value.text().map(str::to_owned));
        assert_eq!(value("country").as_deref(), Some("NO"));
        assert_eq!(value("serial").as_deref(), Some("0012e3"));
        assert_eq!(value("zip").as_deref(), Some("01234"));
        assert_eq!(value("version").as_deref(), Some("1.10"));
        assert_eq!(value("mac").as_deref(), Some("01:23"));
        assert_eq!(value("quoted").as_deref(), Some("it's"));
    }

    #[test]
    fn spans_are_bytes_of_the_value_and_nothing_else() {
        let text = "é: été   # note\nlist:\n  - a: 1\n    b: [x, 'y']  # c\n  - d\nmap: {k: v}\r\nend: |\n  two\n  lines\n";
        let tree = parse(text).unwrap();
        assert_eq!(raw_at(text, &tree, "é"), "été");
        assert_eq!(raw_at(text, &tree, "list"), "- a: 1\n    b: [x, 'y']  # c\n  - d");
        assert_eq!(raw_at(text, &tree, "list[0]"), "a: 1\n    b: [x, 'y']");
        assert_eq!(raw_at(text, &tree, "list[0].b"), "[x, 'y']");
        assert_eq!(raw_at(text, &tree, "list[0].b[1]"), "'y'");
        assert_eq!(raw_at(text, &tree, "map"), "{k: v}");
        assert_eq!(tree.value(text).field("end").and_then(|value| value.text()), Some("two\nlines\n"));
        assert_eq!(raw_at(text, &tree, "end"), "|\n  two\n  lines");
    }

    #[test]
    fn spans_do_not_depend_on_what_stands_beside() {
        let text = "q: \"a\\\"b\"  # c\ns: 'it''s' # c\nl:\n- [x]\n- >-\n  y  \n\n# c\n-\n- -5 # c\nm: {x, y: 1}\nn: {x: 1,\n  # c\n  }\n";
        let tree = parse(text).unwrap();
        assert_eq!(raw_at(text, &tree, "q"), "\"a\\\"b\"");
        assert_eq!(raw_at(text, &tree, "s"), "'it''s'");
        assert_eq!(raw_at(text, &tree, "l"), "- [x]\n- >-\n  y  \n\n# c\n-\n- -5");
        assert_eq!(raw_at(text, &tree, "n"), "{x: 1,\n  # c\n  }");
        assert_eq!(raw_at(text, &tree, "l[0]"), "[x]");
        assert_eq!(raw_at(text, &tree, "l[1]"), ">-\n  y  ");
        let nothing = |route| tree.value(text).at(&Route::parse(route)).unwrap().span().start as usize;
        assert_eq!(nothing("l[2]"), text.find("-\n- -5").unwrap() + 1);
        assert_eq!(nothing("m.x"), text.find("{x").unwrap() + 2);
    }

    #[test]
    fn an_absent_value_stands_after_its_colon() {
        let text = "a:\nb: ~\nc:   # nothing\n";
        let tree = parse(text).unwrap();
        for key in ["a", "b", "c"] {
            assert!(tree.value(text).field(key).unwrap().is_nothing(), "{key}");
        }
        assert_eq!(tree.value(text).field("a").unwrap().span(), Span::new(2, 2));
        assert_eq!(tree.value(text).field("c").unwrap().span(), Span::new(10, 10));
    }

    #[test]
    fn what_records_do_not_need_is_refused_by_name() {
        let cases = [
            ("a: *x\n", "alias"),
            ("a: &x 1\n", "anchor"),
            ("a: &x [1]\nb: *x\n", "anchor"),
            ("a: !!str 1\n", "tag"),
            ("a: !include /etc/passwd\n", "tag"),
            ("%YAML 1.2\n---\na: 1\n", "directive"),
            ("a: 1\n---\nb: 2\n", "several-documents"),
            ("a: 1\na: 2\n", "duplicate-key"),
            ("a: 1\n'a': 2\n", "duplicate-key"),
            ("caf\u{e9}: 1\ncafe\u{301}: 2\n", "duplicate-key"),
            ("a: {b: 1, b: 2}\n", "duplicate-key"),
            ("<<: {a: 1}\n", "merge-key"),
            ("? [a, b]\n: 1\n", "unusable-key"),
            ("~: 1\n", "unusable-key"),
            ("", "empty-file"),
            ("# only a comment\n", "empty-file"),
            ("a:\n\tb: 1\n", "syntax"),
            ("a: [1\n", "syntax"),
            ("--- {a: 1}\n", "none"),
        ];
        for (text, expected) in cases {
            assert_eq!(rule(text), expected, "{text:?}");
        }
    }

    #[test]
    fn deep_and_large_files_are_refused_without_recursion() {
        for count in [40, 1_000, 100_000] {
            assert!(parse(&format!("a: {}{}\n", "[".repeat(count), "]".repeat(count))).is_err());
            assert!(parse(&"- ".repeat(count)).is_err());
            assert!(parse(&"? ".repeat(count)).is_err());
            assert!(parse(&"{a: ".repeat(count)).is_err());
        }
        let keys: String = (0..20_000).map(|key| format!("k{key}: 1\n")).collect();
        assert_eq!(rule(&keys), "too-many-nodes");
    }
}
