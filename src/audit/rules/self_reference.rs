use super::relation_cycle;
use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::graph::{Reference, Resolved};

pub static RULE: Rule = Rule {
    id: "self-reference",
    level: Level::Warning,
    what: "a record names itself in a field where that says nothing",
    why: "A switch connected to itself or a licence licensed by itself tells nothing; most likely another record was meant.",
    bad: "relations:\n  connects_to: [srv-web-01]\n",
    good: "relations:\n  connects_to: [sw-01]\n",
    mend: "Name the record that was meant, or delete the reference.",
    check: Check::Reference(check),
};

/// Where a reference to itself is a cycle, `relation-cycle` says so, as an error.
fn check(
    reference: &Reference<'_>,
    resolved: &Resolved,
    _context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let Resolved::Record(target) = resolved else { return };
    let from = reference.from;
    if target.kind != from.kind() || target.id != from.id() {
        return;
    }
    let relation = reference.relation();
    if relation_cycle::covers(&relation) {
        return;
    }
    findings.push(
        RULE.finding(from.at_span(reference.span), format!("`{}` names itself in `{relation}`", from.id()))
            .field(reference.route.to_string())
            .help("name the record that was meant, or delete this one"),
    );
}
