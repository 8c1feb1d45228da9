use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::invest;
use crate::model::investment::Investment;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "impossible-investment",
    level: Level::Error,
    what: "the options of an investment cannot be valued or compared",
    why: "A payment outside the comparison, in another currency or without an answer leaves an option without figures, and the decision without a ground.",
    bad: "# inventory/investments/storage.yaml\nid: storage\nname: New storage\nstart: 2026-01-01\nhorizon: 5y\ndiscount_rate: 8%\noptions:\n  - id: buy\n    flows:\n      - {kind: acquisition, date: 2025-12-01, amount: 60000.00 EUR}\n",
    good: "# inventory/investments/storage.yaml\nid: storage\nname: New storage\nstart: 2026-01-01\nhorizon: 5y\ndiscount_rate: 8%\noptions:\n  - id: buy\n    flows:\n      - {kind: acquisition, date: 2026-01-01, amount: 60000.00 EUR}\n",
    mend: "Correct the field that the message names.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Investment || !record.is_sound() {
        return;
    }
    for problem in invest::problems(context.snapshot, Investment(record)) {
        findings.push(
            RULE.finding(record.at(&problem.field), problem.text.as_str())
                .field(problem.field.as_str())
                .help("correct the field that the message names"),
        );
    }
}
