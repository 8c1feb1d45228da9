use estate::date::parse_date;
use estate::edits::{Retirement, put_off, retire, still_used};
use estate::model::Kind;
use estate::money::Money;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::target::existing_id;
use super::writing::{Scope, WriteArgs, Writing, write};

/// Take an item out of service, or out of the organisation
///
/// Writes the item's status and date and, with --kind, its disposal and the disposal event of its
/// depreciation schedules, in one commit. Contracts and services that still name the item are told.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate retire srv-web-01 --date 2026-10-31
  estate retire srv-web-01 --kind sale --price '900.00 EUR' --reason 'replaced by srv-web-03'
  estate retire lap-032 --kind loss --reason 'stolen, reported to the police' -n")]
pub struct Args {
    /// The item
    #[arg(value_name = "ID")]
    id: String,
    /// The day on which it ends [default: the value date]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// How it leaves the organisation; without it the item is out of service and still owned
    #[arg(long, value_name = "KIND", value_parser = ["sale", "scrap", "loss", "donation"])]
    kind: Option<String>,
    /// What was received for it, without tax
    #[arg(long, value_name = "MONEY", requires = "kind")]
    price: Option<String>,
    /// Why it ends
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let date = match &args.date {
        Some(text) => parse_date(text).map_err(|error| Failure::usage(format!("--date: {error}")))?,
        None => context.as_of,
    };
    let price: Option<Money> = args
        .price
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error| Failure::usage(format!("--price: {error}")))?;
    if price.is_some_and(|price| price.is_negative()) {
        return Err(Failure::usage("--price: what was received is not negative").into());
    }
    let retirement =
        Retirement { date, disposal: args.kind.as_deref(), price, reason: args.reason.as_deref() };
    let id = existing_id(&context.store()?, args.id.strip_prefix("item/").unwrap_or(&args.id))?;
    // Schedules, contracts and services may name the item anywhere in the estate.
    write(context, &args.write, Scope::Whole, |snapshot| {
        let item = snapshot.item(id).ok_or_else(|| {
            Failure::nothing(format!("there is no item `{id}`"))
                .hint_if(suggest::did_you_mean(id, snapshot.ids(Kind::Item)))
        })?;
        let edit = retire(snapshot, item, &retirement)
            .map_err(|error| Failure::failed(error.message).hint_if(error.help))?;
        let schedules = edit.len().saturating_sub(1);
        let along = match schedules {
            0 => "",
            1 => " (and its schedule)",
            _ => " (and its schedules)",
        };
        let put_off = args.kind.as_ref().and_then(|_| put_off(snapshot, id, date));
        let warnings = put_off.into_iter().chain(still_used(snapshot, id)).collect();
        let done = if args.kind.is_some() { "disposed of" } else { "retired" };
        Ok(Writing::new(edit, format!("{done} {id}{along}"))
            .next(format!("estate show {id}"))
            .warnings(warnings))
    })
}
