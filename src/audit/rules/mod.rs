//! The rules, one file each; those that reading enforces stand together in `reading.rs`.

use super::{Check, Context, Rule};

mod dangling_reference;
mod duplicate_id;
mod reading;

/// Every rule, in the order of the catalogue.
pub static RULES: &[&Rule] = &[&dangling_reference::RULE, &duplicate_id::RULE];
