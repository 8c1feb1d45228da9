//! Records: one file each, with typed views by kind.

pub mod business_hours;
pub mod calendar;
pub mod change;
pub mod closing;
pub mod contract;
pub mod execution;
pub mod investment;
pub mod item;
mod kind;
pub mod lease;
pub mod party;
pub mod policy;
pub mod rate;
pub mod record;
pub mod schedule;
pub mod service;
pub mod service_level;
pub mod settings;
pub mod signers;
pub mod slug;

pub use kind::{Kind, Place};
pub use record::{MAX_ID_LENGTH, Record, RecordId, is_dated, is_valid_id};
