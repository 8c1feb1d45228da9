//! The kinds of records and where their files lie.

use std::fmt;

/// A kind of record. A new kind is one line in each table below and one schema.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    Settings,
    Item,
    Service,
    Contract,
    Execution,
    Schedule,
    Party,
    Change,
    Investment,
    Policy,
    Closing,
    Rate,
    Waivers,
    Signers,
}

impl Kind {
    pub const ALL: [Kind; 14] = [
        Kind::Settings,
        Kind::Item,
        Kind::Service,
        Kind::Contract,
        Kind::Execution,
        Kind::Schedule,
        Kind::Party,
        Kind::Change,
        Kind::Investment,
        Kind::Policy,
        Kind::Closing,
        Kind::Rate,
        Kind::Waivers,
        Kind::Signers,
    ];

    /// The kind's name, also the name of its schema.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Settings => "settings",
            Kind::Item => "item",
            Kind::Service => "service",
            Kind::Contract => "contract",
            Kind::Execution => "execution",
            Kind::Schedule => "schedule",
            Kind::Party => "party",
            Kind::Change => "change",
            Kind::Investment => "investment",
            Kind::Policy => "policy",
            Kind::Closing => "closing",
            Kind::Rate => "rate",
            Kind::Waivers => "waivers",
            Kind::Signers => "signers",
        }
    }

    /// The folder below `inventory/` that holds the kind's records; empty where there is one alone.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Settings | Kind::Waivers | Kind::Signers => "",
            Kind::Item => "items",
            Kind::Service => "services",
            Kind::Contract => "contracts",
            Kind::Execution => "executions",
            Kind::Schedule => "schedules",
            Kind::Party => "parties",
            Kind::Change => "changes",
            Kind::Investment => "investments",
            Kind::Policy => "policies",
            Kind::Closing => "closings",
            Kind::Rate => "rates",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the kind's folder has folders of its own: one for each class of items, one for each
    /// contract of executions.
    pub fn has_folders(self) -> bool {
        matches!(self, Kind::Item | Kind::Execution)
    }

    /// Whether there is one record of the kind, named after it, directly below `inventory/`.
    pub fn is_single(self) -> bool {
        self.folder().is_empty()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a path says of the record in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub kind: Kind,
    /// The folder within the kind's: the class of an item, the contract of an execution.
    pub folder: Option<String>,
    pub id: String,
}

impl Place {
    /// The file that `settings` are read from.
    pub const SETTINGS: &'static str = "inventory/settings.yaml";

    /// The files that hold the one record of their kind: settings, waivers and signers.
    pub fn singles() -> impl Iterator<Item = Place> {
        Kind::ALL.into_iter().filter(|kind| kind.is_single()).map(|kind| Place::new(kind, None, kind.name()))
    }

    pub fn new(kind: Kind, folder: Option<&str>, id: &str) -> Self {
        Self { kind, folder: folder.map(str::to_owned), id: id.to_owned() }
    }

    /// The class of an item.
    pub fn class(&self) -> Option<&str> {
        self.folder.as_deref().filter(|_| self.kind == Kind::Item)
    }

    /// Reads a path relative to the estate's root; `None` where no kind of record lies there.
    pub fn of(path: &str) -> Option<Place> {
        let path = path.strip_prefix("inventory/")?.strip_suffix(".yaml")?;
        if let Some(kind) = Kind::from_name(path).filter(|kind| kind.is_single()) {
            return Some(Place::new(kind, None, path));
        }
        let mut parts = path.split('/');
        let (folder, second, third, rest) = (parts.next()?, parts.next()?, parts.next(), parts.next());
        let kind = Kind::ALL.into_iter().find(|kind| kind.folder() == folder && !kind.is_single())?;
        match (kind.has_folders(), third, rest) {
            (true, Some(id), None) => Some(Place::new(kind, Some(second), id)),
            (false, None, None) => Some(Place::new(kind, None, second)),
            _ => None,
        }
    }

    /// The path relative to the estate's root, with forward slashes.
    pub fn path(&self) -> String {
        match (&self.kind, &self.folder) {
            (kind, _) if kind.is_single() => format!("inventory/{}.yaml", kind.name()),
            (kind, Some(folder)) => format!("inventory/{}/{folder}/{}.yaml", kind.folder(), self.id),
            (kind, None) => format!("inventory/{}/{}.yaml", kind.folder(), self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema of a kind is no class, which would make records of it items.
    #[test]
    fn every_kind_has_a_schema_of_its_own() {
        let schemas = crate::schema::Schemas::shipped();
        for kind in Kind::ALL {
            assert!(schemas.get(kind.name()).is_some() && schemas.class(kind.name()).is_none(), "{kind}");
        }
    }

    #[test]
    fn paths_and_places_agree() {
        for path in [
            "inventory/settings.yaml",
            "inventory/waivers.yaml",
            "inventory/signers.yaml",
            "inventory/items/server/srv-01.yaml",
            "inventory/services/web.yaml",
            "inventory/parties/dell.yaml",
            "inventory/changes/chg-0042.yaml",
            "inventory/investments/storage-renewal.yaml",
            "inventory/policies/warranty.yaml",
            "inventory/closings/fy2025.yaml",
            "inventory/rates/electricity.yaml",
            "inventory/executions/dell-prosupport/2026-03-01-invoice.yaml",
            "inventory/rates/syntec.yaml",
        ] {
            assert_eq!(Place::of(path).map(|place| place.path()).as_deref(), Some(path));
        }
        for path in [
            "inventory/items/srv-01.yaml",
            "inventory/items/a/b/c.yaml",
            "inventory/executions/2026-03-01-invoice.yaml",
            "inventory/x.yaml",
            "services/web.yaml",
            "inventory/services/a/b.yaml",
            "inventory/services/web.yml",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
