use super::{Check, Context, Rule, Waivers};
use crate::finding::{Finding, Level};

pub static RULE: Rule = Rule {
    id: "unreadable-waiver",
    level: Level::Error,
    what: "a comment looks like a waiver and cannot be read as one",
    why: "Whoever wrote it believes that it waives something.",
    bad: "serial: 7XK2L93  # estate: ignore duplicate-serial\n",
    good: "serial: 7XK2L93  # estate: ignore[duplicate-serial] the maker printed it twice\n",
    mend: "Write `# estate: ignore[rule-a, rule-b] reason`.",
    check: Check::Waivers(check),
};

fn check(waivers: &Waivers<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for location in &waivers.unreadable {
        findings.push(
            RULE.finding(location.clone(), "this comment looks like a waiver and is none")
                .help("write `# estate: ignore[rule-a, rule-b] reason`"),
        );
    }
}
