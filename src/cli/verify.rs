use std::collections::BTreeSet;

use estate::date::{Date, parse_date};
use estate::edits::{Sighting, verify};
use estate::model::item::Item;
use estate::model::{Kind, Record};
use estate::query::{Filter, Scope as Subject};
use estate::snapshot::Snapshot;
use estate::store::Store;
use estate::suggest;

use super::completions::record_ids;
use super::context::{self, Context};
use super::failure::{Exit, Failure};
use super::target::existing_id;
use super::writing::{Scope, WriteArgs, Writing, write};

/// Record that items were seen, as their records say
///
/// Writes the day and the party of the sighting in `verified`, all items in one commit. An edit of a
/// record is no sighting: the rule `stale-record` and `estate audit --score` count from this day, and
/// where there is none from that of the delivery.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate verify srv-web-01 srv-web-02
  estate verify lap-022 --on 2026-11-20 --by l-petit --note 'seen at the desk of J. Bernard'
  estate verify --where location=paris-dc1-room-a --where status=in_use -n")]
pub struct Args {
    /// The items
    #[arg(value_name = "ID", required_unless_present = "conditions", conflicts_with = "conditions", add = record_ids())]
    ids: Vec<String>,
    /// The items that meet a condition, as of `estate list --where`; several are all to be met
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
    /// The day on which they were seen [default: the value date]
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// The party that saw them [default: the one with the e-mail address or the name of git's author]
    #[arg(long, value_name = "PARTY")]
    by: Option<String>,
    /// What there is to say about it, for the commit's message
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let on = day(context, args.on.as_deref())?;
    let store = context.store()?;
    let mut ids = Vec::new();
    for name in &args.ids {
        ids.push(existing_id(&store, name.strip_prefix("item/").unwrap_or(name))?);
    }
    let by = match &args.by {
        Some(by) => known_party(&store, by)?,
        None => author_as_party(&store)?,
    };
    let scope = if args.conditions.is_empty() { Scope::Records(&ids) } else { Scope::Whole };
    write(context, &args.write, scope, |snapshot| {
        let items = match args.conditions.as_slice() {
            [] => named(snapshot, &ids)?,
            conditions => selected(snapshot, conditions)?,
        };
        let sighting = Sighting { on, by: &by, note: args.note.as_deref() };
        let edit =
            verify(&items, &sighting).map_err(|error| Failure::failed(error.message).hint_if(error.help))?;
        let what = match items.as_slice() {
            [item] => item.id().to_owned(),
            items => format!("{} items", items.len()),
        };
        Ok(Writing::new(edit, format!("verified {what} on {on} by {by}"))
            .unchanged(format!("{what}: seen on {on} by {by} already, nothing to change")))
    })
}

/// Nothing has been seen in a future, whatever day the books are read for.
fn day(context: &Context, on: Option<&str>) -> anyhow::Result<Date> {
    let on = match on {
        Some(text) => parse_date(text).map_err(|error| Failure::usage(format!("--on: {error}")))?,
        None => context.as_of,
    };
    let today = context::today()?;
    if on > today {
        return Err(Failure::usage(format!("{on} is to come: nothing has been seen on it"))
            .hint(format!("today is {today}"))
            .into());
    }
    Ok(on)
}

fn named<'s>(snapshot: &'s Snapshot, ids: &[&str]) -> anyhow::Result<Vec<Item<'s>>> {
    let (mut items, mut seen) = (Vec::new(), BTreeSet::new());
    for id in ids.iter().filter(|id| seen.insert(**id)) {
        let item = snapshot.item(id).ok_or_else(|| {
            let kind = snapshot.named(id).first().map(|record| record.kind());
            let kind = kind.map(|kind| format!("`{id}` is a {kind}; only items can be seen"));
            Failure::nothing(format!("there is no item `{id}`")).hint_if(kind)
        })?;
        items.push(item);
    }
    Ok(items)
}

fn selected<'s>(snapshot: &'s Snapshot, conditions: &[String]) -> anyhow::Result<Vec<Item<'s>>> {
    let scope = Subject::named(Kind::Item.name(), snapshot)
        .ok_or_else(|| Failure::failed("this estate knows no items"))?;
    let filters: Result<Vec<Filter>, _> = conditions.iter().map(|text| Filter::parse(text, &scope)).collect();
    let filters = filters.map_err(Failure::from)?;
    let meets = |item: &Item<'_>| filters.iter().all(|filter| filter.admits(item.record()));
    let items: Vec<Item<'s>> = snapshot.items().filter(meets).collect();
    if items.is_empty() {
        let hint = filters.iter().find_map(|filter| filter.suggestion(snapshot.of_kind(Kind::Item)));
        return Err(Failure::nothing(format!("no item matches {}", conditions.join(" and ")))
            .hint_if(hint)
            .into());
    }
    Ok(items)
}

/// The gate would refuse an unknown party too, but it has read too little to suggest one.
fn known_party(store: &Store, by: &str) -> anyhow::Result<String> {
    let places = store.record_places()?;
    let parties = places.iter().filter(|place| place.kind == Kind::Party).map(|place| place.id.as_str());
    if parties.clone().any(|id| id == by) {
        return Ok(by.to_owned());
    }
    Err(Failure::usage(format!("--by: there is no party `{by}`"))
        .hint_if(suggest::did_you_mean(by, parties))
        .into())
}

/// The party that git's author is: the only one with that e-mail address, or else with that name.
fn author_as_party(store: &Store) -> anyhow::Result<String> {
    let (name, email) = store.author()?;
    let places = store.record_places()?;
    let paths: Vec<String> =
        places.iter().filter(|place| place.kind == Kind::Party).map(|place| place.path()).collect();
    let snapshot = store.worktree_of(&paths, &[])?;
    let with = |field: &str, text: &str| -> Vec<&Record> {
        let same =
            |record: &&Record| record.text(field).is_some_and(|own| own.trim().eq_ignore_ascii_case(text));
        snapshot.of_kind(Kind::Party).filter(same).collect()
    };
    let found = [with("email", &email), with("name", &name)];
    if let Some([party]) = found.iter().map(Vec::as_slice).find(|parties| !parties.is_empty()) {
        return Ok(party.id().to_owned());
    }
    let several: Vec<&str> = found.iter().flatten().map(|party| party.id()).collect();
    let why = match several.as_slice() {
        [] => format!("no party has the e-mail address {email} or the name {name} of git's author"),
        several => format!("git's author {name} <{email}> may be any of {}", several.join(", ")),
    };
    Err(Failure::usage(format!("who saw it? {why}")).hint("say it with --by PARTY").into())
}
