//! Records from outside: rows and objects of other systems become proposals, and proposals a plan.
//!
//! A reader of an outside format knows that format and nothing of the estate: it answers
//! [`Proposal`]s. Planning compares them with the estate by their external keys, so that importing
//! the same file again changes nothing.

mod compose;
pub mod csv;
pub mod mapping;
mod matching;
pub mod netbox;
mod plan;
pub mod yaml_files;

use std::collections::BTreeMap;

use crate::model::Kind;
use crate::yaml::Data;

pub use plan::{Options, Plan, plan};

/// A record that an outside system knows.
#[derive(Clone, PartialEq, Debug)]
pub struct Proposal {
    pub kind: Kind,
    /// Of an item.
    pub class: Option<String>,
    /// The id to give to a new record; planning changes it where it is taken.
    pub id: String,
    /// The outside system, such as `netbox`, and the record's key there, kept under `external`. An
    /// empty key: the system shows no more of it than a name, as a list of devices does of their
    /// sites. Such a record is made where others refer to it and there is none of that id or name, and
    /// otherwise left alone.
    pub key: (String, String),
    /// The fields, without `id`, `class` and `external`. References to records of the same import
    /// are written as their proposed ids.
    pub fields: Data,
    /// Where it stands outside: `line 12`, `dcim.device 12`.
    pub origin: String,
}

/// Something outside that becomes no record, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rejection {
    pub origin: String,
    pub reason: String,
}

/// What a reader found.
#[derive(Clone, Default, Debug)]
pub struct Incoming {
    pub proposals: Vec<Proposal>,
    pub rejections: Vec<Rejection>,
    /// Objects that have no record of their own but are told by others, such as cables, counted by
    /// what they are.
    pub merged: BTreeMap<String, usize>,
    /// Objects that are left out on purpose, counted by what they are.
    pub left_out: BTreeMap<String, usize>,
}

/// Why a file as a whole cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl ReadError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
