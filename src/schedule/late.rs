//! Events that were learned of after the period they happened in was closed.
//!
//! The plan without them holds until the day before they are posted, and the plan with them from that
//! day on. What lies between the two plans by then is the catch-up: it is charged on the day of
//! posting, and no figure before that day ever moves.

use super::balance::Entry;
use super::event::{Event, What};
use super::plan::Plan;
use super::problem::{Problem, problem};
use super::terms::Terms;
use crate::date::{Date, day_before};
use crate::money::MoneyError;

/// The plan that held until events were posted late.
#[derive(Clone)]
pub(super) struct Late {
    /// The first day of the plan with the events.
    pub posted: Date,
    /// None where the item itself was not known before.
    pub before: Option<Plan>,
    /// Those of both plans: of the one before until the day, the others after it or on it.
    pub entries: Vec<(usize, Entry)>,
}

/// Where a plan follows another one.
pub(super) struct Split {
    pub posted: Date,
    /// The terms before that day; none where the item was not known.
    pub before: Option<Vec<Terms>>,
}

/// The last day on which events, or the item itself, are posted late.
pub(super) fn before(components: &[Terms]) -> Result<Option<Split>, Problem> {
    let known =
        components.iter().filter_map(|terms| terms.posted.filter(|posted| terms.start < *posted)).max();
    let events = || components.iter().flat_map(|terms| &terms.events);
    for event in events() {
        check(event).map_err(|problem| problem.of(event))?;
    }
    let Some(posted) = events().filter_map(|event| event.posted).chain(known).max() else {
        return Ok(None);
    };
    if known == Some(posted) {
        return Ok(Some(Split { posted, before: None }));
    }
    let mut terms = components.to_vec();
    for terms in &mut terms {
        terms.events.retain(|event| event.posted.unwrap_or(event.date) < posted);
    }
    Ok(Some(Split { posted, before: Some(terms) }))
}

fn check(event: &Event) -> Result<(), Problem> {
    match event.posted {
        Some(posted) if posted <= event.date => {
            problem(format!("posted on {posted}, which is no later: delete `posted`"))
        }
        Some(_) if matches!(event.what, What::TakeOver { .. }) => {
            problem("a take-over is dated on the day from which these books know the item: delete `posted`")
        }
        _ => Ok(()),
    }
}

impl Late {
    /// `with` are the entries of the plan with the events.
    pub fn new<'a>(
        posted: Date,
        before: Option<Plan>,
        with: impl Iterator<Item = (usize, &'a Entry)>,
    ) -> Late {
        let held: Vec<(usize, Entry)> = before
            .iter()
            .flat_map(Plan::entries)
            .filter(|(_, entry)| entry.date < posted)
            .map(|(component, entry)| (component, *entry))
            .collect();
        let mut entries = held.clone();
        for (component, entry) in with {
            if entry.date >= posted {
                entries.push((component, *entry));
                continue;
            }
            let same = |(at, held): &&(usize, Entry)| {
                *at == component && held.event == entry.event && held.kind == entry.kind
            };
            match held.iter().find(same) {
                // An event that was there already may be another amount after an earlier one.
                Some((_, held)) if unchanged(held, entry) => {}
                Some((_, held)) => entries.push((component, difference(posted, held, entry))),
                None => entries.push((component, Entry { date: posted, ..*entry })),
            }
        }
        Late { posted, before, entries }
    }

    /// What was charged by the end of a day before that of posting.
    pub fn charged_before(&self, date: Date) -> Result<i128, MoneyError> {
        self.before.as_ref().map_or(Ok(0), |before| before.charged(date))
    }

    /// What is charged on the day of posting for the days before it; `with` is what the plan with the
    /// events charges until then.
    pub fn catch_up(&self, with: i128) -> Result<i128, MoneyError> {
        Ok(with - self.charged_before(day_before(self.posted))?)
    }
}

fn unchanged(held: &Entry, entry: &Entry) -> bool {
    (held.gross, held.accumulated, held.impairment) == (entry.gross, entry.accumulated, entry.impairment)
}

fn difference(posted: Date, held: &Entry, entry: &Entry) -> Entry {
    Entry {
        date: posted,
        gross: entry.gross - held.gross,
        accumulated: entry.accumulated - held.accumulated,
        impairment: entry.impairment - held.impairment,
        proceeds: None,
        ..*entry
    }
}
