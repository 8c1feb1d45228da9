use super::{Check, Context, Rule};
use crate::contract::covered_at;
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "customer-contract-without-service",
    level: Level::Warning,
    what: "a contract with a customer covers no service",
    why: "What is promised and paid there cannot be held against what it costs and whether it works.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nside: customer\ncovers: [srv-web-02]\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nside: customer\ncovers: [web-shop]\n",
    mend: "Name the service that the customer gets under `covers`, and record it where it is missing.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let contract = Contract(record);
    // One that covers nothing at all has a finding of its own.
    let covered = covered_at(contract, context.as_of);
    if record.kind() != Kind::Contract || record.text("side") != Some("customer") || covered.is_empty() {
        return;
    }
    if !covered.iter().any(|id| context.snapshot.knows(Kind::Service, id).is_some()) {
        findings.push(
            RULE.finding(record.at_key("covers"), format!("`{}` covers no service", record.id()))
                .field("covers")
                .help("name the service that the customer gets under `covers`"),
        );
    }
}
