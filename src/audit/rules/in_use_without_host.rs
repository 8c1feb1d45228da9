use super::{Check, Context, Rule, place_of_class};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::model::item::{Item, Status};

pub static RULE: Rule = Rule {
    id: "in-use-without-host",
    level: Level::Warning,
    what: "a virtual machine in use has neither a host nor a cluster",
    why: "What goes down with a server, and what a virtual machine costs, both follow its host.",
    bad: "# inventory/items/virtual_machine/vm-01.yaml\nstatus: in_use\n",
    good: "# inventory/items/virtual_machine/vm-01.yaml\nstatus: in_use\nrelations: {hosted_on: [srv-web-01]}\n",
    mend: "Add the host under `relations.hosted_on`, or `attributes.cluster` where it moves between hosts.",
    check: Check::Record(check),
};

const HOSTS: [&str; 4] = ["hosted_on", "runs_on", "member_of", "part_of"];

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let item = Item(record);
    if place_of_class(record, context) != Some("host") || !item.status().is_some_and(Status::is_active) {
        return;
    }
    let hosted = HOSTS.iter().any(|relation| item.related(relation).next().is_some());
    let clustered =
        record.field("attributes").is_some_and(|attributes| attributes.field("cluster").is_some());
    if !hosted && !clustered {
        findings.push(
            RULE.finding(
                record.at("status"),
                format!("`{}` is in use, and nothing says what it runs on", record.id()),
            )
            .field("relations.hosted_on")
            .help("add its host under `relations.hosted_on`, or `attributes.cluster`"),
        );
    }
}
