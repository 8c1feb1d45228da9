use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::record::as_percent;
use crate::model::{Kind, Record};
use crate::money::Percent;

pub static RULE: Rule = Rule {
    id: "consumer-shares-not-100-percent",
    level: Level::Error,
    what: "the shares of a service's consumers do not add up to 100%",
    why: "What is charged out must be what the service costs, neither more nor less.",
    bad: "# inventory/services/web-shop.yaml\nconsumers: {sales: 80%, marketing: 10%}\n",
    good: "# inventory/services/web-shop.yaml\nconsumers: {sales: 80%, marketing: 20%}\n",
    mend: "Correct the shares so that they add up to exactly 100%.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Service {
        return;
    }
    let Some(consumers) = record.field("consumers").filter(|consumers| !consumers.is_empty()) else { return };
    // A share that cannot be read has a finding of its own, and no sum.
    let shares: Option<Vec<Percent>> = consumers.entries().map(|(.., share)| as_percent(share)).collect();
    let add = |total: Percent, share: Percent| total.checked_add(share).ok();
    let Some(total) = shares.and_then(|shares| shares.into_iter().try_fold(Percent::ZERO, add)) else {
        return;
    };
    if total != Percent::HUNDRED {
        let sum: Vec<String> =
            consumers.entries().map(|(party, _, share)| format!("{party} {share}")).collect();
        findings.push(
            RULE.finding(
                record.at_key("consumers"),
                format!("the shares of the consumers add up to {total}, not 100%"),
            )
            .field("consumers")
            .label(sum.join(" + "))
            .help("correct the shares so that they add up to exactly 100%"),
        );
    }
}
