//! The register of a period: how each account of the depreciable items went from its opening to its
//! closing value.

use std::collections::BTreeMap;

use super::register::{Entry, Totals, all_entries};
use crate::date::{Period, day_before};
use crate::model::item::Item;
use crate::model::{Kind, Record};
use crate::money::{Money, MoneyError, sum};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::Plan;
use crate::snapshot::Snapshot;

/// What a row of the register stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupBy {
    Item,
    Class,
    /// The owner, or the department that the owner belongs to.
    Department,
    Location,
}

impl GroupBy {
    pub const ALL: [GroupBy; 4] = [GroupBy::Item, GroupBy::Class, GroupBy::Department, GroupBy::Location];

    pub fn name(self) -> &'static str {
        match self {
            GroupBy::Item => "item",
            GroupBy::Class => "class",
            GroupBy::Department => "department",
            GroupBy::Location => "location",
        }
    }

    pub fn named(name: &str) -> Option<GroupBy> {
        GroupBy::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// The columns of figures: of the gross value, of accumulated depreciation, and what is left.
const COLUMNS: [(&str, &str); 11] = [
    ("gross_opening", "Gross, opening"),
    ("additions", "Additions"),
    ("disposals", "Disposals"),
    ("gross_closing", "Gross, closing"),
    ("accumulated_opening", "Depreciation, opening"),
    ("charge", "Charge"),
    ("released", "Released"),
    ("accumulated_closing", "Depreciation, closing"),
    ("impairment_change", "Impairment of the period"),
    ("impairment_closing", "Impairment, closing"),
    ("net_book_value", "Net book value"),
];

/// One row's figures, in the order of [`COLUMNS`].
type Figures = [Money; COLUMNS.len()];

/// The register of a period in one book, with its roll-forward from opening to closing.
///
/// For every row: gross opening + additions + disposals = gross closing; depreciation opening +
/// charge + released = depreciation closing; net book value = gross − depreciation − impairment.
pub fn roll_forward(snapshot: &Snapshot, period: Period, book: &str, by: GroupBy) -> Report {
    let mut groups: BTreeMap<String, (i64, Totals<11>)> = BTreeMap::new();
    let (mut count, mut all, mut notes) = (0, Totals::<11>::default(), Vec::new());
    for entry in all_entries(snapshot, book) {
        let figures = match figures(&entry, period) {
            Ok(Some(figures)) => Ok(figures),
            Ok(None) => continue,
            Err(reason) => Err(reason),
        };
        let (items, totals) = groups.entry(group(snapshot, &entry, by)).or_default();
        *items += 1;
        count += 1;
        match figures {
            Ok(figures) => {
                totals.add(figures);
                all.add(figures);
                notes.extend(catch_ups(&entry, period));
            }
            Err(reason) => {
                totals.holes += 1;
                all.holes += 1;
                notes.push(format!("{}: {reason}", entry.item));
            }
        }
    }
    let mut columns = vec![Column::new("group", title(by)), Column::number("items", "Items")];
    columns.extend(COLUMNS.iter().map(|(key, label)| Column::money(*key, *label)));
    let mut section = Section::new("register", "Register", columns);
    for (group, (items, totals)) in &groups {
        let mut cells = vec![Cell::id(group.as_str()), Cell::Int(*items)];
        cells.extend(totals.cells());
        section.push(cells);
    }
    let mut row = vec![Cell::text("Total"), Cell::Int(count)];
    row.extend(all.cells());
    let report = Report::new("register_of_period", "Register of the period")
        .header("period", period.to_string())
        .header("rev", snapshot.version().to_string())
        .header("book", book)
        .section(section.totals(row));
    notes.into_iter().fold(report, Report::note)
}

fn title(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Item => "Item",
        GroupBy::Class => "Class",
        GroupBy::Department => "Department",
        GroupBy::Location => "Location",
    }
}

fn group(snapshot: &Snapshot, entry: &Entry<'_>, by: GroupBy) -> String {
    let item = snapshot.item(entry.item);
    let known = |text: Option<&str>| text.map_or_else(|| "(none)".to_owned(), str::to_owned);
    match by {
        GroupBy::Item => entry.item.to_owned(),
        GroupBy::Class => entry.class.to_owned(),
        GroupBy::Location => known(item.and_then(|item| item.location())),
        GroupBy::Department => known(item.and_then(|item| department(snapshot, item))),
    }
}

/// The nearest department at or above the owner, or the owner where there is none.
fn department<'s>(snapshot: &'s Snapshot, item: Item<'s>) -> Option<&'s str> {
    const MOST_LEVELS: usize = 16;
    let owner = item.owner()?;
    let mut party: Option<&Record> = snapshot.get(Kind::Party, owner);
    for _ in 0..MOST_LEVELS {
        let Some(record) = party else { break };
        if record.text("kind") == Some("department") {
            return Some(record.id());
        }
        party = record.text("parent").and_then(|parent| snapshot.get(Kind::Party, parent));
    }
    Some(owner)
}

/// The figures of an item; `None` where it was in the books at no time of the period.
fn figures(entry: &Entry<'_>, period: Period) -> Result<Option<Figures>, String> {
    let plan = entry.plan.as_ref().map_err(String::clone)?;
    rolled(plan, period).map_err(|error| error.to_string())
}

/// What the charge of the period holds for days before it.
fn catch_ups(entry: &Entry<'_>, period: Period) -> Vec<String> {
    let catch_ups = entry.plan.as_ref().ok().and_then(|plan| plan.catch_ups().ok()).unwrap_or_default();
    let of_period = catch_ups.into_iter().filter(|(day, _)| period.contains(*day));
    of_period
        .map(|(day, amount)| {
            format!(
                "{}: the charge holds {amount} of catch-up, posted on {day} for closed periods",
                entry.item
            )
        })
        .collect()
}

fn rolled(plan: &Plan, period: Period) -> Result<Option<Figures>, MoneyError> {
    let opening = plan.values(day_before(period.start))?;
    let closing = plan.values(period.end)?;
    let currency = plan.cost.currency();
    let movements: Vec<_> =
        plan.movements()?.into_iter().filter(|movement| period.contains(movement.date)).collect();
    if opening.gross.is_zero() && closing.gross.is_zero() && movements.is_empty() {
        return Ok(None);
    }
    let gross = |is_loss: bool| {
        sum(movements.iter().map(|m| m.gross).filter(|gross| gross.is_negative() == is_loss), currency)
    };
    Ok(Some([
        opening.gross,
        gross(false)?,
        gross(true)?,
        closing.gross,
        opening.accumulated,
        plan.charge(period)?,
        sum(movements.iter().map(|movement| movement.accumulated), currency)?,
        closing.accumulated,
        sum(movements.iter().map(|movement| movement.impairment), currency)?,
        closing.impairment,
        closing.net_book_value,
    ]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::date::parse_date;
    use crate::schedule::{WHAT_IF, WhatIf, plan};

    fn plan_with(events: &[&str], life: &str, start: &str) -> Plan {
        let asked = WhatIf {
            method: "straight_line".into(),
            convention: Some("thirty_360".into()),
            cost: "12000 EUR".into(),
            start: start.into(),
            fields: vec![("life", life.into())],
            lists: vec![("events", events.iter().map(|event| (*event).to_owned()).collect())],
            ..WhatIf::default()
        };
        let snapshot = asked.snapshot().unwrap();
        let schedule = snapshot.schedules().next().unwrap();
        plan(&snapshot, schedule, WHAT_IF).unwrap()
    }

    fn year(year: i32) -> Period {
        let day = |text: &str| parse_date(&format!("{year}-{text}")).unwrap();
        Period { start: day("01-01"), end: day("12-31") }
    }

    /// Case fr-dis-001: in the year of disposal the charge is 2250.00, 8250.00 of depreciation are
    /// released and nothing is left.
    #[test]
    fn a_disposal_empties_every_account() {
        let sold = "{date: 2024-09-30, kind: disposal, disposal: sale, proceeds: 2500.00 EUR}";
        let plan = plan_with(&[sold], "4y", "2022-01-01");
        let texts = |figures: Figures| figures.map(|money| money.amount_text());
        let rolled = |period| rolled(&plan, period).unwrap().map(texts);
        assert_eq!(
            rolled(year(2024)).unwrap(),
            [
                "12000.00",
                "0.00",
                "-12000.00",
                "0.00",
                "6000.00",
                "2250.00",
                "-8250.00",
                "0.00",
                "0.00",
                "0.00",
                "0.00"
            ]
        );
        assert_eq!(rolled(year(2025)), None);
        assert_eq!(rolled(year(2021)), None);
        assert_eq!(rolled(year(2022)).unwrap()[1], "12000.00");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever happens, opening and movements make closing, and a period's closing is the
        /// opening of the next.
        #[test]
        fn opening_and_movements_make_closing(
            impairment in 1u32..3000, added in 1u32..5000, share in 1u32..99, days in proptest::collection::vec(0u64..1400, 4),
            life in 2u32..8, cut in 0u64..1800,
        ) {
            let start = parse_date("2022-03-10").unwrap();
            let mut days = days;
            days.sort_unstable();
            let day = |at: usize| start.checked_add_days(chrono::Days::new(days[at])).unwrap();
            let events = [
                format!("{{date: {}, kind: addition, amount: {added}.00 EUR}}", day(0)),
                format!("{{date: {}, kind: impairment, amount: {impairment}.00 EUR}}", day(1)),
                format!("{{date: {}, kind: partial_disposal, share: {share}%}}", day(2)),
                format!("{{date: {}, kind: disposal, disposal: scrap}}", day(3)),
            ];
            let asked = WhatIf {
                method: "straight_line".into(), convention: Some("thirty_360".into()), cost: "12000 EUR".into(),
                start: start.to_string(), fields: vec![("life", format!("{life}y"))],
                lists: vec![("events", events.to_vec())], ..WhatIf::default()
            };
            let snapshot = asked.snapshot().unwrap();
            let Ok(plan) = plan(&snapshot, snapshot.schedules().next().unwrap(), WHAT_IF) else { return Ok(()) };
            let end = start.checked_add_days(chrono::Days::new(cut)).unwrap();
            let next = Period { start: crate::date::day_after(end), end: parse_date("2031-12-31").unwrap() };
            let first = Period { start: parse_date("2022-01-01").unwrap(), end };
            let mut before: Option<Figures> = None;
            for period in [first, next] {
                let Some(figures) = rolled(&plan, period).unwrap() else { continue };
                let total = |at: &[usize]| sum(at.iter().map(|at| figures[*at]), plan.cost.currency()).unwrap();
                prop_assert_eq!(total(&[0, 1, 2]), figures[3]);
                prop_assert_eq!(total(&[4, 5, 6]), figures[7]);
                prop_assert_eq!(total(&[10, 9, 7]), figures[3]);
                if let Some(before) = before {
                    prop_assert_eq!((before[3], before[7]), (figures[0], figures[4]));
                }
                before = Some(figures);
            }
        }
    }
}
