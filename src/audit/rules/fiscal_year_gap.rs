use super::{Check, Context, Rule};
use crate::date::{Date, day_after};
use crate::finding::{Finding, Level};
use crate::model::record::as_date;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "fiscal-year-gap",
    level: Level::Error,
    what: "the listed fiscal years leave a hole, overlap or end before they start",
    why: "Every day must belong to one fiscal year, or cost is lost or counted twice.",
    bad: "# inventory/settings.yaml\nfiscal_years:\n  - {id: FY2025, start: 2024-07-01, end: 2025-06-30}\n  - {id: FY2026, start: 2025-08-01, end: 2026-06-30}\n",
    good: "# inventory/settings.yaml\nfiscal_years:\n  - {id: FY2025, start: 2024-07-01, end: 2025-06-30}\n  - {id: FY2026, start: 2025-07-01, end: 2026-06-30}\n",
    mend: "Let each year begin on the day after the year before it ends.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Settings {
        return;
    }
    let mut before: Option<(usize, &str, Date)> = None;
    let years = record.field("fiscal_years").into_iter().flat_map(|years| years.elements());
    for (index, year) in years.enumerate() {
        let date = |key: &str| year.field(key).and_then(as_date);
        let id = year.field("id").and_then(|id| id.text()).unwrap_or("");
        let (Some(start), Some(end)) = (date("start"), date("end")) else { return };
        if end < start {
            let field = format!("fiscal_years[{index}].end");
            findings.push(
                RULE.finding(record.at(&field), format!("{id} ends on {end}, before its start on {start}"))
                    .field(field)
                    .help("correct the start or the end"),
            );
        }
        if let Some((other, other_id, other_end)) = before {
            let expected = day_after(other_end);
            if start != expected {
                let what = if start > expected { "leaves a hole after" } else { "overlaps or precedes" };
                let field = format!("fiscal_years[{index}].start");
                let ended = record.at(&format!("fiscal_years[{other}].end"));
                findings.push(
                    RULE.finding(
                        record.at(&field),
                        format!("{id} starts on {start} and {what} {other_id}, which ends on {other_end}"),
                    )
                    .field(field)
                    .related(ended, format!("{other_id} ends on {other_end}"))
                    .help(format!("let it start on {expected}, in the order of time")),
                );
            }
        }
        before = Some((index, id, end));
    }
}
