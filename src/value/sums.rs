//! Sums of costs, by item and service, and what is left of them.

use super::costing::{Cost, Costing};
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

/// What an item costs; `None` where it has no cost.
pub(super) fn item_sum<'a>(costing: &Costing<'a>, item: Item<'a>) -> Option<Sum> {
    let costs = costing.of_item(item);
    let carbon = costing.carbon(item);
    if costs.is_empty() && carbon == Ok(0) {
        return None;
    }
    let mut sum = sum_of(costing, &costs, costing.columns.width());
    match carbon {
        Ok(carbon) => {
            if let Some(last) = sum.figures.last_mut() {
                *last = carbon;
            }
        }
        Err(_) => sum.holes += 1,
    }
    Some(sum)
}

/// Rows of figures, in one piece.
pub(super) struct Table {
    width: usize,
    cells: Figures,
}

impl Table {
    pub fn of(width: usize, rows: usize) -> Self {
        Self { width, cells: vec![0; width * rows] }
    }

    pub fn row(&self, at: usize) -> &[i128] {
        self.cells.get(at * self.width..(at + 1) * self.width).unwrap_or_default()
    }

    pub fn cells_mut(&mut self) -> &mut [i128] {
        &mut self.cells
    }

    /// Sets the rows from `at` on.
    pub fn set(&mut self, at: usize, figures: &[i128]) {
        self.cells.iter_mut().skip(at * self.width).zip(figures).for_each(|(cell, figure)| *cell = *figure);
    }
}
