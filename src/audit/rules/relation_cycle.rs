use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::cycles::cycles;
use crate::finding::{Finding, Level};
use crate::model::settings::Allocation;
use crate::model::{Kind, Record};
use crate::yaml::Value;

pub static RULE: Rule = Rule {
    id: "relation-cycle",
    level: Level::Error,
    what: "records contain, carry, need or consume one another in a circle",
    why: "A thing cannot run on what runs on it; cost and impact that follow the relation would go round for ever.",
    bad: "# inventory/items/rack/rack-12.yaml\nrelations:\n  part_of: [rack-12]\n",
    good: "# inventory/items/rack/rack-12.yaml\nrelations:\n  part_of: [room-a]\n",
    mend: "Delete the reference that points the wrong way; services that do charge one another need `valuation: {allocation: reciprocal}` in the settings, or an `order` for step_down.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "relations"),
            (Kind::Service, "components"),
            (Kind::Party, "parent"),
            (Kind::Settings, "valuation"),
        ],
        run: check,
    },
};

/// The relations between items that may not go in a circle, graph by graph. What carries a thing is
/// one graph, whether it is said by `runs_on`, `hosted_on` or `installed_on`; the others stand each
/// alone, for a cluster may well depend on its members.
const ITEM_GRAPHS: [&[&str]; 4] =
    [&["runs_on", "hosted_on", "installed_on"], &["part_of"], &["member_of"], &["depends_on"]];

/// Whether references in this field, such as `relations.runs_on`, may not go in a circle.
pub(super) fn covers(field: &str) -> bool {
    match field.strip_prefix("relations.") {
        Some(relation) => ITEM_GRAPHS.iter().any(|graph| graph.contains(&relation)),
        None => matches!(field, "components.service" | "parent"),
    }
}

fn check<'a>(context: &Context<'a>, findings: &mut Vec<Finding>) {
    let items = Nodes::of(Kind::Item, context);
    for relations in ITEM_GRAPHS {
        let mut edges = Vec::new();
        for item in &items.records {
            let Some(field) = item.field("relations") else { continue };
            for relation in relations {
                let targets = field.field(relation).into_iter().flat_map(|list| list.elements());
                for (index, value) in targets.enumerate() {
                    let place = Place::Relation(relation, index);
                    edges.push(Edge { from: item, verb: relation, value, place });
                }
            }
        }
        items.report(&edges, findings);
    }
    let services = Nodes::of(Kind::Service, context);
    let mut edges = Vec::new();
    let charging = context.snapshot.settings().map(|settings| &settings.valuation);
    for service in &services.records {
        let components = service.field("components").into_iter().flat_map(|list| list.elements());
        for (index, component) in components.enumerate() {
            let used = component.field("service");
            // Services may charge one another where the settings say how that is solved.
            let is_solved = |value: &Value<'_>| {
                charging.is_some_and(|charging| match charging.allocation {
                    Allocation::StepDown => {
                        let listed = |id: &str| charging.order.iter().any(|listed| listed == id);
                        value.text().is_some_and(listed) && listed(service.id())
                    }
                    Allocation::Direct | Allocation::Reciprocal => true,
                })
            };
            if let Some(value) = used.filter(|value| !is_solved(value)) {
                edges.push(Edge { from: service, verb: "uses", value, place: Place::Component(index) });
            }
        }
    }
    services.report(&edges, findings);
    let parties = Nodes::of(Kind::Party, context);
    let parent = |from: &&'a Record| {
        Some(Edge { from, verb: "belongs to", value: from.field("parent")?, place: Place::Parent })
    };
    let edges: Vec<Edge<'_>> = parties.records.iter().filter_map(parent).collect();
    parties.report(&edges, findings);
}

/// A reference from one record to another of the same kind.
struct Edge<'a> {
    from: &'a Record,
    /// As the message says it: `a` runs_on `b`.
    verb: &'static str,
    value: Value<'a>,
    place: Place,
}

enum Place {
    Relation(&'static str, usize),
    Component(usize),
    Parent,
}

impl Edge<'_> {
    fn field(&self) -> String {
        match self.place {
            Place::Relation(relation, index) => format!("relations.{relation}[{index}]"),
            Place::Component(index) => format!("components[{index}].service"),
            Place::Parent => "parent".to_owned(),
        }
    }
}

/// The records of one kind, which references connect.
struct Nodes<'a> {
    records: Vec<&'a Record>,
    position: HashMap<&'a str, usize>,
}

impl<'a> Nodes<'a> {
    fn of(kind: Kind, context: &Context<'a>) -> Self {
        let records: Vec<&Record> = context.snapshot.of_kind(kind).collect();
        let position = records.iter().enumerate().map(|(position, record)| (record.id(), position)).collect();
        Nodes { records, position }
    }

    fn report(&self, edges: &[Edge<'_>], findings: &mut Vec<Finding>) {
        let position = |id: &str| self.position.get(id).copied();
        let (ends, edges): (Vec<(usize, usize)>, Vec<&Edge<'_>>) = edges
            .iter()
            .filter_map(|edge| Some(((position(edge.from.id())?, position(edge.value.text()?)?), edge)))
            .unzip();
        for cycle in cycles(self.records.len(), &ends) {
            let steps: Vec<&Edge<'_>> = cycle.iter().filter_map(|edge| edges.get(*edge).copied()).collect();
            let Some((first, others)) = steps.split_first() else { continue };
            let id = first.from.id();
            let chain = steps.iter().map(|edge| format!("`{}` {} ", edge.from.id(), edge.verb));
            let message = match others {
                [] => format!("`{id}` {} itself", first.verb),
                _ => format!("{}`{id}`", chain.collect::<String>()),
            };
            let mut finding = RULE
                .finding(first.from.at_span(first.value.span()), message)
                .field(first.field())
                .help("delete the reference that points the wrong way");
            for edge in others {
                let label = format!("`{}` {} `{}`", edge.from.id(), edge.verb, edge.value);
                finding = finding.related(edge.from.at_span(edge.value.span()), label);
            }
            findings.push(finding);
        }
    }
}
