use super::{Check, Context, Rule, date_below};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "signed-after-start",
    level: Level::Note,
    what: "a contract was signed after its term had started",
    why: "Between start and signature the work had no contract; an auditor will ask.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nsigned: 2023-04-10\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nsigned: 2023-02-10\n",
    mend: "Correct the date if it is wrong; otherwise leave it and say in `notes` what held before.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract {
        return;
    }
    let dates = (record.date("signed"), date_below(record, "term", "start"));
    let (Some(signed), Some(start)) = dates else { return };
    if signed > start {
        let message = format!("the contract started on {start} and was signed only on {signed}");
        findings.push(
            RULE.finding(record.at("signed"), message)
                .field("signed")
                .related(record.at("term.start"), format!("it starts on {start}"))
                .help("correct the date if it is wrong"),
        );
    }
}
