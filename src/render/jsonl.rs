//! One JSON object a row and nothing else, for programs that read line by line. Header, totals
//! and notes are in the `json` format; where there are several sections, each row names its own.

use serde_json::{Map, Value};

use super::json::object;
use super::{Style, escape};
use crate::report::Report;

pub fn render(report: &Report, _style: &Style) -> String {
    let several = report.sections.len() > 1;
    let mut text = String::new();
    for section in &report.sections {
        for row in &section.rows {
            let mut line = Map::new();
            if several {
                line.insert("section".into(), section.name.into());
            }
            line.extend(object(section, row));
            text.push_str(&escape::json(&Value::Object(line).to_string()));
            text.push('\n');
        }
    }
    text
}
