//! All sections as one table of records, for formats that have room for one only.
//!
//! The columns are those of all sections, in order of appearance, so that every record has the
//! same number of fields. Totals stay out: summing a column must not count them in.

use std::borrow::Cow;

use crate::report::{Cell, Report, Row, Section};

pub struct Flat<'a> {
    pub columns: Vec<FlatColumn<'a>>,
    section: bool,
    depth: bool,
    report: &'a Report,
}

pub struct FlatColumn<'a> {
    pub key: &'a str,
    pub money: bool,
}

impl<'a> Flat<'a> {
    pub fn new(report: &'a Report) -> Self {
        let section = report.sections.len() > 1;
        let depth = report.sections.iter().any(|section| section.tree);
        let mut columns = Vec::new();
        if section {
            columns.push(FlatColumn { key: "section", money: false });
        }
        if depth {
            columns.push(FlatColumn { key: "depth", money: false });
        }
        let own = columns.len();
        for section in &report.sections {
            for (at, column) in section.columns.iter().enumerate() {
                let money = section.is_money(at);
                match columns.iter_mut().skip(own).find(|known| known.key == column.key) {
                    Some(known) => known.money |= money,
                    None => columns.push(FlatColumn { key: &column.key, money }),
                }
            }
        }
        Self { columns, section, depth, report }
    }

    /// The cells of every row, one for each of the columns.
    pub fn records(&self) -> impl Iterator<Item = Vec<Cow<'a, Cell>>> {
        self.report
            .sections
            .iter()
            .flat_map(move |section| section.rows.iter().map(move |row| self.record(section, row)))
    }

    fn record(&self, section: &'a Section, row: &'a Row) -> Vec<Cow<'a, Cell>> {
        let mut record = Vec::with_capacity(self.columns.len());
        if self.section {
            record.push(Cow::Owned(Cell::text(section.name)));
        }
        if self.depth {
            record.push(Cow::Owned(if section.tree { Cell::Int(row.depth.into()) } else { Cell::Empty }));
        }
        for column in self.columns.iter().skip(record.len()) {
            let cell = section.cells(&row.cells).find(|(known, _)| known.key == column.key);
            record.push(cell.map_or(Cow::Owned(Cell::Empty), |(_, cell)| Cow::Borrowed(cell)));
        }
        record
    }
}
