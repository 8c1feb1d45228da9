//! One JSON document: named and versioned, of the same shape when it is empty.

use serde_json::{Map, Value, json};

use super::{Style, escape};
use crate::report::{Cell, Report, Row, Section, amount_text};

pub fn render(report: &Report, _style: &Style) -> String {
    pretty(&value(report))
}

/// The document as text that no terminal obeys.
pub fn pretty(value: &Value) -> String {
    format!("{}\n", escape::json(&format!("{value:#}")))
}

/// The report as the value that JSON and YAML share.
pub fn value(report: &Report) -> Value {
    let mut document = head(report.schema(), &report.header);
    match report.sections.as_slice() {
        [section] => document.extend(body(section)),
        sections => {
            let named = |section: &Section| {
                let mut named = Map::new();
                named.insert("name".into(), section.name.into());
                named.extend(body(section));
                Value::Object(named)
            };
            document.insert("sections".into(), sections.iter().map(named).collect());
        }
    }
    document.insert("notes".into(), report.notes.iter().map(String::as_str).collect());
    Value::Object(document)
}

/// The members that every document starts with.
pub fn head(schema: String, header: &[(&'static str, String)]) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("schema".into(), schema.into());
    for (key, text) in header {
        document.insert((*key).into(), text.as_str().into());
    }
    document
}

fn body(section: &Section) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("rows".into(), section.rows.iter().map(|row| Value::Object(object(section, row))).collect());
    let totals = section.totals.as_ref().map(|cells| Value::Object(members(section, cells)));
    body.insert("totals".into(), totals.unwrap_or(Value::Null));
    body
}

/// One row by the keys of its columns.
pub fn object(section: &Section, row: &Row) -> Map<String, Value> {
    let mut object = Map::new();
    if section.tree {
        object.insert("depth".into(), row.depth.into());
    }
    object.extend(members(section, &row.cells));
    object
}

fn members(section: &Section, cells: &[Cell]) -> Map<String, Value> {
    section.cells(cells).map(|(column, cell)| (column.key.to_string(), cell_value(cell))).collect()
}

fn cell_value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Missing(reason) => json!({ "missing": reason }),
        Cell::Money(money) | Cell::Delta(money) => {
            json!({ "amount": amount_text(money), "currency": money.currency().code() })
        }
        Cell::Int(number) | Cell::Days(number) => (*number).into(),
        Cell::List(items) => items.iter().map(String::as_str).collect(),
        Cell::Text(_) | Cell::Id(_) | Cell::Date(_) | Cell::Percent(_) => cell.to_string().into(),
    }
}
