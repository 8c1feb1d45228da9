use estate::report::Report;
use estate::report::{Cell, Column, Section};
use estate::schema::Schemas;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};

/// Print the JSON Schema of a record kind or item class
///
/// Inside an estate its own classes are known, too.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate schema            every kind and class
  estate schema server     the schema of servers
  estate schema contract   the schema of contracts")]
pub struct Args {
    /// A kind (item, service, contract, schedule, party, settings) or a class (server, laptop, …)
    #[arg(value_name = "KIND|CLASS")]
    name: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    // Outside an estate the shipped schemas still answer.
    let schemas = match context.store() {
        Ok(store) => store.worktree_of(&[], &[])?.schemas().clone(),
        Err(_) => Schemas::shipped(),
    };
    let Some(name) = args.name else {
        context.show(&catalogue(&schemas))?;
        return Ok(Exit::Done);
    };
    let schema = schemas.get(&name).ok_or_else(|| {
        let hint = suggest::did_you_mean(&name, schemas.names());
        Failure::usage(format!("there is no kind or class `{name}`"))
            .hint(hint.unwrap_or_else(|| "`estate schema` lists them".to_owned()))
    })?;
    context.answer(&schema.text)?;
    Ok(Exit::Done)
}

fn catalogue(schemas: &Schemas) -> Report {
    let columns = vec![
        Column::new("name", "Name"),
        Column::new("of", "Of"),
        Column::new("description", "What it describes"),
    ];
    let mut section = Section::new("schemas", "Schemas", columns);
    for schema in schemas.names().filter_map(|name| schemas.get(name)) {
        let of = if schemas.class(&schema.name).is_some() { "class" } else { "kind" };
        section.push(vec![Cell::id(schema.name.as_str()), Cell::text(of), Cell::text(schema.description())]);
    }
    Report::new("schemas", "Schemas of records").section(section)
}
