use estate::date::{Date, parse_date};
use estate::edits::{Assignment, Fact};

use super::named;
use crate::cli::completions::record_ids;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::schedule::period_named;
use crate::cli::writing::{Scope, WriteArgs, Writing, write};

/// Record what happened under a contract, as one small file
///
/// Each fact is a file of its own in inventory/executions/CONTRACT/, named after its day, so that
/// people who record at the same time never meet. `estate schema execution` lists the fields; times of
/// incidents are written with their offset from UTC, 2026-03-02T08:14+01:00. A notice also ends the
/// contract in its record: with the end of the next term it can be for, or with ends=DATE.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate contract record dell-prosupport invoice --amount '1380.00 EUR' --period 2026-03-01..2027-02-28 \\
      --reference F-2026-118 due=2026-03-31
  estate contract record dell-prosupport payment --amount '1380.00 EUR' \\
      invoice=2026-03-01-invoice-dell-prosupport
  estate contract record lyon-colo-cage measurement service_level=power value=99.97 unit=% --period 2026-10
  estate contract record novatel-fibre-links incident service_level=repair \\
      opened=2026-10-06T08:14+02:00 owned=2026-10-06T08:20+02:00 resolved=2026-10-06T11:40+02:00
  estate contract record lyon-colo-cage notice --on 2026-06-15")]
pub struct Args {
    /// The contract
    #[arg(value_name = "CONTRACT", add = record_ids())]
    contract: String,
    /// What happened
    #[arg(value_name = "KIND", value_parser = KINDS)]
    kind: String,
    /// Further fields of the fact: field=value
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// The day of the fact [default: the value date]
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// The amount, without recoverable tax; below zero for a credit note
    #[arg(long, value_name = "MONEY", allow_hyphen_values = true)]
    amount: Option<String>,
    /// The days that are billed or were measured: 2026-03, FY2026 or 2026-03-01..2026-05-31
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// The number that the other party or a tool gives it
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    #[command(flatten)]
    write: WriteArgs,
}

const KINDS: [&str; 8] =
    ["invoice", "payment", "delivery", "measurement", "incident", "reading", "notice", "meeting"];

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let date = match &args.on {
        Some(text) => parse_date(text).map_err(|error| Failure::usage(format!("--on: {error}")))?,
        None => context.as_of,
    };
    write(context, &args.write, Scope::Whole, |snapshot| {
        let contract = named(snapshot, &args.contract)?;
        let assignments = assignments(args, |period| period_named(snapshot, period))?;
        let fact = Fact { contract, kind: &args.kind, date, assignments: &assignments };
        let (edit, id) = fact.edit(snapshot).map_err(Failure::from)?;
        let done = match fact.kind {
            "notice" => format!("recorded {id} and the end of {}", contract.id()),
            _ => format!("recorded {id}"),
        };
        Ok(Writing::new(edit, done).next(format!("estate contract show {}", contract.id())))
    })
}

fn assignments(
    args: &Args,
    period: impl Fn(&str) -> anyhow::Result<estate::date::Period>,
) -> anyhow::Result<Vec<Assignment>> {
    let mut assignments = Vec::new();
    if let Some(amount) = &args.amount {
        assignments.push(Assignment::set("amount", amount.as_str()));
    }
    if let Some(text) = &args.period {
        let days = period(text)?;
        let day = |date: Date| date.to_string();
        assignments.push(Assignment::set("period.from", day(days.start)));
        assignments.push(Assignment::set("period.to", day(days.end)));
    }
    if let Some(reference) = &args.reference {
        assignments.push(Assignment::set("reference", reference.as_str()));
    }
    for text in &args.fields {
        assignments.push(Assignment::parse(text).map_err(Failure::from)?);
    }
    Ok(assignments)
}
