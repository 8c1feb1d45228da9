use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::schedule::Schedule;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "schedule-without-cost",
    level: Level::Warning,
    what: "an item with a depreciation schedule has no cost",
    why: "There is nothing to spread: the item has no value in any report.",
    bad: "# inventory/schedules/srv-web-01.yaml\nitem: rack-12\n",
    good: "# inventory/schedules/srv-web-01.yaml\nitem: srv-web-01\n",
    mend: "Add `cost` to the item, or delete the schedule.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Schedule {
        return;
    }
    let Some(item) = Schedule(record).item().and_then(|id| context.snapshot.item(id)) else { return };
    if item.record().root().is_some() && item.record().field("cost").is_none() {
        findings.push(
            RULE.finding(record.at("item"), format!("the item `{}` has no cost", item.id()))
                .field("item")
                .related(item.record().at("id"), "`cost` is missing here")
                .help("add `cost` to the item, or delete the schedule"),
        );
    }
}
