use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::graph::{self, Resolved};
use crate::model::{Kind, Record};
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "dangling-reference",
    level: Level::Error,
    what: "a field names a record that does not exist",
    why: "Impact, cost and ownership follow references; one that leads nowhere silently cuts the chain.",
    bad: "owner: infra-taem\n",
    good: "owner: infra-team\n",
    mend: "Correct the id, or add the record it names.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for reference in graph::references(record, context.snapshot) {
        if graph::resolve(&reference, context.snapshot) != Resolved::Dangling {
            continue;
        }
        let kinds = reference.targets.iter().filter_map(|target| Kind::from_name(&target.kind));
        let ids = kinds.clone().flat_map(|kind| context.snapshot.ids(kind));
        let names: Vec<String> = reference
            .targets
            .iter()
            .map(|target| target.class.clone().unwrap_or_else(|| target.kind.clone()))
            .collect();
        let help = suggest::did_you_mean(reference.id, ids).unwrap_or_else(|| {
            format!("add it with `estate add {} {}`", names.first().map_or("", String::as_str), reference.id)
        });
        let message = format!("there is no {} `{}`", names.join(" or "), reference.id);
        findings.push(
            Finding::error(RULE.id, record.at_span(reference.span), message)
                .field(reference.route.to_string())
                .help(help),
        );
    }
}
