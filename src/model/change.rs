//! Changes: what is to be done to the estate, and when.

use super::record::{Record, texts};
use crate::date::Period;

/// A change, read from its record.
#[derive(Clone, Copy)]
pub struct Change<'a>(pub &'a Record);

impl<'a> Change<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or_else(|| self.0.id())
    }

    /// The days on which it is to be carried out.
    pub fn window(&self) -> Option<Period> {
        let start = self.0.date("scheduled")?;
        let end = self.0.date("scheduled_until").unwrap_or(start);
        Some(Period { start, end: end.max(start) })
    }

    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.0.text("outcome.status").is_none_or(|status| status == "planned")
    }

    /// The ids of the items and services that it touches.
    pub fn affects(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("affects"))
    }
}
