//! The catalogue of rules as a page, which is kept as `RULES.md` beside this file.

use std::fmt::Write;

use super::fix::fix_of;
use super::{RULES, Rule};

/// Every rule in Markdown: a table, then each with its reasons and examples.
pub fn page() -> String {
    let mut page = "# Rules of the audit\n\nWritten by `estate explain --all --format md`. The names are stable: \
                    settings, waivers and baselines use them.\n\n| Rule | Level | What it finds |\n|---|---|---|\n"
        .to_owned();
    for rule in RULES {
        // Writing to a string cannot fail.
        let _ =
            writeln!(page, "| [{0}](#{0}) | {1} | {2} |", rule.id, rule.level, rule.what.replace('|', "\\|"));
    }
    for rule in RULES {
        section(rule, &mut page);
    }
    page
}

fn section(rule: &Rule, page: &mut String) {
    let example = |title: &str, text: &str| format!("{title}:\n\n```yaml\n{}\n```\n\n", text.trim_end());
    let _ = write!(
        page,
        "\n## {}\n\n*{}*: {}. {}\n\n{}{}{}\n",
        rule.id,
        rule.level,
        rule.what,
        rule.why,
        example("Broken by", rule.bad),
        example("Right", rule.good),
        rule.mend,
    );
    if let Some(fix) = fix_of(rule.id) {
        let _ = write!(page, "\n`estate audit --fix` mends {}.\n", fix.what);
    }
}
