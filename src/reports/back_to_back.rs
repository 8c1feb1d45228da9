//! Promises against those under them.

use super::{NamedReport, Request};
use crate::contract::{Backing, backings};
use crate::model::Kind;
use crate::report::{Cell, Column, Report, Section};

pub static REPORT: NamedReport = NamedReport {
    name: "back-to-back",
    title: "Back to back",
    description: "each promised level against what suppliers and services under it promise",
    make,
};

fn make(request: &Request<'_>) -> Report {
    let columns = vec![
        Column::new("by", "Promised by"),
        Column::new("for", "For"),
        Column::new("level", "Level"),
        Column::number("promised", "Promised"),
        Column::number("at_best", "At best"),
        Column::new("kept", "Can be kept"),
        Column::new("under", "Under it"),
    ];
    let mut section = Section::new("promises", "Promises", columns);
    for backing in backings(request.snapshot, request.as_of) {
        section.push(cells(&backing));
    }
    Report::new("report.back-to-back", REPORT.title)
        .header("as_of", request.as_of.to_string())
        .header("rev", request.snapshot.version().to_string())
        .section(section)
        .note("at best: availabilities of independent parts combined (all in series, k of n in groups); what promises nothing counts as never down")
        .note("in other hours than the promise above: the longest that it may take in those, of incidents in the year that follows, and all outages within them")
        .note("promises with nothing under them are left out")
}

fn cells(backing: &Backing<'_>) -> Vec<Cell> {
    let by = match backing.by.kind() {
        Kind::Contract => Cell::id(backing.by.id()),
        _ => Cell::text("the service itself"),
    };
    let at_best = match &backing.combined {
        None => Cell::Empty,
        Some(Ok(combined)) => Cell::text(format!("{}%", combined.trunc_with_scale(4).normalize())),
        Some(Err(reason)) => Cell::missing(reason.as_str()),
    };
    let kept = match (&backing.combined, backing.has_gap()) {
        (Some(Err(_)), false) => Cell::missing("not known"),
        (_, true) => Cell::text("no"),
        (_, false) => Cell::text("yes"),
    };
    vec![
        by,
        Cell::id(backing.service.id()),
        Cell::id(backing.level.id),
        Cell::text(backing.level.promise()),
        at_best,
        kept,
        Cell::list(backing.links.iter().map(|link| {
            let mark = if link.is_redundant { " (redundant)" } else { "" };
            format!("{}{mark}", link.text())
        })),
    ]
}
