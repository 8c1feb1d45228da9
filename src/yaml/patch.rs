//! Changes to the text of a record that touch only the bytes they mean to touch.
//!
//! Comments, order, quotes, indentation and line ends stay as they are. What a change did is not
//! taken on trust: the new text is parsed, and it must hold exactly the old data with the intended
//! change. Otherwise the change is refused, so a file is never written wrong.

mod block;
mod brackets;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::ops::Range;

#[cfg(test)]
pub(super) use properties::any_file;

use super::data::{Data, Place, RouteError};
use super::lines::column;
use super::nodes::{Body, Entry, Node};
use super::parse::parse;
use super::tree::{Route, Step, Style};
use super::write::Layout;
use super::{Problem, lines};

/// Why a text was not changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatchError {
    #[error("the text is no record: {}", .0.message)]
    Unreadable(Box<Problem>),
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The text is written in a way that cannot be changed with confidence.
    #[error("cannot change {0} without touching the rest of the file; edit it by hand")]
    Unsure(Place),
}

/// Sets the value at a route, keeping everything else to the byte. An old value gives its place,
/// and its quotes if it has some; a missing key becomes the last one of its mapping, and missing
/// mappings on the way are made. A value that is there already leaves the text as it is.
///
/// # Errors
/// When the text is no record, the route cannot be followed, or the outcome is not sure.
pub fn set(text: &str, route: &Route, value: &Data) -> Result<String, PatchError> {
    let file = File::read(text)?;
    let mut expected = file.data.clone();
    expected.set(route, value.clone())?;
    if expected == file.data {
        return Ok(text.to_owned());
    }
    file.change(route, &expected, |file| file.setting(route, value))
}

/// Removes the value at a route with its key or dash and the comment beside it, and whatever
/// mapping entry becomes empty by that. A key that is not there leaves the text as it is.
///
/// # Errors
/// When the text is no record, the route cannot be followed, or the outcome is not sure.
pub fn unset(text: &str, route: &Route) -> Result<String, PatchError> {
    let file = File::read(text)?;
    let mut expected = file.data.clone();
    expected.unset(route)?;
    match file.data.removed_by(route) {
        Some(removed) => file.change(route, &expected, |file| file.removing(&removed)),
        None => Ok(text.to_owned()),
    }
}

/// Adds an element to the list at a route; where there is nothing yet, the list is made.
///
/// # Errors
/// When the text is no record, the route cannot be followed or leads to something else than a
/// list, or the outcome is not sure.
pub fn append(text: &str, route: &Route, element: &Data) -> Result<String, PatchError> {
    let file = File::read(text)?;
    let mut expected = file.data.clone();
    expected.append(route, element.clone())?;
    file.change(route, &expected, |file| match file.find(route) {
        Some(found) if matches!(found.node.body, Body::Sequence(_)) => file.appending(&found, element),
        _ => file.setting(route, &Data::List(vec![element.clone()])),
    })
}

/// Removes the first element with this text from the list at a route, as [`unset`] does. A list
/// without it, or no list at all, leaves the text as it is.
///
/// # Errors
/// As for [`unset`], and when the route leads to something else than a list.
pub fn remove_element(text: &str, route: &Route, element: &str) -> Result<String, PatchError> {
    let file = File::read(text)?;
    let elements = match file.data.get(route) {
        Some(Data::List(elements)) => &elements[..],
        None | Some(Data::Nothing) => &[],
        Some(_) => return Err(RouteError::NotAList(Place(route.clone())).into()),
    };
    match elements.iter().position(|data| data.as_text() == Some(element)) {
        Some(index) => unset(text, &route.index(index)),
        None => Ok(text.to_owned()),
    }
}

/// New text, with `\n` for line ends, in the place of some bytes.
struct Splice {
    range: Range<usize>,
    text: String,
}

fn splice(range: Range<usize>, text: impl Into<String>) -> Splice {
    Splice { range, text: text.into() }
}

/// A parsed text with what a change needs to know about it.
struct File<'t> {
    text: &'t str,
    root: Node,
    data: Data,
    layout: Layout,
    line_end: &'static str,
}

/// A node on a route, and what holds it.
#[derive(Clone, Copy)]
struct Found<'f> {
    node: &'f Node,
    holder: Holder<'f>,
    /// Whether it stands in brackets.
    in_brackets: bool,
    /// Steps of the route that led to it.
    depth: usize,
}

/// What a node hangs on.
#[derive(Clone, Copy)]
enum Holder<'f> {
    Root,
    /// The value of an entry of a mapping.
    Entry {
        mapping: &'f Node,
        entries: &'f [Entry],
        index: usize,
    },
    Element {
        sequence: &'f Node,
        elements: &'f [Node],
        index: usize,
    },
}

impl<'t> File<'t> {
    fn read(text: &'t str) -> Result<Self, PatchError> {
        let tree = parse(text).map_err(PatchError::Unreadable)?;
        let data = Data::from(tree.value(text));
        let first_line = text.split_inclusive('\n').next().unwrap_or("");
        let line_end = if first_line.ends_with("\r\n") { "\r\n" } else { "\n" };
        let root = Node::from(tree.value(text));
        let layout = layout_of(text, &root);
        Ok(Self { text, root, data, layout, line_end })
    }

    /// Carries out a change and makes sure of the outcome. A text without an end of its last line
    /// gets one if the change does not work without, as when a block of lines comes last.
    fn change(
        &self,
        route: &Route,
        expected: &Data,
        splices: impl Fn(&File<'_>) -> Option<Vec<Splice>>,
    ) -> Result<String, PatchError> {
        let outcome = |file: &File<'_>| {
            let changed = file.apply(splices(file)?)?;
            let tree = parse(&changed).ok()?;
            let value = tree.value(&changed);
            let cut_short =
                ends_in_open_block(&changed, &value.into()) && !ends_in_open_block(file.text, &file.root);
            (Data::from(value) == *expected && !cut_short).then_some(changed)
        };
        let with_last_line_end = || {
            let text = format!("{}{}", self.text, self.line_end);
            let file = File::read(&text).ok()?;
            (!self.text.ends_with('\n')).then(|| outcome(&file)).flatten()
        };
        outcome(self).or_else(with_last_line_end).ok_or_else(|| PatchError::Unsure(Place(route.clone())))
    }

    fn apply(&self, mut splices: Vec<Splice>) -> Option<String> {
        splices.sort_by_key(|splice| splice.range.start);
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut done = 0;
        for Splice { range, text } in splices {
            out.push_str(self.text.get(done..range.start)?);
            out.push_str(&text.replace('\n', self.line_end));
            done = range.end.max(range.start);
        }
        out.push_str(self.text.get(done..)?);
        Some(out)
    }

    /// The node at a route, or the last one on the way to it.
    fn reach(&self, route: &Route) -> Found<'_> {
        let root = &self.root;
        let mut found = Found { node: root, holder: Holder::Root, in_brackets: false, depth: 0 };
        for step in route.steps() {
            let next = match (&found.node.body, step) {
                (Body::Mapping(entries), Step::Key(key)) => {
                    let index = entries.iter().position(|entry| self.is_key(&entry.key, key));
                    index.and_then(|index| {
                        let holder = Holder::Entry { mapping: found.node, entries, index };
                        Some((&entries.get(index)?.value, holder))
                    })
                }
                (Body::Sequence(elements), Step::Index(index)) => elements
                    .get(*index)
                    .map(|node| (node, Holder::Element { sequence: found.node, elements, index: *index })),
                _ => None,
            };
            let Some((node, holder)) = next else { break };
            let in_brackets = found.in_brackets || self.has_brackets(found.node);
            found = Found { node, holder, in_brackets, depth: found.depth + 1 };
        }
        found
    }

    fn find(&self, route: &Route) -> Option<Found<'_>> {
        let found = self.reach(route);
        (found.depth == route.steps().len()).then_some(found)
    }

    fn is_key(&self, node: &Node, key: &str) -> bool {
        match &node.body {
            Body::Scalar { text: Some(text), .. } => **text == *key,
            Body::Scalar { text: None, .. } => self.text.get(node.span.range()) == Some(key),
            Body::Sequence(_) | Body::Mapping(_) => false,
        }
    }

    fn has_brackets(&self, node: &Node) -> bool {
        let first = self.text.as_bytes().get(node.span.start as usize);
        is_collection(node) && matches!(first, Some(b'[' | b'{'))
    }

    fn is_nothing(&self, node: &Node) -> bool {
        let raw = self.text.get(node.span.range()).unwrap_or("");
        has_style(node, &[Style::Plain]) && matches!(raw, "" | "~" | "null" | "Null" | "NULL")
    }

    fn setting(&self, route: &Route, value: &Data) -> Option<Vec<Splice>> {
        let found = self.reach(route);
        let Some((first, rest)) = route.steps().get(found.depth..)?.split_first() else {
            return self.replacing(&found, value);
        };
        // What is missing below the first missing key comes with it, as new mappings.
        let mut value = value.clone();
        for step in rest.iter().rev() {
            let Step::Key(key) = step else { return None };
            value = Data::Map(vec![(key.to_string(), value)]);
        }
        let Step::Key(key) = first else { return None };
        match &found.node.body {
            Body::Mapping(entries) => self.adding_entry(&found, entries, key, &value),
            Body::Scalar { .. } if self.is_nothing(found.node) => {
                self.replacing(&found, &Data::Map(vec![(key.to_string(), value)]))
            }
            Body::Scalar { .. } | Body::Sequence(_) => None,
        }
    }

    fn replacing(&self, found: &Found<'_>, value: &Data) -> Option<Vec<Splice>> {
        if found.in_brackets {
            self.replacing_in_brackets(found, value)
        } else {
            self.replacing_in_block(found, value)
        }
    }

    fn adding_entry(
        &self,
        found: &Found<'_>,
        entries: &[Entry],
        key: &str,
        value: &Data,
    ) -> Option<Vec<Splice>> {
        if self.has_brackets(found.node) {
            let spans: Vec<_> = entries.iter().map(entry_range).collect();
            self.adding_in_brackets(found.node, &spans, super::write::flow_entry(key, value))
        } else if found.in_brackets {
            // `[key: value]`, a mapping without braces.
            None
        } else {
            self.adding_block_entry(found.node, entries, key, value)
        }
    }

    fn appending(&self, found: &Found<'_>, element: &Data) -> Option<Vec<Splice>> {
        let Body::Sequence(elements) = &found.node.body else { return None };
        if self.has_brackets(found.node) {
            let spans: Vec<_> = elements.iter().map(|node| node.span.range()).collect();
            self.adding_in_brackets(found.node, &spans, super::write::flow(element))
        } else {
            self.adding_block_element(found.node, elements, element)
        }
    }

    fn removing(&self, route: &Route) -> Option<Vec<Splice>> {
        let found = self.find(route)?;
        let (parent_node, siblings) = match found.holder {
            Holder::Root => return None,
            Holder::Entry { mapping, entries, .. } => (mapping, entries.len()),
            Holder::Element { sequence, elements, .. } => (sequence, elements.len()),
        };
        if siblings == 1 {
            // The collection stays, empty: it is the record itself or an element of a list.
            let (parent, _) = route.split_last()?;
            let parent = self.find(&parent)?;
            let empty = match parent_node.body {
                Body::Sequence(_) => Data::List(Vec::new()),
                _ => Data::Map(Vec::new()),
            };
            return self.replacing(&parent, &empty);
        }
        if !self.has_brackets(parent_node) {
            return if found.in_brackets { None } else { self.removing_in_block(&found) };
        }
        match found.holder {
            Holder::Root => None,
            Holder::Entry { entries, index, .. } => {
                let spans: Vec<_> = entries.iter().map(entry_range).collect();
                self.removing_in_brackets(&spans, index)
            }
            Holder::Element { elements, index, .. } => {
                let spans: Vec<_> = elements.iter().map(|node| node.span.range()).collect();
                self.removing_in_brackets(&spans, index)
            }
        }
    }
}

fn entry_range(entry: &Entry) -> Range<usize> {
    entry.key.span.start as usize..entry.value.span.end.max(entry.key.span.end) as usize
}

fn is_collection(node: &Node) -> bool {
    matches!(node.body, Body::Sequence(_) | Body::Mapping(_))
}

/// Whether a block of lines ends the text without a line end: readers differ on whether the text
/// then has one, so a change must not lead there.
fn ends_in_open_block(text: &str, root: &Node) -> bool {
    let mut last = root;
    while let Some(inner) = match &last.body {
        Body::Sequence(elements) => elements.last(),
        Body::Mapping(entries) => entries.last().map(|entry| &entry.value),
        Body::Scalar { .. } => None,
    } {
        last = inner;
    }
    has_style(last, &[Style::Literal, Style::Folded]) && last.span.end as usize == text.len()
}

fn has_style(node: &Node, styles: &[Style]) -> bool {
    matches!(&node.body, Body::Scalar { style, .. } if styles.contains(style))
}

/// The indentation that the text itself uses, from its first collections below keys.
fn layout_of(text: &str, root: &Node) -> Layout {
    let (mut map, mut list) = (None, None);
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        match &node.body {
            Body::Scalar { .. } => {}
            Body::Sequence(elements) => todo.extend(elements.iter().rev()),
            Body::Mapping(entries) => {
                let own = column(text, node.span.start as usize);
                for Entry { key, value } in entries {
                    let (key, start) = (key.span.start as usize, value.span.start as usize);
                    let below = lines::line_end(text, key) < start && lines::begins_line(text, start);
                    let step = column(text, start).checked_sub(own).filter(|_| below);
                    match &value.body {
                        Body::Mapping(_) => map = map.or(step.filter(|step| *step > 0)),
                        Body::Sequence(_) => list = list.or(step),
                        Body::Scalar { .. } => {}
                    }
                }
                todo.extend(entries.iter().rev().map(|entry| &entry.value));
            }
        }
    }
    let default = Layout::default();
    let map = map.or(list.filter(|step| *step > 0)).unwrap_or(default.map);
    Layout { map, list: list.unwrap_or(map) }
}
