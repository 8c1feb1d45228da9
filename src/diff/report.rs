//! Changes as a report.

use super::fields::{self, Effect, FieldChange};
use super::{Change, ChangeKind};
use crate::model::Record;
use crate::money::Money;
use crate::report::{Cell, Column, Report, Section};
use crate::schema::Shape;
use crate::snapshot::Snapshot;

/// How much of each change is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// A line a record.
    Records,
    /// Every field that differs; of records that came or went, a line.
    Fields,
    /// Every field, also of records that came or went.
    All,
}

/// The fields of a record that came or went.
pub fn fields_of(record: &Record, snapshot: &Snapshot, added: bool) -> Vec<FieldChange> {
    let shape = record.schema(snapshot.schemas()).map_or(Shape::any(), |schema| schema.shape());
    let mut found = Vec::new();
    if let Some(root) = record.root() {
        fields::leaves(shape, root, "", added, &mut found);
    }
    found
}

/// The changes as rows: a line a field, records that came or went with what they are.
pub fn report(changes: &[Change], before: &Snapshot, after: &Snapshot, detail: Detail) -> Report {
    let columns = vec![
        Column::new("change", "Change"),
        Column::new("record", "Record"),
        Column::new("field", "Field"),
        Column::new("before", "Before"),
        Column::new("after", "After"),
        Column::number("delta", "Delta"),
    ];
    let mut section = Section::new("changes", "Changes", columns);
    for change in changes {
        for cells in rows(change, detail) {
            section.push(cells);
        }
    }
    Report::new("diff", "Changes of the estate")
        .header("from", before.version().to_string())
        .header("to", after.version().to_string())
        .section(section)
        .note(summary(changes))
}

/// The cells of a change under the columns of the report.
pub fn rows(change: &Change, detail: Detail) -> Vec<Vec<Cell>> {
    let head = |field: Cell, before: Cell, after: Cell, delta: Cell| {
        vec![Cell::text(change.kind.name()), Cell::id(change.record.to_string()), field, before, after, delta]
    };
    let one_sided = matches!(change.kind, ChangeKind::Added | ChangeKind::Removed);
    let by_field = match detail {
        Detail::Records => false,
        Detail::Fields => !one_sided,
        Detail::All => true,
    };
    if by_field && !change.fields.is_empty() {
        let cell = |text: &Option<String>| text.clone().map_or(Cell::Empty, Cell::Text);
        let row = |field: &FieldChange| {
            let delta = match field.effect {
                Effect::None => Cell::Empty,
                Effect::Money(money) => Cell::Delta(money),
                Effect::Days(days) => Cell::Days(days),
            };
            head(Cell::text(field.route.as_str()), cell(&field.before), cell(&field.after), delta)
        };
        return change.fields.iter().map(row).collect();
    }
    let delta = change.money.map_or(Cell::Empty, Cell::Delta);
    let what = match &change.class {
        Some(class) => format!("{class}: {}", change.name),
        None => change.name.clone(),
    };
    let path = |path: &Option<String>| path.clone().map_or(Cell::Empty, Cell::Text);
    vec![match change.kind {
        ChangeKind::Added => head(Cell::Empty, Cell::Empty, Cell::text(what), delta),
        ChangeKind::Removed => head(Cell::Empty, Cell::text(what), Cell::Empty, delta),
        ChangeKind::Moved => {
            head(Cell::text("file"), path(&change.before_path), path(&change.after_path), Cell::Empty)
        }
        ChangeKind::Formatted => head(Cell::Empty, Cell::Empty, Cell::text("only formatting"), Cell::Empty),
        ChangeKind::Renamed | ChangeKind::Changed | ChangeKind::Retired => {
            head(Cell::text(field_names(&change.fields)), Cell::Empty, Cell::Empty, delta)
        }
    }]
}

/// The first fields by name, so that a line a record stays a line.
fn field_names(fields: &[FieldChange]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<&str> = fields.iter().take(SHOWN).map(|field| field.route.as_str()).collect();
    match fields.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `1 removed, 2 changed (+1240.00 EUR), 3 added`, or that nothing changed.
pub fn summary(changes: &[Change]) -> String {
    let kinds = [
        ChangeKind::Removed,
        ChangeKind::Retired,
        ChangeKind::Changed,
        ChangeKind::Added,
        ChangeKind::Renamed,
        ChangeKind::Moved,
        ChangeKind::Formatted,
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .filter_map(|kind| {
            let of_kind: Vec<&Change> = changes.iter().filter(|change| change.kind == kind).collect();
            let money = totals(&of_kind);
            let money = if money.is_empty() { String::new() } else { format!(" ({})", money.join(", ")) };
            (!of_kind.is_empty()).then(|| format!("{} {}{money}", of_kind.len(), kind.name()))
        })
        .collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

/// The sums of money by currency, in the order in which the currencies appear.
fn totals(changes: &[&Change]) -> Vec<String> {
    let mut sums: Vec<Money> = Vec::new();
    for money in changes.iter().filter_map(|change| change.money) {
        match sums.iter_mut().find(|sum| sum.currency() == money.currency()) {
            Some(sum) => match sum.checked_add(money) {
                Ok(total) => *sum = total,
                Err(error) => return vec![error.to_string()],
            },
            None => sums.push(money),
        }
    }
    sums.into_iter().filter(|sum| !sum.is_zero()).map(|sum| Cell::Delta(sum).to_string()).collect()
}
