use estate::edit::Edit;
use estate::edits::{EditError, shape_at};
use estate::yaml::{self, Route};

use super::context::{self, Context};
use super::failure::{Exit, Failure};
use super::set::no_schema;
use super::target::{existing_id, name_of};
use super::writing::{Scope, WriteArgs, Writing, write};

/// Take fields away from a record
///
/// The line goes with the comment beside it; everything else in the file stays as it is.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate unset srv-web-01 warranty_until
  estate unset srv-web-01 relations.depends_on[0] attributes.role
  estate unset dell-prosupport renewal.notice -n")]
pub struct Args {
    /// The record: an id, or kind/id where several kinds share it
    #[arg(value_name = "ID")]
    id: String,
    /// The fields to take away
    #[arg(value_name = "FIELD", required = true)]
    fields: Vec<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let id = existing_id(&context.store()?, &args.id)?;
    write(context, &args.write, Scope::Records(&[id]), |snapshot| {
        let record = context::find(snapshot, &args.id)?;
        let schema = record.schema(snapshot.schemas()).ok_or_else(|| no_schema(record))?;
        let mut text = record.source().text().to_owned();
        for field in &args.fields {
            let route = Route::parse(field);
            // A field that is there may go, also one that the schema does not know.
            if record.get(field).is_none() {
                shape_at(schema, &route).map_err(Failure::from)?;
            }
            text = yaml::unset(&text, &route).map_err(EditError::from).map_err(Failure::from)?;
        }
        let (fields, name) = (args.fields.join(", "), name_of(snapshot, record));
        let mut edit = Edit::new(format!("Unset {fields} of {name}"));
        if text != record.source().text() {
            edit.write(record.path(), text);
        }
        Ok(Writing::new(edit, format!("unset {fields} of {name}")).next(format!("estate show {name}")))
    })
}
