//! The models that become records, one line each: what they need, their ids, and how they are read.

use super::draft::Draft;
use super::dump::Object;
use super::source::Source;
use super::{circuits, devices, parties, places, power, virtual_machines};
use crate::model::Kind;

pub struct Model {
    pub name: &'static str,
    pub kind: Kind,
    /// Of each group, one field must say something.
    pub required: &'static [&'static [&'static str]],
    pub references: &'static [Reference],
    /// Names to make its id from, the shortest first.
    pub names: fn(&Object, &Source<'_>) -> Vec<String>,
    pub draft: for<'d> fn(&'d Object, &Source<'d>) -> Draft<'d>,
}

/// A field that holds the number of another object.
pub struct Reference {
    pub field: &'static str,
    pub model: &'static str,
    /// Whether the record would be wrong without it; else it only says less.
    pub is_needed: bool,
}

const fn needs(field: &'static str, model: &'static str) -> Reference {
    Reference { field, model, is_needed: true }
}

const fn may(field: &'static str, model: &'static str) -> Reference {
    Reference { field, model, is_needed: false }
}

const NAME: &[&[&str]] = &[&["name"]];
const TENANT: Reference = needs("tenant", "tenancy.tenant");
const SITE: Reference = needs("site", "dcim.site");
const LOCATION: Reference = needs("location", "dcim.location");

/// In the order in which the records are shown.
pub const MODELS: &[Model] = &[
    Model {
        name: "dcim.manufacturer",
        kind: Kind::Party,
        required: NAME,
        references: &[],
        names: places::names_by_slug,
        draft: parties::manufacturer,
    },
    Model {
        name: "tenancy.tenant",
        kind: Kind::Party,
        required: NAME,
        references: &[may("group", "tenancy.tenantgroup")],
        names: places::names_by_slug,
        draft: parties::tenant,
    },
    Model {
        name: "circuits.provider",
        kind: Kind::Party,
        required: NAME,
        references: &[],
        names: places::names_by_slug,
        draft: parties::provider,
    },
    Model {
        name: "dcim.region",
        kind: Kind::Item,
        required: NAME,
        references: &[needs("parent", "dcim.region")],
        names: places::names_by_slug,
        draft: places::region,
    },
    Model {
        name: "dcim.site",
        kind: Kind::Item,
        required: NAME,
        references: &[needs("region", "dcim.region"), TENANT, may("group", "dcim.sitegroup")],
        names: places::names_by_slug,
        draft: places::site,
    },
    Model {
        name: "dcim.location",
        kind: Kind::Item,
        required: NAME,
        references: &[SITE, needs("parent", "dcim.location"), TENANT],
        names: places::names_at_site,
        draft: places::location,
    },
    Model {
        name: "dcim.racktype",
        kind: Kind::Item,
        required: &[&["model"]],
        references: &[needs("manufacturer", "dcim.manufacturer")],
        names: devices::names_of_model,
        draft: devices::model,
    },
    Model {
        name: "dcim.rack",
        kind: Kind::Item,
        required: NAME,
        references: &[
            SITE,
            LOCATION,
            TENANT,
            needs("rack_type", "dcim.racktype"),
            may("role", "dcim.rackrole"),
        ],
        names: places::names_at_site,
        draft: places::rack,
    },
    Model {
        name: "dcim.powerpanel",
        kind: Kind::Item,
        required: NAME,
        references: &[SITE, LOCATION],
        names: places::names_at_site,
        draft: power::panel,
    },
    Model {
        name: "dcim.powerfeed",
        kind: Kind::Item,
        required: NAME,
        references: &[needs("power_panel", "dcim.powerpanel"), needs("rack", "dcim.rack"), TENANT],
        names: power::names_of_feed,
        draft: power::feed,
    },
    Model {
        name: "dcim.devicetype",
        kind: Kind::Item,
        required: &[&["model"]],
        references: &[needs("manufacturer", "dcim.manufacturer")],
        names: devices::names_of_model,
        draft: devices::model,
    },
    Model {
        name: "dcim.device",
        kind: Kind::Item,
        required: &[&["device_type"]],
        references: &[
            needs("device_type", "dcim.devicetype"),
            needs("device_role", "dcim.devicerole"),
            needs("role", "dcim.devicerole"),
            SITE,
            LOCATION,
            needs("rack", "dcim.rack"),
            TENANT,
            needs("cluster", "virtualization.cluster"),
            may("platform", "dcim.platform"),
            may("primary_ip4", "ipam.ipaddress"),
            may("primary_ip6", "ipam.ipaddress"),
            may("oob_ip", "ipam.ipaddress"),
            may("virtual_chassis", "dcim.virtualchassis"),
        ],
        names: devices::names_of_device,
        draft: devices::device,
    },
    Model {
        name: "virtualization.cluster",
        kind: Kind::Item,
        required: NAME,
        references: &[
            SITE,
            TENANT,
            needs("type", "virtualization.clustertype"),
            may("group", "virtualization.clustergroup"),
        ],
        names: virtual_machines::names_of_cluster,
        draft: virtual_machines::cluster,
    },
    Model {
        name: "virtualization.virtualmachine",
        kind: Kind::Item,
        required: NAME,
        references: &[
            SITE,
            TENANT,
            needs("cluster", "virtualization.cluster"),
            needs("device", "dcim.device"),
            may("role", "dcim.devicerole"),
            may("platform", "dcim.platform"),
            may("primary_ip4", "ipam.ipaddress"),
            may("primary_ip6", "ipam.ipaddress"),
        ],
        names: virtual_machines::names_of_machine,
        draft: virtual_machines::virtual_machine,
    },
    Model {
        name: "circuits.circuit",
        kind: Kind::Contract,
        required: &[&["cid"], &["provider"], &["install_date", "created"]],
        references: &[
            needs("provider", "circuits.provider"),
            TENANT,
            may("type", "circuits.circuittype"),
            may("provider_account", "circuits.provideraccount"),
        ],
        names: circuits::names_of_circuit,
        draft: circuits::circuit,
    },
];
