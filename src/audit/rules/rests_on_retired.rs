use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::graph::{Reference, Resolved};
use crate::model::item::{Item, Status};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "rests-on-retired",
    level: Level::Warning,
    what: "something in use rests on an item or a service that is out of use",
    why: "Either the reference or a status is out of date, and impact and cost follow both.",
    bad: "# inventory/services/web-shop.yaml\nstatus: in_use\ncomponents:\n  - item: srv-old\n",
    good: "# inventory/services/web-shop.yaml\nstatus: in_use\ncomponents:\n  - item: srv-web-01\n",
    mend: "Name what is used now, or correct the status.",
    check: Check::Reference(check),
};

/// The fields that say what a thing cannot do without.
const FIELDS: [&str; 7] = [
    "components.item",
    "components.any_of",
    "components.service",
    "relations.runs_on",
    "relations.hosted_on",
    "relations.depends_on",
    "relations.powered_by",
];

fn check(reference: &Reference<'_>, resolved: &Resolved, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Resolved::Record(target) = resolved else { return };
    let in_use = |record: &Record| Item(record).status().is_some_and(Status::is_active);
    if !matches!(target.kind, Kind::Item | Kind::Service) || !in_use(reference.from) {
        return;
    }
    let Some(record) = context.snapshot.by_id(target) else { return };
    let Some(status) = Item(record).status().filter(|status| status.is_ended()) else { return };
    if FIELDS.contains(&reference.relation().as_str()) {
        let from = reference.from;
        let message = format!("`{}` is in use and rests on `{}`, which is {status}", from.id(), target.id);
        findings.push(
            RULE.finding(from.at_span(reference.span), message)
                .field(reference.route.to_string())
                .related(record.at("status"), format!("`{}` is {status}", target.id))
                .help("name what is used now, or correct the status"),
        );
    }
}
