//! Closed periods: what the books said when a period was closed, and whether they still say it.
//!
//! A closing is a record like others: for each book the totals, and for each item its figures and a
//! digest over them and over the terms that made them. Whoever changes the past afterwards changes
//! one or the other, and [`restatements`] names it. What happened after the period is no matter of
//! it: events, components and readings dated or posted later belong to no digest of it.

mod asset;
mod compare;
mod terms;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::contract::{lease_plan, leases};
use crate::date::{Date, Period, day_after, day_before};
use crate::model::Kind;
use crate::model::closing::Closing;
use crate::model::contract::Contract;
use crate::model::schedule::Schedule;
use crate::money::{Money, MoneyError};
use crate::schedule::{Plan, Planner, RULE_DATA};
use crate::snapshot::Snapshot;

pub use asset::Asset;
pub use compare::{Restatement, What, differences, restatements};

/// The items of a book in a period and the rights of use, by id of item or contract, and why the figures of some cannot be said.
#[derive(Default)]
pub struct Assets<'s> {
    pub known: BTreeMap<&'s str, Asset>,
    pub holes: BTreeMap<&'s str, String>,
}

/// The closed periods of a book.
pub fn closed_periods<'s>(snapshot: &'s Snapshot, book: &str) -> impl Iterator<Item = (Closing<'s>, Period)> {
    let closings = snapshot.of_kind(Kind::Closing).map(Closing);
    let of_book =
        move |closing: &Closing<'_>| closing.is_closed() && closing.books().any(|closed| closed.name == book);
    closings.filter(of_book).filter_map(|closing| Some((closing, closing.period()?)))
}

/// The first day of a book that no closing, of its period or of a later one, keeps from changing.
pub fn first_open_day(snapshot: &Snapshot, book: &str) -> Option<Date> {
    closed_periods(snapshot, book).map(|(_, period)| day_after(period.end)).max()
}

/// What the books say of a period, item by item.
pub fn assets<'s>(snapshot: &'s Snapshot, planner: &Planner<'s>, book: &str, period: Period) -> Assets<'s> {
    let mut assets = Assets::default();
    for schedule in snapshot.schedules() {
        // A schedule that cannot be read may have a plan in any book.
        if schedule.0.is_sound() && schedule.book(book).is_none() {
            continue;
        }
        let item = schedule.item().unwrap_or(schedule.id());
        let hole = match asset(snapshot, planner, schedule, book, period) {
            Ok(None) => continue,
            Ok(Some(asset)) => {
                let before = assets.known.insert(item, asset);
                before.map(|_| format!("several schedules have a plan in the book {book}"))
            }
            Err(why) => Some(why),
        };
        assets.holes.extend(hole.map(|why| (item, why)));
    }
    for contract in leases(snapshot, book) {
        let hole = match right_of_use(snapshot, contract, period) {
            Ok(None) => continue,
            Ok(Some(asset)) => {
                let before = assets.known.insert(contract.id(), asset);
                before.map(|_| "an item and a contract of this id are both in the book".to_owned())
            }
            Err(why) => Some(why),
        };
        assets.holes.extend(hole.map(|why| (contract.id(), why)));
    }
    assets
}

fn right_of_use(
    snapshot: &Snapshot,
    contract: Contract<'_>,
    period: Period,
) -> Result<Option<Asset>, String> {
    let plan = lease_plan(snapshot, contract).map_err(|problem| problem.to_string())?;
    let figures = figures(&plan.right_of_use, period).map_err(|error| error.to_string())?;
    Ok(figures.map(|figures| Asset::new(figures, &terms::of_lease(contract, period.end))))
}

fn asset<'s>(
    snapshot: &'s Snapshot,
    planner: &Planner<'s>,
    schedule: Schedule<'s>,
    book: &str,
    period: Period,
) -> Result<Option<Asset>, String> {
    let plan = planner.plan(schedule, book).map_err(|problem| problem.to_string())?;
    let figures = figures(&plan, period).map_err(|error| error.to_string())?;
    Ok(figures.map(|figures| Asset::new(figures, &terms::text(snapshot, schedule, book, period.end))))
}

/// The figures of a plan in a period; `None` where the item was in the books at no time of it.
fn figures(plan: &Plan, period: Period) -> Result<Option<[Money; 4]>, MoneyError> {
    let in_period = plan.is_in_books(period.end)
        || plan.is_in_books(day_before(period.start))
        || plan.movements()?.iter().any(|movement| period.contains(movement.date));
    if !in_period {
        return Ok(None);
    }
    let values = plan.values(period.end)?;
    Ok(Some([plan.charge(period)?, values.accumulated, values.impairment, values.net_book_value]))
}

/// SHA-256 of the dated parameters that this program computes with.
pub fn rule_data() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = Sha256::new();
        for (name, text) in RULE_DATA {
            hasher.update(format!("{name} {}\n{text}", text.len()));
        }
        format!("{:x}", hasher.finalize())
    });
    &DIGEST
}

#[cfg(test)]
mod tests;
