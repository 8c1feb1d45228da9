use super::{Check, Context, Rule};
use crate::contract::contradictions;
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "amendment-outside-contract",
    level: Level::Error,
    what: "an amendment holds on days on which the contract does not run, or ends before it begins",
    why: "It changes nothing: the price, the end or the coverage that was agreed never comes to hold.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2023-03-01, length: 3y}\nrenewal: {mode: express}\namendments:\n  - {id: a1, from: 2026-09-01, price: {amount: 1400.00 EUR, per: year}}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2023-03-01, length: 3y}\nrenewal: {mode: express}\namendments:\n  - {id: r1, from: 2026-03-01, term: {end: 2027-02-28}}\n  - {id: a1, from: 2026-09-01, price: {amount: 1400.00 EUR, per: year}}\n",
    mend: "Correct its dates; a contract that was renewed expressly has an amendment from the day after its end, with the new end.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract || record.field("amendments").is_none() {
        return;
    }
    for wrong in contradictions(Contract(record)).into_iter().filter(|wrong| wrong.is_outside) {
        findings.push(
            RULE.finding(record.at(&wrong.field), wrong.message)
                .field(wrong.field)
                .related(record.at("term"), "the first term is this")
                .help("correct its dates, or add the renewal as an amendment from the day after the end"),
        );
    }
}
