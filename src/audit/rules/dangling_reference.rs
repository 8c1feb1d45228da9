use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::graph::{Reference, Resolved};
use crate::model::Kind;
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "dangling-reference",
    level: Level::Error,
    what: "a field names a record that does not exist",
    why: "Impact, cost and ownership follow references; one that leads nowhere silently cuts the chain.",
    bad: "owner: infra-taem\n",
    good: "owner: infra-team\n",
    mend: "Correct the id, or add the record it names.",
    check: Check::Reference(check),
};

fn check(reference: &Reference<'_>, resolved: &Resolved, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if *resolved != Resolved::Dangling {
        return;
    }
    let kinds = reference.targets.iter().filter_map(|target| Kind::from_name(&target.kind));
    let ids = kinds.flat_map(|kind| context.snapshot.ids(kind));
    let names = reference.target_names();
    let help = suggest::did_you_mean(reference.id, ids).unwrap_or_else(|| {
        format!("add it with `estate add {} {}`", names.first().unwrap_or(&""), reference.id)
    });
    let message = format!("there is no {} `{}`", names.join(" or "), reference.id);
    findings.push(
        RULE.finding(reference.from.at_span(reference.span), message)
            .field(reference.route.to_string())
            .help(help),
    );
}
