mod compare;
mod what_if;

use estate::model::Kind;
use estate::model::investment::Investment;
use estate::report::Report;
use estate::reports;
use estate::schedule::Problem;
use estate::snapshot::Snapshot;
use estate::suggest::did_you_mean;

use super::context::Context;
use super::failure::{Exit, Failure};

/// Judge investments: options side by side, and what their value rests on
///
/// An investment is a record in inventory/investments: options with dated payments, typed or taken
/// from contracts and schedules, a horizon, a discount rate and, where wanted, a tax rate.
#[derive(clap::Args)]
#[command(
    disable_help_subcommand = true,
    after_long_help = "Examples:
  estate list investments                        the decisions on record
  estate invest show storage-renewal             its options: NPV, TCO, rates of return, payback
  estate invest flows storage-renewal            every payment with its tax and present value
  estate invest sensitivity storage-renewal      by rate, by volume, and a tornado
  estate invest compare main option-a option-b   what the estate costs as each branch has it
  estate invest what-if --rate 8% --flow 0=-10000 --flow 1=6000 --flow 2=7000"
)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// The options side by side
    Show(One),
    /// Every payment of every option
    Flows(One),
    /// The net present value by rate and volume, and what moves it most
    Sensitivity(One),
    Compare(compare::Args),
    WhatIf(what_if::Args),
}

#[derive(clap::Args)]
struct One {
    /// An investment
    id: String,
}

type Make = fn(Report, &Snapshot, Investment<'_>) -> Result<Report, Problem>;

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let (id, make, name, title): (_, Make, _, _) = match args.verb {
        Verb::Compare(args) => return compare::run(context, &args),
        Verb::WhatIf(args) => return what_if::run(context, args),
        Verb::Show(one) => (one.id, reports::investment, "investment", "Options of"),
        Verb::Flows(one) => (one.id, reports::investment_flows, "investment-flows", "Payments of"),
        Verb::Sensitivity(one) => (one.id, reports::sensitivity, "sensitivity", "Sensitivity of"),
    };
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let Some(record) = snapshot.get(Kind::Investment, &id) else {
        let known = snapshot.records().filter(|record| record.kind() == Kind::Investment);
        let known: Vec<&str> = known.map(|record| record.id()).collect();
        return Err(Failure::nothing(format!("there is no investment {id}"))
            .hint_if(did_you_mean(&id, known.iter().copied()))
            .into());
    };
    let investment = Investment(record);
    if !record.is_sound() {
        return Err(Failure::failed(format!("investment {id} has errors"))
            .hint("`estate audit` shows them with their places")
            .into());
    }
    let base = context.report(name, format!("{title} {}", investment.name()), &snapshot);
    let report = make(base, &snapshot, investment).map_err(|problem| {
        let place = record.at(&problem.field);
        Failure::failed(format!("investment {id}: {}", problem.text)).hint(format!("look at {place}"))
    })?;
    context.show(&report)?;
    Ok(if report.has_holes() { Exit::Findings } else { Exit::Done })
}
