use super::{Check, Context, Rule, date_below};
use crate::date::Date;
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::item::Item;
use crate::model::schedule::Schedule;

pub static RULE: Rule = Rule {
    id: "disposal-mismatch",
    level: Level::Warning,
    what: "an item and its depreciation schedule do not agree on its disposal",
    why: "The inventory would say gone while the books still depreciate it, or the reverse.",
    bad: "status: disposed\ncost: 8420.00 EUR\ndisposal: {date: 2026-03-31, kind: sale}\n",
    good: "status: in_use\ncost: 8420.00 EUR\n",
    mend: "Give the item a `disposal` and the schedule a disposal event, of the same date and kind; `estate retire` writes both.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "disposal"),
            (Kind::Item, "status"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "events"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for item in context.snapshot.items() {
        for schedule in context.schedules_of(item.id()) {
            compare(item, *schedule, findings);
        }
    }
}

fn compare(item: Item<'_>, schedule: Schedule<'_>, findings: &mut Vec<Finding>) {
    let record = item.record();
    let disposed: Option<Date> = date_below(record, "disposal", "date");
    for plan in schedule.books() {
        match (disposed, schedule.disposal(plan.book)) {
            (Some(date), None) => findings.push(
                RULE.finding(
                    schedule.0.at_key(&format!("books.{}", plan.book)),
                    format!(
                        "`{}` was disposed of on {date}, but is still depreciated in the book `{}`",
                        item.id(),
                        plan.book
                    ),
                )
                .field("events")
                .related(record.at("disposal.date"), format!("disposed of on {date}"))
                .help(format!("add an event of kind disposal on {date} to the schedule")),
            ),
            (None, Some(event)) if record.field("disposal").is_none() => {
                let field = format!("events[{}]", event.index);
                findings.push(
                    RULE.finding(
                        schedule.0.at(&format!("{field}.date")),
                        format!(
                            "`{}` leaves the books on {}, but its record has no disposal",
                            item.id(),
                            event.date
                        ),
                    )
                    .field(field)
                    .related(
                        record.at("status"),
                        format!("the item is {}", record.text("status").unwrap_or("")),
                    )
                    .help("add `disposal` to the item, or delete the event"),
                );
            }
            (Some(date), Some(event)) if date != event.date => {
                let field = format!("events[{}].date", event.index);
                findings.push(
                    RULE.finding(
                        schedule.0.at(&field),
                        format!(
                            "`{}` leaves the books on {}, but was disposed of on {date}",
                            item.id(),
                            event.date
                        ),
                    )
                    .field(field)
                    .related(record.at("disposal.date"), format!("disposed of on {date}"))
                    .help("give both the same date"),
                );
            }
            (Some(_), Some(event)) => {
                let kind = record.text("disposal.kind").unwrap_or(event.kind);
                if kind != event.kind {
                    let field = format!("events[{}].disposal", event.index);
                    findings.push(
                        RULE.finding(
                            schedule.0.at(&field),
                            format!(
                                "the disposal of `{}` is a {kind} in its record and a {} in the books",
                                item.id(),
                                event.kind
                            ),
                        )
                        .field(field)
                        .related(record.at("disposal.kind"), format!("a {kind}"))
                        .help("give both the same kind"),
                    );
                }
            }
            (None, _) => {}
        }
    }
}
