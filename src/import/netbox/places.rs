//! Regions, sites, locations and racks.

use super::draft::{Draft, whole};
use super::dump::Object;
use super::source::Source;
use crate::model::slug::slug;

pub fn region<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = place(object, source, "region");
    draft.add("relations.part_of", source.id_at(object, "parent", "dcim.region"));
    draft
}

pub fn site<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = place(object, source, "site");
    draft.add("relations.part_of", source.id_at(object, "region", "dcim.region"));
    let group = draft.merge(source.follow(object, "group", "dcim.sitegroup"));
    draft.add("tags", group.and_then(slug_of));
    let address = object.text("physical_address");
    let address = address.map(|text| text.lines().map(str::trim).collect::<Vec<_>>().join(", "));
    draft.set("attributes.address", address);
    draft.set("attributes.latitude", object.text("latitude"));
    draft.set("attributes.longitude", object.text("longitude"));
    for (field, label) in [
        ("facility", "Facility"),
        ("asn", "AS number"),
        ("time_zone", "Time zone"),
        ("shipping_address", "Shipping address"),
        ("contact_name", "Contact"),
        ("contact_phone", "Contact's telephone"),
        ("contact_email", "Contact's address"),
    ] {
        draft.note(label, object.line(field));
    }
    draft
}

pub fn location<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = place(object, source, location_kind(object));
    let around = source.id_at(object, "parent", "dcim.location");
    draft.add("relations.part_of", around.or_else(|| source.id_at(object, "site", "dcim.site")));
    draft.note("Facility", object.line("facility"));
    draft
}

fn place<'d>(object: &'d Object, source: &Source<'d>, kind: &str) -> Draft<'d> {
    let mut draft = Draft::item("location");
    draft.set("name", object.line("name"));
    draft.set("attributes.kind", Some(kind));
    source.life(&mut draft, object);
    source.common(&mut draft, object);
    draft
}

/// NetBox does not say what sort of place a location is; its name may.
fn location_kind(object: &Object) -> &'static str {
    let name = object.line("name").unwrap_or_default().to_lowercase();
    let begins = |word: &str| name.starts_with(word);
    match () {
        () if begins("row") => "row",
        () if begins("building") => "building",
        () => "room",
    }
}

pub fn rack<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::item("rack");
    draft.set("name", object.line("name"));
    source.life(&mut draft, object);
    draft.set("location", standing_at(object, source));
    draft.set("serial", object.line("serial"));
    draft.set("asset_tag", object.line("asset_tag"));
    let role = draft.merge(source.follow(object, "role", "dcim.rackrole"));
    draft.attribute("role", "Role", role.and_then(|role| role.line("name")));
    // Newer versions keep the frame in a rack type.
    let kind = source.follow(object, "rack_type", "dcim.racktype");
    if let Some(kind) = kind {
        let maker = source.follow(kind, "manufacturer", "dcim.manufacturer");
        draft.set("model", kind.line("model"));
        draft.set("manufacturer", maker.and_then(|maker| maker.line("name")));
        draft.add("relations.instance_of", source.id(Some(kind)));
    }
    let said = |field: &str| object.line(field).or_else(|| kind?.line(field));
    draft.attribute("form_factor", "Form factor", said("type").or_else(|| said("form_factor")));
    draft.whole("height_u", "Height in rack units", said("u_height"), 100);
    draft.whole("rail_width_in", "Width between the rails in inches", said("width"), 100);
    let unit = said("outer_unit");
    for (name, field, label) in
        [("width_mm", "outer_width", "Outside width"), ("depth_mm", "outer_depth", "Outside depth")]
    {
        match (unit.as_deref(), said(field)) {
            (Some("mm"), size) => draft.whole(name, label, size, u64::MAX),
            (unit, size) => {
                draft.note(label, size.map(|size| format!("{size} {}", unit.unwrap_or_default())))
            }
        }
    }
    match (said("weight_unit").as_deref(), said("max_weight")) {
        (Some("kg"), load) => draft.whole("max_load_kg", "Greatest load in kilograms", load, u64::MAX),
        (unit, load) => {
            draft.note("Greatest load", load.map(|load| format!("{load} {}", unit.unwrap_or_default())))
        }
    }
    draft.note("Facility id", object.line("facility_id"));
    let from_top = object.is_true("desc_units") || kind.is_some_and(|kind| kind.is_true("desc_units"));
    draft.note("Units are counted", from_top.then_some("from the top"));
    source.common(&mut draft, object);
    draft
}

/// The id of the location or the site at which something stands.
pub fn standing_at<'d>(object: &Object, source: &Source<'d>) -> Option<String> {
    let place = source.id_at(object, "location", "dcim.location");
    place.or_else(|| source.id_at(object, "site", "dcim.site"))
}

pub fn slug_of(object: &Object) -> Option<String> {
    object.line("slug").or_else(|| object.line("name")).map(|name| slug(&name))
}

pub fn names_by_slug(object: &Object, _: &Source<'_>) -> Vec<String> {
    object.line("slug").or_else(|| object.line("name")).into_iter().collect()
}

/// Names that say something only at their site: Row 1, Rack 12.
pub fn names_at_site(object: &Object, source: &Source<'_>) -> Vec<String> {
    let name = object.line("name").unwrap_or_default();
    let site = source.follow(object, "site", "dcim.site").and_then(slug_of).unwrap_or_default();
    let place = source.follow(object, "parent", "dcim.location");
    let place = place.or_else(|| source.follow(object, "location", "dcim.location")).and_then(slug_of);
    let in_place = place.map(|place| format!("{site} {place} {name}"));
    [format!("{site} {name}")].into_iter().chain(in_place).collect()
}

/// A rack position as people say it; half units have a point.
pub fn position(object: &Object) -> Option<String> {
    let text = object.line("position")?;
    Some(whole(&text).map_or(text, |number| number.to_string()))
}
