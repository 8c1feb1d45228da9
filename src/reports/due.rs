//! What has to be done by when, as a table.

use crate::contract::Action;
use crate::date::Date;
use crate::report::{Cell, Column, Report, Section};

/// The actions as rows; days count from the value date, below zero where the day is past.
pub fn due(report: Report, actions: &[Action<'_>], as_of: Date) -> Report {
    let columns = vec![
        Column::new("act_by", "Act by"),
        Column::number("days", "Days"),
        Column::new("what", "What"),
        Column::new("record", "Record"),
        Column::new("name", "Name"),
        Column::new("part", "Part"),
        Column::new("owner", "Owner"),
        Column::new("date", "Happens"),
        Column::money("cost", "Cost of not acting"),
        Column::new("otherwise", "Otherwise"),
    ];
    let mut section = Section::new("due", "", columns);
    for action in actions {
        section.push(vec![
            Cell::Date(action.act_by),
            Cell::Int((action.act_by - as_of).num_days()),
            Cell::text(action.what.name()),
            Cell::id(action.record.record_id().to_string()),
            action.record.text("name").map_or(Cell::Empty, Cell::text),
            action.part.map_or(Cell::Empty, Cell::id),
            action.owner.map_or(Cell::Empty, Cell::id),
            Cell::Date(action.happens),
            match &action.cost {
                None => Cell::Empty,
                Some(Ok(cost)) => Cell::Money(*cost),
                Some(Err(reason)) => Cell::missing(reason.as_str()),
            },
            Cell::text(action.otherwise.as_str()),
        ]);
    }
    report.section(section)
}
