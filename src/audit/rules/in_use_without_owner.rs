use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::item::{Item, Status};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "in-use-without-owner",
    level: Level::Warning,
    what: "an item or a service in use has no owner",
    why: "Nobody answers for it: nobody renews it, patches it or decides when it goes.",
    bad: "status: in_use\n",
    good: "status: in_use\nowner: infra-team\n",
    mend: "Add `owner` with the party that answers for it.",
    check: Check::Record(check),
};

/// Classes that describe rather than operate: nobody patches a room or a product model.
const UNOWNED: [&str; 2] = ["location", "model"];

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let owned = match record.kind() {
        Kind::Item => !UNOWNED.contains(&record.class().unwrap_or_default()),
        Kind::Service => true,
        _ => false,
    };
    let active = || Item(record).status().is_some_and(Status::is_active);
    if owned && record.field("owner").is_none() && active() {
        findings.push(
            RULE.finding(record.at("status"), format!("`{}` is in use and has no owner", record.id()))
                .field("owner")
                .help("add `owner` with the party that answers for it"),
        );
    }
}
