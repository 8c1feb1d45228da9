//! Aligned columns for people at a terminal.
//!
//! comfy-table measures, wraps and aligns plain cells; colours are painted on its finished lines,
//! so that they cannot change a width. What must be found again in a line is marked by control
//! characters, which no text from a record holds once it is escaped.

use anstyle::{AnsiColor, Style as Paint};
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle, Width,
};
use unicode_width::UnicodeWidthStr;

use super::branches::branches;
use super::escape::terminal;
use super::{Style, header_line, paint};
use crate::report::{Align, Cell, Report, Section};

const GAP: u16 = 2;
const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();
const HOLE: Paint = AnsiColor::Yellow.on_default();

/// Stands for the question mark of a hole.
const HOLE_MARK: char = '\u{1}';
/// Fills the lines that become rules.
const RULE_MARK: char = '\u{2}';

/// Arranging columns to a width keeps every way to break every cell; more rows than this are
/// for a pager or a file, where lines may be long.
const MAX_ARRANGED_ROWS: usize = 2000;
/// The widest word that a column of prose keeps whole on a narrow terminal.
const LONG_WORD: usize = 16;
/// Lines of a cell are broken here at the latest: widths are counted in 16 bits.
const MAX_CELL_LINE: usize = 20_000;

pub fn render(report: &Report, style: &Style) -> String {
    let mut text = String::new();
    push_paragraph(&mut text, &terminal(&report.title), BOLD, style);
    if !report.header.is_empty() {
        push_paragraph(&mut text, &header_line(&report.header, style), DIM, style);
    }
    for section in &report.sections {
        text.push('\n');
        if report.sections.len() > 1 && !section.title.is_empty() {
            push_paragraph(&mut text, &terminal(&section.title), BOLD, style);
        }
        push_section(&mut text, section, style);
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        push_paragraph(&mut text, &format!("note: {}", terminal(note)), HOLE, style);
    }
    text
}

/// A line of text, wrapped as a table of one cell is.
fn push_paragraph(text: &mut String, line: &str, look: Paint, style: &Style) {
    let mut table = bare_table(style.width);
    table.add_row([broken(line)]);
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 0));
    }
    for line in table.lines() {
        push_line(text, &line, look, style);
    }
}

fn push_section(text: &mut String, section: &Section, style: &Style) {
    if section.columns.is_empty() {
        return;
    }
    let table = table_of(section, style);
    let mut look = BOLD;
    let mut rule = String::new();
    for line in table.lines() {
        if !line.contains(RULE_MARK) {
            push_line(text, &line, look, style);
            continue;
        }
        // The first rule ends the header and is as wide as the table; the second begins the totals.
        if rule.is_empty() {
            rule = line.replace(RULE_MARK, if style.ascii { "-" } else { "─" });
            look = Paint::new();
        } else {
            look = BOLD;
        }
        push_line(text, &rule, DIM, style);
    }
}

fn push_line(text: &mut String, line: &str, look: Paint, style: &Style) {
    let line = line.trim_end();
    let painted = if look.is_plain() { line.to_owned() } else { paint(line, look, style.color) };
    text.push_str(&painted.replace(HOLE_MARK, &paint("?", HOLE, style.color)));
    text.push('\n');
}

fn bare_table(width: Option<usize>) -> Table {
    let rule = LineStyle::none().fill(RULE_MARK);
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(rule));
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    table
}

fn table_of(section: &Section, style: &Style) -> Table {
    let arranged = section.rows.len() <= MAX_ARRANGED_ROWS;
    let mut table = bare_table(style.width.filter(|_| arranged));
    let labels = section.columns.iter().map(|column| broken(&terminal(&column.label)));
    table.set_header(labels.collect::<Vec<_>>());
    let branches = if section.tree {
        branches(&section.rows.iter().map(|row| row.depth).collect::<Vec<_>>(), style.ascii)
    } else {
        Vec::new()
    };
    for (at, row) in section.rows.iter().enumerate() {
        table.add_row(shown(section, &row.cells, branches.get(at)));
    }
    if let Some(totals) = &section.totals {
        table.add_row([RULE_MARK.to_string()]);
        table.add_row(shown(section, totals, None));
    }
    let aligns = section.aligns();
    for (at, column) in table.column_iter_mut().enumerate() {
        let gap = if at + 1 < section.columns.len() { GAP } else { 0 };
        column.set_padding((0, gap));
        column.set_constraint(match unbroken(section, at) {
            true => ColumnConstraint::ContentWidth,
            false => ColumnConstraint::LowerBoundary(Width::Fixed(least_width(section, at) + gap)),
        });
        if aligns.get(at) == Some(&Align::Right) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn shown(section: &Section, cells: &[Cell], branch: Option<&String>) -> Row {
    let cells = section.cells(cells).enumerate().map(|(at, (_, cell))| {
        let text = terminal(&cell.to_string());
        let text = match cell {
            Cell::Missing(_) => text.replacen('?', HOLE_MARK.encode_utf8(&mut [0; 4]), 1),
            _ => text,
        };
        match branch.filter(|_| at == 0) {
            Some(branch) => format!("{branch}{text}"),
            None => broken(&text),
        }
    });
    Row::from(cells.collect::<Vec<_>>())
}

fn column_cells(section: &Section, at: usize) -> impl Iterator<Item = &Cell> {
    section.rows.iter().map(|row| &row.cells).chain(&section.totals).filter_map(move |cells| cells.get(at))
}

/// Prose may be wrapped; figures, ids and trees stay whole.
fn unbroken(section: &Section, at: usize) -> bool {
    let is_prose = |cell: &Cell| matches!(cell, Cell::Empty) || cell.is_prose();
    (section.tree && at == 0) || !column_cells(section, at).all(is_prose)
}

/// A column of prose is at least as wide as its longest word, unless that is very long.
fn least_width(section: &Section, at: usize) -> u16 {
    let longest_word = |text: &str| text.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0);
    let label = section.columns.get(at).map_or(0, |column| longest_word(&column.label));
    let words = column_cells(section, at).map(|cell| longest_word(&terminal(&cell.to_string())));
    u16::try_from(words.fold(label, usize::max).min(LONG_WORD)).unwrap_or(u16::MAX)
}

/// The text with a line end wherever a line would be too long to be measured.
fn broken(text: &str) -> String {
    if text.len() <= MAX_CELL_LINE {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks(MAX_CELL_LINE)
        .map(|part| part.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}
