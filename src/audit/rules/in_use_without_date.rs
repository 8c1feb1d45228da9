use super::{Check, Context, Rule, place_of_class};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::model::item::{Item, Status};

pub static RULE: Rule = Rule {
    id: "in-use-without-date",
    level: Level::Note,
    what: "equipment or a virtual machine in use has no date of going into service",
    why: "Age, renewal and the start of depreciation are counted from that date.",
    bad: "status: in_use\n",
    good: "status: in_use\nin_service: 2023-03-01\n",
    mend: "Add `in_service` with the date of the first use.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let active = Item(record).status().is_some_and(Status::is_active);
    if active && record.field("in_service").is_none() && place_of_class(record, context).is_some() {
        findings.push(
            RULE.finding(
                record.at("status"),
                format!("`{}` is in use, and no date says since when", record.id()),
            )
            .field("in_service")
            .help("add `in_service` with the date of the first use"),
        );
    }
}
