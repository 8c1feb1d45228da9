//! A record in full: its fields, what they name, and what is known of it elsewhere.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::typed_cell;
use crate::graph::{self, Graph, Reference, Resolved};
use crate::model::schedule::Schedule;
use crate::model::{Kind, Record};
use crate::report::{Cell, Column, Section};
use crate::schema::{Shape, Type};
use crate::snapshot::Snapshot;
use crate::yaml::{Route, Value};

/// What is shown of a record.
pub struct Card<'s> {
    record: &'s Record,
    snapshot: &'s Snapshot,
    /// The names of the records that fields refer to, by the field.
    names: HashMap<Route, Cell>,
    /// The depreciation schedule of an item.
    schedule: Option<&'s Record>,
    /// The fields of other records that name this one; `None` where nobody looked.
    used_by: Option<Vec<UsedBy<'s>>>,
    /// The last commit that changed the record, by part; empty where it is not known.
    pub last_change: Vec<(&'static str, String)>,
}

struct UsedBy<'s> {
    record: &'s Record,
    relation: String,
}

impl<'s> Card<'s> {
    /// `snapshot` holds at least the record and what it refers to.
    pub fn new(record: &'s Record, snapshot: &'s Snapshot) -> Card<'s> {
        let references = graph::references(record, snapshot);
        let names = references.iter().map(|each| (each.route.clone(), name_of(each, snapshot))).collect();
        let of_same_id = || snapshot.get(Kind::Schedule, record.id());
        let schedule = of_same_id().filter(|schedule| {
            record.kind() == Kind::Item && Schedule(schedule).item().is_none_or(|item| item == record.id())
        });
        Card { record, snapshot, names, schedule, used_by: None, last_change: Vec::new() }
    }

    /// Adds what refers to the record, for which `snapshot` must be the whole estate.
    pub fn with_referrers(mut self) -> Card<'s> {
        let graph = Graph::of(self.snapshot);
        let used_by =
            |reference: &Reference<'s>| UsedBy { record: reference.from, relation: reference.relation() };
        self.used_by = Some(graph.referrers(&self.record.record_id()).iter().map(used_by).collect());
        self
    }

    /// The card as rows: a field each, with the name of the record that it refers to.
    pub fn section(&self) -> Section {
        let columns =
            vec![Column::new("field", "Field"), Column::new("value", "Value"), Column::new("name", "Name")];
        let mut section = Section::new("fields", "Fields", columns).tree();
        if let Some(root) = self.record.root() {
            for (key, _, value) in root.entries() {
                let shape = self.shape().field(key).unwrap_or(Shape::any());
                self.push(&mut section, 0, key, shape, value, &Route::default().key(key.to_owned()));
            }
        }
        if let Some(schedule) = self.schedule {
            push_group(&mut section, "schedule", Cell::id(schedule.record_id().to_string()));
            for plan in Schedule(schedule).books() {
                let life = schedule.text(&format!("books.{}.life", plan.book)).unwrap_or("");
                let terms = format!("{} over {life} from {}", plan.method, plan.start);
                section.push_at(1, vec![Cell::text(plan.book), Cell::text(terms), Cell::Empty]);
            }
        }
        if let Some(used_by) = &self.used_by {
            let count = if used_by.is_empty() { Cell::text("nothing") } else { Cell::Empty };
            push_group(&mut section, "used by", count);
            for user in used_by {
                let id = Cell::id(user.record.record_id().to_string());
                section.push_at(
                    1,
                    vec![Cell::text(user.relation.as_str()), id, user.record.text("name").into()],
                );
            }
        }
        if !self.last_change.is_empty() {
            push_group(&mut section, "last change", Cell::Empty);
            for (part, text) in &self.last_change {
                section.push_at(1, vec![Cell::text(*part), Cell::text(text.as_str()), Cell::Empty]);
            }
        }
        section
    }

    fn shape(&self) -> &'s Shape {
        self.record.schema(self.snapshot.schemas()).map_or(Shape::any(), |schema| schema.shape())
    }

    fn push(
        &self,
        section: &mut Section,
        depth: u8,
        key: &str,
        shape: &Shape,
        value: Value<'_>,
        route: &Route,
    ) {
        if value.is_mapping() {
            section.push_at(depth, vec![Cell::text(key)]);
            for (key, _, field) in value.entries() {
                let shape = shape.field(key).unwrap_or(Shape::any());
                let route = route.key(key.to_owned());
                self.push(section, depth.saturating_add(1), key, shape, field, &route);
            }
        } else if value.is_sequence() {
            let shape = shape.element().unwrap_or(Shape::any());
            for (index, element) in value.elements().enumerate() {
                let route = route.index(index);
                section.push_at(depth, vec![Cell::text(key), self.cell(shape, element), self.name(&route)]);
            }
        } else {
            section.push_at(depth, vec![Cell::text(key), self.cell(shape, value), self.name(route)]);
        }
    }

    /// The value on one line; a mapping without its braces.
    fn cell(&self, shape: &Shape, value: Value<'_>) -> Cell {
        if value.is_mapping() {
            let parts: Vec<String> =
                value.entries().map(|(key, _, field)| format!("{key}: {field}")).collect();
            return Cell::text(parts.join(", "));
        }
        match value.text() {
            // Numbers stand left like everything else in the column.
            Some(text) if shape.kind == Type::Integer => Cell::text(text),
            Some(text) => typed_cell(shape.kind, text),
            None => Cell::Empty,
        }
    }

    /// The name of the record that the field at `route`, or one field below it, refers to.
    fn name(&self, route: &Route) -> Cell {
        let below = |found: &Route| found.steps().starts_with(route.steps());
        let mut found: Vec<_> = self.names.iter().filter(|(found, _)| below(found)).collect();
        found.sort_by_key(|(route, _)| *route);
        match found.as_slice() {
            [] => Cell::Empty,
            [(_, name)] => (*name).clone(),
            several => Cell::list(several.iter().map(|(_, name)| name.to_string())),
        }
    }

    /// The card as a document: the record's own data with every value as text.
    pub fn json(&self, header: &[(&'static str, String)]) -> Json {
        let record = self.record;
        let mut document = Map::new();
        document.insert("schema".into(), "estate.show/1".into());
        document.extend(header.iter().map(|(key, text)| ((*key).to_owned(), text.as_str().into())));
        document.insert("kind".into(), record.kind().name().into());
        document.insert("id".into(), record.id().into());
        document.insert("class".into(), record.class().into());
        document.insert("path".into(), record.path().into());
        document.insert("fields".into(), record.root().map_or(Json::Null, data));
        document.insert("schedule".into(), self.schedule.and_then(Record::root).map_or(Json::Null, data));
        let user = |user: &UsedBy<'_>| json!({"kind": user.record.kind().name(), "id": user.record.id(), "field": user.relation});
        let used_by = self.used_by.as_ref().map(|users| users.iter().map(user).collect::<Json>());
        document.insert("used_by".into(), used_by.unwrap_or(Json::Null));
        let change: Map<String, Json> =
            self.last_change.iter().map(|(part, text)| ((*part).to_owned(), text.as_str().into())).collect();
        let change = if change.is_empty() { Json::Null } else { Json::Object(change) };
        document.insert("last_change".into(), change);
        Json::Object(document)
    }
}

fn push_group(section: &mut Section, label: &str, value: Cell) {
    section.push_at(0, vec![Cell::text(label), value, Cell::Empty]);
}

/// A value as JSON; every scalar is a text, as it is in the file.
fn data(value: Value<'_>) -> Json {
    if value.is_mapping() {
        Json::Object(value.entries().map(|(key, _, field)| (key.to_owned(), data(field))).collect())
    } else if value.is_sequence() {
        value.elements().map(data).collect()
    } else {
        value.text().into()
    }
}

fn name_of(reference: &Reference<'_>, snapshot: &Snapshot) -> Cell {
    match graph::resolve(reference, snapshot) {
        Resolved::Record(id) => snapshot.by_id(&id).and_then(|record| record.text("name")).into(),
        Resolved::WrongKind(id, _) => Cell::missing(format!("is the {}", id.kind)),
        Resolved::Dangling => Cell::missing("no such record"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::snapshot;

    fn estate() -> Snapshot {
        snapshot(&[
            (
                "items/server/srv-1.yaml",
                "id: srv-1\nclass: server\nname: Web\nowner: infra\ncost: 8420 EUR\nrelations: {runs_on: [rack-1, gone]}\nattributes: {cpu_cores: 0032}\n",
            ),
            ("items/rack/rack-1.yaml", "id: rack-1\nclass: rack\nname: Rack one\n"),
            ("parties/infra.yaml", "id: infra\nname: Infrastructure\nkind: team\n"),
            (
                "schedules/srv-1.yaml",
                "id: srv-1\nitem: srv-1\nbooks: {tax: {method: straight_line, life: 5y, start: 2023-03-01}}\n",
            ),
            ("contracts/care.yaml", "id: care\nname: Care\ncovers: [srv-1]\n"),
        ])
    }

    fn rows(section: &Section) -> Vec<String> {
        let row = |row: &crate::report::Row| {
            let cells: Vec<String> = row.cells.iter().map(ToString::to_string).collect();
            format!("{}{}", "  ".repeat(row.depth.into()), cells.join(" | "))
        };
        section.rows.iter().map(row).collect()
    }

    #[test]
    fn fields_are_typed_and_references_named() {
        let snapshot = estate();
        let card = Card::new(snapshot.get(Kind::Item, "srv-1").unwrap(), &snapshot);
        assert_eq!(
            rows(&card.section()),
            [
                "id | srv-1 | ",
                "class | server | ",
                "name | Web | ",
                "owner | infra | Infrastructure",
                "cost | 8420.00 EUR | ",
                "relations",
                "  runs_on | rack-1 | Rack one",
                "  runs_on | gone | ? no such record",
                "attributes",
                "  cpu_cores | 0032 | ",
                "schedule | schedule/srv-1 | ",
                "  tax | straight_line over 5y from 2023-03-01 | ",
            ]
        );
    }

    #[test]
    fn referrers_are_there_where_they_were_asked_for() {
        let snapshot = estate();
        let card = || Card::new(snapshot.get(Kind::Item, "srv-1").unwrap(), &snapshot);
        let shown = rows(&card().with_referrers().section());
        assert_eq!(
            shown[12..],
            ["used by |  | ", "  covers | contract/care | Care", "  item | schedule/srv-1 | "]
        );
        assert_eq!(card().json(&[])["used_by"], Json::Null);
        assert_eq!(card().with_referrers().json(&[])["used_by"][0]["id"], "care");
        let rack = Card::new(snapshot.get(Kind::Contract, "care").unwrap(), &snapshot).with_referrers();
        assert_eq!(rack.json(&[])["used_by"], json!([]));
    }

    #[test]
    fn the_document_keeps_every_text_as_typed() {
        let snapshot = estate();
        let json =
            Card::new(snapshot.get(Kind::Item, "srv-1").unwrap(), &snapshot).json(&[("rev", "x".into())]);
        assert_eq!(json["fields"]["attributes"]["cpu_cores"], "0032");
        assert_eq!(json["fields"]["cost"], "8420 EUR");
        assert_eq!((&json["schema"], &json["rev"]), (&json!("estate.show/1"), &json!("x")));
    }
}
