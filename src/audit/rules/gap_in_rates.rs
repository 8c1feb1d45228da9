use super::{Check, Context, Rule};
use crate::date::day_after;
use crate::finding::{Finding, Level};
use crate::model::rate::Rate;
use crate::model::record::as_date;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "gap-in-rates",
    level: Level::Warning,
    what: "the figures of a rate leave out days, or two of them hold on one",
    why: "Costs of the days without a figure cannot be made, and which of two figures holds is a guess.",
    bad: "# inventory/rates/electricity.yaml\nvalues:\n  - {from: 2025-01-01, to: 2025-06-30, value: 0.1742 EUR}\n  - {from: 2026-01-01, value: 0.1742 EUR}\n",
    good: "# inventory/rates/electricity.yaml\nvalues:\n  - {from: 2025-01-01, value: 0.1742 EUR}\n  - {from: 2026-01-01, value: 0.1742 EUR}\n",
    mend: "Leave out `to` where the next figure follows at once, and give each figure a day of its own to begin.",
    check: Check::Record(check),
};

const HELP: &str =
    "leave out `to` where the next figure follows at once, and give each figure a day of its own";

fn check(record: &Record, _: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Rate || !record.is_sound() {
        return;
    }
    let values = Rate(record).values();
    for (value, next) in values.iter().zip(values.iter().skip(1)) {
        let written = record.get(&format!("values[{}].to", value.index)).and_then(as_date);
        let field = format!("values[{}].from", next.index);
        let message = if value.from == next.from {
            format!("two figures hold from {}", next.from)
        } else if written.is_some_and(|to| to >= next.from) {
            format!("the figure from {} still holds on {}, when the next one begins", value.from, next.from)
        } else if let Some(to) = written.filter(|to| day_after(*to) < next.from) {
            format!("no figure holds from {} to the day before {}", day_after(to), next.from)
        } else {
            continue;
        };
        findings.push(
            RULE.finding(record.at(&field), message)
                .field(field)
                .help(HELP)
                .related(record.at(&format!("values[{}]", value.index)), "the figure before it"),
        );
    }
    for value in &values {
        let field = format!("values[{}].to", value.index);
        if let Some(to) = record.get(&field).and_then(as_date).filter(|to| *to < value.from) {
            let message = format!("the figure ends on {to}, before it begins on {}", value.from);
            findings.push(RULE.finding(record.at(&field), message).field(field).help(HELP));
        }
    }
}
