//! What is no longer as it was closed.

use std::collections::BTreeMap;
use std::fmt;

use super::asset::Asset;
use super::{Assets, assets};
use crate::model::closing::{ClosedBook, Closing, FIGURES};
use crate::money::{Money, sum};
use crate::schedule::Planner;
use crate::snapshot::Snapshot;

/// A figure of a closed period that changed, or what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restatement {
    pub book: String,
    /// Empty where it is about the book as a whole.
    pub item: String,
    pub what: What,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// It had figures, and the books know nothing of it any more.
    Gone,
    /// It had none, and the books now say that it was there.
    Added(Asset),
    Figures {
        closed: [Money; 4],
        now: [Money; 4],
    },
    /// The figures are the same, the terms that made them are not.
    Terms,
    /// Its figures cannot be computed.
    Hole(String),
    /// A line of the record, which nobody can read.
    Line(String),
    /// The totals of the record are not the sums of its lines.
    Totals,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Gone => f.write_str("no schedule puts it into the books of the period any more"),
            What::Added(asset) => {
                let [.., value] = asset.figures;
                write!(f, "it was not in the books of the period and now is (net book value {value})")
            }
            What::Figures { closed, now } => {
                let changed = FIGURES.iter().zip(closed.iter().zip(now)).filter(|(_, (was, is))| was != is);
                let texts: Vec<String> = changed
                    .map(|(name, (was, is))| format!("{} was {was} and is {is}", name.replace('_', " ")))
                    .collect();
                f.write_str(&texts.join(", "))
            }
            What::Terms => f.write_str("the figures are the same, but not the terms that made them"),
            What::Hole(why) => write!(f, "its figures cannot be computed any more: {why}"),
            What::Line(line) => write!(f, "this line of the closing cannot be read: {line}"),
            What::Totals => f.write_str("the totals of the closing are not the sums of its lines"),
        }
    }
}

/// What a snapshot says otherwise than a closing, book by book and item by item.
pub fn restatements<'s>(
    snapshot: &'s Snapshot,
    planner: &Planner<'s>,
    closing: Closing<'_>,
) -> Vec<Restatement> {
    let Some(period) = closing.period() else { return Vec::new() };
    let mut restatements = Vec::new();
    for book in closing.books() {
        let now = assets(snapshot, planner, book.name, period);
        restatements.extend(of_book(book, now));
    }
    restatements
}

fn of_book(book: ClosedBook<'_>, now: Assets<'_>) -> Vec<Restatement> {
    let of = |item: &str, what| Restatement { book: book.name.to_owned(), item: item.to_owned(), what };
    let mut restatements = Vec::new();
    let mut closed = BTreeMap::new();
    for (line, asset) in book.assets() {
        match asset {
            Some(asset) => drop(closed.insert(asset.item, Asset::of(&asset))),
            None => restatements.push(of("", What::Line(line.to_owned()))),
        }
    }
    if !totals_hold(book, &closed) {
        restatements.push(of("", What::Totals));
    }
    // What was not closed has no figures to lose, and a finding of its own.
    let holes = now
        .holes
        .iter()
        .filter(|(item, _)| closed.contains_key(**item))
        .map(|(item, why)| of(item, What::Hole(why.clone())));
    restatements.extend(holes);
    let known: BTreeMap<&str, &Asset> = now.known.iter().map(|(item, asset)| (*item, asset)).collect();
    let differing = differences(&closed.iter().map(|(item, asset)| (*item, asset)).collect(), &known);
    let differing = differing.into_iter().filter(|(item, _)| !now.holes.contains_key(item));
    restatements.extend(differing.map(|(item, what)| of(item, what)));
    restatements
}

/// What differs between two sets of figures of one book and period.
pub fn differences<'a>(
    closed: &BTreeMap<&'a str, &Asset>,
    now: &BTreeMap<&'a str, &Asset>,
) -> Vec<(&'a str, What)> {
    let changed = closed.iter().filter_map(|(item, was)| {
        let what = match now.get(item) {
            None => What::Gone,
            Some(is) if is.figures != was.figures => What::Figures { closed: was.figures, now: is.figures },
            Some(is) if is.digest != was.digest => What::Terms,
            Some(_) => return None,
        };
        Some((*item, what))
    });
    let added = now.iter().filter(|(item, _)| !closed.contains_key(**item));
    changed.chain(added.map(|(item, asset)| (*item, What::Added((*asset).clone())))).collect()
}

fn totals_hold(book: ClosedBook<'_>, closed: &BTreeMap<&str, Asset>) -> bool {
    let Some(totals) = book.totals() else { return closed.is_empty() };
    totals.iter().enumerate().all(|(at, total)| {
        let column = closed.values().filter_map(|asset| asset.figures.get(at).copied());
        sum(column, total.currency()).is_ok_and(|sum| sum == *total)
    })
}
