//! The quality of the data: scores, the items that fail, and how the scores went.

use crate::date::Date;
use crate::report::{Cell, Column, Report, Section};
use crate::score::{GroupBy, Indicator, Quality, Scorecard, Share, Tally, grouped};
use crate::snapshot::Snapshot;

/// The scores of an estate by check and by group and, where asked for, what each item fails.
pub fn score(base: Report, quality: &Quality<'_>, by: GroupBy, snapshot: &Snapshot, details: bool) -> Report {
    let card = Scorecard::of(&quality.checked);
    let mut report = base.section(checks(&card)).section(groups(quality, by, snapshot));
    let failing = quality.checked.iter().filter(|checked| checked.failures().next().is_some()).count();
    if details {
        report = report.section(failures(quality));
    } else if failing > 0 {
        report = report.note(format!("{failing} of {} items fail a check; --details names them", card.items));
    }
    if quality.left_out > 0 {
        report = report.note(format!("{} items still to come or ended are left out", quality.left_out));
    }
    notes(report, &card)
}

/// One version of the estate in a trend.
pub struct ScoredVersion {
    /// The tag, or the version that is read.
    pub name: String,
    /// The day for which it is judged.
    pub as_of: Date,
    pub card: Scorecard,
}

/// The scores of several versions, a row each.
pub fn score_trend(base: Report, versions: &[ScoredVersion]) -> Report {
    let mut columns = vec![
        Column::new("version", "Version"),
        Column::new("as_of", "As of"),
        Column::number("items", "Items"),
    ];
    columns.extend(indicator_columns());
    let mut section = Section::new("trend", "Trend", columns);
    for version in versions {
        let mut cells =
            vec![Cell::id(version.name.as_str()), Cell::Date(version.as_of), count(version.card.items)];
        cells.extend(indicator_cells(&version.card));
        section.push(cells);
    }
    let report = base.section(section);
    let has_hole = |card: &Scorecard| card.indicators().any(|(_, tally)| tally.measured == 0);
    match versions.iter().any(|version| has_hole(&version.card)) {
        true => {
            report.note("each score is the mean of what was measured, and compares where that is the same")
        }
        false => report,
    }
}

fn checks(card: &Scorecard) -> Section {
    let columns = vec![
        Column::new("check", "Check"),
        Column::new("passes", "An item that passes has"),
        Column::number("passed", "Passed"),
        Column::number("of", "Of"),
        Column::number("failed", "Failed"),
        Column::number("score", "Score"),
    ];
    let mut section = Section::new("checks", "Scores", columns).tree();
    let row = |name: &str, question: Option<&str>, tally: Tally| {
        let [passed, of, failed] =
            [tally.passed, tally.measured, tally.failed()].map(|n| Cell::Int(n.into()));
        vec![Cell::text(name), question.into(), passed, of, failed, share(tally.share())]
    };
    for (indicator, tally) in card.indicators() {
        section.push(row(indicator.name(), None, tally));
        for (check, tally) in card.checks().filter(|(check, _)| check.indicator() == indicator) {
            section.push_at(1, row(check.name(), Some(check.question()), tally));
        }
    }
    let (name, none, score) = (Cell::text("Overall"), || Cell::Empty, share(card.overall()));
    section.totals(vec![name, none(), none(), none(), none(), score])
}

fn groups(quality: &Quality<'_>, by: GroupBy, snapshot: &Snapshot) -> Section {
    let (key, label) = match by {
        GroupBy::Class => ("class", "Class"),
        GroupBy::Service => ("service", "Service"),
        GroupBy::Owner => ("owner", "Owner"),
    };
    let mut columns = vec![Column::new(key, label), Column::number("items", "Items")];
    columns.extend(indicator_columns());
    let mut section = Section::new("groups", format!("By {}", by.name()), columns);
    for (name, items) in grouped(&quality.checked, by, snapshot) {
        let name = name.map_or_else(|| Cell::text(format!("(no {})", by.name())), Cell::id);
        section.push(group(name, &Scorecard::of(items)));
    }
    section.totals(group(Cell::text("All items"), &Scorecard::of(&quality.checked)))
}

fn group(name: Cell, card: &Scorecard) -> Vec<Cell> {
    [name, count(card.items)].into_iter().chain(indicator_cells(card)).collect()
}

/// For each indicator: how many pass, of how many, and the share; then the score of all three.
fn indicator_columns() -> Vec<Column> {
    let of = |indicator: Indicator, label: &'static str| {
        let name = indicator.name();
        [
            Column::number(format!("{name}_passed"), label),
            Column::number(format!("{name}_of"), "Of"),
            Column::number(name, "Share"),
        ]
    };
    let labels = ["Complete", "Correct", "Compliant"];
    let mut columns: Vec<Column> =
        Indicator::ALL.into_iter().zip(labels).flat_map(|(i, label)| of(i, label)).collect();
    columns.push(Column::number("score", "Score"));
    columns
}

fn indicator_cells(card: &Scorecard) -> Vec<Cell> {
    let of = |(_, tally): (Indicator, Tally)| {
        [Cell::Int(tally.passed.into()), Cell::Int(tally.measured.into()), share(tally.share())]
    };
    card.indicators().flat_map(of).chain([share(card.overall())]).collect()
}

/// What each item fails, those that fail most first.
fn failures(quality: &Quality<'_>) -> Section {
    let columns = vec![
        Column::new("item", "Item"),
        Column::new("class", "Class"),
        Column::new("owner", "Owner"),
        Column::new("check", "Check"),
        Column::new("why", "Why"),
        Column::new("place", "Place"),
    ];
    let mut section = Section::new("failures", "What fails", columns);
    let mut failing: Vec<_> =
        quality.checked.iter().map(|checked| (checked.failures().count(), checked)).collect();
    failing.sort_by_key(|(failures, checked)| (std::cmp::Reverse(*failures), checked.item.id()));
    for (_, checked) in failing {
        for (check, why, at) in checked.failures() {
            section.push(vec![
                Cell::id(checked.item.id()),
                Cell::text(checked.item.class()),
                checked.item.owner().map_or(Cell::Empty, Cell::id),
                Cell::text(check.name()),
                Cell::text(why),
                Cell::id(at.to_string()),
            ]);
        }
    }
    section
}

/// What a reader must know of what is not measured.
fn notes(report: Report, card: &Scorecard) -> Report {
    let unmeasured: Vec<&str> =
        card.indicators().filter(|(_, tally)| tally.measured == 0).map(|(of, _)| of.name()).collect();
    if unmeasured.is_empty() || card.items == 0 {
        return report;
    }
    let what = unmeasured.join(" and ");
    report.note(format!("{what} not measured; the overall score is the mean of the rest"))
}

fn count(items: usize) -> Cell {
    Cell::Int(i64::try_from(items).unwrap_or(i64::MAX))
}

fn share(share: Option<Share>) -> Cell {
    share.and_then(Share::percent).map_or_else(|| Cell::missing("not measured"), Cell::Percent)
}
