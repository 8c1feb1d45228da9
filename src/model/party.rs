//! Parties: whoever owns, sells, buys, uses or answers for something.

use super::record::Record;

/// An organisation, department, team or person, read from its record.
#[derive(Clone, Copy)]
pub struct Party<'a>(pub &'a Record);

impl<'a> Party<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or("")
    }

    pub fn kind(&self) -> &'a str {
        self.0.text("kind").unwrap_or("")
    }
}
