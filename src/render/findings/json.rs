//! Findings as one JSON document, or as one object a line. Numbers of a place are null where the
//! finding is about a file as a whole.

use serde_json::{Map, Value, json};

use super::{FindingsView, count};
use crate::finding::{Finding, Level};
use crate::render::{Style, escape, json as report_json};
use crate::source::Location;

pub fn render(view: &FindingsView, _style: &Style) -> String {
    report_json::pretty(&value(view))
}

pub fn render_lines(view: &FindingsView, _style: &Style) -> String {
    let line = |finding| format!("{}\n", escape::json(&finding_value(finding).to_string()));
    view.findings.iter().map(line).collect()
}

pub fn value(view: &FindingsView) -> Value {
    let mut document = report_json::head("estate.audit/1".to_owned(), &view.header);
    document.insert("findings".into(), view.findings.iter().map(finding_value).collect());
    let summary = json!({
        "errors": count(view, Level::Error),
        "warnings": count(view, Level::Warning),
        "notes": count(view, Level::Note),
        "waived": view.left_out.waived,
        "baselined": view.left_out.baselined,
        "files": view.files,
    });
    document.insert("summary".into(), summary);
    Value::Object(document)
}

fn finding_value(finding: &Finding) -> Value {
    let mut object = Map::new();
    object.insert("rule".into(), (&*finding.rule).into());
    object.insert("level".into(), finding.level.name().into());
    object.insert("message".into(), finding.message.as_str().into());
    object.extend(place(&finding.location));
    object.insert("label".into(), finding.label.as_deref().into());
    object.insert("field".into(), finding.field.as_str().into());
    object.insert("help".into(), finding.help.as_deref().into());
    let related = finding.related.iter().map(|related| {
        let mut object = place(&related.location);
        object.insert("label".into(), related.label.as_str().into());
        Value::Object(object)
    });
    object.insert("related".into(), related.collect());
    object.insert("fixable".into(), finding.fix.is_some().into());
    Value::Object(object)
}

fn place(location: &Location) -> Map<String, Value> {
    let number = |number: u32| if number == 0 { Value::Null } else { number.into() };
    let mut place = Map::new();
    place.insert("path".into(), (&*location.path).into());
    place.insert("line".into(), number(location.line));
    place.insert("column".into(), number(location.column));
    place.insert("end_line".into(), number(location.end_line));
    place.insert("end_column".into(), number(location.end_column));
    place
}
