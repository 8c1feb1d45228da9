//! What audit says: a broken rule at a place, why it matters and how to mend it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::edit::Edit;
use crate::source::Location;

/// The levels of SARIF, so that no mapping can get them wrong. Ordered by weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub enum Level {
    Note,
    Warning,
    Error,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

    pub fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }

    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A second place that a finding speaks of, with what to see there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Related {
    pub location: Location,
    pub label: String,
}

/// One broken rule at one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's stable id, named after the offence: `dangling-reference`. That of a policy, which
    /// is data, is `policy/` and its record's id.
    pub rule: Cow<'static, str>,
    pub level: Level,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    pub location: Location,
    /// What to see at the location, where the message alone does not say it.
    pub label: Option<String>,
    /// The record's path of the field, such as `events[2].date`; empty for the file as a whole.
    pub field: String,
    pub related: Vec<Related>,
    /// How to mend it, one sentence without a full stop.
    pub help: Option<String>,
    /// An edit that mends it without a decision of a person.
    pub fix: Option<Box<Edit>>,
}

impl Finding {
    pub fn new(
        rule: impl Into<Cow<'static, str>>,
        level: Level,
        location: Location,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule: rule.into(),
            level,
            message: message.into(),
            location,
            label: None,
            field: String::new(),
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    pub fn error(rule: &'static str, location: Location, message: impl Into<String>) -> Self {
        Self::new(rule, Level::Error, location, message)
    }

    pub fn warning(rule: &'static str, location: Location, message: impl Into<String>) -> Self {
        Self::new(rule, Level::Warning, location, message)
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn related(mut self, location: Location, label: impl Into<String>) -> Self {
        self.related.push(Related { location, label: label.into() });
        self
    }

    pub fn fix(mut self, edit: Edit) -> Self {
        self.fix = Some(Box::new(edit));
        self
    }

    /// What makes two findings the same over time: the rule, the file, the field and the message,
    /// never the line, which moves.
    pub fn identity(&self) -> (&str, &str, &str, &str) {
        (&self.rule, &self.location.path, &self.field, &self.message)
    }
}

/// Orders findings for a reader: by file, then place, then rule.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.location.line, finding.location.column);
        a.location
            .path
            .cmp(&b.location.path)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| a.message.cmp(&b.message))
    });
}
