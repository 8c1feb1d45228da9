use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::schedule::{BookPlan, Schedule};
use crate::model::{Kind, Record};
use crate::money::Money;
use crate::schedule::Problem;

pub static RULE: Rule = Rule {
    id: "impossible-schedule",
    level: Level::Error,
    what: "no depreciation plan can be computed from a schedule",
    why: "Without a plan the item has no value in any report, and totals over it are not shown.",
    bad: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2024-06-30, kind: impairment, amount: 99000.00 EUR}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2024-06-30, kind: impairment, amount: 900.00 EUR}\n",
    mend: "Correct the field or the event that the message names.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Schedule {
        return;
    }
    let schedule = Schedule(record);
    let mut told: Vec<Problem> = Vec::new();
    for plan in schedule.books().filter(|plan| !has_rule_of_its_own(context, schedule, plan)) {
        // An event for all books is impossible in each of them: once is enough.
        let problem = context.planner().problem(schedule, plan.book);
        if let Some(problem) = problem.filter(|problem| !told.contains(problem)) {
            findings.push(
                RULE.finding(record.at(&problem.field), problem.text.as_str())
                    .field(problem.field.as_str())
                    .help("correct the field or the event that the message names"),
            );
            told.push(problem);
        }
    }
}

/// What other rules say already: what is missing or unsound elsewhere, currencies, salvage value,
/// acquisition, and a disposal before the start.
fn has_rule_of_its_own(context: &Context<'_>, schedule: Schedule<'_>, plan: &BookPlan<'_>) -> bool {
    let Some(item) = schedule.item().and_then(|id| context.snapshot.item(id)) else { return true };
    let Some(cost) = item.cost() else { return true };
    let Some(settings) = context.snapshot.settings() else { return true };
    let salvage = plan.salvage_value.unwrap_or(Money::zero(cost.currency()));
    let disposal = schedule.disposal(plan.book);
    let mixed = disposal
        .and_then(|disposal| disposal.proceeds)
        .is_some_and(|proceeds| proceeds.currency() != cost.currency());
    !settings.books.contains_key(plan.book)
        || !cost.compare(salvage).is_ok_and(|order| order.is_ge())
        || mixed
        || item.record().date("acquired").is_some_and(|acquired| plan.start < acquired)
        || disposal.is_some_and(|disposal| disposal.date < plan.start)
}
