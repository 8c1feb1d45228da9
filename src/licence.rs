//! The effective licence position: rights to use software against their use.
//!
//! The terms are those of ISO/IEC 19770 (parts 1 and 3): an entitlement gives the right to use so much of
//! a product by a metric, consumption is what the installs found use of it, and the balance of both is
//! the effective licence position.

use std::collections::{BTreeSet, HashMap};

use rust_decimal::Decimal;

use crate::contract::{Ledger, accrual, covered_at, runs_on};
use crate::date::{Date, Period, add_months, day_before};
use crate::model::contract::Contract;
use crate::model::item::{Item, Status};
use crate::money::Money;
use crate::snapshot::Snapshot;

/// What all entitlements of one product in one edition by one metric give, and what is used of it.
pub struct Position<'a> {
    pub product: &'a str,
    pub edition: Option<&'a str>,
    pub metric: &'a str,
    /// The licences that give the right on the value date.
    pub licences: Vec<Item<'a>>,
    /// Those that have expired, are not there yet or are out of use: they give nothing.
    pub lapsed: Vec<Item<'a>>,
    /// How many the licences give.
    pub owned: Result<Decimal, String>,
    pub used: Result<Decimal, String>,
    /// What is counted as use: items, or readings.
    pub consumers: Vec<String>,
    /// Of what is owned and not used: its share of the purchase, and of a year of the contracts.
    pub unused_purchase: Option<Result<Money, String>>,
    pub unused_yearly: Option<Result<Money, String>>,
}

impl Position<'_> {
    /// Owned less used; below zero where more is used than owned.
    pub fn balance(&self) -> Option<Decimal> {
        self.owned.as_ref().ok()?.checked_sub(*self.used.as_ref().ok()?)
    }

    pub fn is_over_used(&self) -> bool {
        self.balance().is_some_and(|balance| balance < Decimal::ZERO)
    }
}

/// The position of every product for which there is a licence, ordered by name.
pub fn positions(snapshot: &Snapshot, as_of: Date) -> Vec<Position<'_>> {
    let mut licences: Vec<Item<'_>> = snapshot.items().filter(|item| item.class() == "licence").collect();
    licences.sort_by_key(|item| (key(*item), item.id()));
    let mut users: HashMap<&str, Vec<Item<'_>>> = HashMap::new();
    for item in snapshot.items() {
        for licence in item.related("licensed_by") {
            users.entry(licence).or_default().push(item);
        }
    }
    let counting = Counting { snapshot, as_of, ledger: Ledger::of(snapshot, as_of), users };
    licences.chunk_by(|a, b| key(*a) == key(*b)).map(|licences| counting.position(licences)).collect()
}

struct Counting<'a> {
    snapshot: &'a Snapshot,
    as_of: Date,
    ledger: Ledger<'a>,
    /// The items that name each licence.
    users: HashMap<&'a str, Vec<Item<'a>>>,
}

fn text<'a>(item: Item<'a>, name: &str) -> Option<&'a str> {
    item.0.field("attributes")?.field(name)?.text()
}

/// Licences of one product, edition and metric add up.
fn key(licence: Item<'_>) -> (&str, Option<&str>, Option<&str>) {
    let product = text(licence, "product").unwrap_or(licence.name());
    (product, text(licence, "edition"), text(licence, "metric"))
}

fn number(item: Item<'_>, name: &str) -> Option<Decimal> {
    text(item, name)?.parse().ok()
}

impl<'a> Counting<'a> {
    fn position(&self, licences: &[Item<'a>]) -> Position<'a> {
        let (valid, lapsed): (Vec<_>, Vec<_>) =
            licences.iter().copied().partition(|item| self.is_valid(*item));
        let any = licences.first().copied();
        let attribute = |name: &str| any.and_then(|item| text(item, name));
        let metric = attribute("metric").unwrap_or("");
        let owned = valid.iter().try_fold(Decimal::ZERO, |sum, item| {
            let quantity = number(*item, "quantity")
                .ok_or_else(|| format!("{} does not say how many it gives", item.id()))?;
            sum.checked_add(quantity).ok_or_else(|| "too many to count".to_owned())
        });
        let mut consumers = BTreeSet::new();
        let used = self.used(licences, metric, &mut consumers);
        let mut position = Position {
            product: attribute("product").or(any.map(|item| item.name())).unwrap_or(""),
            edition: attribute("edition"),
            metric,
            licences: valid,
            lapsed,
            owned,
            used,
            consumers: consumers.into_iter().collect(),
            unused_purchase: None,
            unused_yearly: None,
        };
        if let (Some(balance), Ok(owned)) = (position.balance(), &position.owned)
            && balance > Decimal::ZERO
        {
            let (balance, owned) = (balance, *owned);
            position.unused_purchase =
                self.unused(&position.licences, balance, owned, |item| item.cost().map(Ok));
            position.unused_yearly =
                self.unused(&position.licences, balance, owned, |item| self.yearly(item));
        }
        position
    }

    /// Whether it gives its right on the value date.
    fn is_valid(&self, licence: Item<'_>) -> bool {
        let expires = text(licence, "expires").and_then(|text| crate::date::parse_date(text).ok());
        licence.status().is_some_and(Status::is_present)
            && expires.is_none_or(|last| self.as_of <= last)
            && licence
                .in_service()
                .or_else(|| licence.0.date("acquired"))
                .is_none_or(|first| first <= self.as_of)
    }

    /// What the installs use: the items that name one of the licences, or the hosts of those that are
    /// software installed on some. Readings of users count where the metric is users.
    fn used(
        &self,
        licences: &[Item<'a>],
        metric: &str,
        consumers: &mut BTreeSet<String>,
    ) -> Result<Decimal, String> {
        // A right that may not move stays with what it was given to, even out of use.
        let moves = licences.iter().all(|licence| text(*licence, "reassignable") != Some("false"));
        let holds = |item: &Item<'_>| {
            item.status().is_some_and(|status| match moves {
                true => status.is_active(),
                false => !status.is_future(),
            })
        };
        let named = licences.iter().filter_map(|licence| self.users.get(licence.id())).flatten().copied();
        let mut named: Vec<Item<'a>> = named.collect();
        named.sort_by_key(|item| item.id());
        named.dedup_by_key(|item| item.id());
        let is_named = !named.is_empty();
        let mut installs: Vec<Item<'a>> = Vec::new();
        let mut users = Vec::new();
        for item in named.into_iter().filter(holds) {
            let hosts = item.related("installed_on").filter_map(|id| self.snapshot.item(id));
            let hosts: Vec<Item<'a>> = hosts.filter(holds).collect();
            match item.related("installed_on").next() {
                Some(_) => installs.extend(hosts),
                None => installs.push(item),
            }
            users.push(item);
        }
        if metric == "user" {
            return self.users(licences, &users, consumers);
        }
        // Rights that are not linked to anything are unknown use, not none.
        if !is_named {
            return Err("no item names the licence under licensed_by".to_owned());
        }
        installs.sort_by_key(|item| item.id());
        installs.dedup_by_key(|item| item.id());
        consumers.extend(installs.iter().map(|item| item.id().to_owned()));
        let each = |item: &Item<'a>| match metric {
            "core" => number(*item, "cpu_cores")
                .or_else(|| number(*item, "vcpus"))
                .ok_or_else(|| format!("{} does not say how many cores it has", item.id())),
            _ => Ok(Decimal::ONE),
        };
        match metric {
            "device" | "instance" | "core" => {
                let amounts = installs.iter().map(each).collect::<Result<Vec<Decimal>, String>>()?;
                Ok(amounts.into_iter().fold(Decimal::ZERO, |sum, each| sum.saturating_add(each)))
            }
            "site" => {
                let sites: BTreeSet<&str> = installs.iter().filter_map(|item| item.location()).collect();
                match installs.iter().find(|item| item.location().is_none()) {
                    Some(item) => Err(format!("{} does not say where it is", item.id())),
                    None => Ok(Decimal::from(sites.len())),
                }
            }
            _ => Err("the licence does not say what it counts".to_owned()),
        }
    }

    /// Named users: the last reading of an entitlement under a contract that covers the licence, or else
    /// the users of the software.
    fn users(
        &self,
        licences: &[Item<'a>],
        software: &[Item<'a>],
        consumers: &mut BTreeSet<String>,
    ) -> Result<Decimal, String> {
        let readings = self.snapshot.contracts().filter_map(|contract| {
            let covered = covered_at(contract, self.as_of);
            licences.iter().any(|licence| covered.contains(&licence.id())).then_some(())?;
            let seats: Vec<&str> =
                contract.entitlements().filter(|owned| owned.is_highest).map(|owned| owned.id).collect();
            let readings = self.ledger.of_kind(contract.id(), "reading");
            let of_seats = readings
                .filter(|reading| reading.0.text("entitlement").is_some_and(|id| seats.contains(&id)));
            of_seats.last()
        });
        let readings: Vec<_> = readings.collect();
        if !readings.is_empty() {
            consumers.extend(readings.iter().map(|reading| reading.id().to_owned()));
            let values = readings.iter().filter_map(|reading| reading.value());
            return Ok(values.fold(Decimal::ZERO, |sum, value| sum.saturating_add(value)));
        }
        consumers.extend(software.iter().map(|item| item.id().to_owned()));
        let users = |item: &Item<'a>| {
            number(*item, "users").ok_or_else(|| format!("{} does not say how many users it has", item.id()))
        };
        let users = software.iter().map(users).collect::<Result<Vec<Decimal>, String>>()?;
        match users.is_empty() {
            true => Err("no reading of users, and no item names the licence".to_owned()),
            false => Ok(users.into_iter().fold(Decimal::ZERO, |sum, each| sum.saturating_add(each))),
        }
    }

    /// The share of a cost that pays for what is not used: `cost × balance ÷ owned`. `None` where no
    /// licence has such a cost.
    fn unused(
        &self,
        licences: &[Item<'a>],
        balance: Decimal,
        owned: Decimal,
        cost: impl Fn(Item<'a>) -> Option<Result<Money, String>>,
    ) -> Option<Result<Money, String>> {
        let costs: Vec<Result<Money, String>> = licences.iter().filter_map(|item| cost(*item)).collect();
        if costs.is_empty() {
            return None;
        }
        let sum =
            costs.into_iter().reduce(|sum, each| sum?.checked_add(each?).map_err(|error| error.to_string()));
        sum.map(|sum| sum?.times_ratio(balance, owned).map_err(|error| error.to_string()))
    }

    /// What the running contracts for a licence cost in a year from the value date on.
    fn yearly(&self, licence: Item<'a>) -> Option<Result<Money, String>> {
        let runs = |contract: &Contract<'a>| contract.is_supplier_side() && runs_on(*contract, self.as_of);
        let covers = |contract: &Contract<'a>| covered_at(*contract, self.as_of).contains(&licence.id());
        let costs = self.snapshot.contracts().filter(|contract| runs(contract) && covers(contract));
        let cost = |contract: Contract<'a>| {
            if covered_at(contract, self.as_of).len() > 1 {
                return Err(format!("{} covers more than {} and has one price", contract.id(), licence.id()));
            }
            let end = add_months(self.as_of, 12).map(day_before).map_err(|error| error.to_string())?;
            let year = Period { start: self.as_of, end };
            accrual(self.snapshot, contract, end)?.cost(year).map_err(|error| error.to_string())
        };
        costs.map(cost).reduce(|sum, each| sum?.checked_add(each?).map_err(|error| error.to_string()))
    }
}
