use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::service_level::service_levels;
use crate::model::{Kind, Record};
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "unusable-calendar",
    level: Level::Error,
    what: "a service level counts business hours that the settings do not have, or hours end before they begin",
    why: "The level cannot be measured, or is measured in less time than was meant.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nservice_levels:\n  - {id: response, metric: response_time, target: '<= 4h', window: month, calendar: ofice}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nservice_levels:\n  - {id: response, metric: response_time, target: '<= 4h', window: month}\n",
    mend: "Correct the name or the hours, or add them under `calendars` of the settings; a day has one stretch of hours.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() == Kind::Settings {
        return hours(record, findings);
    }
    // Without readable settings nothing is known of their calendars.
    let Some(settings) = context.snapshot.settings() else { return };
    for level in service_levels(record) {
        let Some(name) = level.calendar.filter(|name| !settings.calendars.contains_key(*name)) else {
            continue;
        };
        let field = format!("service_levels[{}].calendar", level.at);
        let help = suggest::did_you_mean(name, settings.calendars.keys().map(String::as_str));
        findings.push(
            RULE.finding(record.at(&field), format!("the settings have no calendar `{name}`"))
                .field(field)
                .help(
                    help.unwrap_or_else(|| "add it under `calendars` of inventory/settings.yaml".to_owned()),
                ),
        );
    }
}

/// The schema admits times of the day, which compare as texts.
fn hours(record: &Record, findings: &mut Vec<Finding>) {
    let calendars = record.field("calendars").into_iter().flat_map(|calendars| calendars.entries());
    for (name, _, calendar) in calendars {
        let days = calendar.field("hours").into_iter().flat_map(|hours| hours.entries());
        for (day, _, hours) in days {
            let Some((from, to)) = hours.text().and_then(|text| text.split_once('-')) else { continue };
            if from < to {
                continue;
            }
            let message = format!("the hours of {day} end at {to}, before they begin at {from}");
            findings.push(
                RULE.finding(record.at_span(hours.span()), message)
                    .field(format!("calendars.{name}.hours.{day}"))
                    .help("hours over midnight belong to two days: until 24:00, and from 00:00 the next day"),
            );
        }
    }
}
