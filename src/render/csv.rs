//! CSV as RFC 4180 has it, for spreadsheets: an amount is a number in one column and its currency
//! stands in the next, and no text is taken for a formula.

use super::Style;
use super::escape::csv_cell;
use super::flat::Flat;
use crate::report::{Cell, Report, amount_text};

pub fn render(report: &Report, _style: &Style) -> String {
    let flat = Flat::new(report);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut names = Vec::new();
    for column in &flat.columns {
        names.push(csv_cell(column.key));
        if column.money {
            names.push(csv_cell(&format!("{}_currency", column.key)));
        }
    }
    // Writing to memory fails only for records of unequal length, and these are all alike.
    let mut done = writer.write_record(&names);
    for record in flat.records() {
        let mut fields = Vec::with_capacity(names.len());
        for (column, cell) in flat.columns.iter().zip(&record) {
            fields.push(field(cell));
            if column.money {
                fields.push(currency(cell));
            }
        }
        done = done.and_then(|()| writer.write_record(&fields));
    }
    let bytes = done.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Money(money) | Cell::Delta(money) => amount_text(money),
        Cell::Int(number) | Cell::Days(number) => number.to_string(),
        Cell::Empty | Cell::Date(_) | Cell::Percent(_) => cell.to_string(),
        Cell::Text(_) | Cell::Id(_) | Cell::List(_) | Cell::Missing(_) => csv_cell(&cell.to_string()),
    }
}

fn currency(cell: &Cell) -> String {
    match cell {
        Cell::Money(money) | Cell::Delta(money) => money.currency().code().to_owned(),
        _ => String::new(),
    }
}
