use super::{Check, Context, Rule};
use crate::contract::contradictions;
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "overlapping-amendments",
    level: Level::Error,
    what: "amendments of a contract contradict each other or what they amend",
    why: "Of one day a contract has one price, one end and one list of what it covers; with two, nobody can say what is owed.",
    bad: "# inventory/contracts/dell-prosupport.yaml\namendments:\n  - {id: a1, from: 2024-03-01, until: 2024-12-31, price: {amount: 1300.00 EUR, per: year}}\n  - {id: a2, from: 2024-09-01, price: {amount: 1400.00 EUR, per: year}}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\namendments:\n  - {id: a1, from: 2024-03-01, until: 2024-08-31, price: {amount: 1300.00 EUR, per: year}}\n  - {id: a2, from: 2024-09-01, price: {amount: 1400.00 EUR, per: year}}\n",
    mend: "End the earlier amendment before the later one begins, or take out what it says twice.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract || record.field("amendments").is_none() {
        return;
    }
    for wrong in contradictions(Contract(record)).into_iter().filter(|wrong| !wrong.is_outside) {
        let finding = RULE.finding(record.at(&wrong.field), wrong.message).field(wrong.field);
        let finding = match wrong.against {
            Some((field, label)) => finding.related(record.at(&field), label),
            None => finding,
        };
        findings.push(
            finding.help("end the earlier one before the later begins, or take out what is said twice"),
        );
    }
}
