//! New records: their text in the schema's order, their ids, and the schedule that goes with an item.

use crate::closing;
use crate::date::Date;
use crate::model::slug::{numbered, slug};
use crate::model::{Kind, Place};
use crate::schema::{Schema, Shape};
use crate::snapshot::Snapshot;
use crate::yaml::{self, Data, Route};

use super::EditError;

/// The first line of a record: it tells editors which schema helps with the rest.
pub fn schema_line(place: &Place) -> String {
    let name = place.class().unwrap_or(place.kind.name());
    let up = "../".repeat(place.path().matches('/').count());
    format!("# yaml-language-server: $schema={up}schemas/{name}.schema.json\n")
}

/// The text of a new record: the fields in the schema's order, whatever order they come in.
pub fn new_text(place: &Place, schema: &Schema, fields: &Data) -> String {
    let mut fields = fields.clone();
    for (name, value) in identity(place) {
        // The fields of a record are a mapping, so this finds its place.
        let _ = fields.set(&Route::default().key(name), value);
    }
    format!("{}{}", schema_line(place), yaml::write(&ordered(schema.shape(), fields)))
}

/// A text that somebody else wrote, as the record of this place: it gains the line for editors, and
/// `id` and `class` where it has none. All else stays as it was written.
///
/// # Errors
/// When the text is no record.
pub fn adopted_text(place: &Place, text: &str) -> Result<String, EditError> {
    let tree = yaml::parse(text).map_err(|problem| {
        EditError::new(format!("the record given cannot be read: {}", problem.message)).help(problem.help)
    })?;
    let root = tree.value(text);
    if !root.is_mapping() {
        return Err(EditError::new("the record given is not a mapping of fields")
            .help("write `field: value` lines, as `estate show --source` prints them"));
    }
    let mut text = text.to_owned();
    let mut missing = String::new();
    for (name, value) in identity(place) {
        match root.field(name) {
            None if root.raw().starts_with('{') => {
                text = yaml::set(&text, &Route::default().key(name), &Data::text(value))?;
            }
            None => missing.push_str(&format!("{name}: {}\n", yaml::quote(&value))),
            Some(_) => text = yaml::set(&text, &Route::default().key(name), &Data::text(value))?,
        }
    }
    let start = yaml::parse(&text).map(|tree| tree.value(&text).span().start as usize).unwrap_or_default();
    text.insert_str(start.min(text.len()), &missing);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match text.lines().any(|line| line.starts_with("# yaml-language-server:")) {
        true => Ok(text),
        false => Ok(format!("{}{text}", schema_line(place))),
    }
}

/// The fields that say which record it is.
fn identity(place: &Place) -> impl Iterator<Item = (&'static str, String)> {
    let field = if place.kind == Kind::Execution { "contract" } else { "class" };
    let folder = place.folder.clone().map(|folder| (field, folder));
    [("id", place.id.clone())].into_iter().chain(folder)
}

fn ordered(shape: &Shape, data: Data) -> Data {
    match data {
        Data::Map(mut entries) => {
            let rank = |name: &str| shape.fields().position(|(field, _)| field == name).unwrap_or(usize::MAX);
            entries.sort_by_key(|(name, _)| rank(name));
            let inner = |name: &str| shape.field(name).unwrap_or(Shape::any());
            Data::Map(
                entries
                    .into_iter()
                    .map(|(name, data)| {
                        let data = ordered(inner(&name), data);
                        (name, data)
                    })
                    .collect(),
            )
        }
        Data::List(elements) => {
            let element = shape.element().unwrap_or(Shape::any());
            Data::List(elements.into_iter().map(|data| ordered(element, data)).collect())
        }
        scalar => scalar,
    }
}

/// An id made from a name that no record of the kinds has: `laptop`, or `laptop-2` where that is
/// taken.
pub fn free_id(snapshot: &Snapshot, kinds: &[Kind], name: &str) -> String {
    let base = slug(name);
    let taken = |id: &String| kinds.iter().any(|kind| snapshot.knows(*kind, id).is_some());
    // Of one more number than there are ids, one is free.
    let numbers = (2..).map(|number| numbered(&base, number));
    std::iter::once(base.clone()).chain(numbers).find(|id| !taken(id)).unwrap_or(base)
}

/// The depreciation schedule that the settings ask for: the plans of the item's class, from the day
/// on which it went into service. `None` where the class has no plan.
pub fn default_plans(snapshot: &Snapshot, class: &str, start: Date) -> Option<Data> {
    let plans = snapshot.settings()?.plan_defaults(class).map(|(book, plan)| {
        let mut fields = vec![
            ("method".to_owned(), Data::text(plan.method.as_str())),
            ("life".to_owned(), Data::text(plan.life.to_string())),
            ("start".to_owned(), Data::text(start.to_string())),
        ];
        // What is learned of late is posted on the first open day.
        let posted = closing::first_open_day(snapshot, book).filter(|open| start < *open);
        fields.extend(posted.map(|posted| ("posted".to_owned(), Data::text(posted.to_string()))));
        fields.extend(
            plan.salvage_value.map(|value| ("salvage_value".to_owned(), Data::text(value.to_string()))),
        );
        (book.to_owned(), Data::Map(fields))
    });
    let plans: Vec<(String, Data)> = plans.collect();
    (!plans.is_empty()).then_some(Data::Map(plans))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schemas;
    use crate::snapshot::testing::snapshot;

    fn server(id: &str) -> Place {
        Place::new(Kind::Item, Some("server"), id)
    }

    #[test]
    fn fields_stand_in_the_order_of_the_schema() {
        let fields = Data::map([("serial", "01"), ("status", "in_use"), ("name", "A")]);
        let schemas = Schemas::shipped();
        assert_eq!(
            new_text(&server("a"), schemas.get("server").unwrap(), &fields),
            "# yaml-language-server: $schema=../../../schemas/server.schema.json\n\
             id: a\nclass: server\nname: A\nstatus: in_use\nserial: '01'\n"
        );
        assert_eq!(
            schema_line(&Place::new(Kind::Settings, None, "settings")),
            "# yaml-language-server: $schema=../schemas/settings.schema.json\n"
        );
    }

    #[test]
    fn a_given_text_keeps_its_comments_and_gains_what_it_lacks() {
        let head = schema_line(&server("a"));
        let adopted = |text: &str| adopted_text(&server("a"), text).map_err(|error| error.message);
        assert_eq!(
            adopted("# mine\nname: A # here").unwrap(),
            format!("{head}# mine\nid: a\nclass: server\nname: A # here\n")
        );
        assert_eq!(
            adopted("id: b # x\nclass: server\n").unwrap(),
            format!("{head}id: a # x\nclass: server\n")
        );
        assert_eq!(adopted("{name: A}\n").unwrap(), format!("{head}{{name: A, id: a, class: server}}\n"));
        assert_eq!(adopted("- a\n").unwrap_err(), "the record given is not a mapping of fields");
        assert!(adopted("a: [\n").unwrap_err().starts_with("the record given cannot be read: "));
    }

    #[test]
    fn ids_are_numbered_until_one_is_free() {
        let estate = snapshot(&[
            ("items/server/web.yaml", "id: web\nclass: server\nname: W\nstatus: in_use\n"),
            ("schedules/web-2.yaml", "id: web-2\nitem: web\nbooks: {}\n"),
        ]);
        assert_eq!(free_id(&estate, &[Kind::Item], "Web"), "web-2");
        assert_eq!(free_id(&estate, &[Kind::Item, Kind::Schedule], "Web"), "web-3");
        assert_eq!(free_id(&estate, &[Kind::Party], "Web"), "web");
    }
}
