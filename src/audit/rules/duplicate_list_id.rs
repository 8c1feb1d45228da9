use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::schema::Shape;
use crate::yaml::{Route, Value};

pub static RULE: Rule = Rule {
    id: "duplicate-list-id",
    level: Level::Error,
    what: "two elements of a list have the same id",
    why: "Elements are told apart by their id: a comparison, a merge or a measurement could take one for the other.",
    bad: "# inventory/services/web-shop.yaml\nservice_levels:\n  - {id: up, metric: availability, target: \">= 99%\", window: month}\n  - {id: up, metric: availability, target: \">= 98%\", window: year}\n",
    good: "# inventory/services/web-shop.yaml\nservice_levels:\n  - {id: up, metric: availability, target: \">= 99%\", window: month}\n  - {id: up-year, metric: availability, target: \">= 98%\", window: year}\n",
    mend: "Give each element an id of its own, or delete the one that is too many.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(schema), Some(root)) = (record.schema(context.snapshot.schemas()), record.root()) else {
        return;
    };
    visit(schema.shape(), root, &Route::default(), record, findings);
}

fn visit(shape: &Shape, value: Value<'_>, route: &Route, record: &Record, findings: &mut Vec<Finding>) {
    for (key, _, field) in value.entries().filter(|(.., field)| !field.is_scalar()) {
        if let Some(shape) = shape.field(key) {
            visit(shape, field, &route.key(key.to_owned()), record, findings);
        }
    }
    let Some(element_shape) = shape.element() else { return };
    let mut first: Vec<(&str, Value<'_>)> = Vec::new();
    for (index, element) in value.elements().enumerate().filter(|(_, element)| !element.is_scalar()) {
        let route = route.index(index);
        visit(element_shape, element, &route, record, findings);
        let id = if shape.match_by == ["id"] { element.field("id") } else { None };
        let Some((id, text)) = id.and_then(|id| Some((id, id.text()?))) else { continue };
        match first.iter().find(|(known, _)| *known == text) {
            None => first.push((text, id)),
            Some((_, other)) => findings.push(
                RULE.finding(record.at_span(id.span()), format!("the id `{text}` is taken in this list"))
                    .field(route.key("id").to_string())
                    .related(record.at_span(other.span()), "it stands here first")
                    .help("give each element an id of its own, or delete the one that is too many"),
            ),
        }
    }
}
