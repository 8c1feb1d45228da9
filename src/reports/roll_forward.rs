//! The register of a period: how each account of the depreciable items went from its opening to its
//! closing value.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::grouping::{GroupBy, Groups, split};
use super::register::{Entry, Totals, all_entries};
use crate::date::{Period, day_before};
use crate::money::{Money, MoneyError, sum};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::Plan;
use crate::snapshot::Snapshot;

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
/// What several rows share is split by their shares: balances to the cent, movements as what ties
/// them, so that rows add up to the register as a whole and each period opens as the last closed.
pub fn roll_forward(snapshot: &Snapshot, period: Period, book: &str, by: GroupBy) -> Report {
    let rows = Groups::of(snapshot, by);
    let mut groups: BTreeMap<&str, (i64, Totals)> = BTreeMap::new();
    let doubt = rows.doubt();
    let (mut count, mut all) = (0, Totals::of(COLUMNS.len()));
    let mut notes: Vec<String> = doubt.iter().cloned().collect();
    for entry in all_entries(snapshot, book) {
        let Some(figures) = figures(&entry, period).transpose() else { continue };
        count += 1;
        let parts = rows.parts(&entry);
        match &figures {
            Ok(figures) => {
                all.add(figures);
                notes.extend(catch_ups(&entry, period));
            }
            Err(reason) => {
                all.holes += 1;
                notes.push(format!("{}: {reason}", entry.item));
            }
        }
        let shares =
            figures.ok().filter(|_| doubt.is_none()).and_then(|figures| shares(figures, &parts).ok());
        for (at, (group, _)) in parts.iter().enumerate() {
            let (items, totals) = groups.entry(group).or_insert_with(|| (0, Totals::of(COLUMNS.len())));
            *items += 1;
            match shares.as_ref().and_then(|shares| shares.get(at)) {
                Some(figures) => totals.add(figures),
                None => totals.holes += 1,
            }
        }
    }
    let mut columns = vec![by.column(), Column::number("items", "Items")];
    columns.extend(COLUMNS.iter().map(|(key, label)| Column::money(*key, *label)));
    let mut section = Section::new("register", "Register", columns);
    for (group, (items, totals)) in &groups {
        let mut cells = vec![Cell::id(*group), Cell::Int(*items)];
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

/// The figures of each row that shares an item.
fn shares(figures: Figures, parts: &[(&str, Decimal)]) -> Result<Vec<Figures>, MoneyError> {
    if let [_] = parts {
        return Ok(vec![figures]);
    }
    let [gross_opening, additions, disposals, gross_closing, opening, charge, released, closing, ..] =
        figures;
    let [.., impairment_change, impairment, _] = figures;
    let impairment_opening = impairment.checked_sub(impairment_change)?;
    let flows = [additions, disposals, charge, released];
    let balances = [gross_opening, gross_closing, opening, closing, impairment_opening, impairment];
    let rows = split(&balances, parts)?.into_iter().zip(split(&flows, parts)?);
    let row = |(balances, flows): (Vec<Money>, Vec<Money>)| {
        let (Ok(balances), Ok(flows)) = (<[Money; 6]>::try_from(balances), <[Money; 4]>::try_from(flows))
        else {
            return Err(MoneyError::Overflow);
        };
        let [gross_opening, gross_closing, opening, closing, impairment_opening, impairment] = balances;
        let [added, left, charged, freed] = flows;
        // Of two movements the one that is nothing stays so, and the other one ties the balances.
        let tied = |from: Money, to: Money, first: Money, second: Money, one: bool| {
            let change = to.checked_sub(from)?;
            match one {
                true => Ok::<_, MoneyError>((change.checked_sub(second)?, second)),
                false => Ok((first, change.checked_sub(first)?)),
            }
        };
        let (added, left) = tied(gross_opening, gross_closing, added, left, disposals.is_zero())?;
        let (charged, freed) = tied(opening, closing, charged, freed, released.is_zero())?;
        Ok([
            gross_opening,
            added,
            left,
            gross_closing,
            opening,
            charged,
            freed,
            closing,
            impairment.checked_sub(impairment_opening)?,
            impairment,
            gross_closing.checked_sub(closing)?.checked_sub(impairment)?,
        ])
    };
    rows.map(row).collect()
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
