use estate::model::Kind;
use estate::model::schedule::Schedule;
use estate::report::{Cell, Column, Report, Section};
use estate::reports::{self, Steps};
use estate::schedule::{CONVENTIONS, METHODS, WHAT_IF, WhatIf, plan};

use super::super::context::Context;
use super::super::failure::{Exit, Failure};

/// Compute a plan from options, without an estate
///
/// The options are the fields of a schedule, written as in a record; --event takes an event as it
/// stands there and may be repeated.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate schedule what-if --cost \"10000 EUR\" --life 5y --start 2024-04-01
  estate schedule what-if --method declining_balance --cost \"10000 EUR\" --life 5y --start 2020-04-15
  estate schedule what-if --cost \"500 EUR\" --life 1y --start 2024-01-01 --monthly --json
  estate schedule what-if --cost \"12000 EUR\" --life 4y --start 2022-01-01 \\
      --event '{date: 2024-09-30, kind: disposal, disposal: sale, proceeds: 2500.00 EUR}'
  estate schedule what-if --methods                    the methods and conventions there are")]
pub struct Args {
    /// How the depreciable amount is spread
    #[arg(long, value_name = "METHOD", default_value = "straight_line")]
    method: String,
    /// How time is counted [default: thirty_360; half_year for MACRS]
    #[arg(long, value_name = "CONVENTION")]
    convention: Option<String>,
    /// How a year is split into months: last_takes_rest or equal_last_remainder
    #[arg(long, value_name = "ROUNDING")]
    rounding: Option<String>,
    /// What the item cost, such as "10000 EUR"
    #[arg(long, value_name = "MONEY", required_unless_present = "methods")]
    cost: Option<String>,
    /// The first day of depreciation [default: --acquired]
    #[arg(long, value_name = "DATE", required_unless_present_any = ["methods", "acquired"])]
    start: Option<String>,
    /// The useful life, such as 5y or 36mo
    #[arg(long, value_name = "DURATION")]
    life: Option<String>,
    /// The value expected at the end
    #[arg(long, value_name = "MONEY")]
    salvage: Option<String>,
    /// The day of acquisition: dated parameters depend on it, and declining_balance begins with it
    #[arg(long, value_name = "DATE")]
    acquired: Option<String>,
    /// The last day of fiscal years
    #[arg(long, value_name = "MM-DD", default_value = "12-31")]
    fiscal_year_end: String,
    /// The rate of fixed_rate_declining, such as 40%
    #[arg(long, value_name = "PERCENT")]
    rate: Option<String>,
    /// The units of the whole life, for units_of_production
    #[arg(long, value_name = "COUNT")]
    total_units: Option<String>,
    /// A reading of the meter, DATE=COUNT; may be repeated
    #[arg(long, value_name = "DATE=COUNT")]
    units: Vec<String>,
    /// The rule of immediate_expensing, such as fr_low_value
    #[arg(long, value_name = "RULE")]
    threshold: Option<String>,
    /// The amount deducted under section 179, for MACRS
    #[arg(long, value_name = "MONEY")]
    section_179: Option<String>,
    /// The special depreciation allowance, for MACRS
    #[arg(long, value_name = "PERCENT")]
    bonus: Option<String>,
    /// A charge of a manual plan, DATE=MONEY; may be repeated
    #[arg(long, value_name = "DATE=MONEY")]
    charge: Vec<String>,
    /// An event as in a schedule, such as '{date: 2025-06-30, kind: disposal, disposal: scrap}'
    #[arg(long, value_name = "YAML")]
    event: Vec<String>,
    /// A row a month instead of a fiscal year
    #[arg(long)]
    monthly: bool,
    /// List the methods and conventions
    #[arg(long)]
    methods: bool,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if args.methods {
        context.show(&catalogue())?;
        return Ok(Exit::Done);
    }
    let steps = if args.monthly { Steps::Months } else { Steps::Years };
    let asked = asked(args)?;
    let snapshot = asked.snapshot().map_err(|findings| {
        // The fields of the plan are the options here.
        let plan = format!("books.{WHAT_IF}");
        let told = |message: &str| {
            message.replace(&format!("{plan}."), "").replace(&format!("`{plan}`"), "the plan")
        };
        let messages: Vec<String> = findings.iter().map(|finding| told(&finding.message)).collect();
        let help = findings.into_iter().find_map(|finding| finding.help);
        Failure::usage(messages.join("; ")).hint_if(help)
    })?;
    let Some(record) = snapshot.get(Kind::Schedule, WHAT_IF) else { return Ok(Exit::Nothing) };
    if let Err(problem) = plan(&snapshot, Schedule(record), WHAT_IF) {
        return Err(Failure::usage(format!("there is no such plan: {problem}")).into());
    }
    let title = format!("{} of {} from {}", asked.method, asked.cost, asked.start);
    context.show(&reports::schedule(
        Report::new("schedule", title),
        &snapshot,
        Schedule(record),
        None,
        steps,
    ))?;
    Ok(Exit::Done)
}

fn asked(args: Args) -> Result<WhatIf, Failure> {
    let wrong = || {
        Failure::usage(format!("--fiscal-year-end: `{}` is no day of the year", args.fiscal_year_end))
            .hint("write it like 12-31 or 06-30")
    };
    let number = |text: &str| text.parse::<u32>().map_err(|_| wrong());
    let (month, day) = args.fiscal_year_end.split_once('-').ok_or_else(wrong)?;
    let fields = [
        ("life", args.life),
        ("salvage_value", args.salvage),
        ("rate", args.rate),
        ("total_units", args.total_units),
        ("threshold", args.threshold),
        ("section_179", args.section_179),
        ("bonus", args.bonus),
    ];
    let entry = |text: &String, figure: &str| {
        let (until, amount) = text.split_once('=').unwrap_or((text, ""));
        format!("{{until: {until}, {figure}: {amount}}}")
    };
    // French declining balance counts from the month of acquisition, whenever service begins.
    let from_acquisition = args.method == "declining_balance";
    let start = match (&args.start, &args.acquired) {
        (Some(_), Some(acquired)) if from_acquisition => Some(acquired),
        (start, acquired) => start.as_ref().or(acquired.as_ref()),
    };
    let start = start.cloned().unwrap_or_default();
    let charges = args.charge.iter().map(|text| entry(text, "amount")).collect();
    let units = args.units.iter().map(|text| entry(text, "used")).collect();
    Ok(WhatIf {
        fiscal_year_end: Some((number(month)?, number(day)?)),
        method: args.method,
        convention: args.convention,
        rounding: args.rounding,
        cost: args.cost.unwrap_or_default(),
        start,
        acquired: args.acquired,
        fields: fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect(),
        charges,
        lists: vec![("units", units), ("events", args.event)],
    })
}

fn catalogue() -> Report {
    let columns = || vec![Column::new("name", "Name"), Column::new("description", "What it does")];
    let mut methods = Section::new("methods", "Methods", columns());
    for method in METHODS {
        methods.push(vec![Cell::id(method.name), Cell::text(method.description)]);
    }
    let mut conventions = Section::new("conventions", "Conventions", columns());
    for convention in CONVENTIONS {
        conventions.push(vec![Cell::id(convention.name), Cell::text(convention.description)]);
    }
    Report::new("methods", "Depreciation: methods and conventions").section(methods).section(conventions)
}
