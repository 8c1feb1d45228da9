//! One record a line, fields separated by tabs, for `cut`, `awk` and `grep`. Nothing is cut, and
//! tabs and line ends inside a text are written `\t` and `\n`.

use super::Style;
use super::escape::terminal;
use super::flat::Flat;
use crate::report::Report;

pub fn render(report: &Report, _style: &Style) -> String {
    let flat = Flat::new(report);
    let mut text = line(flat.columns.iter().map(|column| terminal(column.key)));
    for record in flat.records() {
        text.push_str(&line(record.iter().map(|cell| terminal(&cell.to_string()))));
    }
    text
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<_> = fields.collect();
    format!("{}\n", fields.join("\t"))
}
