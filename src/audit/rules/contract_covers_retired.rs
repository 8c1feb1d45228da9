use super::{Check, Context, Rule};
use crate::contract::{covered_at, runs_on};
use crate::finding::{Finding, Level};
use crate::graph::{Reference, Resolved};
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::model::item::Item;

pub static RULE: Rule = Rule {
    id: "contract-covers-retired",
    level: Level::Warning,
    what: "a running contract covers an item or a service that is out of use",
    why: "Somebody pays for what nobody uses, and its cost lands on services that no longer have it.",
    bad: "# inventory/contracts/dell-prosupport.yaml\ncovers: [srv-old]\n",
    good: "# inventory/contracts/dell-prosupport.yaml\ncovers: [srv-web-01]\n",
    mend: "Take it off the contract, with the supplier first; a contract that has ended may keep it.",
    check: Check::Reference(check),
};

fn check(reference: &Reference<'_>, resolved: &Resolved, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let from = reference.from;
    let Resolved::Record(target) = resolved else { return };
    if from.kind() != Kind::Contract || !matches!(target.kind, Kind::Item | Kind::Service) {
        return;
    }
    let Some(record) = context.snapshot.by_id(target) else { return };
    let Some(status) = Item(record).status().filter(|status| status.is_ended()) else { return };
    let contract = Contract(from);
    if !runs_on(contract, context.as_of) || !covered_at(contract, context.as_of).contains(&&*target.id) {
        return;
    }
    let message = format!("`{}` is {status}, and the contract runs on", target.id);
    findings.push(
        RULE.finding(from.at_span(reference.span), message)
            .field(reference.route.to_string())
            .related(record.at("status"), format!("`{}` is {status}", target.id))
            .help("take it off the contract, with the supplier first"),
    );
}
