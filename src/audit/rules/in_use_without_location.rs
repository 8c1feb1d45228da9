use super::{Check, Context, Rule, place_of_class};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::model::item::{Item, Status};

pub static RULE: Rule = Rule {
    id: "in-use-without-location",
    level: Level::Warning,
    what: "equipment in use has no location",
    why: "It cannot be found at a stocktaking, and the loss of a site cannot be judged.",
    bad: "status: in_use\n",
    good: "status: in_use\nlocation: room-a\n",
    mend: "Add `location`; an item on a rack or in a chassis may name that under `relations` instead.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let item = Item(record);
    if record.field("location").is_some() || !item.status().is_some_and(Status::is_active) {
        return;
    }
    // What carries the item says where it is, or has a finding itself.
    let carried = ["runs_on", "part_of"].iter().any(|relation| item.related(relation).next().is_some());
    if !carried && place_of_class(record, context) == Some("location") {
        let message = format!("`{}` is in use, and nothing says where it is", record.id());
        findings.push(
            RULE.finding(record.at("status"), message)
                .field("location")
                .help("add `location`, or the rack under `relations.runs_on`"),
        );
    }
}
