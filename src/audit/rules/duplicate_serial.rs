use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::Record;

pub static RULE: Rule = Rule {
    id: "duplicate-serial",
    // Makers number independently of each other, so two machines may share a number.
    level: Level::Warning,
    what: "two items of one class have the same serial number",
    why: "Most likely one machine is recorded twice: it would be counted, depreciated and covered twice.",
    bad: "# inventory/items/server/srv-web-02.yaml\nserial: 7xk2l93\n",
    good: "# inventory/items/server/srv-web-02.yaml\nserial: 7XK2M03\n",
    mend: "Correct the number, or delete the record that is one too many.",
    check: Check::Estate {
        watches: &[(Kind::Item, "serial"), (Kind::Item, "disposal"), (Kind::Item, "class")],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    report_same(&RULE, "serial", context, findings);
}

/// What firmware and people write where there is no number.
const PLACEHOLDERS: [&str; 12] = [
    "0",
    "-",
    "n/a",
    "na",
    "none",
    "unknown",
    "default string",
    "not specified",
    "not available",
    "system serial number",
    "to be filled by o.e.m.",
    "xxxxxxxx",
];

/// The number in `field` by which an item is told from others of its class; `None` where there is
/// none to go by.
///
/// Items that have left the organisation do not count: a machine sold may be bought back, and a
/// replacement takes over the tag of the machine that went.
pub fn identity(record: &Record, field: &str) -> Option<String> {
    let value = record.text(field)?.trim().to_lowercase();
    let counts = !PLACEHOLDERS.contains(&value.as_str()) && record.field("disposal").is_none();
    counts.then_some(value)
}

/// Reports items of one class that have the same text in `field`, whatever its case.
pub(super) fn report_same(rule: &Rule, field: &str, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<(&str, String), &Record> = HashMap::new();
    for item in context.snapshot.items() {
        let record = item.record();
        let Some(value) = identity(record, field) else { continue };
        let Some(other) = first.get(&(item.class(), value.clone())) else {
            first.insert((item.class(), value), record);
            continue;
        };
        let text = record.text(field).unwrap_or_default().trim();
        let message = format!("`{text}` is the {field} of `{}` too", other.id());
        findings.push(
            rule.finding(record.at(field), message)
                .field(field)
                .related(other.at(field), format!("`{}` has it here", other.id()))
                .help("correct it, or delete the record that is one too many"),
        );
    }
}
