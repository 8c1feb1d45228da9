use super::{Check, Context, Rule, Waivers};
use crate::finding::{Finding, Level};

pub static RULE: Rule = Rule {
    id: "unused-waiver",
    level: Level::Warning,
    what: "a waiver waives nothing",
    why: "It would hide the next offence, which nobody has decided to accept.",
    bad: "owner: infra-team  # estate: ignore[in-use-without-owner] the team is being formed\n",
    good: "owner: infra-team\n",
    mend: "Delete it; a comment must stand on the line of the finding or on the line above.",
    check: Check::Waivers(check),
};

fn check(waivers: &Waivers<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    // Whatever else is wrong with a waiver is the reason why it waives nothing.
    let unused = waivers.waivers.iter().filter(|waiver| {
        waiver.waived == 0 && waiver.holds(context.as_of) && context.knows_rule(waiver.rule)
    });
    for waiver in unused {
        findings.push(
            RULE.finding(
                waiver.location.clone(),
                format!("there is no finding of `{}` to waive here", waiver.rule),
            )
            .field(waiver.field.as_str())
            .help("delete the waiver, or put it on the line of the finding or on the line above"),
        );
    }
}
