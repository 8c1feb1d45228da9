//! The text of an imported record: a new file, or a change of the fields that the source provides.

use super::matching::Target;
use crate::model::slug::slug;
use crate::model::{Kind, Place, Record};
use crate::schema::{RefTarget, Schema, Schemas, Shape, Type};
use crate::yaml::{self, Data, Route, Value};

/// What is to be written of a record.
pub(super) enum Composed {
    New(String),
    Changed(String),
    Same,
}

/// Where a reference leads.
pub(super) enum Referred {
    /// To the record of this id.
    To(String),
    /// To the record that it stands in, which says nothing: a team whose department has its name.
    Itself,
    Nowhere,
}

type Resolve<'r> = dyn FnMut(&str, &[RefTarget]) -> Referred + 'r;

/// Findings that a rejection names; more would hide them.
const FINDINGS_SHOWN: usize = 3;

/// # Errors
/// Why the record cannot be taken in, for the person who has the source at hand.
pub(super) fn compose(
    target: &Target<'_>,
    schemas: &Schemas,
    resolve: &mut Resolve<'_>,
) -> Result<Composed, String> {
    let schema = schema_of(target, schemas)?;
    let mut fields = typed(schema.shape(), &target.proposal.fields, &Route::default(), resolve)?;
    let (system, key) = &target.proposal.key;
    if !key.is_empty() {
        let route = Route::parse("external").key(system.clone());
        fields.set(&route, Data::text(key.as_str())).map_err(|error| error.to_string())?;
    }
    match target.existing {
        Some(record) => update(record, target, schema, &fields, schemas),
        None => create(target, schema, fields, schemas).map(Composed::New),
    }
}

fn schema_of<'s>(target: &Target<'_>, schemas: &'s Schemas) -> Result<&'s Schema, String> {
    let name = match (target.proposal.kind, target.class()) {
        (Kind::Item, Some(class)) => class,
        (Kind::Item, None) => return Err("an item needs a class".to_owned()),
        (kind, _) => kind.name(),
    };
    schemas.get(name).map(|schema| &**schema).ok_or_else(|| {
        let choices = crate::suggest::did_you_mean(name, schemas.classes())
            .unwrap_or_else(|| format!("there are: {}", schemas.classes().collect::<Vec<_>>().join(", ")));
        format!("there is no class `{name}`; {choices}")
    })
}

fn create(target: &Target<'_>, schema: &Schema, fields: Data, schemas: &Schemas) -> Result<String, String> {
    let mut entries = vec![("id".to_owned(), Data::text(target.id.as_str()))];
    entries.extend(target.class().map(|class| ("class".to_owned(), Data::text(class))));
    if let Data::Map(fields) = fields {
        entries.extend(fields);
    }
    let path = target.path();
    let up = "../".repeat(path.matches('/').count());
    let text = format!(
        "# yaml-language-server: $schema={up}schemas/{}.schema.json\n{}",
        schema.name,
        yaml::write(&in_order(schema.shape(), Data::Map(entries)))
    );
    let record = read(target, &path, &text, schemas);
    if record.is_sound() { Ok(text) } else { Err(reasons(record.findings().iter())) }
}

fn update(
    record: &Record,
    target: &Target<'_>,
    schema: &Schema,
    fields: &Data,
    schemas: &Schemas,
) -> Result<Composed, String> {
    let Some(root) = record.root() else {
        return Err(format!("{} cannot be read: mend it first", record.path()));
    };
    let mut changes = Vec::new();
    differences(schema.shape(), &Route::default(), Some(root), fields, &mut changes);
    if changes.is_empty() {
        return Ok(Composed::Same);
    }
    let mut text = record.source().text().to_owned();
    for (route, value) in changes {
        text = yaml::set(&text, &route, &value).map_err(|error| format!("{}: {error}", record.path()))?;
    }
    let after = read(target, record.path(), &text, schemas);
    let known = |finding: &&crate::finding::Finding| {
        record.findings().iter().any(|before| before.identity() == finding.identity())
    };
    let mut new = after.findings().iter().filter(|finding| !known(finding)).peekable();
    if new.peek().is_none() {
        return Ok(Composed::Changed(text));
    }
    let reasons = reasons(new);
    Err(match (record.class(), target.proposal.class.as_deref()) {
        (Some(here), Some(there)) if here != there => {
            format!("{reasons} (the estate has it as `{here}`, the import as `{there}`)")
        }
        _ => reasons,
    })
}

fn read(target: &Target<'_>, path: &str, text: &str, schemas: &Schemas) -> Record {
    let place = Place::new(target.proposal.kind, target.class(), &target.id);
    Record::read(&place, path, text.as_bytes(), schemas)
}

fn reasons<'f>(findings: impl Iterator<Item = &'f crate::finding::Finding>) -> String {
    let messages: Vec<&str> = findings.map(|finding| finding.message.as_str()).collect();
    let shown = messages.get(..FINDINGS_SHOWN).unwrap_or(&messages).join("; ");
    match messages.len().saturating_sub(FINDINGS_SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

/// The data as the schema wants it: numbers as numbers, ids as slugs, references resolved, and
/// nothing that is empty.
fn typed(shape: &Shape, data: &Data, route: &Route, resolve: &mut Resolve<'_>) -> Result<Data, String> {
    Ok(match data {
        Data::Nothing => Data::Nothing,
        Data::Text(text) | Data::Plain(text) if text.is_empty() => Data::Nothing,
        Data::Text(text) | Data::Plain(text) => match shape.kind {
            _ if !shape.refs.is_empty() => {
                refer(resolve, text, &shape.refs, route)?.map_or(Data::Nothing, Data::Text)
            }
            Type::Id => Data::text(slug(text)),
            Type::Integer | Type::Number | Type::Boolean => Data::plain(text),
            Type::Any => data.clone(),
            _ => Data::text(text.as_str()),
        },
        Data::List(elements) => {
            let shape_of_element = shape.element().unwrap_or(Shape::any());
            let mut list = Vec::with_capacity(elements.len());
            for (index, element) in elements.iter().enumerate() {
                let element = typed(shape_of_element, element, &route.index(index), resolve)?;
                let is_there = shape.is_set && list.contains(&element);
                if !element.is_empty() && !is_there {
                    list.push(element);
                }
            }
            Data::List(list)
        }
        Data::Map(entries) => {
            let mut map = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let route = route.key(key.clone());
                let key = match shape.key_refs.is_empty() {
                    true => Some(key.clone()),
                    false => refer(resolve, key, &shape.key_refs, &route)?,
                };
                let Some(key) = key else { continue };
                let value = typed(shape.field(&key).unwrap_or(Shape::any()), value, &route, resolve)?;
                if !value.is_empty() {
                    map.push((key, value));
                }
            }
            Data::Map(map)
        }
    })
}

/// The id that a reference is written with; nothing where it leads to its own record.
fn refer(
    resolve: &mut Resolve<'_>,
    text: &str,
    targets: &[RefTarget],
    route: &Route,
) -> Result<Option<String>, String> {
    match resolve(text, targets) {
        Referred::To(id) => Ok(Some(id)),
        Referred::Itself => Ok(None),
        Referred::Nowhere => {
            let name = |target: &RefTarget| target.class.clone().unwrap_or_else(|| target.kind.clone());
            let kinds = targets.iter().map(name).collect::<Vec<_>>().join(" or ");
            Err(format!("`{route}` refers to `{text}`: neither the import nor the estate has such a {kinds}"))
        }
    }
}

/// The data with the fields of its mappings in the schema's order; fields that it does not list last.
fn in_order(shape: &Shape, data: Data) -> Data {
    match data {
        Data::Map(entries) => {
            let mut ranked: Vec<(usize, String, Data)> = entries
                .into_iter()
                .map(|(key, value)| {
                    let rank = shape.fields().position(|(name, _)| name == key).unwrap_or(usize::MAX);
                    let value = in_order(shape.field(&key).unwrap_or(Shape::any()), value);
                    (rank, key, value)
                })
                .collect();
            ranked.sort_by_key(|(rank, ..)| *rank);
            Data::Map(ranked.into_iter().map(|(_, key, value)| (key, value)).collect())
        }
        Data::List(elements) => {
            let shape = shape.element().unwrap_or(Shape::any());
            Data::List(elements.into_iter().map(|element| in_order(shape, element)).collect())
        }
        scalar => scalar,
    }
}

/// The fields that the record does not hold as the source does, by route.
fn differences(
    shape: &Shape,
    route: &Route,
    old: Option<Value<'_>>,
    new: &Data,
    found: &mut Vec<(Route, Data)>,
) {
    match (old, new) {
        (Some(old), Data::Map(entries)) if old.is_mapping() => {
            for (key, value) in entries {
                let shape = shape.field(key).unwrap_or(Shape::any());
                differences(shape, &route.key(key.clone()), old.field(key), value, found);
            }
        }
        (Some(old), new) if same(shape, &Data::from(old), new) => {}
        (_, new) => found.push((route.clone(), in_order(shape, new.clone()))),
    }
}

/// Whether both say the same: the order of keys has no meaning, nor that of a set.
fn same(shape: &Shape, old: &Data, new: &Data) -> bool {
    match (old, new) {
        (Data::List(old), Data::List(new)) => {
            let shape_of_element = shape.element().unwrap_or(Shape::any());
            let pairs = |mut pairs: std::iter::Zip<
                std::slice::Iter<'_, Data>,
                std::slice::Iter<'_, Data>,
            >| { pairs.all(|(old, new)| same(shape_of_element, old, new)) };
            old.len() == new.len()
                && match shape.is_set {
                    true => old.iter().all(|element| new.contains(element)),
                    false => pairs(old.iter().zip(new)),
                }
        }
        (Data::Map(old), Data::Map(new)) => {
            let shape_of = |key: &str| shape.field(key).unwrap_or(Shape::any());
            let held = |key: &str, value: &Data| {
                new.iter().any(|(name, new)| name == key && same(shape_of(key), value, new))
            };
            old.len() == new.len() && old.iter().all(|(key, value)| held(key, value))
        }
        (old, new) => old == new,
    }
}
