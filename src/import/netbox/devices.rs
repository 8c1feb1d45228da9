//! Types as models, and devices.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::classes::class_of;
use super::draft::Draft;
use super::dump::{Key, Object};
use super::places::{position, slug_of, standing_at};
use super::source::Source;

/// A device type or a rack type.
pub fn model<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::item("model");
    let maker = source.follow(object, "manufacturer", "dcim.manufacturer");
    draft.set("name", object.line("model"));
    source.life(&mut draft, object);
    draft.set("attributes.manufacturer", maker.and_then(|maker| maker.line("name")));
    draft.set("attributes.part_number", object.line("part_number"));
    draft.whole("height_u", "Height in rack units", object.line("u_height"), 100);
    match (object.line("weight_unit").as_deref(), object.line("weight")) {
        (Some("g"), weight) => draft.whole("weight_g", "Weight in grams", weight, u64::MAX),
        (unit, weight) => {
            draft.note("Weight", weight.map(|weight| format!("{weight} {}", unit.unwrap_or_default())))
        }
    }
    let full_depth = object.json("is_full_depth").and_then(Json::as_bool);
    draft.set("attributes.full_depth", full_depth.map(|full| full.to_string()));
    draft.note("Airflow", object.line("airflow"));
    draft.note("Role in device bays", object.line("subdevice_role"));
    source.common(&mut draft, object);
    draft
}

pub fn names_of_model(object: &Object, source: &Source<'_>) -> Vec<String> {
    let maker = source.follow(object, "manufacturer", "dcim.manufacturer").and_then(slug_of);
    let slug = slug_of(object).or_else(|| object.line("model")).unwrap_or_default();
    // Shared device types often have the maker in their slug already.
    match maker.filter(|maker| !slug.starts_with(maker.as_str())) {
        Some(maker) => vec![format!("{maker} {slug}")],
        None => vec![slug],
    }
}

pub fn device<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let role = role_of(object, source);
    let device_type = source.follow(object, "device_type", "dcim.devicetype");
    let role_slug = role.and_then(slug_of);
    let class = class_of(role_slug.as_deref(), device_type.and_then(slug_of).as_deref());
    let mut draft = Draft::item(class.name);
    let rack = source.follow(object, "rack", "dcim.rack");
    draft.set("name", object.line("name").or_else(|| Some(described(object, device_type, rack))));
    source.life(&mut draft, object);
    let place = source.id_at(object, "location", "dcim.location");
    let place = place.or_else(|| source.id_at(rack?, "location", "dcim.location"));
    draft.set("location", place.or_else(|| standing_at(object, source)));
    if let Some(device_type) = device_type {
        let maker = source.follow(device_type, "manufacturer", "dcim.manufacturer");
        draft.set("model", device_type.line("model"));
        draft.set("manufacturer", maker.and_then(|maker| maker.line("name")));
    }
    draft.set("serial", object.line("serial"));
    draft.set("asset_tag", object.line("asset_tag"));
    draft.add("relations.instance_of", source.id(device_type));
    draft.add("relations.runs_on", source.id(rack));
    let cluster = source.id_at(object, "cluster", "virtualization.cluster");
    draft.add("relations.member_of", cluster);
    draft.merge(role);
    match class.does {
        Some((attribute, word)) => draft.set(&format!("attributes.{attribute}"), Some(word)),
        None if class.name == "server" => {
            draft.set("attributes.role", role.and_then(|role| role.line("name")))
        }
        None => {}
    }
    if class.name != "server" {
        draft.add("tags", role_slug);
    }
    draft.whole("position_u", "Position in the rack", object.line("position"), 100);
    draft.attribute("face", "Face", object.line("face"));
    on_the_network(&mut draft, object, source);
    stack(&mut draft, object, source);
    draft.note("Airflow", object.line("airflow"));
    let coordinates = object.line("latitude").zip(object.line("longitude"));
    draft.note("Coordinates", coordinates.map(|(north, east)| format!("{north}, {east}")));
    source.common(&mut draft, object);
    draft
}

pub fn role_of<'d>(object: &Object, source: &Source<'d>) -> Option<&'d Object> {
    let named = ["role", "device_role"].into_iter();
    named.filter_map(|field| source.follow(object, field, "dcim.devicerole")).next()
}

/// Platform and addresses.
pub fn on_the_network<'d>(draft: &mut Draft<'d>, object: &'d Object, source: &Source<'d>) {
    let platform = draft.merge(source.follow(object, "platform", "dcim.platform"));
    draft.attribute("platform", "Platform", platform.and_then(|platform| platform.line("name")));
    let mut address = |field: &str| {
        let address = draft.merge(source.follow(object, field, "ipam.ipaddress"));
        address.and_then(|address| address.line("address"))
    };
    let (four, six, management) = (address("primary_ip4"), address("primary_ip6"), address("oob_ip"));
    let second = six.clone().filter(|_| four.is_some());
    draft.attribute("primary_ip", "Primary address", four.or(six));
    draft.note("Primary IPv6 address", second);
    draft.attribute("management_ip", "Management address", management);
}

fn stack<'d>(draft: &mut Draft<'d>, object: &'d Object, source: &Source<'d>) {
    let Some(chassis) = source.follow(object, "virtual_chassis", "dcim.virtualchassis") else { return };
    draft.merge(Some(chassis));
    let name = chassis.line("name").unwrap_or_else(|| chassis.key().to_string());
    let member = object.line("vc_position").map(|position| format!(", member {position}"));
    draft.note("Virtual chassis", Some(format!("{name}{}", member.unwrap_or_default())));
}

/// A name for a device that has none: what it is and where it is mounted.
fn described(object: &Object, device_type: Option<&Object>, rack: Option<&Object>) -> String {
    let what = device_type.and_then(|kind| kind.line("model")).unwrap_or_else(|| "Device".to_owned());
    match rack.and_then(|rack| rack.line("name")).zip(position(object)) {
        Some((rack, position)) => format!("{what}, {rack} U{position}"),
        None => format!("{what}, number {}", object.key().pk),
    }
}

pub fn names_of_device(object: &Object, source: &Source<'_>) -> Vec<String> {
    let site = source.follow(object, "site", "dcim.site").and_then(slug_of).unwrap_or_default();
    if let Some(name) = object.line("name") {
        return vec![name.clone(), format!("{name} {site}")];
    }
    let kind = source.follow(object, "device_type", "dcim.devicetype").and_then(slug_of).unwrap_or_default();
    let rack = source.follow(object, "rack", "dcim.rack").and_then(|rack| rack.line("name"));
    match rack.zip(position(object)) {
        Some((rack, position)) => vec![format!("{site} {rack} {kind} u{position}")],
        None => vec![format!("{site} {kind} device {}", object.key().pk)],
    }
}

/// Adds to the devices in bays what they are mounted in.
pub fn fill_bays<'d>(drafts: &mut BTreeMap<Key<'d>, Draft<'d>>, source: &Source<'d>) {
    for bay in source.dump.all("dcim.devicebay") {
        let chassis = source.id_at(bay, "device", "dcim.device");
        let inside = source.follow(bay, "installed_device", "dcim.device");
        let draft = inside.and_then(|inside| drafts.get_mut(&inside.key()));
        if let (Some(chassis), Some(draft)) = (chassis, draft) {
            draft.add("relations.part_of", Some(chassis));
            draft.merge(Some(bay));
        }
    }
}
