//! Back to back: each promise against those under it.
//!
//! Under a promise for a service stand what its components are promised: by the service's own levels
//! where a component is a service (the internal agreement), and by suppliers whose running contracts
//! cover the component. What promises nothing is taken as never down, so the outcome is what can be
//! kept at best. A promise in other hours than the one above counts as what it comes to in those hours
//! at worst. ITIL asks that agreements with customers be underpinned by such contracts and
//! operational level agreements (ITIL Service Design, service level management).

use std::cell::RefCell;
use std::collections::HashMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::availability::{Structure, availability};
use super::coverage::covered_at;
use super::dates::runs_on;
use super::worst_case::Hours;
use crate::date::Date;
use crate::model::business_hours::BusinessHours;
use crate::model::contract::Contract;
use crate::model::record::Record;
use crate::model::service::{Service, Target};
use crate::model::service_level::{Metric, ServiceLevel, Unit, service_levels};
use crate::snapshot::Snapshot;

/// A promise for a service, and what it rests on.
pub struct Backing<'a> {
    /// The contract or service that promises.
    pub by: &'a Record,
    pub service: Service<'a>,
    pub level: ServiceLevel<'a>,
    pub links: Vec<Link<'a>>,
    /// Of availability: the share of time, in percent, that what is under the service allows at best.
    pub combined: Option<Result<Decimal, String>>,
}

/// A promise under another.
#[derive(Clone)]
pub struct Link<'a> {
    /// The contract or service that promises.
    pub by: &'a Record,
    pub level: ServiceLevel<'a>,
    /// What is promised for: an item or a service.
    pub of: &'a str,
    /// Whether others stand in for it.
    pub is_redundant: bool,
    /// Whether it is looser than the promise above it on its own.
    pub is_looser: bool,
    /// What it comes to at worst in the hours of the promise above, in percent or in seconds; `None`
    /// where that is what it says.
    pub at_worst: Option<Decimal>,
}

impl<'a> Link<'a> {
    /// `network-core 99.9%`, or `srv-01 <= 8h by axion-network-care` where another record promises it;
    /// with `(counted in office, 66h at worst)` where that is more in the hours of the promise above.
    pub fn text(&self) -> String {
        let promise = self.level.promise().trim_start_matches(">= ");
        let by = match self.by.id() == self.of {
            true => String::new(),
            false => format!(" by {}", self.by.id()),
        };
        let other_hours = self.at_worst.map_or_else(String::new, |worst| {
            let hours =
                self.level.calendar.map_or_else(|| "at all hours".into(), |name| format!("in {name}"));
            format!(" (counted {hours}, {} at worst)", self.shown(worst))
        });
        format!("{} {promise}{by}{other_hours}", self.of)
    }

    fn shown(&self, worst: Decimal) -> String {
        if self.level.metric == Metric::Availability {
            return format!("{}%", worst.trunc_with_scale(4).normalize());
        }
        let minutes = (worst / Decimal::from(60)).trunc().to_i64().unwrap_or(i64::MAX);
        match (minutes / 60, minutes % 60) {
            (hours, 0) => format!("{hours}h"),
            (0, minutes) => format!("{minutes}min"),
            (hours, minutes) => format!("{hours}h{minutes:02}min"),
        }
    }
}

impl<'a> Backing<'a> {
    /// The promises that explain a gap, by name: those of which availabilities combine, or those that
    /// are looser on their own.
    pub fn chain(&self) -> Vec<String> {
        let is_combined = self.combined.is_some();
        let mut links: Vec<&Link<'a>> = self.links.iter().collect();
        links.retain(|link| is_combined || link.is_looser && !link.is_redundant);
        links.iter().map(|link| link.text()).collect()
    }

    /// Whether what is under the promise cannot keep it.
    pub fn has_gap(&self) -> bool {
        let combined = self.combined.as_ref().and_then(|combined| combined.as_ref().ok());
        combined.is_some_and(|combined| *combined < self.level.target.quantity.value)
            || self.links.iter().any(|link| link.is_looser && !link.is_redundant)
    }
}

/// Every promise that holds on a day: of contracts with customers for each service they cover, and of
/// services themselves; recovery points are left out, as nothing says what they rest on.
pub fn backings(snapshot: &Snapshot, as_of: Date) -> Vec<Backing<'_>> {
    let under = Under::of(snapshot, as_of);
    let mut found = Vec::new();
    for contract in snapshot.contracts().filter(|contract| !contract.is_supplier_side()) {
        if !runs_on(contract, as_of) {
            continue;
        }
        let services = covered_at(contract, as_of).into_iter().filter_map(|id| snapshot.service(id));
        for service in services.filter(|service| !service.is_retired()) {
            found.extend(
                service_levels(contract.0).filter_map(|level| under.backing(contract.0, service, level)),
            );
        }
    }
    for service in snapshot.services().filter(|service| !service.is_retired()) {
        found.extend(service_levels(service.0).filter_map(|level| under.backing(service.0, service, level)));
    }
    found
}

/// Which metrics speak of the same: incidents are resolved when service is recovered.
fn family(metric: Metric) -> Option<u8> {
    match metric {
        Metric::Availability => Some(0),
        Metric::ResponseTime => Some(1),
        Metric::ResolutionTime | Metric::RecoveryTime => Some(2),
        Metric::RecoveryPoint => None,
    }
}

static ALWAYS: BusinessHours = BusinessHours::ALWAYS;

/// What suppliers promise, by what their contracts cover.
struct Under<'a> {
    snapshot: &'a Snapshot,
    supplied: HashMap<&'a str, Vec<Contract<'a>>>,
    /// By the names of calendars; all hours without one.
    hours: HashMap<Option<&'a str>, Hours>,
    /// What so many seconds in some hours come to in others, which takes long to find.
    longest: RefCell<HashMap<Converted<'a>, i64>>,
}

/// The hours above, the hours below, and the seconds in those below.
type Converted<'a> = (Option<&'a str>, Option<&'a str>, i64);

/// What is gathered under one promise.
struct Gathered<'a> {
    promise: ServiceLevel<'a>,
    links: Vec<Link<'a>>,
    /// Services on the way down, to end at a circle.
    above: Vec<&'a str>,
}

impl<'a> Under<'a> {
    fn of(snapshot: &'a Snapshot, as_of: Date) -> Under<'a> {
        let mut supplied: HashMap<&str, Vec<Contract<'_>>> = HashMap::new();
        for contract in snapshot.contracts().filter(|contract| contract.is_supplier_side()) {
            if service_levels(contract.0).next().is_none() || !runs_on(contract, as_of) {
                continue;
            }
            for id in covered_at(contract, as_of) {
                supplied.entry(id).or_default().push(contract);
            }
        }
        let calendars = snapshot.settings().into_iter().flat_map(|settings| &settings.calendars);
        let calendars = calendars.map(|(name, hours)| (Some(name.as_str()), hours));
        let hours = calendars.chain([(None, &ALWAYS)]);
        let hours = hours.filter_map(|(name, hours)| Some((name, Hours::of(hours, as_of)?))).collect();
        Under { snapshot, supplied, hours, longest: RefCell::default() }
    }

    fn backing(&self, by: &'a Record, service: Service<'a>, level: ServiceLevel<'a>) -> Option<Backing<'a>> {
        family(level.metric)?;
        // Thousandths of seconds are not kept by mending anything.
        if matches!(level.target.quantity.unit, Unit::Milliseconds | Unit::Seconds) {
            return None;
        }
        let mut gathered = Gathered { promise: level, links: Vec::new(), above: Vec::new() };
        let mut structure = vec![self.below(service, false, &mut gathered)];
        if by.kind() != service.0.kind() {
            structure.extend(self.promised(service.0, service.id(), false, &mut gathered));
        }
        if gathered.links.is_empty() {
            return None;
        }
        let combined = (level.metric == Metric::Availability).then(|| {
            // More than always is no more than always.
            let percent = |link: &Link<'_>| link.at_worst.unwrap_or(link.level.target.quantity.value);
            let share = |link: &Link<'_>| (percent(link) / Decimal::ONE_HUNDRED).min(Decimal::ONE);
            let parts: Vec<Decimal> = gathered.links.iter().map(share).collect();
            // The service's own level stands beside what is under it: the tighter of both counts.
            let each = structure.iter().map(|structure| availability(structure, &parts));
            let each = each.collect::<Result<Vec<Decimal>, String>>()?;
            Ok(each.into_iter().min().unwrap_or(Decimal::ONE) * Decimal::ONE_HUNDRED)
        });
        Some(Backing { by, service, level, links: gathered.links, combined })
    }

    /// What is under a service: its components, and suppliers of the service as a whole.
    fn below(&self, service: Service<'a>, is_redundant: bool, gathered: &mut Gathered<'a>) -> Structure {
        if gathered.above.contains(&service.id()) {
            return Structure::All(Vec::new());
        }
        gathered.above.push(service.id());
        let mut parts: Vec<Structure> =
            self.supplied(service.id(), is_redundant, gathered).into_iter().collect();
        for component in service.components() {
            match component.target {
                Target::Item(id) => parts.extend(self.supplied(id, is_redundant, gathered)),
                Target::Service(id) => {
                    let Some(service) = self.snapshot.service(id) else { continue };
                    let own = self.promised(service.0, service.id(), is_redundant, gathered);
                    parts.push(own.unwrap_or_else(|| self.below(service, is_redundant, gathered)));
                }
                Target::AnyOf(ids, needed) => {
                    let needed = needed.map_or(1, |needed| needed as usize);
                    let is_redundant = is_redundant || needed < ids.len();
                    let always = || Structure::All(Vec::new());
                    let each =
                        ids.iter().map(|id| self.supplied(id, is_redundant, gathered).unwrap_or_else(always));
                    parts.push(Structure::AtLeast(needed, each.collect()));
                }
            }
        }
        gathered.above.pop();
        Structure::All(parts)
    }

    /// The best promise of suppliers for an item or a service: the one that can be held to.
    fn supplied(&self, id: &'a str, is_redundant: bool, gathered: &mut Gathered<'a>) -> Option<Structure> {
        let contracts = self.supplied.get(id)?;
        let levels =
            contracts.iter().flat_map(|contract| service_levels(contract.0).map(|level| (contract.0, level)));
        self.link(levels, id, is_redundant, gathered)
    }

    /// What a service promises itself.
    fn promised(
        &self,
        by: &'a Record,
        of: &'a str,
        is_redundant: bool,
        gathered: &mut Gathered<'a>,
    ) -> Option<Structure> {
        self.link(service_levels(by).map(|level| (by, level)), of, is_redundant, gathered)
    }

    fn link(
        &self,
        levels: impl Iterator<Item = (&'a Record, ServiceLevel<'a>)>,
        of: &'a str,
        is_redundant: bool,
        gathered: &mut Gathered<'a>,
    ) -> Option<Structure> {
        let promise = gathered.promise;
        let same = levels.filter(|(_, level)| family(level.metric) == family(promise.metric));
        // More is better: the share of time, or the time below zero.
        let worth = |level: &ServiceLevel<'a>| {
            let value = self.in_hours_of(&promise, level)?;
            Some(if level.metric == Metric::Availability { value } else { -value })
        };
        let (by, level) =
            same.filter(|(_, level)| worth(level).is_some()).max_by_key(|(_, level)| worth(level))?;
        // The same promise for the same thing in another place is one link.
        let known = |link: &Link<'_>| link.by.record_id() == by.record_id() && link.of == of;
        if let Some(at) = gathered.links.iter().position(known) {
            if let Some(link) = gathered.links.get_mut(at) {
                link.is_redundant &= is_redundant;
            }
            return Some(Structure::Part(at));
        }
        let is_looser = worth(&level) < worth(&promise);
        let own = self.in_hours_of(&level, &level);
        let at_worst = self.in_hours_of(&promise, &level).filter(|worst| Some(*worst) != own);
        gathered.links.push(Link { by, level, of, is_redundant, is_looser, at_worst });
        Some(Structure::Part(gathered.links.len() - 1))
    }

    /// What a level promises in the hours of the promise above: percent of them, or seconds.
    fn in_hours_of(&self, promise: &ServiceLevel<'a>, level: &ServiceLevel<'a>) -> Option<Decimal> {
        let own = match level.metric {
            Metric::Availability => level.target.quantity.value,
            _ => self.seconds(level)?,
        };
        if level.calendar == promise.calendar {
            return Some(own);
        }
        let hours = |name| self.hours.get(&name).or_else(|| self.hours.get(&None));
        let (ours, theirs) = (hours(promise.calendar)?, hours(level.calendar)?);
        if level.metric == Metric::Availability {
            return ours.least(theirs, own);
        }
        let seconds = own.trunc().to_i64()?;
        let mut known = self.longest.borrow_mut();
        let longest = known.entry((promise.calendar, level.calendar, seconds));
        Some(Decimal::from(*longest.or_insert_with(|| ours.longest(theirs, seconds))))
    }

    /// The time that a level promises; `None` for what no repair is measured in.
    fn seconds(&self, level: &ServiceLevel<'_>) -> Option<Decimal> {
        let quantity = level.target.quantity;
        if matches!(quantity.unit, Unit::Percent | Unit::Milliseconds | Unit::Seconds) {
            return None;
        }
        let calendars = self.snapshot.settings().map(|settings| &settings.calendars);
        let hours = level.calendar.and_then(|name| calendars?.get(name));
        quantity.unit.seconds(hours.unwrap_or(&ALWAYS))?.checked_mul(quantity.value)
    }
}
