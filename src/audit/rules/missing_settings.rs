use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Place};
use crate::source::Location;

pub static RULE: Rule = Rule {
    id: "missing-settings",
    level: Level::Error,
    what: "the estate has no settings that can be used",
    why: "Currency, fiscal years and books come from there; without them nothing can be valued.",
    bad: "# there is no inventory/settings.yaml\n",
    good: "# inventory/settings.yaml\norganisation: {name: Helio Services}\ncurrency: EUR\nfiscal_year: {start: \"01-01\"}\nbooks:\n  accounting: {convention: thirty_360, default: true}\n",
    mend: "Write inventory/settings.yaml; `estate schema settings` says what it holds.",
    // An edit of the settings is always judged on the whole estate.
    check: Check::Estate { watches: &[], run: check },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let record = context.snapshot.of_kind(Kind::Settings).next();
    let (location, message) = match record {
        None => (Location::file(Place::SETTINGS), "there are no settings"),
        // What is wrong with single fields is said already.
        Some(record) if !record.is_sound() || context.snapshot.settings().is_some() => return,
        Some(record) => (record.at(""), "the settings cannot be used"),
    };
    findings.push(
        RULE.finding(location, message)
            .help("write inventory/settings.yaml; `estate schema settings` says what it holds"),
    );
}
