//! Configuration items: the equipment, software and places that services rest on.

use std::fmt;

use super::record::{Record, texts};
use crate::date::Date;
use crate::money::Money;

/// A configuration item, read from its record.
#[derive(Clone, Copy)]
pub struct Item<'a>(pub &'a Record);

impl<'a> Item<'a> {
    pub fn record(&self) -> &'a Record {
        self.0
    }

    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn class(&self) -> &'a str {
        self.0.class().unwrap_or("")
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or("")
    }

    pub fn status(&self) -> Option<Status> {
        Status::from_name(self.0.text("status")?)
    }

    pub fn owner(&self) -> Option<&'a str> {
        self.0.text("owner")
    }

    pub fn location(&self) -> Option<&'a str> {
        self.0.text("location")
    }

    /// Acquisition cost without recoverable tax.
    pub fn cost(&self) -> Option<Money> {
        self.0.money("cost")
    }

    pub fn in_service(&self) -> Option<Date> {
        self.0.date("in_service")
    }

    /// The day it left service.
    pub fn retired(&self) -> Option<Date> {
        self.0.date("retired")
    }

    /// The last day on which somebody is known to have had the item in hand: that of its last check
    /// against reality, or else of its delivery. A change of the record is no such day.
    pub fn last_seen(&self) -> Option<Date> {
        self.0.date("verified.on").or_else(|| self.0.date("acquired"))
    }

    /// The ids under one of the item's relations, such as `runs_on`.
    pub fn related(&self, relation: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("relations").and_then(|relations| relations.field(relation)))
    }
}

/// The stages of an item's life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Status {
    Planned,
    Ordered,
    InStock,
    InBuild,
    InUse,
    InMaintenance,
    Retired,
    Disposed,
    Lost,
}

impl Status {
    pub const ALL: [Status; 9] = [
        Status::Planned,
        Status::Ordered,
        Status::InStock,
        Status::InBuild,
        Status::InUse,
        Status::InMaintenance,
        Status::Retired,
        Status::Disposed,
        Status::Lost,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Status::Planned => "planned",
            Status::Ordered => "ordered",
            Status::InStock => "in_stock",
            Status::InBuild => "in_build",
            Status::InUse => "in_use",
            Status::InMaintenance => "in_maintenance",
            Status::Retired => "retired",
            Status::Disposed => "disposed",
            Status::Lost => "lost",
        }
    }

    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }

    /// In the house and working, or being mended to work again.
    pub fn is_active(self) -> bool {
        matches!(self, Status::InUse | Status::InMaintenance)
    }

    /// Out of service for good.
    pub fn is_ended(self) -> bool {
        matches!(self, Status::Retired | Status::Disposed | Status::Lost)
    }

    /// Not yet acquired.
    pub fn is_future(self) -> bool {
        matches!(self, Status::Planned | Status::Ordered)
    }

    /// Acquired and not out of service: there is a thing to be found where the record says.
    pub fn is_present(self) -> bool {
        !self.is_future() && !self.is_ended()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
