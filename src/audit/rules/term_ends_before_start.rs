use super::{Check, Context, Rule, date_below};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "term-ends-before-start",
    level: Level::Error,
    what: "the term of a contract ends before it starts",
    why: "Such a contract never runs: it is never due, and its cost reaches no period.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2023-03-01, end: 2023-02-28}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2023-03-01, end: 2026-02-28}\n",
    mend: "Correct the start or the end.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract {
        return;
    }
    let dates = (date_below(record, "term", "start"), date_below(record, "term", "end"));
    let (Some(start), Some(end)) = dates else { return };
    if end < start {
        findings.push(
            RULE.finding(
                record.at("term.end"),
                format!("the term ends on {end}, before its start on {start}"),
            )
            .field("term.end")
            .related(record.at("term.start"), format!("it starts on {start}"))
            .help("correct the start or the end"),
        );
    }
}
