use super::{Check, Context, Rule};
use crate::contract::{Dates, covered_at};
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "contract-covers-nothing",
    level: Level::Note,
    what: "a contract does not say which items or services it covers, or its amendments left none",
    why: "Its price reaches no service, and nobody sees what it protects.",
    bad: "# inventory/contracts/dell-prosupport.yaml\ncovers: []\n",
    good: "# inventory/contracts/dell-prosupport.yaml\ncovers: [srv-web-01]\n",
    mend: "List the items or services under `covers`, or of an amendment under `covers.add`.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract {
        return;
    }
    let contract = Contract(record);
    // Of one that has ended, its last day; of one that is still to begin, its first.
    let runs = Dates::agreed_by(contract, context.as_of).and_then(|dates| dates.runs(context.as_of));
    let day = runs.map_or(context.as_of, |runs| context.as_of.clamp(runs.start, runs.end));
    if !covered_at(contract, day).is_empty() {
        return;
    }
    let message = match contract.covers().next() {
        None => format!("`{}` covers nothing", record.id()),
        Some(_) => format!("amendments have taken out all that `{}` covered by {day}", record.id()),
    };
    findings.push(
        RULE.finding(record.at_key("covers"), message)
            .field("covers")
            .help("list the items or services that it is about under `covers`, or in an amendment"),
    );
}
