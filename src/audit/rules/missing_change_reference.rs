use super::{Check, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Place};
use crate::snapshot::Snapshot;
use crate::source::Location;

pub static RULE: Rule = Rule {
    id: "missing-change-reference",
    level: Level::Error,
    what: "an item of a protected class was changed without naming a change",
    why: "The settings say that such items change only on request: without the reference nobody finds who asked, who approved and how to go back.",
    bad: "# a commit that changes items/server/srv-web-01.yaml, without the trailer `Change: CHG-0042`\n",
    good: "# inventory/settings.yaml has `protected: {classes: [server]}`, and the commit's message ends in `Change: CHG-0042`\n",
    mend: "Write with `--change ID`, or add the trailer `Change: ID` to the commit's message.",
    check: Check::Commit,
};

/// The findings on what was done without naming a change: `by` says what did it, `paths` which
/// files it touched. What is protected is said by the settings of `snapshot`.
pub fn check<'p>(snapshot: &Snapshot, by: &str, paths: impl Iterator<Item = &'p str>) -> Vec<Finding> {
    let protected = snapshot.settings().map_or(&[][..], |settings| &settings.protected);
    let finding = |path: &str| {
        let place = Place::of(path)?;
        let class = place.folder.filter(|class| place.kind == Kind::Item && protected.contains(class))?;
        let location = snapshot.by_path(path).map_or_else(|| Location::file(path), |record| record.at("id"));
        let message = format!("`{}` is of the protected class `{class}`, and {by} names no change", place.id);
        Some(RULE.finding(location, message).help(RULE.mend))
    };
    paths.filter_map(finding).collect()
}
