//! What services bear before they charge one another: what they use, and what they cost by
//! themselves.

use rayon::prelude::*;

use super::basis::whole;
use super::costing::Costing;
use super::postings::{Bearer, Posted, Postings, Takers};
use super::shares::{Provider, Use, Uses};
use super::sums::{Figures, Sum, Table, item_sum, sum_of};
use super::valuation::TOO_LARGE;
use crate::allocation::{part, split};
use crate::model::Kind;
use crate::model::item::Item;

/// The direct costs of services.
pub(super) struct Direct {
    /// What the items cost that are used, by their position; `None` where they cost nothing.
    pub items: Vec<Option<Sum>>,
    /// By the position of the service.
    pub services: Vec<Sum>,
    /// What each service costs by itself, in fine parts.
    pub own: Vec<i128>,
    /// What goes along each use of an item, by its position.
    pub flows: Table,
    pub posted: Posted,
    pub unused: Untaken,
    pub untaken: Untaken,
    pub nothing: Untaken,
    /// What services cost by themselves that do not count.
    pub uncounted: Untaken,
}

/// How many costs no service bears.
#[derive(Clone, Copy, Default)]
pub(super) struct Untaken {
    pub records: usize,
    pub holes: usize,
}

impl Untaken {
    fn add(&mut self, figures: &[i128], holes: usize) {
        self.records += usize::from(figures.iter().any(|figure| *figure != 0));
        self.holes += holes;
    }
}

impl Direct {
    /// The direct costs of the services asked for; of all, and with what none bears, where all are.
    ///
    /// # Errors
    /// A figure too large to be exact.
    pub fn of<'a>(costing: &Costing<'a>, uses: &Uses<'a>) -> Result<Self, String> {
        let width = costing.columns.width();
        let mut postings = Postings::new(costing.snapshot, uses);
        let services = vec![Sum::empty(width); uses.services.len()];
        let mut direct = Self {
            items: vec![None; uses.items()],
            own: vec![0; services.len()],
            services,
            flows: Table::of(width, uses.uses.len()),
            posted: Posted::default(),
            unused: Untaken::default(),
            untaken: Untaken::default(),
            nothing: Untaken::default(),
            uncounted: Untaken::default(),
        };
        direct.own(costing, uses, &mut postings);
        direct.used(costing, uses, &mut postings)?;
        if uses.scope.is_none() {
            direct.unborne(costing, uses, &mut postings);
        }
        postings.share(&costing.shared).ok_or(TOO_LARGE)?;
        direct.posted = postings.settle().ok_or(TOO_LARGE)?;
        Ok(direct)
    }

    /// What services cost by themselves.
    fn own<'a>(&mut self, costing: &Costing<'a>, uses: &Uses<'a>, postings: &mut Postings<'_, 'a>) {
        let width = costing.columns.width();
        let services = self.services.iter_mut().zip(&mut self.own).zip(&uses.services).enumerate();
        for (at, ((slot, own), service)) in
            services.filter(|(_, (_, service))| uses.wants_service(service.id()))
        {
            *slot = sum_of(costing, &costing.of_service(service.id()), width);
            *own = whole(&slot.figures);
            postings.post(Bearer::Service(at), *own);
            if uses.counts.get(at) != Some(&true) {
                self.uncounted.add(&slot.figures, slot.holes);
            }
        }
    }

    /// What is charged to services of the items that they use.
    fn used<'a>(
        &mut self,
        costing: &Costing<'a>,
        uses: &Uses<'a>,
        postings: &mut Postings<'_, 'a>,
    ) -> Result<(), String> {
        let width = costing.columns.width();
        let mut rows = self.flows.cells_mut();
        let mut used = Vec::with_capacity(uses.items());
        for (at, (id, of_item)) in uses.by_item().enumerate() {
            let Some((flows, after)) = rows.split_at_mut_checked(of_item.len() * width) else { break };
            rows = after;
            if uses.wants_item(id) {
                used.push((at, id, of_item, flows));
            }
        }
        let used: Vec<_> = used
            .into_par_iter()
            .map(|(at, id, of_item, flows)| {
                let sum = costing.snapshot.item(id).and_then(|item| item_sum(costing, item));
                let kept = sum.as_ref().map(|sum| split_among(of_item, &uses.counts, &sum.figures, flows));
                let kept = kept.unwrap_or_else(|| Ok(Vec::new()))?;
                Ok((at, of_item, &*flows, sum, kept, Takers::of(of_item, &uses.counts)))
            })
            .collect::<Result<_, String>>()?;
        for (at, of_item, flows, sum, kept, takers) in used {
            let bearer = postings.borne_by(at, takers);
            if let Some(sum) = &sum {
                postings.post(bearer, whole(&sum.figures));
                self.untaken.add(&kept, 0);
            }
            for (one, flow) in of_item.iter().zip(flows.chunks(width)) {
                let Some(service) = self.services.get_mut(one.service) else { continue };
                service.figures.iter_mut().zip(flow).for_each(|(sum, flow)| *sum += flow);
                match &sum {
                    _ if one.part.is_err() => service.holes += 1,
                    Some(sum) => service.rest_on(sum),
                    None => service.holes += unpriced(costing, one),
                }
            }
            if let Some(slot) = self.items.get_mut(at) {
                *slot = sum;
            }
        }
        Ok(())
    }

    /// What no service bears: items that none uses, and what nothing bears that is there.
    fn unborne<'a>(&mut self, costing: &Costing<'a>, uses: &Uses<'a>, postings: &mut Postings<'_, 'a>) {
        let items = costing.snapshot.all_of(Kind::Item).par_iter().map(|record| Item(record));
        // Of records with the same id the first is meant, as in every reference.
        let is_meant = |item: &Item<'a>| {
            costing.snapshot.item(item.id()).is_some_and(|meant| std::ptr::eq(meant.record(), item.record()))
        };
        let unused = items.filter(|item| uses.position_of_item(item.id()).is_none()).filter(is_meant);
        let sums: Vec<Sum> = unused.filter_map(|item| item_sum(costing, item)).collect();
        for sum in sums {
            postings.post(Bearer::Unused, whole(&sum.figures));
            self.unused.add(&sum.figures, sum.holes);
        }
        let costs = costing.of_nothing();
        let sum = sum_of(costing, &costs, costing.columns.width());
        postings.post(Bearer::Nothing, whole(&sum.figures));
        self.nothing = Untaken { records: costs.len(), holes: sum.holes };
    }
}

/// Splits figures among the uses of one item: those that count share them, others are told what they
/// would take. Writes what each takes, row by row, and answers what is left.
fn split_among(
    uses: &[Use<'_>],
    counts: &[bool],
    total: &[i128],
    flows: &mut [i128],
) -> Result<Figures, String> {
    let is_counted = |one: &Use<'_>| counts.get(one.service) == Some(&true);
    let part_of = |one: &Use<'_>| one.part.as_ref().ok().copied();
    let counted = || uses.iter().map(|one| part_of(one).filter(|_| is_counted(one)));
    let weights: Vec<i128> = counted().map(|part| part.map_or(0, |(weight, _)| weight)).collect();
    let whole = counted().flatten().map(|(_, whole)| whole).next().unwrap_or(1);
    let mut kept = Vec::with_capacity(total.len());
    for (column, amount) in total.iter().enumerate() {
        let (parts, rest) = split(*amount, &weights, whole).ok_or(TOO_LARGE)?;
        let slots = flows.iter_mut().skip(column).step_by(total.len());
        for ((slot, shared), one) in slots.zip(parts).zip(uses) {
            *slot = match part_of(one) {
                Some((weight, whole)) if !is_counted(one) => part(*amount, weight, whole).ok_or(TOO_LARGE)?,
                _ => shared,
            };
        }
        kept.push(rest);
    }
    Ok(kept)
}

/// How many holes an item without any cost is: none where another one carries it.
fn unpriced<'a>(costing: &Costing<'a>, one: &Use<'a>) -> usize {
    let Provider::Item(id) = one.provider else { return 1 };
    let item = costing.snapshot.item(id);
    usize::from(item.is_none_or(|item| costing.carrier(item).is_none()))
}
