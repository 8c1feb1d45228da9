use super::{Check, Context, Rule, Waivers};
use crate::finding::{Finding, Level};

pub static RULE: Rule = Rule {
    id: "expired-waiver",
    level: Level::Warning,
    what: "a waiver is past the day until which it holds",
    why: "What was accepted for a while is now either mended or to be decided anew.",
    bad: "# inventory/waivers.yaml
waivers:
  - rule: in-use-without-owner
    record: item/srv-web-01
    reason: the team is being formed
    owner: infra-team
    until: 2024-12-31
",
    good: "# inventory/waivers.yaml
waivers:
  - rule: in-use-without-owner
    record: item/srv-web-01
    reason: the team is being formed
    owner: infra-team
    until: 2027-06-30
",
    mend: "Mend what it waived and delete it, or have its owner decide on another day.",
    check: Check::Waivers(check),
};

fn check(waivers: &Waivers<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for waiver in waivers.waivers.iter().filter(|waiver| waiver.is_expired(context.as_of)) {
        let Some((until, location)) = waiver.until.clone() else { continue };
        findings.push(
            RULE.finding(location, format!("the waiver of `{}` expired on {until}", waiver.rule))
                .field(format!("{}.until", waiver.field))
                .help("mend what it waived and delete it, or have its owner decide on another day"),
        );
    }
}
