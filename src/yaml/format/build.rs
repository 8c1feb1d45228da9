//! From a text and its tree to items in canonical order, each with its comments.

use super::Rank;
use super::emit::{Form, Item, Lead, Page, WIDTH};
use crate::yaml::comments::{Comment, block_sign, comments};
use crate::yaml::lines::{column, line_end, line_start, next_line, skip_to_token};
use crate::yaml::nodes::{Body, Entry, Node};
use crate::yaml::scalar::{double_quoted, quote, quote_flow, quote_key, quoted};
use crate::yaml::tree::{Route, Style, Tree};

/// The line that tells editors the schema; it stays the first.
const MODELINE: &str = "# yaml-language-server:";

/// The items of a text whose root is a mapping that is not empty.
pub(super) fn build<'t>(text: &'t str, tree: &Tree, rank: Rank<'_>) -> Option<Page<'t>> {
    let root = Node::from(tree.value(text));
    let Body::Mapping(entries) = &root.body else { return None };
    let mut builder = Builder { text, rank, comments: comments(text, tree), next: 0 };
    let holder = Holder { route: Route::default(), column: 0, source_column: None, until: text.len() };
    let mut items = builder.entries(entries, &holder);
    let head = items.first_mut().map(take_head)?;
    let mut tail = Vec::new();
    builder.lead_until(text.len() + 1, &mut tail);
    items.sort_by_key(|(rank, _)| *rank);
    Some(Page { head, items: items.into_iter().map(|(_, item)| item).collect(), tail })
}

/// The comments at the top that stay there whatever becomes of the first entry: those that an empty
/// line parts from it, and the line for editors.
fn take_head<'t>((_, first): &mut (usize, Item<'t>)) -> Vec<Lead<'t>> {
    let parted = first.lead.iter().rposition(|lead| matches!(lead, Lead::Blank)).map(|at| at + 1);
    let for_editors = matches!(first.lead.first(), Some(Lead::Comment(text)) if text.starts_with(MODELINE));
    let length = parted.unwrap_or(usize::from(for_editors));
    first.lead.drain(..length).collect()
}

/// What stands above the first entry of an element, and beside its dash, goes above the dash.
fn make_room_beside_dash(item: &mut Item<'_>) {
    let is_element = item.is_element();
    let Form::Items { items, .. } = &mut item.form else { return };
    if let Some(first) = items.first_mut().filter(|_| is_element) {
        item.lead.extend(item.beside.take().map(Lead::Comment));
        item.lead.extend(first.lead.drain(..).filter(|lead| matches!(lead, Lead::Comment(_))));
    }
}

struct Builder<'t, 'r> {
    text: &'t str,
    rank: Rank<'r>,
    comments: Vec<Comment<'t>>,
    /// The first comment that has no place yet.
    next: usize,
}

/// What holds the items of a collection.
struct Holder {
    route: Route,
    /// Where the items will stand.
    column: usize,
    /// Where the holder stands in the text; `None` for the root, which nothing holds.
    source_column: Option<usize>,
    /// Where in the text the next thing after the collection begins.
    until: usize,
}

impl<'t> Builder<'t, '_> {
    fn entries(&mut self, entries: &[Entry], holder: &Holder) -> Vec<(usize, Item<'t>)> {
        let starts: Vec<usize> = entries.iter().map(|entry| entry.key.span.start as usize).collect();
        let items = entries.iter().enumerate().map(|(index, Entry { key, value })| {
            let name = scalar_text(self.text, key);
            let head = match key.body {
                Body::Scalar { style: Style::Plain, .. } => format!("{name}:"),
                _ => format!("{}:", quote_key(name)),
            };
            let start = key.span.start as usize;
            let until = starts.get(index + 1).copied().unwrap_or(holder.until);
            let route = holder.route.key(name.to_owned());
            let below =
                Holder { route, column: holder.column, source_column: Some(column(self.text, start)), until };
            let colon = skip_to_token(self.text, key.span.end as usize);
            let item = self.item(head, start, colon + 1, value, &below);
            ((self.rank)(&holder.route, name).unwrap_or(usize::MAX), item)
        });
        items.collect()
    }

    fn elements(&mut self, elements: &[Node], holder: &Holder) -> Vec<Item<'t>> {
        let items = elements.iter().enumerate().map(|(index, element)| {
            let start = element.span.start as usize;
            let until = elements.get(index + 1).map_or(holder.until, |next| next.span.start as usize);
            let below = Holder {
                route: holder.route.index(index),
                column: holder.column,
                source_column: holder.source_column,
                until,
            };
            self.item("-".to_owned(), start, start, element, &below)
        });
        items.collect()
    }

    /// An item that begins at `start`, with what it holds from `from` on.
    fn item(&mut self, head: String, start: usize, from: usize, value: &Node, holder: &Holder) -> Item<'t> {
        let mut lead = Vec::new();
        self.lead_until(start, &mut lead);
        if self.is_below_blank(start) {
            lead.push(Lead::Blank);
        }
        let is_collection = !matches!(value.body, Body::Scalar { .. });
        // A value that is not written has no place of its own.
        let is_written = value.span.end > value.span.start;
        let value_start = if is_written { value.span.start as usize } else { from };
        let mut beside = self.beside(from, value_start.min(holder.until));
        if !is_collection && is_written {
            self.lead_until(value_start, &mut lead);
        }
        let width = holder.column + head.len() + 1;
        let mut form = self.form(value, holder, width);
        let block_end = match &value.body {
            Body::Scalar { style: Style::Literal | Style::Folded, .. } => value_start + 1,
            Body::Scalar { .. } if !is_written => from,
            _ => value.span.end as usize,
        };
        if let Form::Line(_) = form {
            // Comments in brackets that hold nothing else.
            self.lead_until(block_end, &mut lead);
        }
        if !matches!(form, Form::Items { .. }) || self.has_brackets(value) {
            let after = self.beside(block_end, holder.until);
            match (&mut form, after) {
                (Form::Items { tail, .. }, Some(comment)) => tail.push(Lead::Comment(comment)),
                (_, Some(_)) => {
                    // A line has room for one comment; the other goes above.
                    lead.extend(beside.map(Lead::Comment));
                    beside = after;
                }
                (_, None) => {}
            }
        }
        let mut item = Item { lead, head, beside, form };
        make_room_beside_dash(&mut item);
        item
    }

    fn form(&mut self, node: &Node, holder: &Holder, width: usize) -> Form<'t> {
        let own_column = column(self.text, node.span.start as usize);
        let in_brackets = self.has_brackets(node);
        let is_empty = match &node.body {
            Body::Scalar { style, .. } => return self.scalar(node, *style),
            Body::Sequence(elements) => elements.is_empty(),
            Body::Mapping(entries) => entries.is_empty(),
        };
        if in_brackets {
            let line = self.flow(node, &holder.route);
            let next = self.comments.get(self.next);
            let has_comments = next.is_some_and(|comment| comment.at < node.span.end as usize);
            if is_empty || (!has_comments && width + line.chars().count() <= WIDTH) {
                return Form::Line(line);
            }
        }
        let until = if in_brackets { node.span.end as usize } else { holder.until };
        let below = Holder {
            route: holder.route.clone(),
            column: holder.column + 2,
            source_column: Some(own_column),
            until,
        };
        let mut items = match &node.body {
            Body::Sequence(elements) => {
                self.elements(elements, &below).into_iter().map(|item| (0, item)).collect()
            }
            Body::Mapping(entries) => self.entries(entries, &below),
            Body::Scalar { .. } => Vec::new(),
        };
        items.sort_by_key(|(rank, _)| *rank);
        let mut tail = Vec::new();
        if in_brackets {
            self.lead_until(node.span.end as usize, &mut tail);
        } else {
            let deeper = holder.source_column.is_none_or(|outer| own_column > outer);
            let is_ours = |comment: &Comment<'_>| {
                comment.own_line && deeper && comment.column >= own_column && comment.at < holder.until
            };
            while self.comments.get(self.next).is_some_and(is_ours) {
                self.lead_one(&mut tail);
            }
        }
        Form::Items { items: items.into_iter().map(|(_, item)| item).collect(), tail }
    }

    fn scalar(&self, node: &Node, style: Style) -> Form<'t> {
        let text = scalar_text(self.text, node);
        match style {
            Style::Literal | Style::Folded => self.block(node, text),
            _ => Form::Line(self.line_of(text, style, false)),
        }
    }

    fn line_of(&self, text: &str, style: Style, in_brackets: bool) -> String {
        let plain = if in_brackets { quote_flow(text) } else { quote(text) };
        match style {
            Style::Plain if text.is_empty() && in_brackets => "null".to_owned(),
            Style::Plain if !text.contains('\n') => text.to_owned(),
            _ if plain == text => text.to_owned(),
            Style::SingleQuoted => quoted(text),
            Style::DoubleQuoted => double_quoted(text),
            Style::Plain | Style::Literal | Style::Folded => plain.into_owned(),
        }
    }

    /// The lines of a block, without their indentation. What says more than its lines (kept empty
    /// lines at the end, lines that begin with spaces) is written in quotes.
    fn block(&self, node: &Node, text: &str) -> Form<'t> {
        let start = node.span.start as usize;
        let sign = block_sign(self.text, start);
        let below = next_line(self.text, start);
        let raw = self.text.get(below..node.span.end as usize).unwrap_or("");
        let lines: Vec<&str> = raw.lines().collect();
        let blank = |line: &&str| line.trim().is_empty();
        let indent = lines
            .iter()
            .find(|line| !blank(line))
            .map(|line| line.len() - line.trim_start_matches(' ').len());
        let end = lines.iter().rposition(|line| !blank(line)).map_or(0, |last| last + 1);
        let (true, Some(indent)) =
            (sign.len() <= 2 && !sign.contains(|c: char| c == '+' || c.is_ascii_digit()), indent)
        else {
            return Form::Line(quote(text).into_owned());
        };
        let stripped = lines.iter().take(end).map(|line| line.get(indent..).unwrap_or("").to_owned());
        Form::Lines { sign: sign.to_owned(), lines: stripped.collect() }
    }

    /// A collection on one line.
    fn flow(&self, node: &Node, route: &Route) -> String {
        match &node.body {
            Body::Scalar { style, .. } => self.line_of(scalar_text(self.text, node), *style, true),
            Body::Sequence(elements) => {
                let elements = elements.iter().enumerate();
                let elements: Vec<String> =
                    elements.map(|(index, element)| self.flow(element, &route.index(index))).collect();
                format!("[{}]", elements.join(", "))
            }
            Body::Mapping(entries) => {
                let entry = |Entry { key, value }: &Entry| {
                    let name = scalar_text(self.text, key);
                    let value = self.flow(value, &route.key(name.to_owned()));
                    ((self.rank)(route, name).unwrap_or(usize::MAX), format!("{}: {value}", quote_key(name)))
                };
                let mut entries: Vec<(usize, String)> = entries.iter().map(entry).collect();
                entries.sort_by_key(|(rank, _)| *rank);
                let entries: Vec<String> = entries.into_iter().map(|(_, entry)| entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// The comments before a place in the text, with the empty lines before them.
    fn lead_until(&mut self, at: usize, lead: &mut Vec<Lead<'t>>) {
        while self.comments.get(self.next).is_some_and(|comment| comment.at < at) {
            self.lead_one(lead);
        }
    }

    fn lead_one(&mut self, lead: &mut Vec<Lead<'t>>) {
        let Some(comment) = self.comments.get(self.next) else { return };
        if comment.own_line && self.is_below_blank(comment.at) {
            lead.push(Lead::Blank);
        }
        lead.push(Lead::Comment(comment.text));
        self.next += 1;
    }

    /// The comment in the line of `from`, if it comes before `until`.
    fn beside(&mut self, from: usize, until: usize) -> Option<&'t str> {
        let end = line_end(self.text, from).min(until.max(from));
        let comment = self.comments.get(self.next).filter(|comment| !comment.own_line && comment.at < end)?;
        self.next += 1;
        Some(comment.text)
    }

    /// Whether an empty line stands above the line that begins with what is at `at`.
    fn is_below_blank(&self, at: usize) -> bool {
        let start = line_start(self.text, at);
        let begins = self
            .text
            .get(start..at)
            .is_some_and(|before| before.trim_matches([' ', '\t', '-', '?']).is_empty());
        let above = start.checked_sub(1).and_then(|end| self.text.get(line_start(self.text, end)..end));
        begins && above.is_some_and(|line| line.trim().is_empty())
    }

    fn has_brackets(&self, node: &Node) -> bool {
        let first = self.text.as_bytes().get(node.span.start as usize);
        !matches!(node.body, Body::Scalar { .. }) && matches!(first, Some(b'[' | b'{'))
    }
}

/// The text of a scalar without quotes.
fn scalar_text<'n>(text: &'n str, node: &'n Node) -> &'n str {
    match &node.body {
        Body::Scalar { text: Some(text), .. } => text,
        _ => text.get(node.span.range()).unwrap_or(""),
    }
}
