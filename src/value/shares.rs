//! Who uses what, and which part of its cost each user bears.

use std::collections::BTreeMap;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use rayon::prelude::*;

use super::drivers::{Drivers, Quantity};
use super::rates::Rates;
use super::scope::Scope;
use crate::model::service::{Service, Target};
use crate::money::{Percent, ratio};
use crate::snapshot::Snapshot;

/// What a service uses: an item, or a service by its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Provider<'a> {
    Item(&'a str),
    Service(usize),
}

/// One use of an item or a service by a component of a service.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    pub provider: Provider<'a>,
    /// The position of the service that uses it.
    pub service: usize,
    /// The position of the component, and of the item in a group.
    pub component: usize,
    pub position: usize,
    /// The part of the provider's cost, as weight and whole; or why it is not known.
    pub part: Result<(i128, i128), String>,
    /// What is taken of the quantity that is shared by a driver, as it is shown.
    taken: Option<String>,
    share: Percent,
    has_share: bool,
    pub driver: Option<&'a str>,
}

impl Use<'_> {
    /// The part as it is shown.
    pub fn shown(&self) -> Option<String> {
        self.taken.clone().or_else(|| self.has_share.then(|| self.share.to_string()))
    }
}

/// The services of an estate and what they use.
pub struct Uses<'a> {
    /// What is asked for; everything where there is none.
    pub(super) scope: Option<Scope<'a>>,
    /// In the order of their paths.
    pub services: Vec<Service<'a>>,
    pub position: HashMap<&'a str, usize>,
    /// Whether the costs that a service takes are taken from its providers: it is in use, or one
    /// that is in use rests on it. A planned service is valued, and leaves the others as they are.
    pub counts: Vec<bool>,
    /// How many components of each service name a service that is not there.
    pub(super) dangling: Vec<usize>,
    /// Ordered by provider, then by service. Of items that do not matter for the scope they are left
    /// out, or not complete.
    pub uses: Vec<Use<'a>>,
    /// Where the uses of each provider are: those of items, then those of services.
    providers: Vec<Range<usize>>,
    /// The positions of items among the providers.
    of_item: HashMap<&'a str, usize>,
}

/// A share of one percent has so many parts: shares have six decimals at most.
const POINT: i128 = 1_000_000;
const HUNDRED: i128 = 100 * POINT;

/// A percentage in whole parts.
pub(super) fn parts_of(percent: Percent) -> i128 {
    let points = percent.points();
    ratio(points.mantissa(), POINT, 10i128.pow(points.scale())).unwrap_or(i128::MAX)
}

impl<'a> Uses<'a> {
    /// The uses of everything.
    pub fn of(snapshot: &'a Snapshot, rates: &Rates<'a>, drivers: &Drivers<'a>) -> Self {
        Self::within(snapshot, rates, drivers, None)
    }

    /// The uses of what matters for the services asked for; of everything where there is no scope.
    pub(super) fn within(
        snapshot: &'a Snapshot,
        rates: &Rates<'a>,
        drivers: &Drivers<'a>,
        scope: Option<Scope<'a>>,
    ) -> Self {
        let services: Vec<Service<'a>> = snapshot.services().collect();
        let position: HashMap<&str, usize> =
            services.iter().enumerate().map(|(at, service)| (service.id(), at)).collect();
        let is_wanted = |target: &Target<'_>| scope.as_ref().is_none_or(|scope| scope.rests_on(target));
        let services_read = services.par_iter().enumerate();
        let (dangling, read): (Vec<usize>, Vec<Vec<Use<'a>>>) = services_read
            .map(|(at, service)| {
                let (dangling, uses) = uses_of(at, *service, &position, is_wanted);
                (dangling, if service.0.is_sound() { uses } else { Vec::new() })
            })
            .unzip();
        let mut uses: Vec<Use<'a>> = Vec::with_capacity(read.iter().map(Vec::len).sum());
        read.into_iter().for_each(|read| uses.extend(read));
        uses.par_sort_unstable_by_key(|one| (one.provider, one.service, one.component, one.position));
        let counts = counting(&services, &uses);
        let (providers, of_item) = by_provider(&uses);
        let mut all = Uses { scope, services, position, counts, dangling, uses, providers, of_item };
        all.weigh(rates, drivers);
        all
    }

    /// The position of an item among those that are used.
    pub(super) fn position_of_item(&self, id: &str) -> Option<usize> {
        self.of_item.get(id).copied()
    }

    /// The uses of the item at this position.
    pub(super) fn of_item(&self, at: usize) -> &[Use<'a>] {
        self.providers.get(at).and_then(|range| self.uses.get(range.clone())).unwrap_or_default()
    }

    /// How many items are used.
    pub(super) fn items(&self) -> usize {
        self.of_item.len()
    }

    /// Whether the costs of an item are asked for.
    pub(super) fn wants_item(&self, id: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.has_item(id))
    }

    /// Whether the costs of a service are asked for.
    pub(super) fn wants_service(&self, id: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.has_service(id))
    }

    /// The items that are used, with their uses. The first of them are the first uses.
    pub(super) fn by_item(&self) -> impl Iterator<Item = (&'a str, &[Use<'a>])> {
        let uses = (0..self.items()).map(|at| self.of_item(at));
        uses.filter_map(|uses| match uses.first()?.provider {
            Provider::Item(id) => Some((id, uses)),
            Provider::Service(_) => None,
        })
    }

    /// The uses of services, with their positions; those of items come before them.
    pub(super) fn of_services(&self) -> impl Iterator<Item = (usize, &Use<'a>)> {
        let first = self.providers.get(self.items()).map_or(self.uses.len(), |range| range.start);
        self.uses.iter().enumerate().skip(first)
    }

    /// The uses of the service at this position, with their own positions.
    pub(super) fn of_service(&self, at: usize) -> impl Iterator<Item = (usize, &Use<'a>)> {
        let provider = Provider::Service(at);
        let first = self.uses.partition_point(|one| one.provider < provider);
        self.uses.iter().enumerate().skip(first).take_while(move |(_, one)| one.provider == provider)
    }

    fn weigh(&mut self, rates: &Rates<'a>, drivers: &Drivers<'a>) {
        let (services, counts) = (&self.services, &self.counts);
        let is_counted = |one: &Use<'a>| counts.get(one.service) == Some(&true);
        for range in &self.providers {
            let Some(uses) = self.uses.get_mut(range.clone()) else { continue };
            let name = match uses.first().map(|one| one.provider) {
                Some(Provider::Item(id)) => id,
                Some(Provider::Service(at)) => services.get(at).map_or("", Service::id),
                None => continue,
            };
            let fixed = |one: &&Use<'a>| one.driver.is_none();
            let taken: i128 =
                uses.iter().filter(|one| is_counted(one)).filter(fixed).map(|one| parts_of(one.share)).sum();
            if taken > HUNDRED {
                let taken = ratio(taken, 1, POINT).unwrap_or_default();
                let reason = format!("{name} is taken to more than 100%, about {taken}%");
                uses.iter_mut().for_each(|one| one.part = Err(reason.clone()));
                continue;
            }
            let named: BTreeMap<&str, ()> = uses.iter().filter_map(|one| Some((one.driver?, ()))).collect();
            let mut ids = named.into_keys();
            let by_driver = match (ids.next(), ids.next()) {
                (None, _) => Ok(None),
                (Some(driver), None) => {
                    shared_by(driver, name, uses, services, &is_counted, rates, drivers).map(Some)
                }
                (Some(a), Some(b)) => Err(format!("{name} is shared by two drivers, {a} and {b}")),
            };
            for one in uses.iter_mut() {
                one.part = match (&by_driver, one.driver) {
                    (_, Some(driver)) if one.has_share => {
                        Err(format!("{name} is shared by a share and by the driver {driver}: keep one"))
                    }
                    (Err(reason), Some(_)) => Err(reason.clone()),
                    (Ok(Some(shared)), Some(_)) => {
                        let quantity = shared.quantities.get(&one.service).copied().unwrap_or_default();
                        one.taken = Some(shared.shown(quantity));
                        let whole =
                            shared.base + if is_counted(one) || shared.is_capacity { 0 } else { quantity };
                        product((HUNDRED - taken, quantity), (HUNDRED, whole))
                    }
                    (Ok(Some(shared)), None) => {
                        product((parts_of(one.share), shared.base), (HUNDRED, shared.base))
                    }
                    (_, None) => Ok((parts_of(one.share), HUNDRED)),
                    (Ok(None), Some(_)) => continue,
                };
            }
        }
    }
}

/// What the components of a service use, and how many of them name a service that is not there.
fn uses_of<'a>(
    at: usize,
    service: Service<'a>,
    position: &HashMap<&str, usize>,
    is_wanted: impl Fn(&Target<'a>) -> bool,
) -> (usize, Vec<Use<'a>>) {
    let (mut dangling, mut uses) = (0, Vec::new());
    for component in service.components_where(is_wanted) {
        let mut push = |position, provider| {
            uses.push(Use {
                provider,
                service: at,
                component: component.index,
                position,
                part: Err(String::new()),
                taken: None,
                share: component.share,
                has_share: component.has_share,
                driver: component.driver,
            });
        };
        match &component.target {
            Target::Item(id) => push(0, Provider::Item(id)),
            Target::AnyOf(ids, _) => {
                ids.iter().enumerate().for_each(|(at, id)| push(at, Provider::Item(id)));
            }
            Target::Service(id) => match position.get(id) {
                Some(at) => push(0, Provider::Service(*at)),
                None => dangling += 1,
            },
        }
    }
    (dangling, uses)
}

/// Where the uses of each provider are, and which of them are items.
fn by_provider<'a>(uses: &[Use<'a>]) -> (Vec<Range<usize>>, HashMap<&'a str, usize>) {
    let mut providers = Vec::with_capacity(uses.len());
    let mut of_item = HashMap::with_capacity(uses.len());
    let mut start = 0;
    for of_one in uses.chunk_by(|a, b| a.provider == b.provider) {
        if let Some(Provider::Item(id)) = of_one.first().map(|one| one.provider) {
            of_item.insert(id, providers.len());
        }
        providers.push(start..start + of_one.len());
        start += of_one.len();
    }
    (providers, of_item)
}

/// Weight and whole as products. Those of one provider have the same whole.
fn product(weight: (i128, i128), whole: (i128, i128)) -> Result<(i128, i128), String> {
    let product = |(a, b): (i128, i128)| a.checked_mul(b).ok_or("the figures of the driver are too large");
    Ok((product(weight)?, product(whole)?))
}

/// What a provider's users take by its driver, in parts of one quantity.
struct Shared<'a> {
    quantities: HashMap<usize, i128>,
    /// What the quantities are parts of: the capacity, or their sum.
    base: i128,
    is_capacity: bool,
    per: i128,
    unit: &'a str,
}

impl Shared<'_> {
    fn shown(&self, quantity: i128) -> String {
        let shown = |parts| Quantity { parts, per: self.per }.shown();
        format!("{} of {} {}", shown(quantity), shown(self.base), self.unit).trim_end().to_owned()
    }
}

fn shared_by<'a>(
    driver: &'a str,
    provider: &str,
    uses: &[Use<'a>],
    services: &[Service<'a>],
    is_counted: &impl Fn(&Use<'a>) -> bool,
    rates: &Rates<'a>,
    drivers: &Drivers<'a>,
) -> Result<Shared<'a>, String> {
    let readings = drivers.readings(rates, driver)?;
    let (mut quantities, mut total, mut per) = (HashMap::new(), 0i128, 1);
    for one in uses.iter().filter(|one| one.driver.is_some()) {
        let Some(service) = services.get(one.service) else { continue };
        let quantity = drivers.of_service(&readings, driver, *service)?;
        per = quantity.per;
        let first = quantities.insert(one.service, quantity.parts).is_none();
        if !first {
            return Err(format!("{} uses {provider} twice by the driver {driver}", service.id()));
        }
        if is_counted(one) {
            total = total.checked_add(quantity.parts).ok_or("the figures of the driver are too large")?;
        }
    }
    let base = readings.capacity.map_or(total, |capacity| capacity.parts);
    if base == 0 {
        return Err(format!("driver {driver} counts nothing for those that use {provider}"));
    }
    if total > base {
        return Err(format!("driver {driver} counts more for those that use {provider} than its capacity"));
    }
    Ok(Shared { quantities, base, is_capacity: readings.capacity.is_some(), per, unit: readings.unit })
}

/// The services in use, and those that they rest on.
fn counting(services: &[Service<'_>], uses: &[Use<'_>]) -> Vec<bool> {
    let mut rests_on: HashMap<usize, Vec<usize>> = HashMap::new();
    for one in uses {
        if let Provider::Service(provider) = one.provider {
            rests_on.entry(one.service).or_default().push(provider);
        }
    }
    let in_use = services.iter().enumerate().filter(|(_, service)| service.is_in_use());
    let mut queue: Vec<usize> = in_use.map(|(at, _)| at).collect();
    let mut seen: HashSet<usize> = queue.iter().copied().collect();
    while let Some(at) = queue.pop() {
        queue.extend(rests_on.get(&at).into_iter().flatten().filter(|provider| seen.insert(**provider)));
    }
    (0..services.len()).map(|at| seen.contains(&at)).collect()
}
