use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::model::service_level::service_levels;
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "unknown-calendar",
    level: Level::Error,
    what: "a service level counts business hours that the settings do not have",
    why: "The level cannot be measured.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nservice_levels:\n  - {id: response, metric: response_time, target: '<= 4h', window: month, calendar: ofice}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nservice_levels:\n  - {id: response, metric: response_time, target: '<= 4h', window: month}\n",
    mend: "Correct the name, or add the hours under `calendars` of the settings.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
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
