use super::{Check, Context, Rule};
use crate::contract::Support;
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "contract-ends-before-item",
    level: Level::Note,
    what: "the last contract that supports an item ends before the useful life of the item",
    why: "It will be in use without support unless somebody renews in time.",
    bad: "# inventory/contracts/san-care.yaml\nrenewal: {mode: none}\n",
    good: "# inventory/contracts/san-care.yaml\nrenewal: {mode: tacit, period: 1y}\n",
    mend: "Renew the contract, or plan to replace the item when it ends.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "acquired"),
            (Kind::Item, "cost"),
            (Kind::Item, "status"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "components"),
            (Kind::Schedule, "events"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "units"),
            (Kind::Contract, "amendments"),
            (Kind::Contract, "covers"),
            (Kind::Contract, "kind"),
            (Kind::Contract, "renewal"),
            (Kind::Contract, "side"),
            (Kind::Contract, "term"),
            (Kind::Contract, "termination"),
        ],
        run: check,
    },
};

/// One finding a contract: what it covers is renewed or replaced as a whole.
fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let support = Support::of(context.snapshot, context.as_of);
    let found = support.ends_before();
    for items in found.chunk_by(|a, b| a.contract.id() == b.contract.id()) {
        let Some(first) = items.first() else { continue };
        let each = items.iter().map(|found| format!("`{}` ({})", found.item.id(), found.life_end));
        let each: Vec<String> = each.collect();
        let message = format!("it ends on {}, before the useful life of {}", first.end, each.join(", "));
        findings.push(
            RULE.finding(first.contract.0.at_key("term"), message)
                .field("term")
                .help("renew it, or plan to replace the items when it ends"),
        );
    }
}
