//! What the writing verbs change: pure functions from records to texts and [`Edit`]s.
//!
//! [`Edit`]: crate::edit::Edit

mod assignment;
mod close;
mod create;
mod fact;
mod format;
mod rename;
mod retire;
mod value;
mod verify;

pub use assignment::{Assignment, Operator, shape_at};
pub use close::{Closure, close, reopen};
pub use create::{adopted_text, default_plans, free_id, new_text, schema_line};
pub use fact::Fact;
pub use format::formatted;
pub use rename::{file_by_class, rename};
pub use retire::{Retirement, put_off, retire, still_used};
pub use value::typed;
pub use verify::{Sighting, verify};

use crate::yaml::PatchError;

/// Why an edit cannot be made, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct EditError {
    pub message: String,
    pub help: Option<String>,
}

impl EditError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<PatchError> for EditError {
    fn from(error: PatchError) -> Self {
        EditError::new(error.to_string())
    }
}
