use estate::date::parse_date;
use estate::invest::Flows;
use estate::money::{MoneyError, Percent, parse_amount, rounded_rate};
use estate::report::{Cell, Column, Report, Section};
use estate::reports::returns_cell;

use rust_decimal::Decimal;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};

/// Compute the figures of cash flows from options, without an estate
///
/// A flow is paid where it is negative. Flows are all dated, and counted by days / 365 from the
/// earliest (XNPV, XIRR), or all numbered by year from 0 (NPV, IRR).
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate invest what-if --rate 10% --flow 0=-10000 --flow 1=2000 --flow 2=4000 --flow 3=8000
  estate invest what-if --rate 9% --flow 2008-01-01=-10000 --flow 2008-03-01=2750 \\
      --flow 2008-10-30=4250 --flow 2009-02-15=3250 --flow 2009-04-01=2750 --json
  estate invest what-if --flow 0=-1000 --flow 1=2500 --flow 2=-1540      two rates of return")]
pub struct Args {
    /// A payment, as YEAR=AMOUNT or DATE=AMOUNT; may be repeated
    #[arg(long, value_name = "WHEN=AMOUNT", required = true, allow_hyphen_values = true)]
    flow: Vec<String>,
    /// The discount rate a year
    #[arg(long, value_name = "PERCENT", default_value = "0%", allow_hyphen_values = true)]
    rate: String,
    /// The rate at which what is paid is financed, for MIRR [default: --rate]
    #[arg(long, value_name = "PERCENT")]
    finance_rate: Option<String>,
    /// The rate at which what comes in is invested again, for MIRR [default: --rate]
    #[arg(long, value_name = "PERCENT")]
    reinvest_rate: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let flows = flows(&args.flow)?;
    let rate = percent(&args.rate, "--rate")?;
    let or_rate =
        |text: &Option<String>, option: &str| text.as_deref().map_or(Ok(rate), |text| percent(text, option));
    let finance = or_rate(&args.finance_rate, "--finance-rate")?;
    let reinvest = or_rate(&args.reinvest_rate, "--reinvest-rate")?;
    let report =
        figures(&flows, rate, finance, reinvest).map_err(|error| Failure::failed(error.to_string()))?;
    context.show(&report)?;
    Ok(Exit::Done)
}

fn figures(flows: &Flows, rate: Percent, finance: Percent, reinvest: Percent) -> Result<Report, MoneyError> {
    let columns = vec![Column::new("figure", "Figure"), Column::number("value", "Value")];
    let mut section = Section::new("figures", "Figures", columns);
    let mut row = |name: &str, cell: Cell| section.push(vec![Cell::id(name), cell]);
    let number = |number: Decimal| Cell::text(rounded_rate(number).to_string());
    let years = |years: Option<_>| years.map_or_else(|| Cell::text("never"), number);
    let percent = |rate: Decimal| Percent::of_ratio(rate).map(Cell::Percent).unwrap_or(Cell::Empty);
    row("npv", number(flows.npv(rate.ratio())?));
    row("irr", returns_cell(&flows.irr()?, 10));
    row("mirr", flows.mirr(finance.ratio(), reinvest.ratio())?.map_or(Cell::text("none"), percent));
    row("payback", years(flows.payback()?));
    row("discounted_payback", years(flows.discounted_payback(rate.ratio())?));
    row("profitability_index", flows.profitability_index(rate.ratio())?.map_or(Cell::text("none"), number));
    Ok(Report::new("figures", "Figures of cash flows")
        .header("discount_rate", rate.to_string())
        .header("time", if flows.is_dated() { "days / 365" } else { "years" })
        .section(section))
}

/// Amounts without a currency: the figures are in whatever the flows are in.
fn flows(texts: &[String]) -> Result<Flows, Failure> {
    let wrong = |text: &str| {
        Failure::usage(format!("--flow: `{text}` is no payment")).hint(
            "write a year or a date, an equals sign and an amount, such as 0=-10000 or 2026-01-01=-10000.00",
        )
    };
    let (mut dated, mut numbered) = (Vec::new(), Vec::new());
    for text in texts {
        let (when, amount) = text.split_once('=').ok_or_else(|| wrong(text))?;
        let amount = parse_amount(amount).map_err(|_| wrong(text))?;
        match when.parse::<u32>() {
            Ok(year) if year <= 1000 => numbered.push((year, amount)),
            _ => dated.push((parse_date(when).map_err(|_| wrong(text))?, amount)),
        }
    }
    let too_large = |error: MoneyError| Failure::failed(error.to_string());
    let earliest = dated.iter().map(|(date, _)| *date).min();
    match earliest.filter(|_| numbered.is_empty()) {
        Some(earliest) => Flows::dated(earliest, &dated).map_err(too_large),
        None if dated.is_empty() => Flows::numbered(&numbered).map_err(too_large),
        None => Err(Failure::usage("--flow: some flows are dated and others numbered by year")
            .hint("date all of them, or number all of them")),
    }
}

/// A rate; one below zero is a rate like any other.
pub fn percent(text: &str, option: &str) -> Result<Percent, Failure> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let percent: Percent = unsigned.parse().map_err(|_| {
        Failure::usage(format!("{option}: `{text}` is no rate")).hint("write it like 8% or 7.5%")
    })?;
    Ok(if unsigned == text { percent } else { percent.negated() })
}
