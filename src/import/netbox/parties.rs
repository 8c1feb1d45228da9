//! Manufacturers, tenants and providers.

use super::draft::Draft;
use super::dump::Object;
use super::places::slug_of;
use super::source::Source;
use crate::model::Kind;

pub fn manufacturer<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    party(object, source, "manufacturer")
}

pub fn provider<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let mut draft = party(object, source, "supplier");
    draft.set("account", object.line("account"));
    draft.set("website", object.line("portal_url"));
    for (field, label) in [
        ("asn", "AS number"),
        ("noc_contact", "Operations contact"),
        ("admin_contact", "Administrative contact"),
    ] {
        draft.note(label, object.line(field));
    }
    draft
}

pub fn tenant<'d>(object: &'d Object, source: &Source<'d>) -> Draft<'d> {
    let group = source.follow(object, "group", "tenancy.tenantgroup");
    let mut draft = party(object, source, group.map_or("organisation", |group| kind_of(group, source)));
    draft.merge(group);
    draft.add("tags", group.and_then(slug_of));
    draft
}

fn party<'d>(object: &'d Object, source: &Source<'d>, kind: &str) -> Draft<'d> {
    let mut draft = Draft::new(Kind::Party, None);
    draft.set("name", object.line("name"));
    draft.set("kind", Some(kind));
    source.common(&mut draft, object);
    draft
}

/// How many groups above a group are asked what it is.
const GROUP_LEVELS: usize = 8;

/// A tenant is a customer or a part of the organisation: its group's name, or that of a group above,
/// says which.
fn kind_of<'d>(group: &'d Object, source: &Source<'d>) -> &'static str {
    let above = |group: &&'d Object| source.follow(group, "parent", "tenancy.tenantgroup");
    let mut groups = std::iter::successors(Some(group), above).take(GROUP_LEVELS);
    let said = groups.find_map(|group| {
        let name = slug_of(group)?;
        let kinds = [
            ("customer", "customer"),
            ("client", "customer"),
            ("department", "department"),
            ("division", "department"),
            ("internal", "department"),
            ("team", "team"),
        ];
        kinds.into_iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| kind)
    });
    said.unwrap_or("organisation")
}
