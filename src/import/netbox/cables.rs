//! Cables as relations between the items whose ports they join.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::draft::Draft;
use super::dump::{Key, Object};
use super::source::Source;

/// What cables say, apart from relations of items.
#[derive(Default)]
pub struct Cabling<'d> {
    /// By circuit termination: the ids of the items that are plugged in.
    pub plugged: BTreeMap<Key<'d>, Vec<String>>,
    /// The cables, and the objects of their ends, that are told by records.
    pub merged: Vec<Key<'d>>,
    /// The cables that say nothing of items, and how that is.
    pub left_out: BTreeMap<Key<'d>, &'static str>,
    /// Why a cable cannot be told.
    pub rejected: Vec<(Key<'d>, String)>,
}

/// Why no record tells of a cable.
enum Untold {
    LeftOut(&'static str),
    Rejected(String),
}

/// A port at the end of a cable, and the object it belongs to.
#[derive(Clone, Copy)]
struct End<'d> {
    port: &'d Object,
    belongs_to: &'d Object,
}

impl End<'_> {
    fn is(&self, model: &str) -> bool {
        self.port.key().model == model
    }

    fn gives_power(&self) -> bool {
        self.is("dcim.poweroutlet") || self.is("dcim.powerfeed")
    }
}

pub fn connect<'d>(drafts: &mut BTreeMap<Key<'d>, Draft<'d>>, source: &Source<'d>) -> Cabling<'d> {
    let mut cabling = Cabling::default();
    let mut ends_of: BTreeMap<u64, Vec<&'d Object>> = BTreeMap::new();
    for end in source.dump.all("dcim.cabletermination") {
        if let Some(cable) = end.reference("cable") {
            ends_of.entry(cable).or_default().push(end);
        }
    }
    for cable in source.dump.all("dcim.cable") {
        let own_ends = ends_of.get(&cable.key().pk).map_or(&[][..], Vec::as_slice);
        match join(cable, own_ends, drafts, source, &mut cabling.plugged) {
            Ok(()) => {
                cabling.merged.push(cable.key());
                cabling.merged.extend(own_ends.iter().map(|end| end.key()));
            }
            Err(Untold::LeftOut(why)) => {
                cabling.left_out.insert(cable.key(), why);
            }
            Err(Untold::Rejected(reason)) => cabling.rejected.push((cable.key(), reason)),
        }
    }
    cabling
}

fn join<'d>(
    cable: &'d Object,
    own_ends: &[&'d Object],
    drafts: &mut BTreeMap<Key<'d>, Draft<'d>>,
    source: &Source<'d>,
    plugged: &mut BTreeMap<Key<'d>, Vec<String>>,
) -> Result<(), Untold> {
    if cable.text("status").as_deref() == Some("planned") {
        return Err(Untold::LeftOut("planned"));
    }
    let (near, far) = (side(cable, own_ends, "a", source)?, side(cable, own_ends, "b", source)?);
    if near.is_empty() || far.is_empty() {
        return Err(Untold::LeftOut("one end is loose"));
    }
    let mut is_told = false;
    for near in &near {
        for far in &far {
            let (from, to) = match near.gives_power() {
                true => (far, near),
                false => (near, far),
            };
            if from.belongs_to.key() == to.belongs_to.key() {
                continue;
            }
            let is_circuit = |end: &End<'_>| end.is("circuits.circuittermination");
            let id = |end: &End<'d>| source.id(Some(end.belongs_to));
            match (is_circuit(from), is_circuit(to)) {
                (true, true) => continue,
                (true, false) => plugged.entry(from.port.key()).or_default().extend(id(to)),
                (false, true) => plugged.entry(to.port.key()).or_default().extend(id(from)),
                (false, false) => relate(drafts, (from, id(from)), (to, id(to))),
            }
            is_told = true;
        }
    }
    if is_told { Ok(()) } else { Err(Untold::LeftOut("within one device or circuit, or between circuits")) }
}

fn relate<'d>(
    drafts: &mut BTreeMap<Key<'d>, Draft<'d>>,
    (from, from_id): (&End<'d>, Option<String>),
    (to, to_id): (&End<'d>, Option<String>),
) {
    if to.gives_power() {
        if let Some(draft) = drafts.get_mut(&from.belongs_to.key()) {
            draft.add("relations.powered_by", to_id);
        }
        return;
    }
    // A link has no direction: a second cable may name the ends the other way round.
    let known = drafts.get(&to.belongs_to.key()).zip(from_id);
    if known.is_some_and(|(draft, id)| draft.has("relations.connects_to", &id)) {
        return;
    }
    if let Some(draft) = drafts.get_mut(&from.belongs_to.key()) {
        draft.add("relations.connects_to", to_id);
    }
}

/// The ends on one side: of the cable itself or, in newer versions, objects of their own.
fn side<'d>(
    cable: &'d Object,
    own_ends: &[&'d Object],
    side: &str,
    source: &Source<'d>,
) -> Result<Vec<End<'d>>, Untold> {
    let name = side.to_uppercase();
    let ends: Result<Vec<_>, _> = match cable.has("termination_a_id") {
        true => {
            let (kind, pk) = (format!("termination_{side}_type"), format!("termination_{side}_id"));
            end(cable, &kind, &pk, source).transpose().into_iter().collect()
        }
        false => {
            let on_side = own_ends.iter().filter(|end| end.text("cable_end").as_deref() == Some(&name));
            on_side
                .filter_map(|own| end(own, "termination_type", "termination_id", source).transpose())
                .collect()
        }
    };
    ends.map_err(|reason| Untold::Rejected(format!("side {name} is {reason}")))
}

/// The end that a pair of fields names; `None` where they are empty.
///
/// # Errors
/// What is there instead of a port of an item or a circuit.
fn end<'d>(object: &Object, kind: &str, pk: &str, source: &Source<'d>) -> Result<Option<End<'d>>, String> {
    let (Some(kind), Some(pk)) = (object.json(kind), object.reference(pk)) else { return Ok(None) };
    let Some(model) = source.dump.content_type(kind) else {
        return Err(format!(
            "of content type {kind}, which the file does not explain: write it with --natural-foreign"
        ));
    };
    let Some(port) = source.dump.get(&model, pk) else {
        return Err(format!("{model} {pk}, which is not in the file"));
    };
    let (field, belongs_to) = match model.as_str() {
        "dcim.powerfeed" => ("power_panel", Some(port)),
        "circuits.circuittermination" => ("circuit", source.follow(port, "circuit", "circuits.circuit")),
        _ => ("device", source.follow(port, "device", "dcim.device")),
    };
    match belongs_to.filter(|owner| source.ids.contains_key(&owner.key())) {
        Some(belongs_to) => Ok(Some(End { port, belongs_to })),
        None => {
            let owner = port.json(field).unwrap_or(&Json::Null);
            Err(format!("{model} {pk} of {field} {owner}, which is not imported"))
        }
    }
}
