use estate::report::{Cell, Column, Report, Section};
use estate::reports::{NAMED, Request};
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::schedule::book_or_default;
use super::value::PeriodArgs;

/// Write a named report, such as the valuation of the estate
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate report                                              the reports there are
  estate report valuation                                    value, service costs, contracts
  estate report valuation --format html -o valuation.html    the same as a page
  estate report register --as-of 2025-12-31 --format csv     the register for a spreadsheet")]
pub struct Args {
    /// The report's name; all names where none is given
    name: Option<String>,
    #[command(flatten)]
    period: PeriodArgs,
    /// The book whose depreciation counts [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let Some(name) = args.name else {
        context.show(&catalogue())?;
        return Ok(Exit::Done);
    };
    let named = NAMED.iter().find(|report| report.name == name).ok_or_else(|| {
        let known: Vec<&str> = NAMED.iter().map(|report| report.name).collect();
        let hint = suggest::did_you_mean(&name, known.iter().copied());
        Failure::usage(format!("there is no report `{name}`"))
            .hint(hint.unwrap_or_else(|| format!("the reports are: {}", known.join(", "))))
    })?;
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let book = book_or_default(&snapshot, args.book.as_deref())?;
    let period = args.period.resolve(&snapshot, context.as_of)?;
    let request = Request { snapshot: &snapshot, as_of: context.as_of, period, book: &book };
    context.show(&(named.make)(&request))?;
    Ok(Exit::Done)
}

fn catalogue() -> Report {
    let columns = vec![Column::new("name", "Name"), Column::new("description", "What it says")];
    let mut section = Section::new("reports", "Reports", columns);
    for report in NAMED {
        section.push(vec![Cell::id(report.name), Cell::text(report.description)]);
    }
    Report::new("reports", "Named reports").section(section)
}
