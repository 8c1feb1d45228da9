use super::{Check, Context, Rule};
use crate::contract::{Backing, backings};
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "promise-without-backing",
    level: Level::Warning,
    what: "a contract promises a customer more than suppliers and internal agreements under it promise",
    why: "When they keep their promises, ours is broken all the same, and nobody pays the penalty but us.",
    bad: "# inventory/contracts/shop-sla.yaml\nservice_levels:\n  - {id: availability, metric: availability, target: '>= 99.99%', window: month}\n",
    good: "# inventory/contracts/shop-sla.yaml\nservice_levels:\n  - {id: availability, metric: availability, target: '>= 99%', window: month}\n",
    mend: "Promise less, have more promised (`estate report back-to-back` shows by whom), or add redundancy to the service.",
    check: Check::Estate {
        watches: &[
            (Kind::Service, "components"),
            (Kind::Service, "service_levels"),
            (Kind::Service, "status"),
            (Kind::Contract, "amendments"),
            (Kind::Contract, "covers"),
            (Kind::Contract, "renewal"),
            (Kind::Contract, "service_levels"),
            (Kind::Contract, "side"),
            (Kind::Contract, "term"),
            (Kind::Contract, "termination"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let backings = backings(context.snapshot, context.as_of);
    let promised = backings.iter().filter(|backing| backing.by.kind() == Kind::Contract && backing.has_gap());
    for backing in promised {
        let field = format!("service_levels[{}].target", backing.level.at);
        let mut finding = RULE.finding(backing.by.at(&field), message(backing)).field(field).help(
            "promise less, have more promised, or add redundancy; `estate report back-to-back` shows all",
        );
        for link in backing.links.iter().filter(|link| link.is_looser && !link.is_redundant) {
            let place = format!("service_levels[{}].target", link.level.at);
            finding = finding.related(link.by.at(&place), link.text());
        }
        findings.push(finding);
    }
}

fn message(backing: &Backing<'_>) -> String {
    let (promise, service) = (backing.level.promise(), backing.service.id());
    let chain = backing.chain().join(", ");
    match &backing.combined {
        Some(Ok(combined)) => {
            let combined = combined.trunc_with_scale(4).normalize();
            format!(
                "`{promise}` is promised for {service}, and what is under it allows {combined}% at best: {chain}"
            )
        }
        _ => format!("`{promise}` is promised for {service}, and less is promised under it: {chain}"),
    }
}
