//! Aligned columns for people at a terminal.
//!
//! The layout is our own: it knows wide characters, trees, colours and rows in the hundred
//! thousands in one way, since it measures first and then writes row by row.

use anstyle::{AnsiColor, Style as Paint};
use unicode_width::UnicodeWidthStr;

use super::escape::terminal;
use super::layout::{Branch, Wish, branches, fit, wrap};
use super::{Style, header_line, paint};
use crate::report::{Align, Cell, Report, Section};

const GAP: usize = 2;
const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();
const HOLE: Paint = AnsiColor::Yellow.on_default();

pub fn render(report: &Report, style: &Style) -> String {
    let mut text = String::new();
    push_wrapped(&mut text, &terminal(&report.title), BOLD, style);
    if !report.header.is_empty() {
        push_wrapped(&mut text, &header_line(&report.header, style), DIM, style);
    }
    for section in &report.sections {
        text.push('\n');
        if report.sections.len() > 1 && !section.title.is_empty() {
            push_wrapped(&mut text, &terminal(&section.title), BOLD, style);
        }
        Grid::new(section, style).write(&mut text);
    }
    if !report.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.notes {
        push_wrapped(&mut text, &format!("note: {}", terminal(note)), HOLE, style);
    }
    text
}

fn push_wrapped(text: &mut String, line: &str, look: Paint, style: &Style) {
    for part in wrap(line, style.width.unwrap_or(usize::MAX)) {
        text.push_str(&paint(&part, look, style.color));
        text.push('\n');
    }
}

/// A section with the measures that its rows share.
struct Grid<'a> {
    section: &'a Section,
    style: &'a Style,
    aligns: Vec<Align>,
    widths: Vec<usize>,
    branches: Vec<Branch>,
}

impl<'a> Grid<'a> {
    fn new(section: &'a Section, style: &'a Style) -> Self {
        let branches = if section.tree {
            let depths: Vec<_> = section.rows.iter().map(|row| row.depth).collect();
            branches(&depths, style.ascii)
        } else {
            Vec::new()
        };
        let mut wishes: Vec<_> = section
            .columns
            .iter()
            .map(|column| {
                let mut wish = Wish::default();
                wish.prose(&terminal(&column.label));
                wish
            })
            .collect();
        let rows = section.rows.iter().map(|row| &row.cells).chain(&section.totals);
        for (at, cells) in rows.enumerate() {
            for (column, (wish, (_, cell))) in wishes.iter_mut().zip(section.cells(cells)).enumerate() {
                let branch =
                    branches.get(at).filter(|_| column == 0).map_or(0, |branch| branch.first.width());
                let mut own = Wish::default();
                let shown = terminal(&cell.to_string());
                if cell.is_prose() {
                    own.prose(&shown)
                } else {
                    own.rigid(&shown)
                }
                wish.natural = wish.natural.max(own.natural + branch);
                wish.minimum = wish.minimum.max(own.minimum + branch);
            }
        }
        let widths = fit(&wishes, GAP, style.width);
        Self { section, style, aligns: section.aligns(), widths, branches }
    }

    fn write(&self, text: &mut String) {
        let labels = self.section.columns.iter().map(|column| (terminal(&column.label), BOLD)).collect();
        self.push_row(text, labels, None);
        self.push_rule(text);
        for (at, row) in self.section.rows.iter().enumerate() {
            self.push_row(text, self.shown(&row.cells, Paint::new()), self.branches.get(at));
        }
        if let Some(totals) = &self.section.totals {
            self.push_rule(text);
            self.push_row(text, self.shown(totals, BOLD), None);
        }
    }

    fn shown(&self, cells: &[Cell], look: Paint) -> Vec<(String, Paint)> {
        let look = |cell: &Cell| if matches!(cell, Cell::Missing(_)) { HOLE } else { look };
        self.section.cells(cells).map(|(_, cell)| (terminal(&cell.to_string()), look(cell))).collect()
    }

    fn push_rule(&self, text: &mut String) {
        let stroke = if self.style.ascii { "-" } else { "─" };
        let rules: Vec<_> = self.widths.iter().map(|width| stroke.repeat(*width)).collect();
        text.push_str(&paint(&rules.join(&" ".repeat(GAP)), DIM, self.style.color));
        text.push('\n');
    }

    /// Writes one row, which takes as many lines as its highest cell.
    fn push_row(&self, text: &mut String, cells: Vec<(String, Paint)>, branch: Option<&Branch>) {
        let branch_width =
            |column: usize| branch.filter(|_| column == 0).map_or(0, |each| each.first.width());
        let wrapped: Vec<_> = cells
            .iter()
            .zip(&self.widths)
            .enumerate()
            .map(|(column, ((cell, _), width))| wrap(cell, width.saturating_sub(branch_width(column))))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = String::new();
            // Blanks are written only before something, so that no line ends in them.
            let mut blanks = 0;
            for (column, lines) in wrapped.iter().enumerate() {
                let part = lines.get(at).map_or("", String::as_str);
                let tree = branch
                    .filter(|_| column == 0)
                    .map_or("", |each| if at == 0 { &each.first } else { &each.rest });
                let width = self.widths.get(column).copied().unwrap_or(0);
                let free = width.saturating_sub(tree.width() + part.width());
                let right = self.aligns.get(column) == Some(&Align::Right);
                blanks += if right { free } else { 0 };
                if !tree.is_empty() || !part.is_empty() {
                    line.push_str(&" ".repeat(std::mem::take(&mut blanks)));
                    line.push_str(&paint(tree, DIM, self.style.color));
                    let look = cells.get(column).map_or(Paint::new(), |(_, look)| *look);
                    line.push_str(&if look.is_plain() {
                        part.to_owned()
                    } else {
                        paint(part, look, self.style.color)
                    });
                }
                blanks += if right { GAP } else { free + GAP };
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
}
