//! Sums of costs, by item and service, and what is left of them.

use std::collections::HashMap;

use rayon::prelude::*;

use super::costing::{Cost, Costing};
use crate::model::Kind;
use crate::model::item::Item;

/// Figures in fine parts, by column.
pub(super) type Figures = Vec<i128>;

/// Costs that are the sum of others, with the parts of them that are not known.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    pub(super) figures: Figures,
    /// How many parts of it have no price.
    pub holes: usize,
    /// Whether any part of it has one.
    pub is_known: bool,
}

impl Sum {
    pub(super) fn empty(width: usize) -> Self {
        Self { figures: vec![0; width], holes: 0, is_known: false }
    }

    /// Adds the holes of what this rests on; its figures come along the uses.
    pub(super) fn rest_on(&mut self, provider: &Sum) {
        self.holes += provider.holes;
        self.is_known |= provider.is_known;
    }

    fn add(&mut self, costing: &Costing<'_>, cost: &Cost) {
        match &cost.amount {
            Ok(spans) => {
                self.is_known = true;
                for (span, amount) in spans.iter().enumerate() {
                    let part = costing.columns.part(cost.pool, span);
                    for column in [Some(0), part].into_iter().flatten() {
                        if let Some(sum) = self.figures.get_mut(column) {
                            *sum += amount;
                        }
                    }
                }
            }
            Err(_) => self.holes += 1,
        }
    }
}

pub(super) fn sum_of(costing: &Costing<'_>, costs: &[Cost], width: usize) -> Sum {
    let mut sum = Sum::empty(width);
    costs.iter().for_each(|cost| sum.add(costing, cost));
    sum
}

/// What each item costs, of those that have any cost.
pub(super) fn item_sums<'a>(costing: &Costing<'a>) -> HashMap<&'a str, Sum> {
    let snapshot = costing.snapshot;
    let width = costing.columns.width();
    let sum = |item: Item<'a>| {
        let costs = costing.of_item(item);
        let carbon = costing.carbon(item);
        if costs.is_empty() && carbon == Ok(0) {
            return None;
        }
        let mut sum = sum_of(costing, &costs, width);
        match carbon {
            Ok(carbon) => {
                if let Some(last) = sum.figures.last_mut() {
                    *last = carbon;
                }
            }
            Err(_) => sum.holes += 1,
        }
        Some((item.id(), sum))
    };
    let items = snapshot.all().par_iter().filter(|record| record.kind() == Kind::Item);
    items.filter_map(|record| sum(Item(record))).collect()
}

/// Costs of items that are charged to no service.
pub(super) struct Untaken {
    pub figures: Figures,
    /// Of how many items.
    pub records: usize,
    pub holes: usize,
}

impl Untaken {
    pub fn of(width: usize) -> Self {
        Self { figures: vec![0; width], records: 0, holes: 0 }
    }

    pub fn add(&mut self, figures: &[i128], holes: usize) {
        self.figures.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        self.records += usize::from(figures.iter().any(|figure| *figure != 0));
        self.holes += holes;
    }

    /// Takes away what was added.
    pub fn remove(&mut self, sum: &Sum) {
        self.figures.iter_mut().zip(&sum.figures).for_each(|(all, figure)| *all -= figure);
        self.records -= usize::from(sum.figures.iter().any(|figure| *figure != 0));
        self.holes -= sum.holes;
    }
}
