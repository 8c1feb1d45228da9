//! What the repository said on a day.

use super::history::committed_on;
use super::{Store, StoreError};
use crate::date::Date;

/// The version that was known on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The commit's full id.
    pub commit: String,
    /// An earlier commit with a later date than the day. Where dates are not in order, "on that
    /// day" has more than one answer; the one given is the newest.
    pub out_of_order: Option<String>,
}

impl Store {
    /// The last commit of the branch `tip` itself, without those that merges brought in, that was
    /// committed on the day or before, by the date that the committer wrote.
    ///
    /// # Errors
    /// [`StoreError::NotYetKnown`] where the branch begins after the day.
    pub fn known_on(&self, tip: &str, day: Date) -> Result<Known, StoreError> {
        let mut commit = self.commit_at(tip)?;
        let mut known: Option<Known> = None;
        loop {
            let is_later = committed_on(&commit).is_none_or(|date| date > day);
            match &mut known {
                None if !is_later => {
                    known = Some(Known { commit: commit.id().to_string(), out_of_order: None });
                }
                Some(known) if is_later => {
                    known.out_of_order = Some(commit.id().to_string());
                    break;
                }
                _ => {}
            }
            let Some(parent) = commit.parents().next() else { break };
            commit = parent;
        }
        known.ok_or_else(|| StoreError::NotYetKnown {
            day,
            first: committed_on(&commit).map(|date| date.to_string()).unwrap_or_default(),
            tip: tip.to_owned(),
            shallow: self.is_shallow(),
        })
    }
}
