//! Changes where no brackets surround the place: lines and their indentation decide.

use super::{File, Found, Holder, Splice, has_style, is_collection, splice};
use crate::yaml::data::Data;
use crate::yaml::lines::{begins_line, column, line_end, line_start, next_line, skip_spaces, skip_to_token};
use crate::yaml::nodes::{Body, Entry, Node};
use crate::yaml::scalar::{double_quoted, quote, quoted, same_meaning};
use crate::yaml::tree::Style;
use crate::yaml::write::{Layout, Writer};

impl File<'_> {
    pub(super) fn replacing_in_block(&self, found: &Found<'_>, value: &Data) -> Option<Vec<Splice>> {
        let node = found.node;
        let (start, end) = (node.span.start as usize, self.end_of(node));
        let (sign, holder_column) = match found.holder {
            Holder::Root => return Some(vec![splice(start..line_end(self.text, end), root_text(value))]),
            Holder::Entry { mapping, entries, index } => {
                let key = &entries.get(index)?.key;
                let colon = skip_to_token(self.text, key.span.end as usize);
                (colon, column(self.text, mapping.span.start as usize))
            }
            Holder::Element { sequence, elements, index } => {
                let dash = self.dash(sequence, elements, index)?;
                (dash, column(self.text, dash))
            }
        };
        let after = sign + 1;
        if !matches!(self.text.as_bytes().get(sign), Some(b':' | b'-')) {
            return None;
        }
        let below = line_end(self.text, after) < start;
        let (head, rest) = self.rendered(found, value, after, holder_column, below);
        let head_text = head.trim_start();
        let is_block = is_collection(node) && !self.has_brackets(node);
        Some(if is_block && !below {
            // `- a: 1`: the lines of a block that begins beside its dash.
            vec![splice(start..line_end(self.text, end), format!("{head_text}{rest}"))]
        } else if !below {
            // The comment in the line of the sign stays, and so do the blanks before the value.
            let token_end = if has_style(node, &[Style::Literal, Style::Folded]) {
                let raw = self.text.get(start..)?;
                start + raw.find(|c: char| c.is_ascii_whitespace()).unwrap_or(raw.len())
            } else {
                end
            };
            let (from, head) =
                if head.is_empty() || start == end { (after, &*head) } else { (start, head_text) };
            let lines = line_end(self.text, token_end)..line_end(self.text, end);
            vec![splice(from..token_end, head), splice(lines, rest)]
        } else if !is_block && rest.is_empty() && !head.is_empty() {
            vec![splice(start..end, head_text)]
        } else {
            // Comments between the sign and the value stay.
            let lines = if rest.is_empty() {
                self.lines_gone(start, end)
            } else {
                splice(line_start(self.text, start)..line_end(self.text, end), rest_lines(&rest))
            };
            vec![splice(after..after, head), lines]
        })
    }

    /// The value as it is written after its sign: on the same line, and the lines below, each with
    /// a line end before it.
    fn rendered(
        &self,
        found: &Found<'_>,
        value: &Data,
        after: usize,
        holder_column: usize,
        below: bool,
    ) -> (String, String) {
        let node = found.node;
        if let Some(text) = restyled(self.text, node, value) {
            return (format!(" {text}"), String::new());
        }
        if let (Data::Text(text), true) = (value, below) {
            // A block of lines would swallow comments that stand before the old value.
            return (format!(" {}", quote(text)), String::new());
        }
        let mut writer = Writer::new(self.layout, column(self.text, after));
        let is_block = is_collection(node) && !self.has_brackets(node);
        let same_kind = matches!(
            (&node.body, value),
            (Body::Sequence(_), Data::List(_)) | (Body::Mapping(_), Data::Map(_))
        );
        if is_collection(node) && !is_block && !value.is_empty() && writer.fits_in_brackets(value) {
            writer.inline(value);
        } else if is_block && below && same_kind && !value.is_empty() {
            let start = column(self.text, node.span.start as usize);
            let step = start.saturating_sub(holder_column);
            let layout = match value {
                Data::List(_) => Layout { list: step, ..self.layout },
                _ => Layout { map: step.max(1), ..self.layout },
            };
            writer = Writer::new(layout, 0);
            writer.line(start);
            writer.block(value, start);
        } else if matches!(found.holder, Holder::Element { .. }) {
            writer.after_dash(value, holder_column, is_block);
        } else {
            writer.after_key(value, holder_column);
        }
        match writer.out.split_once('\n') {
            Some((head, rest)) => (head.to_owned(), format!("\n{rest}")),
            None => (writer.out, String::new()),
        }
    }

    pub(super) fn adding_block_entry(
        &self,
        mapping: &Node,
        entries: &[Entry],
        key: &str,
        value: &Data,
    ) -> Option<Vec<Splice>> {
        let at = line_end(self.text, self.end_of(&entries.last()?.value));
        let column = column(self.text, mapping.span.start as usize);
        let mut writer = Writer::new(self.layout, 0);
        writer.line(column);
        writer.entry(key, value, column);
        Some(vec![splice(at..at, writer.out)])
    }

    pub(super) fn adding_block_element(
        &self,
        sequence: &Node,
        elements: &[Node],
        element: &Data,
    ) -> Option<Vec<Splice>> {
        let last = elements.last()?;
        let at = line_end(self.text, self.end_of(last));
        let column = column(self.text, sequence.span.start as usize);
        let expanded = matches!(last.body, Body::Mapping(_)) && !self.has_brackets(last);
        let mut writer = Writer::new(self.layout, 0);
        writer.line(column);
        writer.element(element, column, expanded);
        Some(vec![splice(at..at, writer.out)])
    }

    pub(super) fn removing_in_block(&self, found: &Found<'_>) -> Option<Vec<Splice>> {
        let start = match found.holder {
            Holder::Root => return None,
            Holder::Entry { entries, index, .. } => entries.get(index)?.key.span.start as usize,
            Holder::Element { sequence, elements, index } => self.dash(sequence, elements, index)?,
        };
        let end = self.end_of(found.node).max(start);
        if begins_line(self.text, start) {
            return Some(vec![self.lines_gone(start, end)]);
        }
        // `- a: 1`: the next entry moves up beside the dash.
        let mut next = next_line(self.text, end);
        while begins_line(self.text, next) && next < self.text.len() {
            let token = skip_spaces(self.text, next);
            if !matches!(self.text.as_bytes().get(token), Some(b'\r' | b'\n')) {
                return Some(vec![splice(start..token, "")]);
            }
            next = next_line(self.text, token);
        }
        None
    }

    /// The lines from `start` to `end` go, with their line ends.
    fn lines_gone(&self, start: usize, end: usize) -> Splice {
        let (from, to) = (line_start(self.text, start), next_line(self.text, end));
        if self.text.ends_with('\n') || to < self.text.len() {
            return splice(from..to, "");
        }
        // The text has no last line end: it keeps none.
        let before = self.text.get(..from).unwrap_or("");
        let before = before.strip_suffix('\n').unwrap_or(before);
        splice(before.strip_suffix('\r').unwrap_or(before).len()..to, "")
    }

    /// Where the dash of an element stands.
    pub(super) fn dash(&self, sequence: &Node, elements: &[Node], index: usize) -> Option<usize> {
        let from = match index.checked_sub(1) {
            Some(before) => self.end_of(elements.get(before)?),
            None => sequence.span.start as usize,
        };
        let dash = skip_to_token(self.text, from);
        (self.text.as_bytes().get(dash) == Some(&b'-')).then_some(dash)
    }

    /// Where a node ends; empty lines below a block scalar are its own where it keeps them (`|+`).
    fn end_of(&self, node: &Node) -> usize {
        let end = node.span.end as usize;
        match &node.body {
            Body::Sequence(elements) if !self.has_brackets(node) => {
                elements.last().map_or(end, |n| self.end_of(n))
            }
            Body::Mapping(entries) if !self.has_brackets(node) => {
                entries.last().map_or(end, |entry| self.end_of(&entry.value))
            }
            Body::Scalar { style: Style::Literal | Style::Folded, .. } => {
                let raw = self.text.get(node.span.range()).unwrap_or("");
                let header = raw.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or("");
                if header.contains('+') { self.end_of_empty_lines(end) } else { end }
            }
            _ => end,
        }
    }

    fn end_of_empty_lines(&self, end: usize) -> usize {
        let mut here = line_end(self.text, end);
        loop {
            let next = next_line(self.text, here);
            let token = skip_spaces(self.text, next);
            match self.text.as_bytes().get(token) {
                Some(b'\r' | b'\n') => here = token,
                _ => return here,
            }
        }
    }
}

fn root_text(value: &Data) -> String {
    let text = crate::yaml::write::write(value);
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

/// Lines below a sign, without the line end that parts them from it.
fn rest_lines(rest: &str) -> &str {
    rest.strip_prefix('\n').unwrap_or(rest)
}

/// The new text of a scalar in the style of the old one, where that has a say: quotes stay, and a
/// number without quotes stays without.
pub(super) fn restyled(text: &str, old: &Node, value: &Data) -> Option<String> {
    let Data::Text(new) = value else { return None };
    match &old.body {
        Body::Scalar { style: Style::SingleQuoted, .. } => Some(quoted(new)),
        Body::Scalar { style: Style::DoubleQuoted, .. } => Some(double_quoted(new)),
        Body::Scalar { style: Style::Plain, .. } => {
            let old = text.get(old.span.range())?;
            (same_meaning(old, new) && *new == new.trim()).then(|| new.clone())
        }
        _ => None,
    }
}
