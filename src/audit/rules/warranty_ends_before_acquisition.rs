use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Record;

pub static RULE: Rule = Rule {
    id: "warranty-ends-before-acquisition",
    // Used equipment may come without warranty, but then the field is better left out.
    level: Level::Warning,
    what: "the warranty of an item ended before the item was acquired",
    why: "A warranty that never covered anything is mostly a wrong year.",
    bad: "acquired: 2023-02-17\nwarranty_until: 2022-02-16\n",
    good: "acquired: 2023-02-17\nwarranty_until: 2026-02-16\n",
    mend: "Correct the date, or delete the field where there is no warranty.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(until), Some(acquired)) = (record.date("warranty_until"), record.date("acquired")) else {
        return;
    };
    if until < acquired {
        findings.push(
            RULE.finding(
                record.at("warranty_until"),
                format!("the warranty ended on {until}, before the item was acquired on {acquired}"),
            )
            .field("warranty_until")
            .related(record.at("acquired"), format!("acquired on {acquired}"))
            .help("correct the date, or delete the field where there is no warranty"),
        );
    }
}
