use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::service::{Service, Target};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "min-up-above-group",
    level: Level::Error,
    what: "a service needs more items of a group than the group has",
    why: "It could never be up: every question about impact and availability has a wrong answer.",
    bad: "# inventory/services/web-shop.yaml\ncomponents:\n  - {any_of: [srv-web-01, srv-web-02], min_up: 3}\n",
    good: "# inventory/services/web-shop.yaml\ncomponents:\n  - {any_of: [srv-web-01, srv-web-02], min_up: 1}\n",
    mend: "Lower `min_up`, or name the items that are missing in `any_of`.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Service {
        return;
    }
    for component in Service(record).components() {
        let Target::AnyOf(items, Some(least)) = &component.target else { continue };
        if usize::try_from(*least).is_ok_and(|least| least <= items.len()) {
            continue;
        }
        let field = format!("components[{}].min_up", component.index);
        let message = format!("the service needs {least} items of a group of {}", items.len());
        findings.push(
            RULE.finding(record.at(&field), message)
                .field(field)
                .help("lower `min_up`, or name the items that are missing in `any_of`"),
        );
    }
}
