//! Who refers to whom: every reference between records, found by the schemas' annotations.

use std::collections::HashMap;

use crate::model::{Kind, Record, RecordId};
use crate::schema::{RefTarget, Shape};
use crate::snapshot::Snapshot;
use crate::source::Span;
use crate::yaml::{Route, Value};

/// A field that names another record.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    pub from: &'a Record,
    /// The field, such as `relations.runs_on[0]`.
    pub route: Route,
    pub span: Span,
    /// The id as written.
    pub id: &'a str,
    /// What the schema lets it point to.
    pub targets: &'a [RefTarget],
}

impl Reference<'_> {
    /// The field without indices: `relations.runs_on`.
    pub fn relation(&self) -> String {
        let keys = self.route.steps().iter().filter_map(|step| match step {
            crate::yaml::Step::Key(key) => Some(&**key),
            crate::yaml::Step::Index(_) => None,
        });
        keys.collect::<Vec<_>>().join(".")
    }

    /// What the field takes, for messages: class names, or kinds where any class will do.
    pub fn target_names(&self) -> Vec<&str> {
        self.targets.iter().map(|target| target.class.as_deref().unwrap_or(&target.kind)).collect()
    }
}

/// What a reference leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resolved {
    Record(RecordId),
    /// There is a record of that id, but of another kind or class than the field takes.
    WrongKind(RecordId, Option<String>),
    Dangling,
}

/// The references in a record, in the order of its text.
pub fn references<'a>(record: &'a Record, snapshot: &'a Snapshot) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    if let (Some(schema), Some(root)) = (record.schema(snapshot.schemas()), record.root()) {
        collect(schema.shape(), root, &Route::default(), record, &mut found);
    }
    found
}

fn collect<'a>(
    shape: &'a Shape,
    value: Value<'a>,
    route: &Route,
    from: &'a Record,
    found: &mut Vec<Reference<'a>>,
) {
    if !shape.has_refs() {
        return;
    }
    if let (false, Some(id)) = (shape.refs.is_empty(), value.text()) {
        found.push(Reference { from, route: route.clone(), span: value.span(), id, targets: &shape.refs });
    }
    for (index, element) in value.elements().enumerate() {
        if let Some(shape) = shape.element().filter(|shape| shape.has_refs()) {
            collect(shape, element, &route.index(index), from, found);
        }
    }
    for (key, span, field) in value.entries() {
        let Some(field_shape) = shape.field(key) else { continue };
        if shape.key_refs.is_empty() && !field_shape.has_refs() {
            continue;
        }
        let route = route.key(key.to_owned());
        if !shape.key_refs.is_empty() {
            found.push(Reference { from, route: route.clone(), span, id: key, targets: &shape.key_refs });
        }
        collect(field_shape, field, &route, from, found);
    }
}

/// Finds the record that a reference means: the first of its kinds, in the schema's order, that
/// has the id and the class.
pub fn resolve(reference: &Reference<'_>, snapshot: &Snapshot) -> Resolved {
    for target in reference.targets {
        let Some(kind) = Kind::from_name(&target.kind) else { continue };
        let known = snapshot.knows(kind, reference.id);
        let class_fits =
            |class: Option<&str>| target.class.as_deref().is_none_or(|wanted| class == Some(wanted));
        if known.is_some_and(class_fits) {
            return Resolved::Record(RecordId { kind, id: reference.id.to_owned() });
        }
    }
    for kind in Kind::ALL {
        if let Some(class) = snapshot.knows(kind, reference.id) {
            return Resolved::WrongKind(
                RecordId { kind, id: reference.id.to_owned() },
                class.map(str::to_owned),
            );
        }
    }
    Resolved::Dangling
}

/// The references of a whole estate, from both ends.
pub struct Graph<'a> {
    into: HashMap<RecordId, Vec<Reference<'a>>>,
}

impl<'a> Graph<'a> {
    pub fn of(snapshot: &'a Snapshot) -> Graph<'a> {
        let mut into: HashMap<RecordId, Vec<Reference<'a>>> = HashMap::new();
        for record in snapshot.records() {
            for reference in references(record, snapshot) {
                if let Resolved::Record(target) = resolve(&reference, snapshot) {
                    into.entry(target).or_default().push(reference);
                }
            }
        }
        Graph { into }
    }

    /// The references that lead to a record, ordered by the path of the record they stand in.
    pub fn referrers(&self, id: &RecordId) -> &[Reference<'a>] {
        self.into.get(id).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::snapshot;

    #[test]
    fn references_are_found_by_the_schema_and_resolved() {
        let snapshot = snapshot(&[
            ("items/rack/rack-1.yaml", "id: rack-1\nclass: rack\nname: R\nstatus: in_use\n"),
            (
                "items/server/srv-01.yaml",
                "id: srv-01\nclass: server\nname: Web\nstatus: in_use\nowner: rack-1\nlocation: nowhere\nrelations:\n  runs_on: [rack-1]\n",
            ),
            (
                "services/web.yaml",
                "id: web\nname: Web\nstatus: in_use\nconsumers: {sales: 100%}\ncomponents:\n  - any_of: [srv-01]\n",
            ),
        ]);
        let server = snapshot.get(Kind::Item, "srv-01").unwrap();
        let found: Vec<_> = references(server, &snapshot)
            .iter()
            .map(|reference| (reference.route.to_string(), resolve(reference, &snapshot)))
            .collect();
        let rack = RecordId { kind: Kind::Item, id: "rack-1".into() };
        let expected = [
            ("owner".to_owned(), Resolved::WrongKind(rack.clone(), Some("rack".into()))),
            ("location".to_owned(), Resolved::Dangling),
            ("relations.runs_on[0]".to_owned(), Resolved::Record(rack.clone())),
        ];
        assert_eq!(found, expected);
        let service = snapshot.get(Kind::Service, "web").unwrap();
        let routes: Vec<_> = references(service, &snapshot).iter().map(|r| r.route.to_string()).collect();
        assert_eq!(routes, ["consumers.sales", "components[0].any_of[0]"]);
        let graph = Graph::of(&snapshot);
        let into_rack = graph.referrers(&rack);
        assert_eq!(into_rack.len(), 1);
        assert_eq!(
            (into_rack[0].from.id(), into_rack[0].relation().as_str()),
            ("srv-01", "relations.runs_on")
        );
    }
}
