//! Circuits as contracts with their providers.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::dump::{Key, Object};
use super::places::slug_of;
use super::source::Source;
use crate::model::Kind;

pub fn circuit<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = Draft::new(Kind::Contract, None);
    let kind = draft.merge(source.follow(object, "type", "circuits.circuittype"));
    let provider = source.follow(object, "provider", "circuits.provider");
    let (cid, what) = (object.line("cid"), kind.or(provider).and_then(|what| what.line("name")));
    let name = [what, cid.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    draft.set("name", Some(name));
    draft.set("side", Some("supplier"));
    draft.set("kind", Some("telecom"));
    draft.set("party", source.id(provider));
    draft.set("reference", cid);
    draft.set("owner", source.id_at(object, "tenant", "tenancy.tenant"));
    match object.date("install_date") {
        Some(installed) => draft.set("term.start", Some(installed)),
        None => {
            draft.set("term.start", object.date("created"));
            let why = "NetBox knows no installation date: the term starts on the day NetBox was told of it.";
            draft.paragraph(Some(why.to_owned()));
        }
    }
    draft.set("term.end", object.date("termination_date"));
    let status = object.line("status").filter(|status| status != "active");
    draft.note("Status in NetBox", status);
    draft.note("Committed rate", object.line("commit_rate").map(|rate| format!("{rate} kbit/s")));
    let account = draft.merge(source.follow(object, "provider_account", "circuits.provideraccount"));
    draft.note("Account", account.and_then(|account| account.line("account")));
    source.common(&mut draft, object);
    draft
}

pub fn names_of_circuit(object: &Object, source: &Source<'_>) -> Vec<String> {
    let provider = source.follow(object, "provider", "circuits.provider").and_then(slug_of);
    vec![format!("{} {}", provider.unwrap_or_default(), object.line("cid").unwrap_or_default())]
}

/// Adds to the circuits what is at their ends: the device that is plugged in, else the place.
/// `plugged` holds the ids of the items that cables join to terminations.
pub fn end<'d>(
    drafts: &mut BTreeMap<Key<'d>, Draft<'d>>,
    source: &Source<'d>,
    plugged: &BTreeMap<Key<'d>, Vec<String>>,
) {
    for termination in source.dump.all("circuits.circuittermination") {
        let circuit = source.follow(termination, "circuit", "circuits.circuit");
        let Some(draft) = circuit.and_then(|circuit| drafts.get_mut(&circuit.key())) else { continue };
        draft.merge(Some(termination));
        let side = termination.line("term_side").unwrap_or_else(|| "?".to_owned());
        match plugged.get(&termination.key()) {
            Some(items) => items.iter().for_each(|item| draft.add("covers", Some(item.as_str()))),
            None => draft.add("covers", place(termination, source)),
        }
        let network = source.follow(termination, "provider_network", "circuits.providernetwork");
        let network = network.or_else(|| {
            let ends_at = source.generic(termination, "termination_type", "termination_id")?;
            (ends_at.key().model == "circuits.providernetwork").then_some(ends_at)
        });
        draft.merge(network);
        draft.note(&format!("Side {side}"), network.and_then(|network| network.line("name")));
        let speed = |field: &str| termination.line(field).map(|speed| format!("{speed} kbit/s"));
        draft.note(&format!("Side {side}, port speed"), speed("port_speed"));
        draft.note(&format!("Side {side}, upstream speed"), speed("upstream_speed"));
        draft.note(&format!("Side {side}, cross-connect"), termination.line("xconnect_id"));
        draft.note(&format!("Side {side}, patch panel"), termination.line("pp_info"));
        draft.note(&format!("Side {side}, description"), termination.line("description"));
    }
}

fn place<'d>(termination: &Object, source: &Source<'d>) -> Option<String> {
    let site = source.id_at(termination, "site", "dcim.site");
    site.or_else(|| source.id(source.generic(termination, "termination_type", "termination_id")))
}
