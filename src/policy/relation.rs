//! The relations that a condition may follow: forward by a field that names records, backward by a
//! name of their own.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::World;
use crate::contract::covered_at;
use crate::date::Date;
use crate::model::contract::Contract;
use crate::model::record::texts;
use crate::model::{Kind, Record};
use crate::query::{self, QueryError, Scope};
use crate::schema::{RefTarget, Shape, Type};
use crate::snapshot::Snapshot;
use crate::suggest;
use crate::yaml::{Route, Step};

/// A way from a record to its neighbours.
pub enum Relation<'a> {
    /// The records that a field names.
    Forward(Vec<Forward<'a>>),
    /// The records that name this one: an index into [`BACKWARD`].
    Backward(usize),
    /// The items beside this one in a redundancy group of a service.
    StandIns,
}

/// A field that names records, of the records in one scope.
pub struct Forward<'a> {
    scope: Scope<'a>,
    field: query::Field,
    targets: &'a [RefTarget],
}

impl<'a> Forward<'a> {
    /// The ids that the field has on a day: amendments change what a contract covers.
    fn ids(&self, record: &'a Record, as_of: Date) -> Vec<Cow<'a, str>> {
        match record.kind() {
            Kind::Contract if self.field.name == COVERS => {
                covered_at(Contract(record), as_of).into_iter().map(Cow::Borrowed).collect()
            }
            _ => self.field.texts(record),
        }
    }
}

/// A relation seen from its other end.
struct Backward {
    name: &'static str,
    of: &'static [Kind],
    from: Kind,
    fields: &'static [&'static str],
}

const ITEM: &[Kind] = &[Kind::Item];
const ITEM_OR_SERVICE: &[Kind] = &[Kind::Item, Kind::Service];

const fn back(
    name: &'static str,
    of: &'static [Kind],
    from: Kind,
    fields: &'static [&'static str],
) -> Backward {
    Backward { name, of, from, fields }
}

static BACKWARD: [Backward; 16] = [
    back(
        USED_BY,
        ITEM_OR_SERVICE,
        Kind::Service,
        &["components.item", "components.any_of", "components.service"],
    ),
    back("covered_by", ITEM_OR_SERVICE, Kind::Contract, &[COVERS]),
    back("depreciated_by", ITEM, Kind::Schedule, &["item"]),
    back("located_here", ITEM, Kind::Item, &["location"]),
    back("runs", ITEM, Kind::Item, &["relations.runs_on"]),
    back("hosts", ITEM, Kind::Item, &["relations.hosted_on"]),
    back("needed_by", ITEM, Kind::Item, &["relations.depends_on"]),
    back("parts", ITEM, Kind::Item, &["relations.part_of"]),
    back("connected_from", ITEM, Kind::Item, &["relations.connects_to"]),
    back("members", ITEM, Kind::Item, &["relations.member_of"]),
    back("users", ITEM, Kind::Item, &["relations.uses"]),
    back("installs", ITEM, Kind::Item, &["relations.installed_on"]),
    back("instances", ITEM, Kind::Item, &["relations.instance_of"]),
    back("licenses", ITEM, Kind::Item, &["relations.licensed_by"]),
    back("powers", ITEM, Kind::Item, &["relations.powered_by"]),
    back("contracts", &[Kind::Party], Kind::Contract, &["party"]),
];

const COVERS: &str = "covers";
const USED_BY: &str = "used_by";
const STAND_INS: &str = "stand_ins";

impl<'a> Relation<'a> {
    /// The relation of this name from the records in `scopes`, and the scopes of the neighbours.
    ///
    /// # Errors
    /// Where no record in the scopes may have it.
    pub fn find(name: &str, scopes: &[Scope<'a>]) -> Result<(Relation<'a>, Vec<Scope<'a>>), QueryError> {
        let to = |kind: Kind, class: Option<&'a str>| {
            scopes.iter().take(1).map(move |scope| Scope { kind, class, ..*scope })
        };
        let fits = |of: &[Kind]| scopes.iter().any(|scope| of.contains(&scope.kind));
        if name == STAND_INS && fits(ITEM) {
            return Ok((Relation::StandIns, to(Kind::Item, None).collect()));
        }
        if let Some(at) = BACKWARD.iter().position(|back| back.name == name && fits(back.of)) {
            let from = BACKWARD.get(at).map_or(Kind::Item, |back| back.from);
            return Ok((Relation::Backward(at), to(from, None).collect()));
        }
        let mut forward: Vec<Forward<'a>> = Vec::new();
        for scope in scopes {
            let shapes = scope.shapes();
            let route = Route::parse(name);
            let targets = shapes.iter().filter_map(|shape| targets_at(shape, &route));
            let targets = targets.max_by_key(|targets| targets.len()).unwrap_or(&[]);
            if let (false, Ok(field)) = (targets.is_empty(), query::Field::find(name, scope)) {
                forward.push(Forward { scope: *scope, field, targets });
            }
        }
        if forward.is_empty() {
            return Err(unknown(name, scopes));
        }
        let mut reached: Vec<Scope<'a>> = Vec::new();
        for target in forward.iter().flat_map(|forward| forward.targets) {
            let known = |scope: &Scope<'_>| {
                scope.kind.name() == target.kind && scope.class == target.class.as_deref()
            };
            if let (Some(kind), false) = (Kind::from_name(&target.kind), reached.iter().any(known)) {
                reached.extend(to(kind, target.class.as_deref()));
            }
        }
        Ok((Relation::Forward(forward), reached))
    }

    /// Whether the relation is a field of the record.
    pub fn is_field(&self) -> bool {
        matches!(self, Relation::Forward(_))
    }

    /// The records at the other end; what does not exist is left out.
    pub fn neighbours(&self, record: &'a Record, world: &World<'a>) -> Vec<&'a Record> {
        match self {
            Relation::Forward(fields) => {
                let Some(forward) = fields.iter().find(|forward| forward.scope.admits(record)) else {
                    return Vec::new();
                };
                let ids = forward.ids(record, world.as_of);
                ids.iter().filter_map(|id| resolve(forward.targets, id, world.snapshot)).collect()
            }
            Relation::Backward(at) => world.referrers.of(*at, record, world).to_vec(),
            Relation::StandIns => stand_ins(record, world),
        }
    }
}

/// The records that name others, by relation and by the record named.
pub struct Referrers<'a>([OnceLock<ByTarget<'a>>; BACKWARD.len()]);

type ByTarget<'a> = HashMap<(Kind, &'a str), Vec<&'a Record>>;

impl<'a> Referrers<'a> {
    pub fn new() -> Self {
        Self(Default::default())
    }

    fn of(&self, at: usize, record: &'a Record, world: &World<'a>) -> &[&'a Record] {
        let (Some(index), Some(backward)) = (self.0.get(at), BACKWARD.get(at)) else { return &[] };
        let index = index.get_or_init(|| backward.index(world.snapshot, world.as_of));
        index.get(&(record.kind(), record.id())).map_or(&[], Vec::as_slice)
    }
}

impl Backward {
    /// One pass over the records that have the relation.
    fn index<'a>(&self, snapshot: &'a Snapshot, as_of: Date) -> ByTarget<'a> {
        let mut index = ByTarget::new();
        let scope = Scope { kind: self.from, class: None, schemas: snapshot.schemas(), currency: None };
        for name in self.fields {
            let Ok((Relation::Forward(fields), _)) = Relation::find(name, &[scope]) else { continue };
            let Some(forward) = fields.first() else { continue };
            for record in snapshot.of_kind(self.from) {
                for id in forward.ids(record, as_of) {
                    let Some(target) = resolve(forward.targets, &id, snapshot) else { continue };
                    let referrers = index.entry((target.kind(), target.id())).or_default();
                    // One neighbour, however often it names the record.
                    if referrers.last().is_none_or(|last| !std::ptr::eq(*last, record)) {
                        referrers.push(record);
                    }
                }
            }
        }
        index
    }
}

fn resolve<'a>(targets: &[RefTarget], id: &str, snapshot: &'a Snapshot) -> Option<&'a Record> {
    targets.iter().find_map(|target| {
        let record = snapshot.get(Kind::from_name(&target.kind)?, id)?;
        target.class.as_deref().is_none_or(|class| record.class() == Some(class)).then_some(record)
    })
}

fn stand_ins<'a>(record: &'a Record, world: &World<'a>) -> Vec<&'a Record> {
    let used_by = BACKWARD.iter().position(|back| back.name == USED_BY).unwrap_or(usize::MAX);
    let mut found: Vec<&'a Record> = Vec::new();
    for service in world.referrers.of(used_by, record, world) {
        let components = service.field("components").into_iter().flat_map(|list| list.elements());
        for group in components.filter_map(|component| component.field("any_of")) {
            if !texts(Some(group)).any(|id| id == record.id()) {
                continue;
            }
            let others = texts(Some(group)).filter(|id| *id != record.id());
            for other in others.filter_map(|id| world.snapshot.get(Kind::Item, id)) {
                if !found.iter().any(|known| std::ptr::eq(*known, other)) {
                    found.push(other);
                }
            }
        }
    }
    found
}

/// What the values at a route may point to.
fn targets_at<'s>(shape: &'s Shape, route: &Route) -> Option<&'s [RefTarget]> {
    let mut shape = shape;
    for step in route.steps() {
        let Step::Key(key) = step else { return None };
        if shape.kind == Type::List {
            shape = shape.element()?;
        }
        shape = shape.field(key)?;
    }
    Some(match shape.kind {
        Type::List => &shape.element()?.refs,
        Type::Mapping => &shape.key_refs,
        _ => &shape.refs,
    })
}

/// The names of relations that no field has, from records of the kinds that `fits` admits.
pub fn backward_names(fits: impl Fn(&[Kind]) -> bool) -> impl Iterator<Item = &'static str> {
    let stand_ins = fits(ITEM).then_some(STAND_INS);
    BACKWARD.iter().filter(move |back| fits(back.of)).map(|back| back.name).chain(stand_ins)
}

fn unknown(name: &str, scopes: &[Scope<'_>]) -> QueryError {
    let mut known: Vec<String> = Vec::new();
    for scope in scopes {
        scope.shapes().iter().for_each(|shape| collect_references(shape, "", &mut known));
    }
    known.extend(backward_names(|of| scopes.iter().any(|scope| of.contains(&scope.kind))).map(str::to_owned));
    known.sort();
    known.dedup();
    // `hosted_on` means `relations.hosted_on`.
    let last = |route: &str| route.rsplit('.').next().unwrap_or(route).to_owned();
    let by_last = known.iter().find(|route| last(route) == name).map(String::as_str);
    let near = by_last.or_else(|| suggest::closest(name, known.iter().map(String::as_str)));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the relations are: {}", known.join(", ")),
    };
    QueryError { message: format!("there is no relation `{name}` here"), hint: Some(hint) }
}

fn collect_references(shape: &Shape, prefix: &str, routes: &mut Vec<String>) {
    for (name, field) in shape.fields() {
        let route = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let field = field.element().unwrap_or(field);
        if !field.refs.is_empty() || !field.key_refs.is_empty() {
            routes.push(route.clone());
        }
        collect_references(field, &route, routes);
    }
}
