//! Policies: rules that the organisation sets itself.

use super::record::Record;
use crate::finding::Level;

/// A policy, read from its record.
#[derive(Clone, Copy)]
pub struct Policy<'a>(pub &'a Record);

impl<'a> Policy<'a> {
    /// What the rule ids of policies begin with.
    pub const PREFIX: &'static str = "policy/";

    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    /// The id under which findings, waivers and settings know the policy.
    pub fn rule(&self) -> String {
        format!("{}{}", Self::PREFIX, self.0.id())
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or("")
    }

    /// Why it matters.
    pub fn description(&self) -> Option<&'a str> {
        self.0.text("description")
    }

    pub fn level(&self) -> Option<Level> {
        Level::from_name(self.0.text("level")?)
    }

    pub fn message(&self) -> &'a str {
        self.0.text("message").unwrap_or("")
    }

    pub fn help(&self) -> Option<&'a str> {
        self.0.text("help")
    }
}
