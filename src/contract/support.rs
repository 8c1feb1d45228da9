//! What contracts cover, and what they leave out: support of items, ends before those of items, and how
//! much hangs on one supplier.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::coverage::covered_at;
use super::dates::{Dates, runs_on};
use super::price::yearly_price;
use crate::date::Date;
use crate::model::contract::Contract;
use crate::model::item::Item;
use crate::money::{Money, Percent};
use crate::schedule::Planner;
use crate::snapshot::Snapshot;

/// The supplier contracts that run on a day, by what they cover.
pub struct Support<'a> {
    snapshot: &'a Snapshot,
    as_of: Date,
    running: Vec<Contract<'a>>,
    covering: HashMap<&'a str, Vec<Contract<'a>>>,
}

/// An item in use that no contract and no warranty supports.
pub struct Unsupported<'a> {
    pub item: Item<'a>,
    /// The end of its warranty, where it had one.
    pub warranty: Option<Date>,
    /// The support contract that ended last, where none is still to begin, and its last day.
    pub ended: Option<(Date, Contract<'a>)>,
}

/// A contract that ends while an item that it covers is still being depreciated.
pub struct EndsBefore<'a> {
    pub contract: Contract<'a>,
    pub item: Item<'a>,
    pub end: Date,
    /// The last day of the useful life of the item in the default book.
    pub life_end: Date,
}

/// What one supplier has of the yearly price of all supplier contracts.
pub struct Concentration<'a> {
    pub party: &'a str,
    pub contracts: Vec<Contract<'a>>,
    pub yearly: Money,
    pub share: Percent,
}

impl<'a> Support<'a> {
    pub fn of(snapshot: &'a Snapshot, as_of: Date) -> Support<'a> {
        let runs = |contract: &Contract<'_>| contract.is_supplier_side() && runs_on(*contract, as_of);
        let running: Vec<Contract<'_>> = snapshot.contracts().filter(runs).collect();
        let mut covering: HashMap<&str, Vec<Contract<'_>>> = HashMap::new();
        for contract in &running {
            for id in covered_at(*contract, as_of) {
                covering.entry(id).or_default().push(*contract);
            }
        }
        Support { snapshot, as_of, running, covering }
    }

    /// The running contracts by which somebody comes when this item fails.
    pub fn supporting(&self, item: &str) -> impl Iterator<Item = Contract<'a>> + use<'_, 'a> {
        let contracts = self.covering.get(item).into_iter().flatten().copied();
        contracts.filter(Contract::is_support)
    }

    /// The items in use of the classes that need support and have none on the day.
    pub fn missing(&self) -> Vec<Unsupported<'a>> {
        self.unsupported(true).collect()
    }

    /// The items in use of the other classes that had a support contract and have none on the day.
    pub fn lapsed(&self) -> Vec<Unsupported<'a>> {
        self.unsupported(false).filter(|found| found.ended.is_some()).collect()
    }

    /// The items in use without support of the classes that need it, or of the others.
    fn unsupported(&self, is_needed: bool) -> impl Iterator<Item = Unsupported<'a>> {
        let settings = self.snapshot.settings();
        let classes: HashSet<&str> = settings
            .into_iter()
            .flat_map(|settings| &settings.coverage.support_required)
            .map(String::as_str)
            .collect();
        let ended = self.ended();
        let items = self.snapshot.items();
        items
            .filter(move |item| {
                item.status().is_some_and(|status| status.is_active())
                    && classes.contains(item.class()) == is_needed
            })
            .map(move |item| {
                let warranty = item.0.date("warranty_until");
                Unsupported { item, warranty, ended: ended.get(item.id()).copied().flatten() }
            })
            .filter(|found| found.warranty.is_none_or(|last| last < self.as_of))
            .filter(|found| self.supporting(found.item.id()).next().is_none())
    }

    /// By what is covered: the support contract that ended last, with its last day; none where one runs
    /// or is still to begin.
    fn ended(&self) -> HashMap<&'a str, Option<(Date, Contract<'a>)>> {
        let mut last: HashMap<&str, Option<(Date, Contract<'_>)>> = HashMap::new();
        let contracts = self.snapshot.contracts();
        for contract in contracts.filter(|contract| contract.is_supplier_side() && contract.is_support()) {
            let runs = Dates::agreed_by(contract, self.as_of).and_then(|dates| dates.runs(self.as_of));
            let Some(runs) = runs else { continue };
            for id in covered_at(contract, self.as_of.clamp(runs.start, runs.end)) {
                let end = last.entry(id).or_insert(Some((runs.end, contract)));
                *end = match *end {
                    Some(_) if runs.end >= self.as_of => None,
                    Some((known, _)) if known < runs.end => Some((runs.end, contract)),
                    other => other,
                };
            }
        }
        last
    }

    /// What is paid for and out of use.
    pub fn retired(&self) -> Vec<(Contract<'a>, Item<'a>)> {
        let mut found = Vec::new();
        for contract in &self.running {
            let items = covered_at(*contract, self.as_of).into_iter().filter_map(|id| self.snapshot.item(id));
            let ended = items.filter(|item| item.status().is_some_and(|status| status.is_ended()));
            found.extend(ended.map(|item| (*contract, item)));
        }
        found
    }

    /// The items in use of which all supporting contracts end, as things stand, before their useful
    /// life; the last of those contracts stands for them.
    pub fn ends_before(&self) -> Vec<EndsBefore<'a>> {
        let Some(book) = self.snapshot.settings().and_then(|settings| settings.default_book()) else {
            return Vec::new();
        };
        let planner = Planner::new(self.snapshot);
        let mut found = Vec::new();
        for schedule in self.snapshot.schedules() {
            let Some(item) = schedule.item().and_then(|id| self.snapshot.item(id)) else { continue };
            if !item.status().is_some_and(|status| status.is_active()) {
                continue;
            }
            let ends = self.supporting(item.id()).map(|contract| {
                let end = Dates::agreed_by(contract, self.as_of).and_then(|dates| dates.end());
                (end, contract)
            });
            let ends: Vec<(Option<Date>, Contract<'a>)> = ends.collect();
            // One that goes on has no end.
            if ends.iter().any(|(end, _)| end.is_none()) {
                continue;
            }
            let last = ends.into_iter().filter_map(|(end, contract)| Some((end?, contract)));
            let Some((end, contract)) = last.max_by_key(|(end, _)| *end) else { continue };
            let plan = planner.plan(schedule, book).ok();
            let life_end = plan.and_then(|plan| plan.fully_depreciated());
            if let Some(life_end) = life_end.filter(|life_end| end < *life_end) {
                found.push(EndsBefore { contract, item, end, life_end });
            }
        }
        found.sort_by_key(|found| (found.end, found.contract.id(), found.item.id()));
        found
    }

    /// The suppliers by their share of the yearly prices of the day in the base currency, largest first,
    /// and the contracts that are left out for want of such a price. A price that is paid once has none.
    pub fn concentration(&self) -> (Vec<Concentration<'a>>, Vec<Contract<'a>>) {
        let currency = self.snapshot.settings().map(|settings| settings.currency);
        let mut parties: HashMap<&str, (Money, Vec<Contract<'a>>)> = HashMap::new();
        let (mut total, mut left_out) = (Decimal::ZERO, Vec::new());
        for contract in &self.running {
            let yearly = yearly_price(self.snapshot, *contract, self.as_of).ok().flatten();
            let yearly = yearly.filter(|price| Some(price.currency()) == currency);
            let (Some(yearly), Some(party)) = (yearly, contract.party()) else {
                left_out.push(*contract);
                continue;
            };
            let (sum, contracts) =
                parties.entry(party).or_insert((Money::zero(yearly.currency()), Vec::new()));
            if let Ok(more) = sum.checked_add(yearly) {
                *sum = more;
                total = total.saturating_add(yearly.amount());
                contracts.push(*contract);
            }
        }
        let share = |yearly: Money| {
            let ratio = yearly.amount().checked_div(total)?;
            Percent::of_ratio(ratio.trunc_with_scale(4))
        };
        let mut found: Vec<Concentration<'a>> = parties
            .into_iter()
            .filter_map(|(party, (yearly, contracts))| {
                Some(Concentration { party, contracts, yearly, share: share(yearly)? })
            })
            .collect();
        found.sort_by(|a, b| b.share.cmp(&a.share).then(a.party.cmp(b.party)));
        (found, left_out)
    }
}
