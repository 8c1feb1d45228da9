use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::schedule::Schedule;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "disposal-before-start",
    level: Level::Error,
    what: "an item is disposed of before its depreciation starts",
    why: "Such a plan cannot be computed, so the item has no value in any report.",
    bad: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2022-03-31, kind: disposal, disposal: sale}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2026-03-31, kind: disposal, disposal: sale}\n",
    mend: "Correct the date of the event or the start of the plan.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Schedule || record.field("events").is_none() {
        return;
    }
    let schedule = Schedule(record);
    for plan in schedule.books() {
        let Some(disposal) = schedule.disposal(plan.book).filter(|disposal| disposal.date < plan.start)
        else {
            continue;
        };
        let field = format!("events[{}].date", disposal.index);
        let message = format!(
            "disposed of on {}, before depreciation in the book `{}` starts on {}",
            disposal.date, plan.book, plan.start
        );
        let start = record.at(&format!("books.{}.start", plan.book));
        findings.push(
            RULE.finding(record.at(&field), message)
                .field(field)
                .related(start, format!("depreciation starts on {}", plan.start))
                .help("correct the date of the event or the start of the plan"),
        );
    }
}
