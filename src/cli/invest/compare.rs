use estate::date::day_after;
use estate::model::calendar::FiscalYear;
use estate::reports::{Branch, compare_branches};

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::schedule::book_or_default;
use super::what_if::percent;

/// Compare options that are branches: what the estate costs as each has it
///
/// Each branch is valued as `estate value --all` does, for the fiscal year of --as-of and those after
/// it. The first branch is what the others are measured against.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate invest compare main option-a option-b
  estate invest compare main cloud --years 3 --rate 8% --format md")]
pub struct Args {
    /// Branches, tags or commits
    #[arg(value_name = "REV", num_args = 2.., required = true)]
    branches: Vec<String>,
    /// How many fiscal years
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=30))]
    years: u8,
    /// The discount rate a year
    #[arg(long, value_name = "PERCENT", default_value = "0%")]
    rate: String,
    /// The book whose depreciation counts [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let rate = percent(&args.rate, "--rate")?;
    let store = context.store()?;
    let mut branches = Vec::new();
    for name in &args.branches {
        branches.push(Branch { name: name.clone(), snapshot: store.at(name)? });
    }
    let Some(first) = branches.first().map(|branch| &branch.snapshot) else { return Ok(Exit::Nothing) };
    let book = book_or_default(first, args.book.as_deref())?;
    let calendar = first.settings().map(|settings| &settings.calendar);
    let begun = calendar.and_then(|calendar| calendar.year_of(context.as_of));
    let next = |year: &FiscalYear| calendar.and_then(|calendar| calendar.year_of(day_after(year.period.end)));
    let years: Vec<FiscalYear> = std::iter::successors(begun, next).take(usize::from(args.years)).collect();
    let Some(start) = years.first().map(|year| year.period.start) else {
        return Err(Failure::usage(format!("the settings know no fiscal year {}", context.as_of))
            .hint("--as-of chooses another day")
            .into());
    };
    let base = context.report("branches", "Branches compared", first);
    let mut report = compare_branches(base, &branches, &years, &book, (rate, start));
    if years.len() < usize::from(args.years) {
        report = report.note(format!("the settings list {} of the {} fiscal years", years.len(), args.years));
    }
    context.show(&report)?;
    Ok(if report.has_holes() { Exit::Findings } else { Exit::Done })
}
