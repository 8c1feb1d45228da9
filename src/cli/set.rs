use estate::edit::Edit;
use estate::edits::{Assignment, EditError, Operator, file_by_class, rename};
use estate::model::{Kind, Record};
use estate::snapshot::Snapshot;
use estate::suggest;
use estate::yaml::{self, Data};

use super::context::{self, Context};
use super::failure::{Exit, Failure};
use super::target::{existing_id, name_of};
use super::writing::{Scope, WriteArgs, Writing, write};

/// Change fields of a record, and nothing else in its file
///
/// Comments, order and quotes stay as they are. Texts are kept exactly as typed; lists are [a, b]
/// or a,b and mappings {key: value}. `class=` moves an item to another class, `id=` renames a record
/// everywhere. All changes are one commit.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate set srv-web-01 owner=infra-team location=paris-dc1
  estate set srv-web-01 attributes.memory_gib=512 tags+=front-end
  estate set dell-prosupport covers+=srv-web-03 covers-=srv-mail-01
  estate set schedule/srv-web-01 books.accounting.life=6y -n")]
pub struct Args {
    /// The record: an id, or kind/id where several kinds share it
    #[arg(value_name = "ID")]
    id: String,
    /// field=value sets, field+=value adds to a list, field-=value takes from it
    #[arg(value_name = "FIELD=VALUE", required = true)]
    assignments: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let parsed: Result<Vec<Assignment>, EditError> =
        args.assignments.iter().map(|text| Assignment::parse(text)).collect();
    let assignments = parsed.map_err(Failure::from)?;
    let id = existing_id(&context.store()?, &args.id)?;
    let new_id = new_id(&assignments)?;
    let ids = [id];
    let scope = if new_id.is_some() { Scope::Whole } else { Scope::Records(&ids) };
    write(context, &args.write, scope, |snapshot| {
        let record = context::find(snapshot, &args.id)?;
        match new_id {
            Some(new_id) => renamed(snapshot, record, new_id),
            None => changed(snapshot, record, &assignments),
        }
    })
}

/// The id of `id=…`, which is a change of its own.
fn new_id(assignments: &[Assignment]) -> anyhow::Result<Option<&str>> {
    let Some(assignment) = assignments.iter().find(|assignment| assignment.route.to_string() == "id") else {
        return Ok(None);
    };
    if assignments.len() > 1 || assignment.operator != Operator::Set {
        return Err(Failure::usage("a new id is a change of its own")
            .hint("rename with `estate set ID id=NEW` alone, then set the rest")
            .into());
    }
    super::add::check_id(&assignment.value)?;
    Ok(Some(&assignment.value))
}

fn renamed(snapshot: &Snapshot, record: &Record, new_id: &str) -> anyhow::Result<Writing> {
    if record.kind().is_single() {
        return Err(Failure::usage(format!("the {} have no id", record.kind())).into());
    }
    if record.id() == new_id {
        return Ok(Writing::new(Edit::default(), ""));
    }
    let edit = rename(snapshot, record, new_id).map_err(Failure::from)?;
    let referrers = edit.files().filter(|(_, text)| text.is_some()).count().saturating_sub(1);
    let done = match referrers {
        0 => format!("renamed {} to {new_id}", record.id()),
        1 => format!("renamed {} to {new_id} (and in 1 other file)", record.id()),
        count => format!("renamed {} to {new_id} (and in {count} other files)", record.id()),
    };
    Ok(Writing::new(edit, done).next(format!("estate show {new_id}")))
}

fn changed(snapshot: &Snapshot, record: &Record, assignments: &[Assignment]) -> anyhow::Result<Writing> {
    let class = new_class(snapshot, record, assignments)?;
    let schema = match class {
        Some(class) => snapshot.schemas().class(class).map(|schema| &**schema),
        None => record.schema(snapshot.schemas()),
    };
    let schema = schema.ok_or_else(|| no_schema(record))?;
    let mut text = record.source().text().to_owned();
    for assignment in assignments {
        text = match class {
            Some(class) if assignment.route.to_string() == "class" => {
                yaml::set(&text, &assignment.route, &Data::text(class)).map_err(EditError::from)
            }
            _ => assignment.apply(&text, schema),
        }
        .map_err(Failure::from)?;
    }
    let routes: Vec<String> = assignments.iter().map(|assignment| assignment.route.to_string()).collect();
    let routes = routes.join(", ");
    let name = name_of(snapshot, record);
    let mut edit = Edit::new(summary(&name, assignments, &routes));
    match class.filter(|class| record.class() != Some(class)) {
        Some(class) => file_by_class(&mut edit, record, text, class),
        None if text == record.source().text() => {}
        None => edit.write(record.path(), text),
    }
    Ok(Writing::new(edit, format!("set {routes} of {name}")).next(format!("estate show {name}")))
}

/// The class of `class=…`, checked to be one.
fn new_class<'a>(
    snapshot: &Snapshot,
    record: &Record,
    assignments: &'a [Assignment],
) -> anyhow::Result<Option<&'a str>> {
    let assignment = assignments.iter().find(|assignment| {
        record.kind() == Kind::Item
            && assignment.operator == Operator::Set
            && assignment.route.to_string() == "class"
    });
    let Some(class) = assignment.map(|assignment| assignment.value.as_str()) else { return Ok(None) };
    let schemas = snapshot.schemas();
    if schemas.class(class).is_none() {
        return Err(Failure::usage(format!("there is no class `{class}`"))
            .hint(suggest::did_you_mean(class, schemas.classes()).unwrap_or_else(|| {
                format!("choose one of: {}", schemas.classes().collect::<Vec<_>>().join(", "))
            }))
            .into());
    }
    Ok(Some(class))
}

pub fn no_schema(record: &Record) -> Failure {
    Failure::failed(format!("{} has no schema", record.path()))
        .hint("its folder names no class that is known: `estate audit` says more")
}

/// The first line of the commit: the value too, where it is one and short.
fn summary(name: &str, assignments: &[Assignment], routes: &str) -> String {
    let short = |value: &str| !value.is_empty() && value.len() <= 40 && !value.chars().any(char::is_control);
    match assignments {
        [one] if short(&one.value) => match one.operator {
            Operator::Set => format!("Set {routes} of {name} to {}", one.value),
            Operator::Add => format!("Add {} to {routes} of {name}", one.value),
            Operator::Remove => format!("Remove {} from {routes} of {name}", one.value),
        },
        _ => format!("Set {routes} of {name}"),
    }
}
