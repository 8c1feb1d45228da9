//! Costs in whole minor units, as they are posted to the services that bear them.
//!
//! Every cost comes in as whole minor units, and wherever it is shared it is split into whole minor
//! units by the largest remainder. Things that the same services take in the same parts are added up
//! before they are split: of ten racks of which a service takes 40 % it bears 40 % of the ten, not ten
//! parts that are rounded each. Of equal remainders the first id takes the odd unit. So what goes out
//! is what came in, and a figure rests on nothing but what it is made of: no change elsewhere moves a
//! cent of it.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt as _};
use rayon::prelude::*;

use super::basis::{FINE, nearest};
use super::shared_cost::{Holder, SharedCost};
use super::shares::{Use, Uses};
use crate::allocation::split;
use crate::model::Kind;
use crate::snapshot::Snapshot;

/// Who bears a cost before services charge one another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Bearer {
    /// A service, by its position.
    Service(usize),
    /// Those who take the same parts of the same things, by their position.
    Takers(usize),
    /// Nobody: it is a cost of an item that no service uses.
    Unused,
    /// Nothing that is there.
    Nothing,
}

/// The services that take parts of a thing, with what they take and what that is a part of.
#[derive(PartialEq, Eq, Hash, Clone, Debug, Default)]
pub(super) struct Takers {
    parts: Vec<(usize, i128)>,
    whole: i128,
}

/// The costs of a period on their way to the services.
pub(super) struct Postings<'u, 'a> {
    snapshot: &'a Snapshot,
    uses: &'u Uses<'a>,
    takers: Vec<Takers>,
    position: HashMap<Takers, usize>,
    /// Who bears the costs of the items that are used, by their position.
    of_item: Vec<Option<Bearer>>,
    /// In fine parts; whole minor units once all shares of a shared cost are posted.
    amounts: HashMap<Bearer, i128>,
}

/// What services bear by themselves, and what none of them bears, in minor units.
#[derive(Default)]
pub(super) struct Posted {
    /// By the position of the service.
    pub services: Vec<i128>,
    pub unused: i128,
    /// Shares of used items that no service takes.
    pub untaken: i128,
    pub nothing: i128,
}

impl Takers {
    /// Those who take parts of an item with these uses.
    pub fn of(uses: &[Use<'_>], counts: &[bool]) -> Self {
        let mut takers = Takers { parts: Vec::with_capacity(uses.len()), whole: 1 };
        for one in uses.iter().filter(|one| counts.get(one.service) == Some(&true)) {
            let Ok((weight, whole)) = one.part else { continue };
            takers.whole = whole;
            match takers.parts.last_mut() {
                Some((service, sum)) if *service == one.service => *sum += weight,
                _ => takers.parts.push((one.service, weight)),
            }
        }
        takers
    }
}

/// Who bears the part of a holder of a shared cost.
#[derive(Clone, Copy)]
enum Bearing {
    Known(Bearer),
    /// Those who use the item at this position.
    Used(usize),
    /// Its record has errors, so that no cost of it is known.
    Unsound,
}

impl Bearing {
    fn of(snapshot: &Snapshot, uses: &Uses<'_>, (kind, id): Holder<'_>) -> Self {
        if kind == Kind::Service {
            let at = uses.position.get(id);
            return Bearing::Known(at.map_or(Bearer::Nothing, |at| Bearer::Service(*at)));
        }
        match snapshot.item(id) {
            None => Bearing::Known(Bearer::Nothing),
            Some(item) if !item.record().is_sound() => Bearing::Unsound,
            Some(_) => uses.position_of_item(id).map_or(Bearing::Known(Bearer::Unused), Bearing::Used),
        }
    }
}

impl<'u, 'a> Postings<'u, 'a> {
    pub fn new(snapshot: &'a Snapshot, uses: &'u Uses<'a>) -> Self {
        let of_item = vec![None; uses.items()];
        let (takers, position, amounts) = (Vec::new(), HashMap::new(), HashMap::new());
        Self { snapshot, uses, takers, position, of_item, amounts }
    }

    /// Adds fine parts to what somebody bears.
    pub fn post(&mut self, bearer: Bearer, amount: i128) {
        *self.amounts.entry(bearer).or_default() += amount;
    }

    /// Lets these bear the costs of the item at this position.
    pub fn borne_by(&mut self, at: usize, takers: Takers) -> Bearer {
        let bearer = match self.position.entry(takers) {
            Entry::Occupied(known) => Bearer::Takers(*known.get()),
            Entry::Vacant(slot) => {
                let position = self.takers.len();
                self.takers.push(slot.key().clone());
                slot.insert(position);
                Bearer::Takers(position)
            }
        };
        if let Some(known) = self.of_item.get_mut(at) {
            *known = Some(bearer);
        }
        bearer
    }

    /// Who bears the part of a holder; `None` where no cost of it is known.
    fn bearer(&mut self, bearing: Bearing) -> Option<Bearer> {
        match bearing {
            Bearing::Known(bearer) => Some(bearer),
            Bearing::Unsound => None,
            Bearing::Used(at) => match self.of_item.get(at) {
                Some(Some(bearer)) => Some(*bearer),
                _ => Some(self.borne_by(at, Takers::of(self.uses.of_item(at), &self.uses.counts))),
            },
        }
    }

    /// Makes whole minor units of the parts of shared costs. `None` where a figure is too large.
    pub fn share(&mut self, costs: &[SharedCost<'a>]) -> Option<()> {
        let (snapshot, uses) = (self.snapshot, self.uses);
        let found = |cost: &SharedCost<'a>| -> Vec<Bearing> {
            cost.holders.iter().map(|holder| Bearing::of(snapshot, uses, *holder)).collect()
        };
        let found: Vec<Vec<Bearing>> = costs.par_iter().map(found).collect();
        costs.iter().zip(found).try_for_each(|(cost, found)| self.share_one(cost, &found))
    }

    /// Makes whole minor units of the parts of a shared cost: the holders of each bearer together, by
    /// the largest remainder, ties to the first id.
    fn share_one(&mut self, cost: &SharedCost<'a>, found: &[Bearing]) -> Option<()> {
        let Ok(parts) = &cost.parts else { return Some(()) };
        if cost.holders.len() < 2 {
            return Some(());
        }
        let mut sums: HashMap<Option<Bearer>, (Holder<'a>, i128, i128)> = HashMap::new();
        let holders = cost.holders.iter().zip(found).zip(cost.weights.iter().zip(parts));
        for ((holder, bearing), (weight, part)) in holders {
            let part: i128 = part.iter().sum();
            let sum = sums.entry(self.bearer(*bearing)).or_insert((*holder, 0, 0));
            *sum = (sum.0.min(*holder), sum.1.checked_add(*weight)?, sum.2.checked_add(part)?);
        }
        let mut borne: Vec<_> = sums.into_iter().collect();
        borne.sort_unstable_by_key(|(_, (first, ..))| *first);
        let weights: Vec<i128> = borne.iter().map(|(_, (_, weight, _))| *weight).collect();
        let fine: i128 = borne.iter().map(|(_, (.., fine))| *fine).sum();
        let in_all: i128 = weights.iter().sum();
        if in_all == 0 {
            return Some(());
        }
        // Costs come in as whole minor units, so that nothing is cut off here.
        let (counts, _) = split(fine / FINE, &weights, in_all)?;
        for ((bearer, (.., fine)), count) in borne.into_iter().zip(counts) {
            if let Some(bearer) = bearer {
                self.post(bearer, count.checked_mul(FINE)? - fine);
            }
        }
        Some(())
    }

    /// Splits what several services take. `None` where a figure is too large.
    pub fn settle(self) -> Option<Posted> {
        let services = vec![0; self.uses.services.len()];
        let mut posted = Posted { services, unused: 0, untaken: 0, nothing: 0 };
        for (bearer, fine) in self.amounts {
            let count = nearest(fine).ok()?;
            match bearer {
                Bearer::Service(at) => *posted.services.get_mut(at)? += count,
                Bearer::Unused => posted.unused += count,
                Bearer::Nothing => posted.nothing += count,
                Bearer::Takers(at) => {
                    let takers = self.takers.get(at)?;
                    let weights: Vec<i128> = takers.parts.iter().map(|(_, weight)| *weight).collect();
                    let (counts, rest) = split(count, &weights, takers.whole)?;
                    for ((service, _), count) in takers.parts.iter().zip(counts) {
                        *posted.services.get_mut(*service)? += count;
                    }
                    posted.untaken += rest;
                }
            }
        }
        Some(posted)
    }
}
