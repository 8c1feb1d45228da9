use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::execution::Execution;
use crate::model::{Kind, Record};
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "unknown-contract-part",
    level: Level::Error,
    what: "a fact names a service level, a deliverable or an entitlement that its contract does not have",
    why: "It then counts for nothing: the level looks unmeasured, the deliverable late, the entitlement unused.",
    bad: "# inventory/executions/dell-prosupport/2026-03-31-measurement-dell-prosupport.yaml\nservice_level: reponse\n",
    good: "# inventory/executions/dell-prosupport/2026-03-31-measurement-dell-prosupport.yaml\nservice_level: response\n",
    mend: "Correct the id, or add it to the contract.",
    check: Check::Record(check),
};

/// The fields of a fact that name a part of its contract, and the list that holds the parts.
const PARTS: [(&str, &str); 3] =
    [("service_level", "service_levels"), ("deliverable", "deliverables"), ("entitlement", "entitlements")];

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Execution {
        return;
    }
    let Some(contract) = context.snapshot.contract(Execution(record).contract()) else { return };
    for (field, list) in PARTS {
        let Some(named) = record.text(field) else { continue };
        let parts = contract.0.field(list).into_iter().flat_map(|list| list.elements());
        let known: Vec<&str> = parts.filter_map(|part| part.field("id")?.text()).collect();
        if known.contains(&named) {
            continue;
        }
        let what = field.replace('_', " ");
        let help = suggest::did_you_mean(named, known.iter().copied()).unwrap_or_else(|| match known.len() {
            0 => format!("add it to `{list}` of the contract"),
            _ => format!("the contract has: {}", known.join(", ")),
        });
        findings.push(
            RULE.finding(record.at(field), format!("the contract {} has no {what} `{named}`", contract.id()))
                .field(field)
                .related(contract.0.at_key(list), "the contract")
                .help(help),
        );
    }
}
