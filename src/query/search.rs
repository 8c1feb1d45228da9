//! Records by a text that stands anywhere in them.

use crate::model::Record;
use crate::schema::{Shape, Type};
use crate::snapshot::Snapshot;
use crate::source::{Location, Span};
use crate::yaml::{Route, Value};

/// A field whose value contains the text.
#[derive(Clone, Debug)]
pub struct Hit<'s> {
    pub record: &'s Record,
    /// The field's route; empty where the file is not YAML.
    pub route: Route,
    pub value: String,
    pub location: Location,
    rank: Rank,
}

/// How likely the field is what the user looks for; the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    Id,
    IdStart,
    Name,
    Text,
    /// The field names another record, which has a hit of its own.
    Reference,
}

/// The fields that contain `text`, whatever its case: ids and names first, references last.
pub fn search<'s>(snapshot: &'s Snapshot, text: &str) -> Vec<Hit<'s>> {
    let wanted = text.to_lowercase();
    let mut hits = Vec::new();
    for record in snapshot.records() {
        let shape = record.schema(snapshot.schemas()).map_or(Shape::any(), |schema| schema.shape());
        match record.root() {
            Some(root) => {
                Searcher { record, wanted: &wanted, hits: &mut hits }.fields(shape, root, &Route::default())
            }
            None => hits.extend(unreadable(record, &wanted)),
        }
    }
    // The sort is stable: within a rank, hits stay in the order of paths.
    hits.sort_by_key(|hit| hit.rank);
    hits
}

struct Searcher<'w, 'h, 's> {
    record: &'s Record,
    wanted: &'w str,
    hits: &'h mut Vec<Hit<'s>>,
}

impl<'s> Searcher<'_, '_, 's> {
    fn fields(&mut self, shape: &Shape, value: Value<'s>, route: &Route) {
        if let Some(text) = value.text() {
            let is_reference = shape.kind == Type::Id && !shape.refs.is_empty();
            self.look(text, value.span(), route, is_reference);
        }
        for (index, element) in value.elements().enumerate() {
            self.fields(shape.element().unwrap_or(Shape::any()), element, &route.index(index));
        }
        for (key, span, field) in value.entries() {
            let route = route.key(key.to_owned());
            if !shape.key_refs.is_empty() {
                self.look(key, span, &route, true);
            }
            self.fields(shape.field(key).unwrap_or(Shape::any()), field, &route);
        }
    }

    fn look(&mut self, text: &str, span: Span, route: &Route, is_reference: bool) {
        let lower = text.to_lowercase();
        if !lower.contains(self.wanted) {
            return;
        }
        let rank = match route.to_string().as_str() {
            "id" if lower == self.wanted => Rank::Id,
            "id" if lower.starts_with(self.wanted) => Rank::IdStart,
            "id" | "name" => Rank::Name,
            _ if is_reference => Rank::Reference,
            _ => Rank::Text,
        };
        self.hits.push(Hit {
            record: self.record,
            route: route.clone(),
            value: text.to_owned(),
            location: self.record.at_span(span),
            rank,
        });
    }
}

/// The first line that contains the text: a file that is not YAML must not hide what it holds.
fn unreadable<'s>(record: &'s Record, wanted: &str) -> Option<Hit<'s>> {
    let text = record.source().text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.to_lowercase().contains(wanted) {
            let line = line.trim_end();
            let location = record.at_span(Span::new(start, start + line.len()));
            let value = location.line_text.to_string();
            return Some(Hit { record, route: Route::default(), value, location, rank: Rank::Text });
        }
        start += line.len();
    }
    None
}
