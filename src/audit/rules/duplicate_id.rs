use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "duplicate-id",
    level: Level::Error,
    what: "two records of one kind have the same id, or ids that differ only by case",
    why: "A reference to the id could mean either; on a file system that ignores case one file hides the other.",
    bad: "# inventory/items/laptop/srv-web-01.yaml\nid: srv-web-01\n",
    good: "# inventory/items/laptop/lap-01.yaml\nid: lap-01\n",
    mend: "Rename one of the records and correct the references to it.",
    // The id is the file's name: it changes only where a record goes and another comes.
    check: Check::Estate { watches: &[], run: check },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<(Kind, String), &Record> = HashMap::new();
    for record in context.snapshot.records() {
        let key = (record.kind(), record.id().to_lowercase());
        let Some(other) = first.get(&key) else {
            first.insert(key, record);
            continue;
        };
        let what = if other.id() == record.id() { "is taken" } else { "differs from another only by case" };
        findings.push(
            RULE.finding(record.at("id"), format!("the id `{}` {what}", record.id()))
                .field("id")
                .related(other.at("id"), format!("`{}` stands here", other.id()))
                .help("rename one of the records and correct the references to it"),
        );
    }
}
