use super::{Check, Context, Rule};
use crate::date::Duration;
use crate::finding::{Finding, Level};
use crate::model::item::{Item, Status};
use crate::model::settings::STALE_AFTER;
use crate::model::{Kind, Record};
use crate::suggest;
use crate::yaml::Route;

pub static RULE: Rule = Rule {
    id: "stale-record",
    level: Level::Note,
    what: "nobody has seen an item for longer than a sighting of its class holds",
    why: "A record that is edited is not thereby true: machines move, are lent and vanish without \
          a commit, so only a sighting says that the item is still where the record has it.",
    bad: "verified: {on: 2023-10-02, by: infra-team}\n",
    good: "verified: {on: 2026-10-02, by: infra-team}\n",
    mend: "Look for the item, then `estate verify ID`; `audit.stale_after` in the settings says how long \
           a sighting holds, by class.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    match record.kind() {
        Kind::Item => findings.extend(stale(Item(record), context)),
        Kind::Settings => findings.extend(unknown_classes(record, context)),
        _ => {}
    }
}

/// An item of which neither a sighting nor a delivery is known cannot be judged, and what is not yet
/// or no longer here cannot be seen.
fn stale(item: Item<'_>, context: &Context<'_>) -> Option<Finding> {
    let (record, seen) = (item.record(), item.last_seen()?);
    if !item.status().is_some_and(Status::is_present) {
        return None;
    }
    let stated = context.snapshot.settings().and_then(|settings| settings.stale_after(item.class()));
    let holds: Duration = stated.or_else(|| STALE_AFTER.parse().ok())?;
    let oldest = holds.before(context.as_of).ok()?;
    if seen >= oldest {
        return None;
    }
    let (field, since) = match record.date("verified.on") {
        Some(_) => ("verified.on", "was last verified on"),
        None => ("acquired", "has not been verified since its delivery on"),
    };
    let message = format!("`{}` {since} {seen}; a sighting holds for {holds}", item.id());
    Some(
        RULE.finding(record.at(field), message)
            .field("verified.on")
            .help(format!("look for it, then `estate verify {}`", item.id())),
    )
}

/// A misspelt class would leave its items to the time of all the others.
fn unknown_classes(record: &Record, context: &Context<'_>) -> Vec<Finding> {
    let schemas = context.snapshot.schemas();
    let classes = context.snapshot.settings().into_iter().flat_map(|settings| settings.stale_after_classes());
    let unknown = classes.filter(|class| schemas.class(class).is_none());
    let finding = |class: &str| {
        let field = Route::parse("audit.stale_after").key(class.to_owned()).to_string();
        let help = suggest::did_you_mean(class, schemas.classes())
            .unwrap_or_else(|| "`estate schema` lists the classes".to_owned());
        super::reading::UNKNOWN_CLASS
            .finding(record.at_key(&field), format!("there is no class `{class}`"))
            .field(field)
            .help(help)
    };
    unknown.map(finding).collect()
}
