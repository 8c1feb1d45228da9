//! What the options of an investment are worth, side by side.

use rust_decimal::Decimal;

use super::cash::{CashFlow, Terms, cash_flows};
use super::flows::Flows;
use super::rate_of_return::Returns;
use crate::date::{Date, Duration};
use crate::model::investment::{Choice, Investment, Purpose};
use crate::money::{Currency, Money, MoneyError};
use crate::schedule::Problem;
use crate::snapshot::Snapshot;

/// One option with its cash flows and what they come to.
pub struct Valued<'a> {
    pub choice: Choice<'a>,
    /// Why there is no figure, where there is none.
    pub outcome: Result<(Vec<CashFlow>, Appraisal), Problem>,
}

/// The figures of one option, after tax where the investment is taxed. Amounts are rounded to the
/// minor unit; a cost is negative.
#[derive(Clone, PartialEq, Debug)]
pub struct Appraisal {
    /// Net present value at the start, over days ÷ 365.
    pub net_present_value: Money,
    /// Total cost of ownership: acquisition, run, change and exit less residual and tax, nominal.
    /// Benefits are left out.
    pub total_cost: Money,
    /// The same, each payment at its present value.
    pub present_cost: Money,
    /// The equal yearly payment over the life of the option that is worth its net present value.
    pub annual_equivalent: Option<Money>,
    /// What its money earns; `None` where the option is what the others are measured against.
    pub profit: Option<Profit>,
}

/// What money earns that is put into an option. Options without benefits earn what they save against
/// the first option: a payment alone has no rate of return.
#[derive(Clone, PartialEq, Debug)]
pub struct Profit {
    flows: Flows,
    /// Whether money comes in first and is paid later: then a rate is what it costs, not what it earns.
    pub borrows: bool,
    /// Modified internal rate of return, financed and reinvested at the discount rate.
    pub modified_return: Option<Decimal>,
    /// Years, by what comes in and by its present value; `None` is never.
    pub payback: Option<Decimal>,
    pub discounted_payback: Option<Decimal>,
    pub profitability_index: Option<Decimal>,
}

impl Profit {
    /// The internal rates of return. They are looked for when asked for: that takes longer than all
    /// other figures together, and an audit does not tell them.
    ///
    /// # Errors
    /// Figures of more than 28 digits.
    pub fn returns(&self) -> Result<Returns, MoneyError> {
        self.flows.irr()
    }
}

/// Whether an investment has benefits, so that each option stands on its own.
pub fn has_benefits(investment: Investment<'_>) -> bool {
    let mut flows = investment.options().flat_map(|choice| choice.flows());
    flows.any(|flow| flow.purpose == Purpose::Benefit)
}

/// Every option of an investment, in the order of the record.
///
/// # Errors
/// What all options need and the record does not say.
pub fn options<'a>(
    snapshot: &Snapshot,
    investment: Investment<'a>,
) -> Result<(Terms, Vec<Valued<'a>>), Problem> {
    let terms = Terms::of(investment)?;
    let alone = has_benefits(investment);
    let mut first: Option<Vec<CashFlow>> = None;
    let mut valued = Vec::new();
    for choice in investment.options() {
        let outcome = cash_flows(snapshot, &terms, choice).and_then(|flows| {
            let profit = match (&first, alone) {
                (_, true) => Some(profit(&flows, &terms)?),
                (Some(first), false) => Some(profit(&instead(&flows, first), &terms)?),
                (None, false) => None,
            };
            let appraisal = appraise(&flows, &terms, choice.life(), profit)?;
            Ok((flows, appraisal))
        });
        if choice.index == 0 {
            first = outcome.as_ref().ok().map(|(flows, _)| flows.clone());
        }
        valued.push(Valued { choice, outcome });
    }
    Ok((terms, valued))
}

/// The flows of doing one thing instead of another.
fn instead(flows: &[CashFlow], of: &[CashFlow]) -> Vec<CashFlow> {
    let saved = of.iter().map(|flow| CashFlow {
        amount: flow.amount.negated(),
        tax: flow.tax.negated(),
        ..flow.clone()
    });
    flows.iter().cloned().chain(saved).collect()
}

/// What is impossible in an investment, each with the field to look at.
pub fn problems(snapshot: &Snapshot, investment: Investment<'_>) -> Vec<Problem> {
    let (_, valued) = match options(snapshot, investment) {
        Ok(valued) => valued,
        Err(problem) => return vec![problem],
    };
    let mut problems: Vec<Problem> = Vec::new();
    let mut currency: Option<(Currency, &str)> = None;
    for option in &valued {
        match &option.outcome {
            Err(problem) => problems.push(problem.clone()),
            Ok((_, appraisal)) => {
                let own = appraisal.net_present_value.currency();
                let (first, of) = *currency.get_or_insert((own, option.choice.id));
                if own != first {
                    let text = format!("option {} is in {own} and {of} in {first}", option.choice.id);
                    problems.push(Problem { text, field: format!("options[{}].flows", option.choice.index) });
                }
            }
        }
    }
    let chosen = investment.0.text("chosen");
    if let Some(chosen) = chosen.filter(|chosen| valued.iter().all(|option| option.choice.id != *chosen)) {
        let text = format!("there is no option {chosen}");
        problems.push(Problem { text, field: "chosen".to_owned() });
    }
    problems
}

fn appraise(
    flows: &[CashFlow],
    terms: &Terms,
    life: Option<Duration>,
    profit: Option<Profit>,
) -> Result<Appraisal, Problem> {
    let rate = terms.rate.ratio();
    let start = terms.span.start;
    let (all, currency) = net(flows, start, |_| true)?;
    let (costs, _) = net(flows, start, |flow| flow.purpose != Purpose::Benefit)?;
    let money = |amount: Decimal| Money::new(amount, currency).rounded();
    let end = match life {
        Some(life) => life.after(start)?,
        None => terms.limit,
    };
    let steps = u32::try_from((end - start).num_days()).map_err(|_| MoneyError::Overflow)?;
    let worth = all.npv(rate)?;
    Ok(Appraisal {
        net_present_value: money(worth),
        total_cost: money(costs.npv(Decimal::ZERO)?),
        present_cost: money(costs.npv(rate)?),
        annual_equivalent: all.annual_equivalent(worth, rate, steps)?.map(money),
        profit,
    })
}

fn profit(flows: &[CashFlow], terms: &Terms) -> Result<Profit, Problem> {
    let rate = terms.rate.ratio();
    let (flows, _) = net(flows, terms.span.start, |_| true)?;
    Ok(Profit {
        borrows: flows.begins_with_income(),
        modified_return: flows.mirr(rate, rate)?,
        payback: flows.payback()?,
        discounted_payback: flows.discounted_payback(rate)?,
        profitability_index: flows.profitability_index(rate)?,
        flows,
    })
}

/// The flows after tax that are wanted, as the engine counts them.
pub(super) fn net(
    flows: &[CashFlow],
    start: Date,
    wanted: impl Fn(&CashFlow) -> bool,
) -> Result<(Flows, Currency), Problem> {
    let Some(currency) = flows.first().map(|flow| flow.amount.currency()) else {
        return Err(Problem::new("there are no flows"));
    };
    let mut dated = Vec::with_capacity(flows.len());
    for flow in flows.iter().filter(|flow| wanted(flow)) {
        dated.push((flow.date, flow.amount.checked_add(flow.tax)?.amount()));
    }
    Ok((Flows::dated(start, &dated)?, currency))
}
