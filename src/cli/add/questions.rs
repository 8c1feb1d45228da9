//! Required fields that are missing: asked for on a terminal, named elsewhere.

use estate::edits::Assignment;
use estate::model::{Kind, Record};
use estate::schema::{Schema, Shape, Type};
use estate::snapshot::Snapshot;
use estate::yaml::Route;

use super::draft::Draft;
use crate::cli::ask;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Asks for the required fields that are missing, or says which they are.
pub fn complete(
    context: &Context,
    outline: &Snapshot,
    draft: &mut Draft,
    schema: &Schema,
    book: &str,
) -> anyhow::Result<()> {
    let missing = missing_fields(draft, schema.shape(), book);
    if missing.is_empty() {
        return Ok(());
    }
    if !context.may_ask() {
        let told: Vec<String> = missing.iter().map(|route| option_for(route, schema)).collect();
        let names = missing.join(", ");
        return Err(Failure::usage(format!("a new {} needs {names}", schema.name))
            .hint(format!("give {}", told.join(", ")))
            .into());
    }
    for route in missing {
        while let Err(error) = ask_for(&route, outline, draft, schema) {
            // What was typed wrong is asked again; the end of the input ends it.
            match error.downcast::<Wrong>() {
                Ok(Wrong(message)) => context.say(&estate::render::escape::terminal(&message)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// An answer that will not do, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

/// Required fields without a value, below required mappings too, in the schema's order.
fn missing_fields(draft: &Draft, shape: &Shape, book: &str) -> Vec<String> {
    let mut missing = Vec::new();
    collect_missing(draft, shape, "", &mut missing);
    // A schedule without a plan gets one, and a plan in the making is asked for the rest.
    let plan = format!("books.{book}");
    if draft.kind == Kind::Schedule && (draft.says(&plan) || !draft.says("books")) {
        missing.retain(|route| route != "books");
        let fields = ["life", "start"].into_iter().map(|field| format!("{plan}.{field}"));
        missing.extend(fields.filter(|route| !draft.says(route)));
    }
    missing
}

fn collect_missing(draft: &Draft, shape: &Shape, above: &str, missing: &mut Vec<String>) {
    let required = shape.fields().filter(|(name, _)| shape.required.iter().any(|required| required == name));
    for (name, field) in required.filter(|(name, _)| !(above.is_empty() && matches!(*name, "id" | "class"))) {
        let route = format!("{above}{name}");
        let below = field.kind == Type::Mapping && field.fields().next().is_some();
        match below {
            true => collect_missing(draft, field, &format!("{route}."), missing),
            false if !draft.says(&route) => missing.push(route),
            false => {}
        }
    }
}

/// The option that gives a field, with its choices.
fn option_for(route: &str, schema: &Schema) -> String {
    let option = match route {
        "term.start" => "--start DATE".to_owned(),
        _ if route.starts_with("books.") && route.ends_with(".life") => "--life DURATION".to_owned(),
        _ if route.starts_with("books.") && route.ends_with(".start") => "--start DATE".to_owned(),
        "name" | "status" | "side" | "kind" | "party" | "item" => format!("--{route}"),
        _ => format!("--set {route}=…"),
    };
    match schema.shape().at(&Route::parse(route)) {
        Some(shape) if !shape.choices.is_empty() => format!("{option} ({})", shape.choices.join(", ")),
        _ => option,
    }
}

fn ask_for(route: &str, outline: &Snapshot, draft: &mut Draft, schema: &Schema) -> anyhow::Result<()> {
    let shape = schema.shape().at(&Route::parse(route)).unwrap_or(Shape::any());
    let mut question = shape.description.clone();
    if !shape.choices.is_empty() {
        question.push_str(&format!(" One of: {}.", shape.choices.join(", ")));
    }
    let answer = ask::line(Some(&question), &format!("{route}:"))?;
    let text = Assignment::set(route, answer.as_str())
        .apply(&draft.text, schema)
        .map_err(|error| Wrong(error.message))?;
    let place = draft.place();
    let record = Record::read(&place, &place.path(), text.as_bytes(), outline.schemas());
    if let Some(finding) = record.findings().iter().find(|finding| finding.field == route) {
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        return Err(Wrong(format!("{}{help}", finding.message)).into());
    }
    draft.text = text;
    Ok(())
}
