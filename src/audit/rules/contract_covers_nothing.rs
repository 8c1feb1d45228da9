use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "contract-covers-nothing",
    level: Level::Note,
    what: "a contract does not say which items or services it covers",
    why: "Its price reaches no service, and nobody sees what it protects.",
    bad: "# inventory/contracts/dell-prosupport.yaml\ncovers: []\n",
    good: "# inventory/contracts/dell-prosupport.yaml\ncovers: [srv-web-01]\n",
    mend: "List the items or services under `covers`.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() == Kind::Contract && record.field("covers").is_none_or(|list| list.is_empty()) {
        findings.push(
            RULE.finding(record.at_key("covers"), format!("`{}` covers nothing", record.id()))
                .field("covers")
                .help("list the items or services that it is about under `covers`"),
        );
    }
}
