use std::path::PathBuf;

use estate::edit::Edit;
use estate::edits::{Assignment, adopted_text, default_plans, free_id, new_text};
use estate::model::record::{as_date, as_money};
use estate::model::slug::slug;
use estate::model::{Kind, MAX_ID_LENGTH, Place, Record, is_valid_id};
use estate::schema::{Schema, Shape, Type};
use estate::snapshot::Snapshot;
use estate::store::Store;
use estate::suggest;
use estate::yaml::{self, Data, Route, Value};

use super::add_fields::Fields;
use super::ask;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::writing::{Scope, WriteArgs, Writing, write_to};

/// Add a record: an item of a class, a contract, a service, a schedule or a party
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
  estate add laptop --from laptop.yaml --serial 0012e3 -n")]
pub struct Args {
    /// A class (server, laptop, …: `estate schema` lists them), or contract, service, schedule, party
    #[arg(value_name = "CLASS|KIND")]
    what: String,
    /// The id: lower-case letters, digits and hyphens [default: made from the name]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Start from a record in a file (- is stdin); the other options add to it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Write no depreciation schedule along with an item
    #[arg(long)]
    no_schedule: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    write: WriteArgs,
}

/// A record in the making.
struct Draft {
    kind: Kind,
    class: Option<String>,
    /// The id that was asked for.
    id: Option<String>,
    /// What it says so far, under a name for the time being where no id was asked for.
    text: String,
}

/// The id of a draft until it has one of its own.
const NAMELESS: &str = "new";

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if let Some(id) = &args.id {
        check_id(id)?;
    }
    let store = context.store()?;
    // Questions are asked before the right to write is taken, so that nobody waits for an answer.
    let outline = store.worktree_of(&[], &[])?;
    let (kind, class) = kind_and_class(&outline, &args.what)?;
    let mut draft = Draft { kind, class, id: args.id.clone(), text: format!("id: {NAMELESS}\n") };
    if let Some(file) = &args.from {
        draft.text = super::edit::read(file)?;
        if draft.id.is_none() {
            draft.id = draft.look(|root| root.field("id")?.text().map(str::to_owned));
        }
        draft.text = adopted_text(&draft.place(), &draft.text).map_err(Failure::from)?;
    }
    let schema = draft.schema(&outline)?;
    fill(context, &store, &outline, &args, &mut draft, schema)?;
    complete(context, &outline, &mut draft, schema)?;
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
            format!("the {kind} exist once: change them with `estate edit {kind}`")
        }
        Some(_) => "an item is of a class".to_owned(),
        None => format!("there is no class or kind `{what}`"),
    };
    Err(Failure::usage(message).hint(hint).into())
}

impl Draft {
    fn place(&self) -> Place {
        Place::new(self.kind, self.class.as_deref(), self.id.as_deref().unwrap_or(NAMELESS))
    }

    fn schema<'s>(&self, outline: &'s Snapshot) -> anyhow::Result<&'s Schema> {
        let name = self.class.as_deref().unwrap_or(self.kind.name());
        let schema = outline.schemas().get(name).map(|schema| &**schema);
        schema.ok_or_else(|| Failure::failed(format!("there is no schema `{name}`")).into())
    }

    /// Looks at what the draft says so far.
    fn look<T>(&self, look: impl FnOnce(Value<'_>) -> Option<T>) -> Option<T> {
        let tree = yaml::parse(&self.text).ok()?;
        look(tree.value(&self.text))
    }

    fn says(&self, route: &str) -> bool {
        self.look(|root| root.at(&Route::parse(route)).map(drop)).is_some()
    }

    fn apply(&mut self, assignment: &Assignment, schema: &Schema) -> Result<(), Failure> {
        self.text = assignment.apply(&self.text, schema)?;
        Ok(())
    }
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
    let book = args.fields.book.as_deref();
    let book = book.or(outline.settings().and_then(|settings| settings.default_book()));
    let book = book.unwrap_or("accounting");
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

/// Asks for the required fields that are missing, or says which they are.
fn complete(context: &Context, outline: &Snapshot, draft: &mut Draft, schema: &Schema) -> anyhow::Result<()> {
    let missing = missing_fields(draft, schema.shape());
    if missing.is_empty() {
        return Ok(());
    }
    if !context.may_ask() {
        let told: Vec<String> = missing.iter().map(|route| option_for(route, schema)).collect();
        let names = missing.join(", ");
        return Err(Failure::usage(format!("a new {} needs {names}", schema.name))
            .hint(format!("give {}", told.join(", ")))
            .into());
    }
    for route in missing {
        while let Err(error) = ask_for(&route, outline, draft, schema) {
            // What was typed wrong is asked again; the end of the input ends it.
            match error.downcast::<Wrong>() {
                Ok(Wrong(message)) => context.say(&estate::render::escape::terminal(&message)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// An answer that will not do, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

/// Required fields without a value, below required mappings too, in the schema's order.
fn missing_fields(draft: &Draft, shape: &Shape) -> Vec<String> {
    let mut missing = Vec::new();
    collect_missing(draft, shape, "", &mut missing);
    // The schema wants one of two here, and people think in lengths.
    if draft.kind == Kind::Contract && !draft.says("term.length") && !draft.says("term.end") {
        let after = missing.iter().position(|route| route == "term.start").map_or(missing.len(), |at| at + 1);
        missing.insert(after, "term.length".to_owned());
    }
    missing
}

fn collect_missing(draft: &Draft, shape: &Shape, above: &str, missing: &mut Vec<String>) {
    let required = shape.fields().filter(|(name, _)| shape.required.iter().any(|required| required == name));
    for (name, field) in required.filter(|(name, _)| !(above.is_empty() && matches!(*name, "id" | "class"))) {
        let route = format!("{above}{name}");
        let below = field.kind == Type::Mapping && field.fields().next().is_some();
        match below {
            true => collect_missing(draft, field, &format!("{route}."), missing),
            false if !draft.says(&route) => missing.push(route),
            false => {}
        }
    }
}

/// The option that gives a field, with its choices.
fn option_for(route: &str, schema: &Schema) -> String {
    let option = match route {
        "term.start" => "--start DATE".to_owned(),
        "term.length" => "--length DURATION (or --end DATE)".to_owned(),
        "books" => "--life DURATION and --start DATE (or --item ITEM of a class with a plan)".to_owned(),
        "name" | "status" | "side" | "kind" | "party" | "item" => format!("--{route}"),
        _ => format!("--set {route}=…"),
    };
    match schema.shape().at(&Route::parse(route)) {
        Some(shape) if !shape.choices.is_empty() => format!("{option} ({})", shape.choices.join(", ")),
        _ => option,
    }
}

fn ask_for(route: &str, outline: &Snapshot, draft: &mut Draft, schema: &Schema) -> anyhow::Result<()> {
    let shape = schema.shape().at(&Route::parse(route)).unwrap_or(Shape::any());
    let mut question = shape.description.clone();
    if !shape.choices.is_empty() {
        question.push_str(&format!(" One of: {}.", shape.choices.join(", ")));
    }
    let answer = ask::line(&format!("{question}\n{route}:"))?;
    let text = Assignment::set(route, answer.as_str())
        .apply(&draft.text, schema)
        .map_err(|error| Wrong(error.message))?;
    let place = draft.place();
    let record = Record::read(&place, &place.path(), text.as_bytes(), outline.schemas());
    if let Some(finding) = record.findings().iter().find(|finding| finding.field == route) {
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        return Err(Wrong(format!("{}{help}", finding.message)).into());
    }
    draft.text = text;
    Ok(())
}

/// The record and what goes with it, as one edit.
fn added(snapshot: &Snapshot, args: &Args, draft: &Draft, schema: &Schema) -> anyhow::Result<Writing> {
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
            return Err(Failure::failed(format!("there is a {} `{id}` already", draft.kind))
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
