use std::collections::HashSet;
use std::sync::Arc;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::schedule::Planner;

pub static RULE: Rule = Rule {
    id: "impossible-schedule",
    level: Level::Error,
    what: "a depreciation schedule cannot be computed",
    why: "The item then has no value, and every total that it belongs to is a hole.",
    bad: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2024-06-30, kind: reversal, amount: 100.00 EUR}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2024-06-30, kind: impairment, amount: 100.00 EUR}\n",
    mend: "Correct the field or the event that the message names.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "cost"),
            (Kind::Item, "acquired"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "components"),
            (Kind::Schedule, "units"),
            (Kind::Schedule, "events"),
        ],
        run: check,
    },
};

/// Runs after the rules that name the common causes; what they found is not said twice.
fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let told: HashSet<Arc<str>> = findings.iter().map(|finding| finding.location.path.clone()).collect();
    let planner = Planner::new(context.snapshot);
    if context.snapshot.settings().is_none() {
        return;
    }
    for schedule in context.snapshot.schedules().filter(|schedule| !told.contains(schedule.0.path())) {
        let item = schedule.item().and_then(|id| context.snapshot.item(id));
        // An item without a cost, with errors or not there has findings of its own.
        if item.is_none_or(|item| item.cost().is_none() || !item.record().is_sound()) {
            continue;
        }
        for problem in planner.problems(schedule) {
            findings.push(
                RULE.finding(schedule.0.at(&problem.field), problem.text)
                    .field(problem.field)
                    .help("correct what it names; `estate schedule what-if` tries figures out"),
            );
        }
    }
}
