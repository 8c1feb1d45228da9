//! The cash flows of one option of an investment: what is typed, what a schedule says, and tax.

use rust_decimal::Decimal;

use super::repeat::days_of_payment;
use crate::date::{Date, Period};
use crate::model::Kind;
use crate::model::investment::{Choice, Investment, Origin, PlannedFlow, Purpose};
use crate::model::schedule::Schedule;
use crate::money::{Money, Percent};
use crate::schedule::{Plan, Planner, Problem, WHAT_IF, WhatIf, plan};
use crate::snapshot::Snapshot;

/// One payment of an option.
#[derive(Clone, PartialEq, Debug)]
pub struct CashFlow {
    pub date: Date,
    pub purpose: Purpose,
    /// Before tax; negative where it is paid.
    pub amount: Money,
    /// What it changes of the tax; positive where less is paid.
    pub tax: Money,
    /// Whether it moves with the volume of use.
    pub scales: bool,
    /// Position of the flow in the option.
    pub index: usize,
}

/// What all options of an investment share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Terms {
    /// The days of the comparison.
    pub span: Period,
    /// The last day on which a flow may lie: the day after the span, where the comparison ends.
    pub limit: Date,
    pub rate: Percent,
    pub tax: Option<Percent>,
}

impl Terms {
    /// # Errors
    /// A field that is missing, or a horizon beyond the calendar.
    pub fn of(investment: Investment<'_>) -> Result<Terms, Problem> {
        let missing = |field: &str, text: &str| Problem { text: text.to_owned(), field: field.to_owned() };
        let span = investment.span().ok_or_else(|| missing("horizon", "the horizon cannot be counted"))?;
        let rate = investment
            .discount_rate()
            .ok_or_else(|| missing("discount_rate", "the discount rate cannot be read"))?;
        let limit = crate::date::day_after(span.end);
        Ok(Terms { span, limit, rate, tax: investment.tax_rate() })
    }
}

/// The cash flows of an option, in the order of their dates.
///
/// Tax, where the investment has a rate: what is paid for running, changing and leaving lowers it on
/// the day of the payment, a benefit raises it, and depreciation lowers it at the end of each fiscal
/// year. What is acquired leaves the books with its residual value, or at the end of the comparison:
/// the difference to the net book value is a gain or a loss that is taxed on that day.
///
/// # Errors
/// A flow that cannot be: before the start, after the end, in another currency, or from a record
/// that has no answer.
pub fn cash_flows(snapshot: &Snapshot, terms: &Terms, choice: Choice<'_>) -> Result<Vec<CashFlow>, Problem> {
    let mut making = Making { snapshot, terms, choice, exit: terms.limit, flows: Vec::new() };
    let planned: Vec<PlannedFlow<'_>> = choice.flows().collect();
    for flow in &planned {
        if let (Purpose::Residual, Origin::Amount { date, .. }) = (flow.purpose, flow.origin) {
            making.exit = date;
        }
    }
    for flow in &planned {
        making.add(flow).map_err(|problem| making.at(problem, flow.index))?;
    }
    if terms.tax.is_some() {
        making.depreciate().map_err(|problem| Problem {
            field: format!("options[{}].depreciation", choice.index),
            ..problem
        })?;
    }
    let mut flows = making.flows;
    flows.sort_by_key(|flow| (flow.date, flow.index));
    match flows.first().map(|flow| flow.amount.currency()) {
        None => Err(Problem { text: "the option has no flow".to_owned(), field: field(choice, "flows") }),
        Some(currency) => match flows.iter().find(|flow| flow.amount.currency() != currency) {
            Some(other) => {
                let text = format!(
                    "{currency} and {}: the flows of an option are in one currency",
                    other.amount.currency()
                );
                Err(Problem { text, field: format!("options[{}].flows[{}]", choice.index, other.index) })
            }
            None => Ok(flows),
        },
    }
}

fn field(choice: Choice<'_>, name: &str) -> String {
    format!("options[{}].{name}", choice.index)
}

struct Making<'a> {
    snapshot: &'a Snapshot,
    terms: &'a Terms,
    choice: Choice<'a>,
    /// The day on which what is acquired leaves the books.
    exit: Date,
    flows: Vec<CashFlow>,
}

impl Making<'_> {
    fn at(&self, problem: Problem, index: usize) -> Problem {
        let flow = format!("options[{}].flows[{index}]", self.choice.index);
        let field = if problem.field.is_empty() { flow } else { format!("{flow}.{}", problem.field) };
        Problem { field, ..problem }
    }

    fn add(&mut self, flow: &PlannedFlow<'_>) -> Result<(), Problem> {
        match flow.origin {
            Origin::Amount { date, amount, per, times, growth } => {
                self.refuse_outside(date)?;
                let days = days_of_payment(date, per, times, self.terms.limit)?;
                for (count, day) in days.into_iter().enumerate() {
                    let years = per.months().map_or(0, |months| count * months as usize / 12);
                    self.push(flow, day, grown(amount, growth, years)?)?;
                }
                Ok(())
            }
            Origin::Contract(id) => self.add_bills(flow, id),
            Origin::Schedule(id, book) => self.add_schedule(flow, id, book),
        }
    }

    fn refuse_outside(&self, date: Date) -> Result<(), Problem> {
        let (start, limit) = (self.terms.span.start, self.terms.limit);
        let text = match date {
            date if date < start => format!("{date} is before the start of the comparison, {start}"),
            date if date > limit => format!("{date} is after the end of the comparison, {limit}"),
            _ => return Ok(()),
        };
        Err(Problem { text, field: "date".to_owned() })
    }

    /// Adds a flow with its own effect on tax; acquisition and residual have theirs from depreciation.
    fn push(&mut self, flow: &PlannedFlow<'_>, date: Date, amount: Money) -> Result<(), Problem> {
        let amount = if flow.purpose.is_received() { amount } else { amount.negated() };
        let deducted = !matches!(flow.purpose, Purpose::Acquisition | Purpose::Residual);
        let tax = match self.terms.tax.filter(|_| deducted) {
            Some(rate) => rate.of(amount.negated())?,
            None => Money::zero(amount.currency()),
        };
        let (purpose, scales, index) = (flow.purpose, flow.scales, flow.index);
        self.flows.push(CashFlow { date, purpose, amount, tax, scales, index });
        Ok(())
    }

    /// The bills of a contract within the comparison.
    fn add_bills(&mut self, flow: &PlannedFlow<'_>, id: &str) -> Result<(), Problem> {
        let Some(contract) = self.snapshot.contract(id) else {
            return Err(Problem { text: format!("there is no contract {id}"), field: "contract".to_owned() });
        };
        let wrong = |text: String| Problem { text, field: "contract".to_owned() };
        for (date, amount) in super::repeat::bills(self.snapshot, contract, self.terms).map_err(wrong)? {
            self.push(flow, date, amount)?;
        }
        Ok(())
    }

    /// The item of a schedule: its cost where it is acquired within the comparison, and its charges.
    fn add_schedule(&mut self, flow: &PlannedFlow<'_>, id: &str, book: Option<&str>) -> Result<(), Problem> {
        let wrong = |text: String| Problem { text, field: "schedule".to_owned() };
        let record = self.snapshot.get(Kind::Schedule, id);
        let schedule = record.map(Schedule).ok_or_else(|| wrong(format!("there is no schedule {id}")))?;
        let default = self.snapshot.settings().and_then(|settings| settings.default_book());
        let tax = schedule.book("tax").map(|plan| plan.book);
        let book = book.or(tax).or(default).unwrap_or_default();
        let plan = Planner::new(self.snapshot).plan(schedule, book).map_err(|problem| wrong(problem.text))?;
        if plan.start >= self.terms.span.start {
            self.refuse_outside(plan.start)?;
            self.push(flow, plan.start, plan.cost)?;
        }
        match self.terms.tax {
            Some(rate) => self.shield(&plan, rate, flow.index),
            None => Ok(()),
        }
    }

    /// What depreciation of the typed acquisitions saves of the tax.
    fn depreciate(&mut self) -> Result<(), Problem> {
        let Some(rate) = self.terms.tax else { return Ok(()) };
        let by_hand: Vec<(usize, Date, Money)> = self
            .choice
            .flows()
            .filter(|flow| flow.purpose == Purpose::Acquisition)
            .filter_map(|flow| match flow.origin {
                Origin::Amount { date, amount, .. } => Some((flow.index, date, amount)),
                Origin::Contract(_) | Origin::Schedule(..) => None,
            })
            .collect();
        if by_hand.is_empty() {
            return self.tax_residual();
        }
        let Some(terms) = self.choice.depreciation() else {
            return Err(Problem::new(
                "the investment is taxed, and nothing says how what is acquired is depreciated",
            ));
        };
        if terms.salvage_value.is_some() && by_hand.len() > 1 {
            return Err(Problem::new("a salvage value is of one acquisition, and there are several"));
        }
        for (index, date, cost) in by_hand {
            let asked = WhatIf {
                method: terms.method.to_owned(),
                cost: cost.to_string(),
                start: date.to_string(),
                acquired: Some(date.to_string()),
                fiscal_year_end: self.fiscal_year_end(date),
                fields: [("life", Some(terms.life)), ("salvage_value", terms.salvage_value)]
                    .into_iter()
                    .filter_map(|(name, text)| Some((name, text?.to_owned())))
                    .collect(),
                ..WhatIf::default()
            };
            let made = asked.snapshot().map_err(|findings| {
                Problem::new(findings.into_iter().next().map_or(String::new(), |finding| finding.message))
            })?;
            let Some(record) = made.get(Kind::Schedule, WHAT_IF) else { continue };
            let plan = plan(&made, Schedule(record), WHAT_IF)?;
            self.shield(&plan, rate, index)?;
        }
        self.tax_residual()
    }

    fn fiscal_year_end(&self, date: Date) -> Option<(u32, u32)> {
        use chrono::Datelike;
        let year = self.snapshot.settings()?.calendar.year_of(date)?;
        Some((year.period.end.month(), year.period.end.day()))
    }

    /// Adds what the charges of a plan save, and what its last value saves when it leaves the books.
    fn shield(&mut self, plan: &Plan, rate: Percent, index: usize) -> Result<(), Problem> {
        let span = Period { start: self.terms.span.start, end: self.exit };
        for row in &plan.rows {
            let Some(days) = row.period.intersection(span) else { continue };
            self.save(days.end, rate.of(plan.charge(days)?)?, index);
        }
        let left = plan.net_book_value(self.exit)?;
        if !left.is_zero() {
            self.save(self.exit, rate.of(left)?, index);
        }
        Ok(())
    }

    fn save(&mut self, date: Date, tax: Money, index: usize) {
        let amount = Money::zero(tax.currency());
        self.flows.push(CashFlow { date, purpose: Purpose::Acquisition, amount, tax, scales: false, index });
    }

    /// A residual value is taxed whole: the value in the books that it replaces was written off.
    fn tax_residual(&mut self) -> Result<(), Problem> {
        let Some(rate) = self.terms.tax else { return Ok(()) };
        for flow in self.flows.iter_mut().filter(|flow| flow.purpose == Purpose::Residual) {
            flow.tax = rate.of(flow.amount.negated())?;
        }
        Ok(())
    }
}

/// An amount after so many whole years of growth, rounded to the minor unit.
fn grown(amount: Money, growth: Option<Percent>, years: usize) -> Result<Money, Problem> {
    let (Some(growth), true) = (growth, years > 0) else { return Ok(amount) };
    let step = Decimal::ONE + growth.points() / Decimal::ONE_HUNDRED;
    let factor = u32::try_from(years).ok().and_then(|years| super::power::power(step, years));
    let factor = factor.ok_or(crate::money::MoneyError::Overflow)?;
    Ok(amount.times_ratio(factor, Decimal::ONE)?)
}
