//! A table in GitHub's Markdown, for pull requests, job summaries and wikis.

use super::escape::markdown;
use super::{Style, header_label};
use crate::report::{Align, Cell, Report, Section};

pub fn render(report: &Report, _style: &Style) -> String {
    let mut text = format!("## {}\n", markdown(&report.title));
    let header: Vec<_> = report
        .header
        .iter()
        .map(|(key, value)| format!("{} {}", header_label(key), markdown(value)))
        .collect();
    if !header.is_empty() {
        text.push_str(&format!("\n{}\n", header.join(" · ")));
    }
    for section in &report.sections {
        if report.sections.len() > 1 && !section.title.is_empty() {
            text.push_str(&format!("\n### {}\n", markdown(&section.title)));
        }
        text.push('\n');
        text.push_str(&table(section));
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        text.push_str(&format!("- note: {}\n", markdown(note)));
    }
    text
}

fn table(section: &Section) -> String {
    let mut text = line(section.columns.iter().map(|column| markdown(&column.label)));
    text.push_str(&line(section.aligns().iter().map(|align| match align {
        Align::Right => "---:".to_owned(),
        Align::Left | Align::Auto => "---".to_owned(),
    })));
    for row in &section.rows {
        let depth = if section.tree { usize::from(row.depth) } else { 0 };
        let mut indent = "&nbsp;&nbsp;&nbsp;".repeat(depth);
        let cells = section
            .cells(&row.cells)
            .map(|(_, cell)| format!("{}{}", std::mem::take(&mut indent), shown(cell)));
        text.push_str(&line(cells));
    }
    if let Some(totals) = &section.totals {
        text.push_str(&line(section.cells(totals).map(|(_, cell)| match shown(cell) {
            empty if empty.is_empty() => empty,
            total => format!("**{total}**"),
        })));
    }
    text
}

fn shown(cell: &Cell) -> String {
    markdown(&cell.to_string())
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = String::from("|");
    for cell in cells {
        text.push_str(&format!(" {cell} |"));
    }
    text.push('\n');
    text
}
