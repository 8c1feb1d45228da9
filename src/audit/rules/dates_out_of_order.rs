use std::fmt::Display;

use super::{Check, Context, Rule, date_below};
use crate::date::Date;
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::execution::Execution;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "dates-out-of-order",
    level: Level::Error,
    what: "the dates of an item, a contract or a fact cannot have come in this order",
    why: "Depreciation, warranty and cost of a period are counted from these dates.",
    bad: "acquired: 2023-03-17\nin_service: 2023-03-01\n",
    good: "acquired: 2023-02-17\nin_service: 2023-03-01\n",
    mend: "Correct the date that is wrong; an item is ordered, acquired, in service, retired and disposed of in this order.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    match record.kind() {
        Kind::Item => {
            let dates = [
                ("ordered", record.date("ordered")),
                ("acquired", record.date("acquired")),
                ("in_service", record.date("in_service")),
                ("retired", record.date("retired")),
                ("disposal.date", date_below(record, "disposal", "date")),
            ];
            let mut earlier: Option<(&str, Date)> = None;
            for (field, date) in dates.into_iter().filter_map(|(field, date)| Some((field, date?))) {
                if let Some(before) = earlier.filter(|(_, before)| *before > date) {
                    findings.push(out_of_order(record, before, (field, date)));
                }
                earlier = Some((field, date));
            }
        }
        // A contract may be signed after its start, which `signed-after-start` notes.
        Kind::Contract => {
            let contract = Contract(record);
            let dates = (record.date("signed"), contract.start(), contract.initial_end());
            if let (Some(signed), Some(start), Some(end)) = dates
                && start <= end
                && end < signed
            {
                findings.push(out_of_order(record, ("signed", signed), ("term.end", end)));
            }
            let termination = |key: &'static str| Some((key, date_below(record, "termination", key)?));
            if let (Some((_, given)), Some((_, end))) = (termination("given"), termination("end"))
                && end < given
            {
                findings.push(out_of_order(record, ("termination.given", given), ("termination.end", end)));
            }
        }
        Kind::Execution => of_fact(record, findings),
        _ => {}
    }
}

/// Days and moments of a fact. Moments may be written in several offsets.
fn of_fact(record: &Record, findings: &mut Vec<Finding>) {
    let days = (date_below(record, "period", "from"), date_below(record, "period", "to"));
    if let (Some(from), Some(to)) = days
        && to < from
    {
        findings.push(out_of_order(record, ("period.from", from), ("period.to", to)));
    }
    let fact = Execution(record);
    let mut earlier: Option<(&str, Moment)> = None;
    for field in ["opened", "owned", "resolved"] {
        let Some(moment) = fact.time(field) else { continue };
        if let Some(before) = earlier.filter(|(_, before)| *before > moment) {
            let as_written = |field| (field, record.text(field).unwrap_or_default());
            findings.push(out_of_order(record, as_written(before.0), as_written(field)));
        }
        earlier = Some((field, moment));
    }
}

type Moment = chrono::DateTime<chrono::FixedOffset>;

fn out_of_order<T: Display>(record: &Record, early: (&str, T), late: (&str, T)) -> Finding {
    let message = format!("`{}` {} comes before `{}` {}", late.0, late.1, early.0, early.1);
    RULE.finding(record.at(late.0), message)
        .field(late.0)
        .related(record.at(early.0), format!("`{}` is {}", early.0, early.1))
        .help("correct the date that is wrong")
}
