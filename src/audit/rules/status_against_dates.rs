use super::{Check, Context, Rule, date_below};
use crate::finding::{Finding, Level};
use crate::model::item::{Item, Status};
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "status-against-dates",
    // The status says what holds today, and the audit may judge another day.
    level: Level::Warning,
    what: "the status of an item and its dates tell different stories",
    why: "Counts and filters go by the status, depreciation and cost by the dates: they would not agree.",
    bad: "status: in_use\nin_service: 2023-03-01\nretired: 2024-05-31\n",
    good: "status: retired\nin_service: 2023-03-01\nretired: 2024-05-31\n",
    mend: "Correct the status or the date, or add the date that is missing.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Item {
        return;
    }
    let Some(status) = Item(record).status() else { return };
    let as_of = context.as_of;
    let mut against = |field: &str, message: String, help: &str| {
        let finding = RULE.finding(record.at(field), message).field(field).help(help);
        findings.push(match field {
            "status" => finding,
            _ => finding.related(record.at("status"), format!("the status is {status}")),
        });
    };
    let in_service = record.date("in_service");
    let retired = record.date("retired");
    let disposed = date_below(record, "disposal", "date");
    let passed = |date: &_| *date <= as_of;
    let to_come = |date: &_| *date > as_of;

    if status.is_future() {
        for (field, date) in [("acquired", record.date("acquired")), ("in_service", in_service)] {
            if let Some(date) = date.filter(passed) {
                let message = format!("the item is {status}, but `{field}` was on {date}");
                against(field, message, "set the status to what holds now, or correct the date");
                break;
            }
        }
    }
    if status.is_active() {
        if let Some(date) = in_service.filter(to_come) {
            let message = format!("the item is {status}, but goes into service only on {date}");
            against("in_service", message, "set the status to in_build or in_stock, or correct the date");
        }
        if let Some(date) = retired.filter(passed) {
            let message = format!("the item is {status}, but was retired on {date}");
            against("retired", message, "set the status to retired, or delete the date");
        }
    }
    if !status.is_ended()
        && let Some(date) = disposed.filter(passed)
    {
        let message = format!("the item is {status}, but was disposed of on {date}");
        against("disposal.date", message, "set the status to disposed, or delete the disposal");
    }
    if status.is_ended() {
        match (retired, disposed) {
            (_, None) if status == Status::Disposed => {
                let message = "the item is disposed, but no disposal says when and how".to_owned();
                against(
                    "status",
                    message,
                    "add `disposal: {date: …, kind: …}`, or set the status to retired",
                );
            }
            (None, None) => {
                let message = format!("the item is {status}, but no date says since when");
                against("status", message, "add the date `retired`, or a `disposal`");
            }
            _ => {}
        }
        let ends = [("retired", retired), ("disposal.date", disposed)];
        let first = ends.into_iter().filter_map(|(field, date)| Some((field, date?))).min_by_key(|end| end.1);
        if let Some((field, date)) = first.filter(|(_, date)| to_come(date)) {
            let message = format!("the item is {status}, but that is to come only on {date}");
            against(field, message, "set the status to what holds now, or correct the date");
        }
    }
}
