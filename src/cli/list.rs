use estate::query::{Field, Filter, Query, QueryError, Scope, SortKey, places_within};
use estate::report::Cell;
use estate::snapshot::Snapshot;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};

/// List records: items, or any kind or class
///
/// Filters are all to be met; a list of values, separated by commas, is met by one of them. A field
/// is named by its route, such as term.start or attributes.cpu_cores (`estate schema server` lists
/// them); of a list, every value counts. A record whose file cannot be read is listed with holes,
/// whatever the filters. Exits with 4 where nothing matches.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate list                                         every item
  estate list server --status in_use --sort -cost     the dearest servers first
  estate list --location paris-dc1 --where 'cost>5000'
  estate list contracts --where 'end<2027-01-01' --columns id,party,end,price.amount")]
pub struct Args {
    /// A kind (items, services, contracts, schedules, parties) or a class (server, laptop, …)
    #[arg(value_name = "KIND|CLASS", default_value = "items")]
    what: String,
    /// Items of these classes
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    class: Vec<String>,
    /// At these stages of life, such as in_use
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    status: Vec<String>,
    /// Of these owners
    #[arg(long, value_name = "PARTY", value_delimiter = ',')]
    owner: Vec<String>,
    /// At these places and the places within them
    #[arg(long, value_name = "PLACE", value_delimiter = ',')]
    location: Vec<String>,
    /// With one of these tags
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// A condition on any field: field=value, != ~ (contains), and < <= > >= on money, dates and
    /// numbers; an empty value finds what has none
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
    /// Show these fields
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by these fields; -field puts the greatest first
    #[arg(long, value_name = "FIELD", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
    /// Show at most so many records
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let scope = scope(&args, &snapshot)?;
    let columns: Vec<&str> = match args.columns.as_slice() {
        [] => scope.default_columns().to_vec(),
        named => named.iter().map(String::as_str).collect(),
    };
    let query = Query {
        scope,
        filters: filters(&args, &scope, &snapshot).map_err(Failure::from)?,
        columns: all(&columns, |name| Field::find(name, &scope))?,
        sort: all(&args.sort, |key| SortKey::parse(key, &scope))?,
        limit: args.limit,
    };
    let answer = query.run(&snapshot);
    let section = query.section(&answer);
    let has_holes =
        section.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Missing(_)));
    let mut report = context
        .report("list", scope.title(), &snapshot)
        .header("count", answer.matched.to_string())
        .section(section);
    if answer.records.len() < answer.matched {
        report = report.note(format!("the first {} of {} are shown", answer.records.len(), answer.matched));
    }
    if answer.unreadable > 0 {
        report = report.note(format!("{} unreadable, counted whatever the filters", answer.unreadable));
    }
    if has_holes {
        report = report.note("what is marked ? cannot be read and is in no total: `estate audit` says why");
    }
    // People need no empty table beside the message; programs get the same shape as ever.
    let is_nothing = answer.matched == 0 && !query.filters.is_empty();
    if !is_nothing || context.format_name().is_some() {
        context.show(&report)?;
    }
    if !is_nothing {
        return Ok(Exit::Done);
    }
    let conditions: Vec<String> = query.filters.iter().map(ToString::to_string).collect();
    let hint = query.filters.iter().find_map(|filter| filter.suggestion(snapshot.of_kind(scope.kind)));
    Err(Failure::nothing(format!("no {} matches {}", scope.name(), conditions.join(" and ")))
        .hint_if(hint)
        .into())
}

fn all<T: AsRef<str>, U>(
    texts: &[T],
    read: impl Fn(&str) -> Result<U, QueryError>,
) -> Result<Vec<U>, Failure> {
    texts.iter().map(|text| read(text.as_ref()).map_err(Failure::from)).collect()
}

fn scope<'a>(args: &'a Args, snapshot: &'a Snapshot) -> Result<Scope<'a>, Failure> {
    let schemas = snapshot.schemas();
    let mut scope = Scope::named(&args.what, snapshot).ok_or_else(|| {
        let hint = suggest::did_you_mean(&args.what, Scope::names(schemas));
        Failure::usage(format!("there is no kind or class `{}`", args.what))
            .hint(hint.unwrap_or_else(|| "`estate schema` lists them".to_owned()))
    })?;
    if let Some(wrong) = args.class.iter().find(|class| schemas.class(class).is_none()) {
        let hint = suggest::did_you_mean(wrong, schemas.classes());
        return Err(Failure::usage(format!("there is no class `{wrong}`"))
            .hint(hint.unwrap_or_else(|| "`estate schema` lists the classes".to_owned())));
    }
    // One class is read by its own schema, so that its attributes have one type.
    if let ([class], estate::model::Kind::Item, None) = (args.class.as_slice(), scope.kind, scope.class) {
        scope.class = Some(class);
    }
    Ok(scope)
}

fn filters(args: &Args, scope: &Scope<'_>, snapshot: &Snapshot) -> Result<Vec<Filter>, QueryError> {
    let mut filters = Vec::new();
    let named =
        [("class", &args.class), ("status", &args.status), ("owner", &args.owner), ("tags", &args.tag)];
    for (name, values) in named.into_iter().filter(|(_, values)| !values.is_empty()) {
        filters.push(Filter::any_of(name, values, scope)?);
    }
    if !args.location.is_empty() {
        let places: Vec<String> =
            args.location.iter().flat_map(|place| places_within(snapshot, place)).collect();
        let written = format!("location={}", args.location.join(","));
        filters.push(Filter::any_of("location", &places, scope)?.written(written));
    }
    for condition in &args.conditions {
        filters.push(Filter::parse(condition, scope)?);
    }
    Ok(filters)
}
