use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::item::{Item, Status};

pub static RULE: Rule = Rule {
    id: "cost-without-schedule",
    level: Level::Warning,
    what: "an acquired item has a cost but no depreciation schedule",
    why: "Its cost reaches no period: the services that use it look cheaper than they are.",
    bad: "# inventory/items/server/srv-web-02.yaml\nstatus: in_use\ncost: 8420.00 EUR\n",
    good: "# inventory/items/server/srv-web-02.yaml\nstatus: ordered\ncost: 8420.00 EUR\n",
    mend: "Add a schedule for the item, or delete the cost where it is expensed at once.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "cost"),
            (Kind::Item, "status"),
            (Kind::Item, "class"),
            (Kind::Schedule, "item"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for item in context.snapshot.items() {
        let record = item.record();
        let Some(cost) = record.field("cost") else { continue };
        if item.status().is_none_or(Status::is_future) || !context.schedules_of(item.id()).is_empty() {
            continue;
        }
        // A schedule that cannot be read has a finding of its own.
        let unread = context.snapshot.get(Kind::Schedule, item.id());
        if unread.is_some_and(|schedule| schedule.root().is_none()) {
            continue;
        }
        let message = format!("`{}` cost {cost} and has no depreciation schedule", item.id());
        findings.push(RULE.finding(record.at("cost"), message).field("cost").help(help(&item, context)));
    }
}

fn help(item: &Item<'_>, context: &Context<'_>) -> String {
    let defaults = context.snapshot.settings().into_iter().flat_map(|s| s.plan_defaults(item.class()));
    let plans: Vec<String> =
        defaults.map(|(book, plan)| format!("{book}: {} over {}", plan.method, plan.life)).collect();
    let usual = match plans.as_slice() {
        [] => String::new(),
        plans => format!("; usual for class {} is {}", item.class(), plans.join(", ")),
    };
    format!("add inventory/schedules/{}.yaml{usual}", item.id())
}
