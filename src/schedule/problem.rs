//! Why there is no plan.

use std::fmt;

use super::event::Event;
use crate::date::DateError;
use crate::money::MoneyError;

/// Why there is no plan, as a reader of a report must know it, and which field of the schedule or
/// contract to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub text: String,
    /// Route in the record, such as `events[2].amount`; empty where no field is to blame.
    pub field: String,
}

impl Problem {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), field: String::new() }
    }

    /// Says which event it is about.
    pub(super) fn of(self, event: &Event) -> Self {
        let text = format!("{} on {}: {}", event.kind(), event.date, self.text);
        Self { text, ..self }.at(|| event.field())
    }

    /// Names the field, unless a more exact one is named already.
    pub fn at(mut self, field: impl FnOnce() -> String) -> Self {
        if self.field.is_empty() {
            self.field = field();
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<MoneyError> for Problem {
    fn from(error: MoneyError) -> Self {
        Problem::new(error.to_string())
    }
}

impl From<DateError> for Problem {
    fn from(error: DateError) -> Self {
        Problem::new(error.to_string())
    }
}

pub(super) fn problem<T>(text: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::new(text))
}
