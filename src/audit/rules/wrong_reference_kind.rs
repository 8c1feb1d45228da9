use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::graph::{Reference, Resolved};

pub static RULE: Rule = Rule {
    id: "wrong-reference-kind",
    level: Level::Error,
    what: "a field names a record of a kind or class that it does not take",
    why: "An owner that is a rack answers for nothing, and what follows owners or places would be misled.",
    bad: "owner: rack-12\n",
    good: "owner: infra-team\n",
    mend: "Name a record of the right kind.",
    check: Check::Reference(check),
};

fn check(reference: &Reference<'_>, resolved: &Resolved, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Resolved::WrongKind(found, class) = resolved else { return };
    let is = match class {
        Some(class) => format!("it is of class {class}"),
        None => format!("it is a {}", found.kind),
    };
    let wanted = reference.target_names().join(" or ");
    let message = format!("`{}` is no {wanted}: {is}", reference.id);
    let mut finding = RULE
        .finding(reference.from.at_span(reference.span), message)
        .field(reference.route.to_string())
        .help(format!("name a record that is {wanted}"));
    if let Some(record) = context.snapshot.by_id(found) {
        finding = finding.related(record.at("id"), format!("`{}` stands here", reference.id));
    }
    findings.push(finding);
}
