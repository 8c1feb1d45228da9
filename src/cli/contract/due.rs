use estate::contract::{Action, due};
use estate::date::Duration;
use estate::model::slug::slug;
use estate::render::ics::{self, Event};
use estate::reports;

use crate::cli::context::{Context, unknown_format};
use crate::cli::failure::{Exit, Failure};

/// List what is to be done by when
///
/// Notices, renewals and ends of contracts, deliveries and payments, ends of warranties and of
/// support, whatever expires (licences, certificates, domains) and, where the settings say
/// verify_every, checks against reality: by the last day on which acting helps, with what not acting
/// costs where that can be said, such as the price of the next term. What is past and still to be
/// done comes first. Nothing is stored: a date that changes changes the list. --format ics writes a
/// calendar to import or to subscribe to.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract due                                          the next 90 days
  estate contract due --within 1y --as-of 2027-01-01
  estate contract due --within 1y --format ics -o estate.ics   for a calendar
  estate contract due --within 30d --json")]
pub struct Args {
    /// How far to look ahead from the value date, such as 90d, 6mo or 1y
    #[arg(long, value_name = "DURATION", default_value = "90d")]
    within: String,
}

const ICS: &str = "ics";

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let within: Duration =
        args.within.parse().map_err(|error| Failure::usage(format!("--within: {error}")))?;
    let until = within.after(context.as_of).map_err(|error| Failure::usage(format!("--within: {error}")))?;
    let is_calendar = context.format_name() == Some(ICS);
    if !is_calendar {
        check_format(context)?;
    }
    let snapshot = context.snapshot(&context.store()?)?;
    let actions = due(&snapshot, context.as_of, until);
    if is_calendar {
        let organisation = snapshot.settings().map_or("estate", |settings| settings.organisation.as_str());
        let events: Vec<Event> = actions.iter().map(|action| event(action, organisation)).collect();
        context.answer(&ics::calendar(&format!("{organisation}: due"), &events, context.as_of))?;
        return Ok(Exit::Done);
    }
    let report = context.report("contract.due", "Due", &snapshot).header("until", until.to_string());
    context.show(&reports::due(report, &actions, context.as_of))?;
    Ok(Exit::Done)
}

/// Reports know no calendar, so the formats to choose from are theirs and this one.
fn check_format(context: &Context) -> anyhow::Result<()> {
    context.format().map(drop).map_err(|error| {
        let formats = estate::render::Format::ALL.iter().map(|format| format.info().name);
        let known: Vec<&str> = formats.chain([ICS]).collect();
        context.format_name().map_or(error, |name| unknown_format(name, &known).into())
    })
}

/// Named after the record and what is to be done, not after the day: a calendar moves the event when
/// the day changes.
fn event(action: &Action<'_>, organisation: &str) -> Event {
    let record = action.record.record_id();
    let name = action.record.text("name").unwrap_or(&record.id);
    let mut uid = format!("{}.{}.{}", slug(action.what.name()), record.kind, record.id);
    let mut summary = format!("{}: {name}", action.what.name());
    if let Some(part) = action.part {
        uid.push_str(&format!(".{part}"));
        summary.push_str(&format!(" ({part})"));
    }
    let mut description = format!("{record}: {}", action.otherwise);
    match &action.cost {
        Some(Ok(cost)) => description.push_str(&format!("\nCost of not acting: {cost}")),
        Some(Err(reason)) => description.push_str(&format!("\nCost of not acting: unknown, {reason}")),
        None => {}
    }
    if let Some(owner) = action.owner {
        description.push_str(&format!("\nOwner: {owner}"));
    }
    let uid = format!("{uid}@{}.estate", slug(organisation));
    Event { uid, day: action.act_by, summary, description, category: action.what.name() }
}
