//! The levels that an estate gives to rules in its settings.

use crate::finding::Finding;
use crate::model::settings::{LevelSetting, Settings};

/// Gives findings the level that the settings say, and takes out those of rules that are off.
pub fn apply(settings: Option<&Settings>, findings: &mut Vec<Finding>) {
    let Some(levels) = settings.map(|settings| &settings.levels).filter(|levels| !levels.is_empty()) else {
        return;
    };
    findings.retain_mut(|finding| match levels.get(&*finding.rule) {
        Some(LevelSetting::Off) => false,
        Some(LevelSetting::Level(level)) => {
            finding.level = *level;
            true
        }
        None => true,
    });
}
