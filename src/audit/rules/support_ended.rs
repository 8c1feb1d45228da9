use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::contract::{Dates, covered_at};
use crate::date::Date;
use crate::finding::{Finding, Level};
use crate::model::item::Status;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "support-ended",
    level: Level::Warning,
    what: "every support contract of an item in use has ended",
    why: "Somebody found it worth a contract; when it fails now, nobody comes, and repairs are paid one by one.",
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
    // By item: the contract that ended last; none where one runs or is still to begin.
    let mut last: HashMap<&str, Option<(Date, &Record)>> = HashMap::new();
    let contracts = context.snapshot.contracts();
    for contract in contracts.filter(|c| c.is_supplier_side() && c.is_support()) {
        let runs = Dates::agreed_by(contract, context.as_of).and_then(|dates| dates.runs(context.as_of));
        let Some(runs) = runs else { continue };
        for item in covered_at(contract, context.as_of.clamp(runs.start, runs.end)) {
            let end = last.entry(item).or_insert(Some((runs.end, contract.0)));
            *end = match *end {
                Some(_) if runs.end >= context.as_of => None,
                Some((known, _)) if known < runs.end => Some((runs.end, contract.0)),
                other => other,
            };
        }
    }
    for item in context.snapshot.items().filter(|item| item.status().is_some_and(Status::is_active)) {
        let Some(Some((end, contract))) = last.get(item.id()) else { continue };
        let record = item.record();
        if record.date("warranty_until").is_some_and(|until| until >= context.as_of) {
            continue;
        }
        let message = format!("`{}` is in use, and its last support contract ended on {end}", item.id());
        findings.push(
            RULE.finding(record.at("status"), message)
                .field("status")
                .related(contract.at("term"), format!("`{}` ended here", contract.id()))
                .help("renew the contract or record the one that follows it; otherwise plan the end of the item"),
        );
    }
}
