//! `estate`: one trusted record of an organisation's IT estate, as YAML files in a git repository.
//!
//! # Nouns
//!
//! ```text
//!                  reading                                        showing
//!  git / disk → Store → Snapshot → pure function → Report → renderer → stdout
//!                 ↑        │       (audit diff schedule …)
//!              commit      .with(&Edit)
//!                 └─ gate ←─┘        writing: Edit → Snapshot' → gate (no new errors) → commit
//! ```
//!
//! A [`Store`](store::Store) finds the estate and its repository. A [`Snapshot`](snapshot::Snapshot)
//! is every record at one version; it never fails to load: what is wrong becomes a
//! [`Finding`](finding::Finding). A [`Record`](model::Record) is one file. An [`Edit`](edit::Edit) is
//! a change as plain data. A [`Report`](report::Report) is a typed table that knows no format. Rules,
//! importers and output formats are one file and one line in a registry each.
//!
//! Two laws. Everything that can change an answer is in the snapshot or an argument: the same
//! revision and arguments give the same bytes. And text is the truth: records are parsed from text,
//! edits change only the bytes they mean to change, places point into the text.
//!
//! # Layers
//!
//! ```text
//!   cli (the binary)     arguments, environment, clock, terminal
//!   store                files and git: nothing else touches them
//!   render               a report or findings as text, one file a format
//!   reports              named reports, made of what engines say
//!   engines              allocation audit closing contract diff edits history impact import invest journal licence manifest merge openslo policy query schedule score value: pure functions of snapshots
//!   graph → snapshot → model → schema
//!   leaf data            money date source yaml finding report …
//! ```
//!
//! A module uses modules below its own layer only, and `tests/architecture.rs` holds it to that.
//! `render` knows leaf data alone, `store` stops at the snapshot.
//!
//! # Modules, each after what it uses

#![cfg_attr(test, allow(clippy::string_slice, reason = "tests stop at what is not as it should be"))]

// Leaf data.
pub mod cycles;
pub mod date;
pub mod embedded;
pub mod glob;
pub mod money;
pub mod source;
pub mod suggest;

pub mod edit;
pub mod finding;
pub mod report;
pub mod secrets;
pub mod signature;
pub mod yaml;

// What is in the estate.
pub mod schema;

pub mod model;

pub mod snapshot;

pub mod graph;

// What is made of it.
pub mod schedule;

pub mod contract;
pub mod licence;

pub mod closing;
pub mod impact;
pub mod invest;
pub mod journal;
pub mod query;

pub mod allocation;
pub mod value;

pub mod policy;

pub mod audit;
pub mod diff;
pub mod edits;
pub mod history;
pub mod import;
pub mod manifest;
pub mod merge;
pub mod openslo;
pub mod score;

pub mod reports;

// What is shown, what is kept, and what ships.
pub mod render;
pub mod sample;
pub mod store;
