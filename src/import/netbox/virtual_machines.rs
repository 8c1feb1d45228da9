//! Clusters and the virtual machines on them.

use super::devices::{on_the_network, role_of};
use super::draft::{Draft, whole};
use super::dump::Object;
use super::places::{slug_of, standing_at};
use super::source::Source;

/// Words in a cluster type's slug that say it is rented from a public cloud.
const CLOUDS: [&str; 12] = [
    "aws",
    "amazon",
    "azure",
    "google-cloud",
    "gcp",
    "digitalocean",
    "ovh",
    "scaleway",
    "hetzner",
    "linode",
    "oracle-cloud",
    "alibaba",
];

pub fn cluster<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let kind = source.follow(object, "type", "virtualization.clustertype");
    let words = kind.and_then(slug_of).unwrap_or_default();
    let is_cloud = CLOUDS.iter().any(|cloud| words.contains(cloud));
    let mut draft = Draft::item(if is_cloud { "cloud_resource" } else { "container_host" });
    draft.merge(kind);
    let kind = kind.and_then(|kind| kind.line("name"));
    draft.set("name", object.line("name"));
    source.life(&mut draft, object);
    draft.set("location", scope(object, source));
    match is_cloud {
        true => {
            draft.set("attributes.provider", kind);
            draft.set("attributes.resource_type", Some("cluster"));
        }
        false => draft.set("attributes.orchestrator", kind),
    }
    let group = draft.merge(source.follow(object, "group", "virtualization.clustergroup"));
    draft.add("tags", group.and_then(slug_of));
    source.common(&mut draft, object);
    draft
}

/// Where a cluster stands: its site or, in newer versions, any place.
fn scope<'d>(object: &Object, source: &Source<'d>) -> Option<String> {
    let site = source.id_at(object, "site", "dcim.site");
    site.or_else(|| source.id(source.generic(object, "scope_type", "scope_id")))
}

pub fn names_of_cluster(object: &Object, source: &Source<'_>) -> Vec<String> {
    let name = object.line("name").unwrap_or_default();
    let kind = source.follow(object, "type", "virtualization.clustertype").and_then(slug_of);
    let of_kind = kind.map(|kind| format!("{name} {kind}"));
    [name].into_iter().chain(of_kind).collect()
}

pub fn virtual_machine<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::item("virtual_machine");
    let cluster = source.follow(object, "cluster", "virtualization.cluster");
    draft.set("name", object.line("name"));
    source.life(&mut draft, object);
    draft.set("location", standing_at(object, source).or_else(|| scope(cluster?, source)));
    draft.set("serial", object.line("serial"));
    draft.add("relations.hosted_on", source.id(cluster));
    draft.add("relations.hosted_on", source.id_at(object, "device", "dcim.device"));
    let role = draft.merge(role_of(object, source));
    draft.set("attributes.role", role.and_then(|role| role.line("name")));
    draft.whole("vcpus", "Virtual processors", object.line("vcpus"), u64::MAX);
    size(&mut draft, "memory_gib", "Memory", object.line("memory"), true);
    // Since the version that gave machines a serial number, disks are counted in megabytes.
    let in_megabytes = object.has("serial");
    size(&mut draft, "disk_gib", "Disk", object.line("disk"), in_megabytes);
    on_the_network(&mut draft, object, source);
    source.common(&mut draft, object);
    draft
}

/// NetBox's megabytes and gigabytes are whatever people typed: 4096 MB and 4000 MB both mean 4 GB.
/// What is no whole number of gigabytes is kept in the notes.
fn size(draft: &mut Draft<'_>, name: &str, label: &str, value: Option<String>, in_megabytes: bool) {
    let Some(value) = value else { return };
    let Some(number) = whole(&value) else { return draft.note(label, Some(value)) };
    let gigabytes = match in_megabytes {
        false => Some(number),
        true => [1000, 1024].into_iter().find(|unit| number % unit == 0).map(|unit| number / unit),
    };
    match gigabytes.filter(|number| *number > 0) {
        Some(number) => draft.attribute(name, label, Some(number.to_string())),
        None => draft.note(label, Some(format!("{value} {}", if in_megabytes { "MB" } else { "GB" }))),
    }
}

pub fn names_of_machine(object: &Object, source: &Source<'_>) -> Vec<String> {
    let name = object.line("name").unwrap_or_default();
    let cluster = source.follow(object, "cluster", "virtualization.cluster");
    let on_cluster = cluster.and_then(|cluster| cluster.line("name")).map(|on| format!("{name} {on}"));
    [name].into_iter().chain(on_cluster).collect()
}
