//! The options of an investment side by side, their payments, and what their value rests on.

use rust_decimal::Decimal;

use crate::invest::{
    Appraisal, CashFlow, Profit, RATE_SHIFTS, Returns, Terms, VOLUMES, Valued, at_rate, at_volume,
    has_benefits, options, swings,
};
use crate::model::investment::Investment;
use crate::money::{Money, MoneyError, Percent};
use crate::report::{Cell, Column, Report, Section};
use crate::schedule::Problem;
use crate::snapshot::Snapshot;

/// Every option with its figures.
///
/// # Errors
/// What all options need and the record does not say.
pub fn investment(base: Report, snapshot: &Snapshot, of: Investment<'_>) -> Result<Report, Problem> {
    let (terms, valued) = options(snapshot, of)?;
    let columns = vec![
        Column::new("option", "Option"),
        Column::new("name", "Name"),
        Column::money("net_present_value", "NPV"),
        Column::money("total_cost", "TCO"),
        Column::money("present_cost", "TCO, present value"),
        Column::money("annual_equivalent", "Annual equivalent"),
        Column::number("irr", "IRR"),
        Column::number("mirr", "MIRR"),
        Column::number("payback", "Payback (years)"),
        Column::number("discounted_payback", "Discounted"),
        Column::number("profitability_index", "PI"),
    ];
    let mut section = Section::new("options", "Options", columns);
    let mut several = false;
    for option in &valued {
        let mut cells = vec![Cell::id(option.choice.id), Cell::text(option.choice.name())];
        match &option.outcome {
            Ok((_, appraisal)) => {
                let returns = appraisal.profit.as_ref().map(Profit::returns);
                several |= matches!(returns, Some(Ok(Returns::Several(_))));
                cells.extend(figures(appraisal, returns));
            }
            Err(problem) => cells.push(Cell::missing(problem.text.as_str())),
        }
        section.push(cells);
    }
    let mut report = headed(base, of, &terms).section(section);
    report = report.note(
        "NPV, TCO and yearly figures are negative where more is paid than received; TCO leaves benefits out",
    );
    for note in notes(&valued, of, several) {
        report = report.note(note);
    }
    Ok(report)
}

/// The payments of the options, one row each.
pub fn investment_flows(base: Report, snapshot: &Snapshot, of: Investment<'_>) -> Result<Report, Problem> {
    let (terms, valued) = options(snapshot, of)?;
    let columns = vec![
        Column::new("option", "Option"),
        Column::new("date", "Date"),
        Column::new("purpose", "For"),
        Column::money("amount", "Before tax"),
        Column::money("tax", "Tax"),
        Column::money("net", "Net"),
        Column::money("present_value", "Present value"),
    ];
    let mut section = Section::new("flows", "Payments", columns);
    for option in &valued {
        match &option.outcome {
            Ok((flows, _)) => {
                for flow in flows {
                    section.push(flow_cells(option.choice.id, flow, &terms)?);
                }
            }
            Err(problem) => section.push(vec![
                Cell::id(option.choice.id),
                Cell::Empty,
                Cell::Empty,
                Cell::missing(problem.text.as_str()),
            ]),
        }
    }
    Ok(headed(base, of, &terms).section(section))
}

/// What the value of each option rests on: rate, volume, and a tornado of all that moves it.
pub fn sensitivity(base: Report, snapshot: &Snapshot, of: Investment<'_>) -> Result<Report, Problem> {
    let (terms, valued) = options(snapshot, of)?;
    let table = |name, title, labels: [String; 5]| {
        let keys = ["lowest", "lower", "planned", "higher", "highest"];
        let moved = keys.into_iter().zip(labels).map(|(key, label)| Column::money(key, label));
        let columns = std::iter::once(Column::new("option", "Option")).chain(moved);
        Section::new(name, title, columns.collect())
    };
    let rates = RATE_SHIFTS.map(|points| shifted(terms.rate, points));
    let mut rate = table("rate", "Net present value by discount rate", rates);
    let mut volume = table("volume", "Net present value by volume", VOLUMES.map(|v| format!("{v}%")));
    let mut tornado = Section::new(
        "tornado",
        "Net present value with one figure 10% lower and higher",
        vec![
            Column::new("option", "Option"),
            Column::new("driver", "Figure"),
            Column::money("low", "10% lower"),
            Column::money("high", "10% higher"),
            Column::money("width", "Swing"),
            Column::new("picture", "Picture"),
        ],
    );
    for option in &valued {
        let id = Cell::id(option.choice.id);
        let flows = match &option.outcome {
            Ok((flows, _)) => flows,
            Err(problem) => {
                rate.push(vec![id, Cell::missing(problem.text.as_str())]);
                continue;
            }
        };
        let row = |section: &mut Section, value: &dyn Fn(i64) -> Result<Money, Problem>, at: [i64; 5]| {
            let cells =
                at.map(|at| value(at).map_or_else(|problem| Cell::missing(problem.text), Cell::Money));
            section.push(std::iter::once(id.clone()).chain(cells).collect());
        };
        row(&mut rate, &|points| at_rate(flows, &terms, points), RATE_SHIFTS);
        row(&mut volume, &|percent| at_volume(flows, &terms, percent), VOLUMES);
        let swings = swings(flows, &terms)?;
        let widest = swings.first().map_or(Decimal::ONE, |swing| swing.width.amount());
        for swing in &swings {
            tornado.push(vec![
                id.clone(),
                Cell::text(swing.driver.name()),
                swing.low.into(),
                swing.high.into(),
                swing.width.into(),
                Cell::text(bar(swing.width.amount(), widest)),
            ]);
        }
    }
    Ok(headed(base, of, &terms).section(rate).section(volume).section(tornado))
}

/// A bar as long as its part of the widest one.
fn bar(width: Decimal, widest: Decimal) -> String {
    const LENGTH: u32 = 24;
    let part = width.checked_div(widest).map(|part| part * Decimal::from(LENGTH));
    let cells =
        (1..=LENGTH).filter(|cell| part.is_some_and(|part| Decimal::from(*cell) < part + Decimal::ONE));
    cells.map(|_| '█').collect()
}

fn shifted(rate: Percent, points: i64) -> String {
    let ratio = (rate.points() + Decimal::from(points)) / Decimal::ONE_HUNDRED;
    Percent::of_ratio(ratio).map_or_else(String::new, |rate| rate.to_string())
}

fn headed(base: Report, of: Investment<'_>, terms: &Terms) -> Report {
    let tax = terms.tax.map_or_else(|| "none, figures are before tax".to_owned(), |tax| tax.to_string());
    base.header("span", terms.span.to_string())
        .header("discount_rate", format!("{} a year, {}", terms.rate, of.basis()))
        .header("time", "days / 365")
        .header("tax_rate", tax)
}

/// The figures of an option, with the rates of return of its profit.
fn figures(appraisal: &Appraisal, returns: Option<Result<Returns, MoneyError>>) -> Vec<Cell> {
    let years = |years: Option<Decimal>| {
        years.map_or_else(|| Cell::text("never"), |years| Cell::text(two_digits(years)))
    };
    let rate = |rate: Decimal| Percent::of_ratio(rate).map(|rate| rate.rounded(2));
    let mut cells = vec![
        appraisal.net_present_value.into(),
        appraisal.total_cost.into(),
        appraisal.present_cost.into(),
        appraisal.annual_equivalent.into(),
    ];
    if let Some((profit, returns)) = appraisal.profit.as_ref().zip(returns) {
        cells.extend([
            match returns.map(|returns| returns_cell(&returns, 2)) {
                Ok(Cell::Percent(rate)) if profit.borrows => Cell::text(format!("borrows at {rate}")),
                Ok(cell) => cell,
                Err(error) => Cell::missing(error.to_string()),
            },
            profit.modified_return.and_then(rate).into(),
            years(profit.payback),
            years(profit.discounted_payback),
            profit.profitability_index.map(two_digits).into(),
        ]);
    }
    cells
}

/// A number with two decimals, as the figures of an appraisal are told.
fn two_digits(number: Decimal) -> String {
    Percent::of_ratio(number / Decimal::ONE_HUNDRED)
        .map_or_else(String::new, |number| number.rounded(2).points().normalize().to_string())
}

/// Every rate there is, in percent with so many decimals; none with its reason.
pub fn returns_cell(returns: &Returns, digits: u32) -> Cell {
    let percent = |rate: &Decimal| Percent::of_ratio(*rate).map(|rate| rate.rounded(digits));
    match returns {
        Returns::One(one) => percent(one).into(),
        Returns::Several(rates) => Cell::list(rates.iter().filter_map(percent).map(|rate| rate.to_string())),
        Returns::OneSign => Cell::text("none: all of one sign"),
        Returns::OutOfRange => Cell::text("none"),
    }
}

fn flow_cells(option: &str, flow: &CashFlow, terms: &Terms) -> Result<Vec<Cell>, Problem> {
    let net = flow.amount.checked_add(flow.tax)?;
    let present = crate::invest::Flows::dated(terms.span.start, &[(flow.date, net.amount())])?;
    let present = Money::new(present.npv(terms.rate.ratio())?, net.currency()).rounded();
    Ok(vec![
        Cell::id(option),
        flow.date.into(),
        Cell::text(if flow.amount.is_zero() { "depreciation" } else { flow.purpose.name() }),
        flow.amount.into(),
        flow.tax.into(),
        net.into(),
        present.into(),
    ])
}

/// Which option is best, and what a reader must know to trust that.
///
/// `several` says whether an option has several rates of return.
fn notes(valued: &[Valued<'_>], of: Investment<'_>, several: bool) -> Vec<String> {
    let mut known = Vec::new();
    for option in valued {
        match &option.outcome {
            Ok((_, appraisal)) => known.push((option, appraisal)),
            Err(_) => return vec!["an option without figures is not compared".to_owned()],
        }
    }
    let mut notes = Vec::new();
    let unequal = known.iter().any(|(option, _)| option.choice.life().is_some());
    let by = |value: fn(&Appraisal) -> Option<Money>| {
        known
            .iter()
            .filter_map(|(option, figures)| Some((option.choice, value(figures)?.amount())))
            .max_by(|(a, x), (b, y)| x.cmp(y).then(b.index.cmp(&a.index)))
    };
    let best =
        if unequal { by(|figures| figures.annual_equivalent) } else { by(|f| Some(f.net_present_value)) };
    if let (Some((choice, _)), true) = (best, known.len() > 1) {
        let what =
            if unequal { "its annual equivalent, since lives differ" } else { "its net present value" };
        notes.push(format!("{} is best by {what}", choice.id));
    }
    if !has_benefits(of) && known.len() > 1 {
        let first = known.first().map_or("", |(option, _)| option.choice.id);
        notes.push(format!("rates of return, payback and PI are of choosing the option instead of {first}"));
    }
    if several {
        notes
            .push("where there are several rates of return none of them decides: look at the NPV".to_owned());
    }
    if of.tax_rate().is_some() {
        notes.push(
            "tax: costs lower it and benefits raise it on their day, depreciation at the end of each fiscal year; \
             what is left in the books is written off with the residual value or at the end"
                .to_owned(),
        );
    }
    notes
}
