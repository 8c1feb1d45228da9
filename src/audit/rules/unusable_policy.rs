use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "unusable-policy",
    level: Level::Error,
    what: "a policy cannot be asked: it names what does not exist, or compares what cannot be compared",
    why: "A policy that is not understood would be kept by nobody, and nobody would notice.",
    bad: "# inventory/policies/warranty.yaml
id: warranty
name: Warranty ends before the purchase
level: error
select: {kind: item}
when: {field: waranty_until, op: before, value: {field: acquired}}
message: the warranty ends on {warranty_until}
",
    good: "# inventory/policies/warranty.yaml
id: warranty
name: Warranty ends before the purchase
level: error
select: {kind: item}
when: {field: warranty_until, op: lt, value: {field: acquired}}
message: the warranty ends on {warranty_until}
",
    mend: "Correct what the finding points to; `estate schema` lists the fields of each class.",
    // An edit of a policy changes its fields; what it names may go with a schema, which is judged on
    // the whole estate.
    check: Check::Estate {
        watches: &[(Kind::Policy, "select"), (Kind::Policy, "when"), (Kind::Policy, "message")],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(context.policies().problems.iter().cloned());
}
