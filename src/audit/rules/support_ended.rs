use super::{Check, Context, Rule};
use crate::contract::Support;
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "support-ended",
    level: Level::Warning,
    what: "every support contract of an item in use has ended, and its class needs none",
    why: "Somebody found it worth a contract; when it fails now, nobody comes, and repairs are paid one by one. Of a class under `coverage.support_required`, `in-use-without-support` says so.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2020-03-01, length: 3y}\nrenewal: {mode: none}\ncovers: [vm-02]\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2020-03-01, length: 3y}\nrenewal: {mode: tacit, period: 1y}\ncovers: [vm-02]\n",
    mend: "Renew the contract or record the one that follows it; otherwise plan the end of the item.",
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
    for found in Support::of(context.snapshot, context.as_of).lapsed() {
        let Some((end, contract)) = found.ended else { continue };
        let record = found.item.0;
        let message = format!("`{}` is in use, and its last support contract ended on {end}", record.id());
        findings.push(
            RULE.finding(record.at("status"), message)
                .field("status")
                .related(contract.0.at("term"), format!("`{}` ended here", contract.id()))
                .help("renew the contract or record the one that follows it; otherwise plan the end of the item"),
        );
    }
}
