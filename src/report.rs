//! What a command answers: typed tables, before anything decides how they look.
//!
//! A report holds no width, colour or format, and its cells keep their types, so that every
//! output format can treat money as money and a hole as a hole.

use std::borrow::Cow;
use std::fmt;

use crate::date::Date;
use crate::money::{Money, Percent};

/// Tables with a head and notes.
///
/// The number of sections belongs to the report's shape: in JSON, one section is `rows`, any other
/// number is `sections`. A report whose number of groups depends on the data uses a column or a
/// tree for them, so that its shape stays the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// Names the shape in machine formats: `list` becomes the schema `estate.list/1`.
    pub name: &'static str,
    pub title: String,
    /// What the answer rests on, such as `as_of`, `rev`, `book`, `currency`.
    pub header: Vec<(&'static str, String)>,
    pub sections: Vec<Section>,
    /// What a reader must know to read the figures right, such as what they leave out.
    pub notes: Vec<String>,
}

impl Report {
    pub fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), header: Vec::new(), sections: Vec::new(), notes: Vec::new() }
    }

    pub fn header(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.header.push((key, value.into()));
        self
    }

    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Whether some figure is missing, in a row or in the totals.
    pub fn has_holes(&self) -> bool {
        let missing = |cells: &[Cell]| cells.iter().any(|cell| matches!(cell, Cell::Missing(_)));
        self.sections.iter().any(|section| {
            section.rows.iter().any(|row| missing(&row.cells))
                || section.totals.as_deref().is_some_and(missing)
        })
    }

    /// The name and version of the shape in machine formats.
    pub fn schema(&self) -> String {
        format!("estate.{}/1", self.name)
    }
}

/// One table.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    pub name: &'static str,
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// One cell a column.
    pub totals: Option<Vec<Cell>>,
    /// Whether the depth of the rows means something.
    pub tree: bool,
}

impl Section {
    pub fn new(name: &'static str, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { name, title: title.into(), columns, rows: Vec::new(), totals: None, tree: false }
    }

    /// Makes the rows a tree, drawn in the first column.
    pub fn tree(mut self) -> Self {
        self.tree = true;
        self
    }

    pub fn push(&mut self, cells: Vec<Cell>) {
        self.push_at(0, cells);
    }

    /// Adds a row below the last one of a smaller depth.
    pub fn push_at(&mut self, depth: u8, cells: Vec<Cell>) {
        self.rows.push(Row { depth, cells });
    }

    pub fn totals(mut self, cells: Vec<Cell>) -> Self {
        self.totals = Some(cells);
        self
    }

    /// Exactly one cell a column, whatever the length of `cells`: a row that is too short must not
    /// shift a figure into another column.
    pub fn cells<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = (&'a Column, &'a Cell)> {
        let padded = cells.iter().chain(std::iter::repeat(&Cell::Empty));
        self.columns.iter().zip(padded)
    }

    /// Where each column's cells stand, [`Align::Auto`] resolved by the first cell with a value.
    pub fn aligns(&self) -> Vec<Align> {
        self.columns.iter().enumerate().map(|(at, column)| self.align(at, column)).collect()
    }

    fn align(&self, at: usize, column: &Column) -> Align {
        if column.align != Align::Auto {
            return column.align;
        }
        let known = self
            .column_cells(at)
            .find(|cell| !matches!(cell, Cell::Empty | Cell::Missing(_)))
            .map(Cell::is_number);
        if known.unwrap_or(column.money) { Align::Right } else { Align::Left }
    }

    /// Whether a column holds money, which takes two columns in a spreadsheet.
    pub fn is_money(&self, at: usize) -> bool {
        self.columns.get(at).is_some_and(|column| column.money)
            || self.column_cells(at).any(|cell| matches!(cell, Cell::Money(_) | Cell::Delta(_)))
    }

    fn column_cells(&self, at: usize) -> impl Iterator<Item = &Cell> {
        let totals = self.totals.iter().filter_map(move |cells| cells.get(at));
        self.rows.iter().filter_map(move |row| row.cells.get(at)).chain(totals)
    }
}

/// What stands above the cells of a column, and its name in machine formats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    pub key: Cow<'static, str>,
    pub label: Cow<'static, str>,
    pub align: Align,
    /// Holds money even where no cell says so, so that an empty table keeps its shape.
    pub money: bool,
}

impl Column {
    /// A column that stands right where its cells are numbers.
    pub fn new(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), label: label.into(), align: Align::Auto, money: false }
    }

    pub fn money(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { align: Align::Right, money: true, ..Self::new(key, label) }
    }

    pub fn number(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { align: Align::Right, ..Self::new(key, label) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Align {
    /// Right for numbers, left for anything else.
    #[default]
    Auto,
    Left,
    Right,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Level in a tree; 0 is a root, and every row of a flat table.
    pub depth: u8,
    pub cells: Vec<Cell>,
}

/// One value.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing to say: the column does not apply to the row.
    Empty,
    /// A hole: something that should be known and is not. The reason is shown, since a blank or a
    /// zero would be read as a figure.
    Missing(String),
    Text(String),
    /// Text that names a record or a file; never broken over lines.
    Id(String),
    Date(Date),
    Money(Money),
    /// A difference of money, with its sign.
    Delta(Money),
    Percent(Percent),
    Int(i64),
    /// A shift in days, with its sign.
    Days(i64),
    List(Vec<String>),
}

impl Cell {
    pub fn missing(reason: impl Into<String>) -> Self {
        Cell::Missing(reason.into())
    }

    pub fn text(text: impl Into<String>) -> Self {
        Cell::Text(text.into())
    }

    pub fn id(id: impl Into<String>) -> Self {
        Cell::Id(id.into())
    }

    pub fn list<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Self {
        Cell::List(items.into_iter().map(Into::into).collect())
    }

    pub fn is_number(&self) -> bool {
        matches!(self, Cell::Money(_) | Cell::Delta(_) | Cell::Percent(_) | Cell::Int(_) | Cell::Days(_))
    }

    /// Whether the value may be broken over lines without becoming hard to read or to copy.
    pub fn is_prose(&self) -> bool {
        matches!(self, Cell::Text(_) | Cell::Missing(_) | Cell::List(_))
    }
}

/// The amount without its currency; a zero has no sign, whatever subtraction made it.
pub fn amount_text(money: &Money) -> String {
    let amount = money.amount_text();
    match amount.strip_prefix('-') {
        Some(zero) if money.is_zero() => zero.to_owned(),
        _ => amount,
    }
}

/// The cell as one text without any escaping. A hole starts with a question mark.
/// `1 error`, `2 errors`.
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            Cell::Missing(reason) => write!(f, "? {reason}"),
            Cell::Text(text) | Cell::Id(text) => f.write_str(text),
            Cell::Date(date) => write!(f, "{date}"),
            Cell::Money(money) => write!(f, "{} {}", amount_text(money), money.currency()),
            Cell::Delta(money) => {
                let sign = if money.is_negative() || money.is_zero() { "" } else { "+" };
                write!(f, "{sign}{} {}", amount_text(money), money.currency())
            }
            Cell::Percent(percent) => write!(f, "{percent}"),
            Cell::Int(number) => write!(f, "{number}"),
            Cell::Days(0) => f.write_str("0 d"),
            Cell::Days(days) => write!(f, "{days:+} d"),
            Cell::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Cell::Date(date)
    }
}

impl From<Money> for Cell {
    fn from(money: Money) -> Self {
        Cell::Money(money)
    }
}

impl From<Percent> for Cell {
    fn from(percent: Percent) -> Self {
        Cell::Percent(percent)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Int(number)
    }
}

/// Nothing is [`Cell::Empty`]; what should be there is for the caller to call missing.
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_what_they_are() {
        let money: Money = "1234.5 EUR".parse().unwrap();
        let shown = [
            (Cell::Empty, ""),
            (Cell::missing("no rate"), "? no rate"),
            (Cell::Money(money), "1234.50 EUR"),
            (Cell::Delta(money), "+1234.50 EUR"),
            (Cell::Delta(money.negated()), "-1234.50 EUR"),
            (Cell::Delta(money.checked_sub(money).unwrap().negated()), "0.00 EUR"),
            (Cell::Days(12), "+12 d"),
            (Cell::Days(0), "0 d"),
            (Cell::list(["a", "b"]), "a, b"),
            (Cell::from(None::<Money>), ""),
        ];
        for (cell, text) in shown {
            assert_eq!(cell.to_string(), text, "{cell:?}");
        }
    }

    #[test]
    fn a_short_row_gets_empty_cells_and_a_long_one_is_cut() {
        let section = Section::new("rows", "", vec![Column::new("a", "A"), Column::new("b", "B")]);
        let short = [Cell::Int(1)];
        let cells: Vec<_> = section.cells(&short).map(|(_, cell)| cell.clone()).collect();
        assert_eq!(cells, [Cell::Int(1), Cell::Empty]);
        let long = [Cell::Int(1), Cell::Int(2), Cell::Int(3)];
        assert_eq!(section.cells(&long).count(), 2);
    }

    #[test]
    fn numbers_stand_right_and_the_total_counts() {
        let columns = vec![Column::new("a", "A"), Column::new("b", "B"), Column::money("c", "C")];
        let mut section = Section::new("rows", "", columns);
        assert_eq!(section.aligns(), [Align::Left, Align::Left, Align::Right]);
        section.push(vec![Cell::text("x"), Cell::missing("unknown")]);
        let section = section.totals(vec![Cell::Empty, Cell::Int(3)]);
        assert_eq!(section.aligns(), [Align::Left, Align::Right, Align::Right]);
        assert!(section.is_money(2) && !section.is_money(1));
    }
}
