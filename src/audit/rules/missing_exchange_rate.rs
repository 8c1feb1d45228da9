use super::{Check, Context, Rule};
use crate::date::{Date, Period};
use crate::finding::{Finding, Level};
use crate::model::rate::Rate;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "missing-exchange-rate",
    level: Level::Warning,
    what: "an amount is in another currency, and no rate says what that is worth",
    why: "The cost cannot be added to others: every service that rests on it has a hole.",
    bad: "acquired: 2019-02-01 # rates/usd.yaml begins on 2020-01-01\ncost: 5000.00 USD\n",
    good: "acquired: 2020-02-01 # rates/usd.yaml begins on 2020-01-01\ncost: 5000.00 USD\n",
    mend: "Add a rate of kind exchange with a value for that day, such as `{from: 2025-01-01, value: 0.9600 EUR}`.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "acquired"),
            (Kind::Item, "cost"),
            (Kind::Item, "in_service"),
            (Kind::Contract, "price"),
            (Kind::Rate, "currency"),
            (Kind::Rate, "kind"),
            (Kind::Rate, "values"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for record in context.snapshot.records() {
        check_record(record, context, findings);
    }
}

fn check_record(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    // The day on which the rate must be known: when an item was bought, or today for a price.
    let (field, day): (&str, Option<Date>) = match record.kind() {
        Kind::Item => ("cost", record.date("acquired").or(record.date("in_service"))),
        Kind::Contract => ("price.amount", Some(context.as_of)),
        _ => return,
    };
    let (Some(base), Some(amount)) =
        (context.snapshot.settings().map(|all| all.currency), record.money(field))
    else {
        return;
    };
    let currency = amount.currency();
    if currency == base || amount.is_zero() {
        return;
    }
    let day = day.unwrap_or(context.as_of);
    let rates = context.snapshot.of_kind(Kind::Rate).map(Rate);
    let covers = |rate: Rate<'_>| {
        rate.kind() == "exchange"
            && rate.currency() == Some(currency)
            && rate.over(Period { start: day, end: day }).iter().all(|(_, dated)| dated.is_some())
    };
    if !rates.into_iter().any(covers) {
        let message = format!("no rate says what {currency} was worth in {base} on {day}");
        findings.push(RULE.finding(record.at(field), message).field(field).help(format!(
            "add a rate of kind exchange with `currency: {currency}` and a value for that day"
        )));
    }
}
