use chrono::Datelike;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::schedule::Schedule;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "schedule-before-acquisition",
    level: Level::Warning,
    what: "depreciation starts before the month in which the item was acquired",
    why: "What is not yet owned cannot lose value; the first years would carry cost that is not theirs.",
    bad: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2022-03-01}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01}\n",
    mend: "Correct the start, or the date on which the item was acquired.",
    check: Check::Record(check),
};

/// A start earlier in the month of acquisition is sound: declining balance counts whole months.
fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Schedule {
        return;
    }
    let schedule = Schedule(record);
    let Some(item) = schedule.item().and_then(|id| context.snapshot.item(id)) else { return };
    let Some(acquired) = item.record().date("acquired") else { return };
    let first = acquired.with_day(1).unwrap_or(acquired);
    for plan in schedule.books().filter(|plan| plan.start < first) {
        let field = format!("books.{}.start", plan.book);
        let message = format!(
            "depreciation in the book `{}` starts on {}, before the item was acquired on {acquired}",
            plan.book, plan.start
        );
        findings.push(
            RULE.finding(record.at(&field), message)
                .field(field)
                .related(item.record().at("acquired"), format!("acquired on {acquired}"))
                .help("correct the start, or the date on which the item was acquired"),
        );
    }
}
