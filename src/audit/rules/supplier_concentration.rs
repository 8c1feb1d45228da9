use super::{Check, Context, Rule};
use crate::contract::Support;
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "supplier-concentration",
    level: Level::Warning,
    what: "one supplier has more of the yearly price of all supplier contracts than the settings allow",
    why: "If it fails or raises its prices, much of the estate goes with it.",
    bad: "# inventory/settings.yaml\ncoverage: {supplier_limit: 40%}\n",
    good: "# inventory/settings.yaml\ncoverage: {supplier_limit: 100%}\n",
    mend: "Spread what can be spread, or raise `coverage.supplier_limit` in the settings and say why.",
    check: Check::Estate {
        watches: &[
            (Kind::Contract, "amendments"),
            (Kind::Contract, "party"),
            (Kind::Contract, "price"),
            (Kind::Contract, "renewal"),
            (Kind::Contract, "side"),
            (Kind::Contract, "term"),
            (Kind::Contract, "termination"),
            (Kind::Rate, "values"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let limit = context.snapshot.settings().and_then(|settings| settings.coverage.supplier_limit);
    let Some(limit) = limit else { return };
    let support = Support::of(context.snapshot, context.as_of);
    for found in support.concentration().0.iter().filter(|found| found.share > limit) {
        let Some(party) = context.snapshot.get(Kind::Party, found.party) else { continue };
        let message = format!(
            "{} has {} of the yearly price of all supplier contracts ({}), and {limit} are the most",
            found.party, found.share, found.yearly
        );
        let mut finding = RULE
            .finding(party.at("id"), message)
            .help("spread what can be spread, or raise coverage.supplier_limit");
        for contract in &found.contracts {
            finding = finding.related(contract.0.at("price"), contract.id());
        }
        findings.push(finding);
    }
}
