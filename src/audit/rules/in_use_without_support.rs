use super::{Check, Context, Rule};
use crate::contract::Support;
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "in-use-without-support",
    level: Level::Warning,
    what: "an item in use has neither a running support contract nor a warranty, and its class needs one",
    why: "When it fails, nobody has promised to mend it, and the price is that of the day.",
    bad: "status: in_use\nwarranty_until: 2026-02-16\n",
    good: "status: in_use\nwarranty_until: 2099-02-16\n",
    mend: "Put it under `covers` of a contract, enter its warranty, or take its class off `coverage.support_required` in the settings.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "status"),
            (Kind::Item, "warranty_until"),
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

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for found in Support::of(context.snapshot, context.as_of).missing() {
        let (record, id) = (found.item.0, found.item.id());
        let contracts = match found.ended {
            Some((end, _)) => format!("its last support contract ended on {end}"),
            None => "no running contract supports it".to_owned(),
        };
        let (field, message) = match found.warranty {
            Some(last) => {
                ("warranty_until", format!("the warranty of `{id}` ended on {last}, and {contracts}"))
            }
            None => ("status", format!("`{id}` is in use without a warranty, and {contracts}")),
        };
        let mut finding = RULE
            .finding(record.at(field), message)
            .field(field)
            .help("put it under `covers` of a contract, or enter its warranty");
        if let Some((_, contract)) = found.ended {
            finding = finding.related(contract.0.at("term"), format!("`{}` ended here", contract.id()));
        }
        findings.push(finding);
    }
}
