mod check;
mod due;
mod levels;
mod list;
mod record;
mod show;

use estate::date::Period;
use estate::model::Kind;
use estate::model::contract::Contract;
use estate::snapshot::Snapshot;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::schedule::period_named;

/// Follow contracts: their dates, what is due, what happens under them
///
/// Dates, prices and what is due are made from the records for any day; nothing but the records is
/// kept. What happens (invoices, deliveries, measurements, incidents, notices) is recorded as one
/// small file a fact.
#[derive(clap::Args)]
#[command(
    disable_help_subcommand = true,
    after_long_help = "Examples:
  estate contract list                                   terms, notice and price of each contract
  estate contract show dell-prosupport                   dates, prices over time, facts
  estate contract due --within 90d                       what is to be done in the next 90 days
  estate contract record dell-prosupport invoice --amount '1380.00 EUR' --period 2026-03-01..2027-02-28
  estate contract check                                  what was invoiced and used against what was agreed
  estate contract levels                                 service levels: promised, measured, penalties"
)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    List(Box<list::Args>),
    Show(Box<show::Args>),
    Due(Box<due::Args>),
    Record(Box<record::Args>),
    Check(Box<check::Args>),
    Levels(Box<levels::Args>),
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.verb {
        Verb::List(args) => list::run(context, &args),
        Verb::Show(args) => show::run(context, &args),
        Verb::Due(args) => due::run(context, &args),
        Verb::Record(args) => record::run(context, &args),
        Verb::Check(args) => check::run(context, &args),
        Verb::Levels(args) => levels::run(context, &args),
    }
}

/// The days that are asked for: those named, or the fiscal year of the value date.
fn period_asked(context: &Context, snapshot: &Snapshot, named: Option<&str>) -> anyhow::Result<Period> {
    if let Some(text) = named {
        return period_named(snapshot, text);
    }
    let year = snapshot.settings().and_then(|settings| settings.calendar.period_of(context.as_of));
    year.ok_or_else(|| {
        Failure::failed(format!("the settings know no fiscal year for {}", context.as_of))
            .hint("give the days with --period 2026-01-01..2026-12-31")
            .into()
    })
}

/// The contract of this id.
fn named<'s>(snapshot: &'s Snapshot, id: &str) -> anyhow::Result<Contract<'s>> {
    snapshot.contract(id.strip_prefix("contract/").unwrap_or(id)).ok_or_else(|| {
        let hint = suggest::did_you_mean(id, snapshot.ids(Kind::Contract));
        Failure::nothing(format!("there is no contract `{id}`"))
            .hint(hint.unwrap_or_else(|| "`estate contract list --all` lists them".to_owned()))
            .into()
    })
}
