mod draft;
mod fields;
mod questions;

use std::path::PathBuf;

use estate::edit::Edit;
use estate::edits::{Assignment, adopted_text, default_plans, free_id, new_text};
use estate::model::record::{as_date, as_money};
use estate::model::slug::slug;
use estate::model::{Kind, MAX_ID_LENGTH, Place, is_valid_id};
use estate::schema::Schema;
use estate::snapshot::Snapshot;
use estate::store::Store;
use estate::suggest;
use estate::yaml::{self, Data, Route};

use crate::cli::ask;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::target::existing_id;
use crate::cli::writing::{Scope, WriteArgs, Writing, write_to};
use draft::Draft;
use fields::Fields;

/// Add a record: an item of a class, a contract, a service, a schedule, a party or a change
///
/// Required fields that are not given are asked for on a terminal. Without ID, one is made from the
/// name. An item with --cost and --in-service gets the depreciation schedule that settings.yaml
/// has for its class, in the same commit.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate add server srv-web-09 --name 'Web front end 9' --status in_use --owner infra-team \\
      --in-service 2026-11-02 --cost '8420.00 EUR' --set attributes.cpu_cores=32
  estate add contract --side supplier --kind maintenance --party dell --start 2026-01-01 \\
      --length 3y --price '1200.00 EUR/year' --covers srv-web-01,srv-web-02
  estate add party --name 'Legal' --kind department
  estate add laptop --from laptop.yaml --serial 0012e3 -n
  estate add change --template impact-study > chg-0042.yaml   a form to fill in, then
  estate add change chg-0042 --from chg-0042.yaml")]
pub struct Args {
    /// A class (server, laptop, …: `estate schema` lists them), or contract, service, schedule, party,
    /// change
    #[arg(value_name = "CLASS|KIND")]
    what: String,
    /// The id: lower-case letters, digits and hyphens [default: made from the name]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Start from a record in a file (- is stdin); the other options add to it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Print a form to fill in for --from, and add nothing
    #[arg(long, value_name = "NAME", value_parser = [IMPACT_STUDY], conflicts_with_all = ["from", "id"])]
    template: Option<String>,
    /// Write no depreciation schedule along with an item
    #[arg(long)]
    no_schedule: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    write: WriteArgs,
}

/// The name of the form for a change with its impact study.
const IMPACT_STUDY: &str = "impact-study";

pub fn run(context: &Context, mut args: Args) -> anyhow::Result<Exit> {
    if args.template.is_some() {
        if args.what != Kind::Change.name() {
            return Err(Failure::usage(format!("an impact study is of a change, not of a {}", args.what))
                .hint(format!("`estate add change --template {IMPACT_STUDY}` prints the form"))
                .into());
        }
        context.answer(include_str!("impact-study.yaml"))?;
        return Ok(Exit::Done);
    }
    if let Some(id) = &args.id {
        check_id(id)?;
    }
    let store = context.store()?;
    // Questions are asked before the right to write is taken, so that nobody waits for an answer.
    let outline = store.worktree_of(&[], &[])?;
    let (kind, class) = kind_and_class(&outline, &args.what)?;
    let mut draft = Draft::new(kind, class, args.id.clone());
    if let Some(file) = &args.from {
        draft.text = crate::cli::edit::read(file)?;
        if draft.id.is_none() {
            draft.id = draft.look(|root| root.field("id")?.text().map(str::to_owned));
        }
        draft.text = adopted_text(&draft.place(), &draft.text).map_err(Failure::from)?;
    }
    let schema = draft.schema(&outline)?;
    if kind == Kind::Schedule && args.from.is_none() && args.fields.item.is_none() && context.may_ask() {
        // The item says the rest, so it comes before everything else.
        args.fields.item = Some(ask::line(Some("Item whose cost is spread."), "item:")?);
    }
    fill(context, &store, &outline, &args, &mut draft, schema)?;
    questions::complete(context, &outline, &mut draft, schema, book(&outline, &args))?;
    write_to(context, &store, &args.write, Scope::Whole, |snapshot| added(snapshot, &args, &draft, schema))
}

/// Refuses what cannot be an id, with the grammar and the nearest one that can.
pub fn check_id(id: &str) -> anyhow::Result<()> {
    if is_valid_id(id) {
        return Ok(());
    }
    Err(Failure::usage(format!("`{id}` cannot be an id"))
        .hint(format!(
            "an id is 1 to {MAX_ID_LENGTH} lower-case letters, digits and hyphens, does not begin with a \
             hyphen, and is no device name such as con; try `{}`",
            slug(id)
        ))
        .into())
}

fn kind_and_class(outline: &Snapshot, what: &str) -> anyhow::Result<(Kind, Option<String>)> {
    let schemas = outline.schemas();
    match Kind::from_name(what) {
        Some(Kind::Execution) => {
            return Err(Failure::usage("what happens is recorded under its contract")
                .hint("`estate contract record CONTRACT KIND FIELD=VALUE …` does so")
                .into());
        }
        Some(kind) if kind != Kind::Item && !kind.is_single() => return Ok((kind, None)),
        _ if schemas.class(what).is_some() => return Ok((Kind::Item, Some(what.to_owned()))),
        _ => {}
    }
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Item && !kind.is_single());
    let mut known: Vec<&str> = schemas.classes().collect();
    kinds.for_each(|kind| known.push(kind.name()));
    let hint = suggest::did_you_mean(what, known.iter().copied())
        .unwrap_or_else(|| format!("choose one of: {}", known.join(", ")));
    let message = match Kind::from_name(what) {
        Some(kind) if kind.is_single() => {
            return Err(Failure::usage(format!(
                "the {kind} stand in one file, {}",
                Place::new(kind, None, kind.name()).path()
            ))
            .hint(format!("change them with `estate set {kind} …` or `estate edit {kind}`"))
            .into());
        }
        Some(_) => "an item is of a class".to_owned(),
        None => format!("there is no class or kind `{what}`"),
    };
    Err(Failure::usage(message).hint(hint).into())
}

/// The book that plans are for.
fn book<'a>(outline: &'a Snapshot, args: &'a Args) -> &'a str {
    let default = outline.settings().and_then(|settings| settings.default_book());
    args.fields.book.as_deref().or(default).unwrap_or("accounting")
}

/// The options, and what follows from them.
fn fill(
    context: &Context,
    store: &Store,
    outline: &Snapshot,
    args: &Args,
    draft: &mut Draft,
    schema: &Schema,
) -> anyhow::Result<()> {
    let book = book(outline, args);
    let assignments = args.fields.assignments(draft.kind, book).map_err(Failure::from)?;
    if draft.kind == Kind::Schedule {
        plan_by_item(store, args, draft, book)?;
    }
    for assignment in &assignments {
        draft.apply(assignment, schema)?;
    }
    let in_service = draft.look(|root| root.field("in_service").and_then(as_date));
    if draft.kind == Kind::Item
        && !draft.says("status")
        && in_service.is_some_and(|date| date <= context.as_of)
    {
        draft.apply(&Assignment::set("status", "in_use"), schema)?;
    }
    Ok(())
}

/// A schedule starts from the plans that the settings have for the class of its item.
fn plan_by_item(store: &Store, args: &Args, draft: &mut Draft, book: &str) -> anyhow::Result<()> {
    let Some(item) = args.fields.item.as_deref().filter(|_| args.from.is_none()) else { return Ok(()) };
    existing_id(store, item)?;
    let snapshot = store.worktree_of(&store.locate(item), &[])?;
    let Some(item) = snapshot.item(item) else { return Ok(()) };
    let start = item.in_service();
    let plans = start.and_then(|start| default_plans(&snapshot, item.class(), start));
    let plans = plans.unwrap_or_else(|| {
        let start = start.map(|start| ("start", Data::text(start.to_string())));
        let plan = [("method", Data::text("straight_line"))].into_iter().chain(start);
        Data::map([(book, Data::map(plan))])
    });
    draft.text = yaml::set(&draft.text, &Route::parse("books"), &plans)
        .map_err(|error| Failure::failed(error.to_string()))?;
    Ok(())
}

/// The record and what goes with it, as one edit.
fn added(snapshot: &Snapshot, args: &Args, draft: &Draft, schema: &Schema) -> anyhow::Result<Writing> {
    refuse_second_schedule(snapshot, draft)?;
    let plans = schedule_plans(snapshot, args, draft);
    let id = id_for(snapshot, args, draft, plans.is_some())?;
    let place = Place::new(draft.kind, draft.class.as_deref(), &id);
    let text = match args.from.is_some() {
        true => adopted_text(&place, &draft.text).map_err(Failure::from)?,
        false => {
            let fields = draft.look(|root| Some(Data::from(root))).unwrap_or_default();
            new_text(&place, schema, &fields)
        }
    };
    let mut edit = Edit::new(format!("Add {} {id}", schema.name));
    let mut done = format!("added {id}");
    edit.write(place.path(), text);
    if let Some((plans, schedule_schema)) = plans.zip(snapshot.schemas().get(Kind::Schedule.name())) {
        let schedule = Place::new(Kind::Schedule, None, &free_id(snapshot, &[Kind::Schedule], &id));
        let fields = Data::map([("item", Data::text(id.as_str())), ("books", plans)]);
        edit.write(schedule.path(), new_text(&schedule, schedule_schema, &fields));
        edit.summary.push_str(" with its schedule");
        done.push_str(" (and its schedule)");
    }
    let shown = match snapshot.named(&id).is_empty() {
        true => id,
        false => format!("{}/{id}", draft.kind),
    };
    Ok(Writing::new(edit, done).next(format!("estate show {shown}")))
}

/// Two schedules would depreciate an item twice.
fn refuse_second_schedule(snapshot: &Snapshot, draft: &Draft) -> anyhow::Result<()> {
    let item = draft.look(|root| root.field("item")?.text().map(str::to_owned));
    let item = item.filter(|_| draft.kind == Kind::Schedule);
    let Some(other) =
        snapshot.schedules().find(|schedule| item.is_some() && schedule.item() == item.as_deref())
    else {
        return Ok(());
    };
    Err(Failure::failed(format!("{} has a schedule already", item.unwrap_or_default()))
        .hint(format!("change it with `estate edit schedule/{}`", other.id()))
        .into())
}

/// The plans of the schedule to write along, where the item has a cost and a date for it.
fn schedule_plans(snapshot: &Snapshot, args: &Args, draft: &Draft) -> Option<Data> {
    let class = draft.class.as_deref().filter(|_| !args.no_schedule)?;
    let (_, start) = draft.look(|root| {
        Some((root.field("cost").and_then(as_money)?, root.field("in_service").and_then(as_date)?))
    })?;
    default_plans(snapshot, class, start)
}

fn id_for(snapshot: &Snapshot, args: &Args, draft: &Draft, with_schedule: bool) -> anyhow::Result<String> {
    if let Some(id) = draft.id.clone() {
        check_id(&id)?;
        if snapshot.knows(draft.kind, &id).is_some() {
            let next = free_id(snapshot, &[draft.kind], &id);
            return Err(Failure::failed(format!("{}/{id} exists already", draft.kind))
                .hint(format!("change it with `estate set {id} …`, or choose another id such as `{next}`"))
                .into());
        }
        return Ok(id);
    }
    let field = |name: &str| draft.look(|root| root.field(name)?.text().map(str::to_owned));
    let name = match draft.kind {
        Kind::Schedule => field("item"),
        Kind::Contract => field("name").or_else(|| Some(format!("{}-{}", field("party")?, field("kind")?))),
        _ => field("name"),
    };
    let kinds: &[Kind] = if with_schedule { &[Kind::Item, Kind::Schedule] } else { &[draft.kind] };
    Ok(free_id(snapshot, kinds, name.as_deref().unwrap_or(&args.what)))
}
