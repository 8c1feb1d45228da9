use estate::journal::{SYNTAXES, Syntax, journal};
use estate::render::{self, Format};
use estate::suggest;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::schedule::{book_or_default, period_named};

/// Write the accounting entries of a period
///
/// Acquisitions, charges, impairments, disposals with their proceeds, and excess tax depreciation, with
/// account numbers of the French chart or those of `accounts` in the settings. Charges are posted at
/// the end of each month, or of each fiscal year where the book says `posting: yearly`. The file opens
/// with the balances at the beginning of the period and asserts those at its end.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate export journal --period FY2025 --syntax hledger -o fy2025.journal
  estate export journal --period FY2025 --syntax beancount -o fy2025.beancount
  estate export journal --period 2025-03 --syntax csv
  estate export journal --period FY2025 --json")]
pub struct Args {
    /// A fiscal year (FY2025), a month (2025-03) or two dates (2025-01-01..2025-06-30) [default: from the
    /// first acquisition to the value date]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// hledger, beancount or csv; a table where none is given
    #[arg(long, value_name = "SYNTAX")]
    syntax: Option<String>,
    /// The book [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
}

/// The syntax that reports write, too.
const CSV: &str = "csv";

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    let syntax = args.syntax.as_deref().filter(|name| *name != CSV).map(syntax).transpose()?;
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let book = book_or_default(&snapshot, args.book.as_deref())?;
    let period = args.period.as_deref().map(|name| period_named(&snapshot, name)).transpose()?;
    let until = period.map_or(context.as_of, |period| period.end);
    let journal =
        journal(&snapshot, period.map(|period| period.start), until, &book).map_err(|problems| {
            let more = match problems.len() {
                0 | 1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            let first = problems.into_iter().next().unwrap_or_default();
            Failure::failed(format!("the journal would have holes: {first}{more}"))
                .hint("`estate audit` shows every place")
        })?;
    match (syntax, &args.syntax) {
        (Some(syntax), _) => context.answer(&(syntax.write)(&journal))?,
        (None, Some(_)) => {
            context.answer(&render::report(&journal.report(), Format::Csv, &context.style()))?;
        }
        (None, None) => context.show(&journal.report())?,
    }
    if journal.entries.is_empty() {
        context.say(&format!("nothing is posted in the book {book}, {}", journal.period));
        return Ok(Exit::Nothing);
    }
    Ok(Exit::Done)
}

fn syntax(name: &str) -> Result<&'static Syntax, Failure> {
    let known: Vec<&str> = SYNTAXES.iter().map(|syntax| syntax.name).chain([CSV]).collect();
    SYNTAXES.iter().find(|syntax| syntax.name == name).ok_or_else(|| {
        Failure::usage(format!("there is no syntax `{name}`")).hint(
            suggest::did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("choose one of: {}", known.join(", "))),
        )
    })
}
