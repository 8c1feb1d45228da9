use super::{Check, Context, Rule, Waivers};
use crate::finding::{Finding, Level};

pub static RULE: Rule = Rule {
    id: "waiver-without-reason",
    level: Level::Error,
    what: "a comment waives a rule and does not say why",
    why: "Whoever reads it later cannot tell a decision from a shortcut. It waives nothing until it says why.",
    bad: "serial: 7XK2L93  # estate: ignore[duplicate-serial]\n",
    good: "serial: 7XK2L93  # estate: ignore[duplicate-serial] the maker printed it twice\n",
    mend: "Write the reason after the bracket.",
    check: Check::Waivers(check),
};

fn check(waivers: &Waivers<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for waiver in waivers.waivers.iter().filter(|waiver| waiver.reason.is_empty()) {
        findings.push(
            RULE.finding(waiver.location.clone(), format!("the waiver of `{}` gives no reason", waiver.rule))
                .field(waiver.field.as_str())
                .help("write the reason after the bracket: `# estate: ignore[rule] reason`"),
        );
    }
}
