//! Changes inside of `[]` and `{}`: commas decide, and lines where each entry has its own.

use std::ops::Range;

use super::block::restyled;
use super::{File, Found, Splice, splice};
use crate::yaml::data::Data;
use crate::yaml::lines::{begins_line, line_end, line_start, next_line, skip_spaces, skip_to_token};
use crate::yaml::nodes::Node;
use crate::yaml::write::flow;

impl File<'_> {
    pub(super) fn replacing_in_brackets(&self, found: &Found<'_>, value: &Data) -> Option<Vec<Splice>> {
        let range = found.node.span.range();
        let new = restyled(self.text, found.node, value).unwrap_or_else(|| flow(value));
        if !range.is_empty() {
            return Some(vec![splice(range, new)]);
        }
        // `{key: }` has its colon already, `{key}` has not.
        let colon = self.text.get(..range.start)?.ends_with(':');
        Some(vec![splice(range, if colon { format!(" {new}") } else { format!(": {new}") })])
    }

    /// Adds an item behind the last one, in its manner: on the same line, or on a line of its own.
    pub(super) fn adding_in_brackets(
        &self,
        collection: &Node,
        items: &[Range<usize>],
        new: String,
    ) -> Option<Vec<Splice>> {
        let Some(last) = items.last() else {
            let inside = collection.span.start as usize + 1..(collection.span.end as usize).checked_sub(1)?;
            let empty = self.text.get(inside.clone())?.trim().is_empty();
            let at = inside.start;
            return Some(vec![splice(if empty { inside } else { at..at }, new)]);
        };
        let comma = self.comma_after(last.end);
        let end = comma.map_or(last.end, |comma| comma + 1);
        if !begins_line(self.text, last.start) {
            let new = if comma.is_some() { format!(" {new},") } else { format!(", {new}") };
            return Some(vec![splice(end..end, new)]);
        }
        let indent = self.text.get(line_start(self.text, last.start)..last.start)?;
        let at = if self.rest_is_blank(end) { line_end(self.text, end) } else { end };
        Some(match comma {
            Some(_) => vec![splice(at..at, format!("\n{indent}{new},"))],
            None => vec![splice(end..end, ","), splice(at..at, format!("\n{indent}{new}"))],
        })
    }

    /// Removes an item that is not the only one, and one comma.
    pub(super) fn removing_in_brackets(&self, items: &[Range<usize>], index: usize) -> Option<Vec<Splice>> {
        let item = items.get(index)?.clone();
        let comma = self.comma_after(item.end);
        let end = comma.map_or(item.end, |comma| comma + 1);
        let before = index.checked_sub(1).and_then(|before| items.get(before)).map(|before| before.end);
        let comma_before = before.and_then(|before| self.comma_after(before));
        // Without a comma of its own, it takes the one before along.
        let orphan = match comma {
            None => Some(comma_before?),
            Some(_) => None,
        };
        let on_one_line =
            |from: usize, to: usize| self.text.get(from..to).is_some_and(|text| !text.contains('\n'));
        if begins_line(self.text, item.start) && self.rest_is_blank(end) {
            let mut splices = vec![splice(line_start(self.text, item.start)..next_line(self.text, end), "")];
            splices.extend(orphan.map(|comma| splice(comma..comma + 1, "")));
            return Some(splices);
        }
        if let (Some(orphan), Some(before)) = (orphan, before) {
            return Some(if on_one_line(before, item.start) {
                vec![splice(before..item.end, "")]
            } else {
                vec![splice(orphan..orphan + 1, ""), splice(item, "")]
            });
        }
        let is_last = index + 1 == items.len();
        match comma_before {
            // The blank before goes along where none is wanted after.
            Some(comma) if (is_last || self.rest_is_blank(end)) && on_one_line(comma, item.start) => {
                Some(vec![splice(comma + 1..end, "")])
            }
            _ if is_last => Some(vec![splice(item.start..end, "")]),
            _ => Some(vec![splice(item.start..skip_spaces(self.text, end), "")]),
        }
    }

    fn comma_after(&self, at: usize) -> Option<usize> {
        let token = skip_to_token(self.text, at);
        (self.text.as_bytes().get(token) == Some(&b',')).then_some(token)
    }

    /// Whether nothing but a comment follows in the line.
    fn rest_is_blank(&self, at: usize) -> bool {
        let token = skip_spaces(self.text, at);
        token == line_end(self.text, at) || (token > at && self.text.as_bytes().get(token) == Some(&b'#'))
    }
}
