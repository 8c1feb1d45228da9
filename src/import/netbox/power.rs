//! Power panels and the feeds that leave them.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::dump::{Key, Object};
use super::places::{slug_of, standing_at};
use super::source::Source;

pub fn panel<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::item("power");
    draft.set("name", object.line("name"));
    source.life(&mut draft, object);
    draft.set("location", standing_at(object, source));
    draft.set("attributes.kind", Some("panel"));
    source.common(&mut draft, object);
    draft
}

pub fn feed<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::item("power");
    let panel = source.follow(object, "power_panel", "dcim.powerpanel");
    draft.set("name", object.line("name"));
    source.life(&mut draft, object);
    draft.set("location", panel.and_then(|panel| standing_at(panel, source)));
    draft.add("relations.part_of", source.id(panel));
    draft.set("attributes.kind", Some("feed"));
    draft.set("attributes.redundancy", object.line("type"));
    draft.set("attributes.current", object.line("supply"));
    let phases = object.line("phase").map(|phase| if phase == "three-phase" { "3" } else { "1" });
    draft.set("attributes.phases", phases);
    draft.whole("voltage_v", "Voltage", object.line("voltage"), 1_000_000);
    draft.whole("amperage_a", "Amperage", object.line("amperage"), 1_000_000);
    draft.set("attributes.max_utilization", object.line("max_utilization").map(|most| format!("{most}%")));
    source.common(&mut draft, object);
    draft
}

pub fn names_of_feed(object: &Object, source: &Source<'_>) -> Vec<String> {
    let name = object.line("name").unwrap_or_default();
    let panel = source.follow(object, "power_panel", "dcim.powerpanel");
    let site = panel.and_then(|panel| source.follow(panel, "site", "dcim.site")).and_then(slug_of);
    let panel = panel.and_then(|panel| panel.line("name")).unwrap_or_default();
    let site = site.unwrap_or_default();
    vec![format!("{site} {name}"), format!("{site} {panel} {name}")]
}

/// Adds to the racks what feeds them.
pub fn feed_racks<'d>(drafts: &mut BTreeMap<Key<'d>, Draft<'d>>, source: &Source<'d>) {
    for feed in source.dump.all("dcim.powerfeed").filter(|feed| source.usable(feed)) {
        let rack = source.follow(feed, "rack", "dcim.rack");
        if let Some(draft) = rack.and_then(|rack| drafts.get_mut(&rack.key())) {
            draft.add("relations.powered_by", source.id(Some(feed)));
        }
    }
}
