use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "service-without-components",
    level: Level::Warning,
    what: "a service in use does not say what it is made of",
    why: "It costs nothing and depends on nothing as far as the record goes, so its price and its risks are wrong.",
    bad: "# inventory/services/web-shop.yaml\nstatus: in_use\n",
    good: "# inventory/services/web-shop.yaml\nstatus: in_use\ncomponents:\n  - item: srv-web-01\n",
    mend: "List the items and services that it rests on under `components`.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_empty = || record.field("components").is_none_or(|list| list.is_empty());
    if record.kind() == Kind::Service && record.text("status") == Some("in_use") && is_empty() {
        findings.push(
            RULE.finding(record.at("status"), format!("`{}` is in use and made of nothing", record.id()))
                .field("components")
                .help("list the items and services that it rests on under `components`"),
        );
    }
}
