//! Which records a question is about: a kind, or a class of items.

use crate::model::{Kind, Record};
use crate::money::Currency;
use crate::schema::{Schemas, Shape};
use crate::snapshot::Snapshot;

/// The records that a question is about, and what is needed to read its words.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub kind: Kind,
    /// One class of items alone.
    pub class: Option<&'a str>,
    pub schemas: &'a Schemas,
    /// The currency of amounts that are typed without one.
    pub currency: Option<Currency>,
}

impl<'a> Scope<'a> {
    /// The scope that a user means by a kind, the folder of a kind or a class, in the singular or
    /// plural; `None` where there is neither.
    pub fn named(name: &str, snapshot: &'a Snapshot) -> Option<Scope<'a>> {
        let schemas = snapshot.schemas();
        let named = |kind: &Kind| kind.name() == name || (kind.folder() == name && !name.is_empty());
        let class = || {
            schemas.classes().find(|class| *class == name || name.strip_suffix('s') == Some(class)).map(Some)
        };
        let (kind, class) = match Kind::ALL.into_iter().find(named) {
            Some(kind) => (kind, None),
            None => (Kind::Item, class()?),
        };
        let currency = snapshot.settings().map(|settings| settings.currency);
        Some(Scope { kind, class, schemas, currency })
    }

    /// Every name that [`Scope::named`] knows in its usual form.
    pub fn names(schemas: &Schemas) -> impl Iterator<Item = &str> {
        let kinds = Kind::ALL.into_iter().flat_map(|kind| [kind.name(), kind.folder()]);
        kinds.filter(|name| !name.is_empty()).chain(schemas.classes())
    }

    /// One of the records, as a message calls it.
    pub fn name(&self) -> &'a str {
        self.class.unwrap_or(self.kind.name())
    }

    /// What the records are called together.
    pub fn title(&self) -> &'a str {
        match self.kind {
            Kind::Settings => "Settings",
            Kind::Item => self
                .class
                .and_then(|class| self.schemas.class(class))
                .map_or("Items", |schema| schema.title()),
            Kind::Service => "Services",
            Kind::Contract => "Contracts",
            Kind::Execution => "Contract executions",
            Kind::Schedule => "Depreciation schedules",
            Kind::Party => "Parties",
            Kind::Change => "Changes",
            Kind::Investment => "Investments",
            Kind::Policy => "Policies",
            Kind::Closing => "Closings",
            Kind::Rate => "Rates",
            Kind::Waivers => "Waivers",
            Kind::Signers => "Signers",
        }
    }

    pub(crate) fn admits(&self, record: &Record) -> bool {
        record.kind() == self.kind && self.class.is_none_or(|class| record.class() == Some(class))
    }

    /// The shapes that the records may have.
    pub(crate) fn shapes(&self) -> Vec<&'a Shape> {
        let names: Vec<&str> = match (self.class, self.kind) {
            (None, Kind::Item) => self.schemas.classes().collect(),
            _ => vec![self.name()],
        };
        names.into_iter().filter_map(|name| self.schemas.get(name)).map(|schema| schema.shape()).collect()
    }

    /// The fields that a reader wants to see where he names none.
    pub fn default_columns(&self) -> &'static [&'static str] {
        match (self.kind, self.class) {
            (Kind::Item, None) => {
                &["id", "class", "name", "status", "owner", "location", "in_service", "cost"]
            }
            (Kind::Item, Some(_)) => &["id", "name", "status", "owner", "location", "in_service", "cost"],
            (Kind::Service, _) => &["id", "name", "status", "owner", "criticality", "consumers"],
            (Kind::Contract, _) => {
                &["id", "name", "side", "kind", "party", "term.start", "end", "price.amount", "price.per"]
            }
            (Kind::Execution, _) => &["id", "contract", "kind", "date", "reference", "amount"],
            (Kind::Schedule, _) => &["id", "item", "books"],
            (Kind::Party, _) => &["id", "name", "kind", "email"],
            (Kind::Change, _) => &["id", "name", "risk.level", "outcome.status", "scheduled", "approved_by"],
            (Kind::Investment, _) => &["id", "name", "status", "start", "horizon", "discount_rate", "chosen"],
            (Kind::Policy, _) => &["id", "name", "level", "owner"],
            (Kind::Closing, _) => &["id", "period", "start", "end", "status"],
            (Kind::Rate, _) => &["id", "name", "kind", "unit", "currency"],
            (Kind::Waivers, _) => &["id", "waivers.rule"],
            (Kind::Signers, _) => &["id", "signers.principal"],
            (Kind::Settings, _) => &["id", "organisation.name", "currency"],
        }
    }
}
