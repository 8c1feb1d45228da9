use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::invest;
use crate::model::Kind;
use crate::model::investment::Investment;

pub static RULE: Rule = Rule {
    id: "impossible-investment",
    level: Level::Error,
    what: "the options of an investment cannot be valued or compared",
    why: "A payment outside the comparison, in another currency or without an answer leaves an option without figures, and the decision without a ground.",
    bad: "# inventory/investments/storage.yaml\nid: storage\nname: New storage\nstart: 2026-01-01\nhorizon: 5y\ndiscount_rate: 8%\noptions:\n  - id: buy\n    flows:\n      - {kind: acquisition, date: 2025-12-01, amount: 60000.00 EUR}\n",
    good: "# inventory/investments/storage.yaml\nid: storage\nname: New storage\nstart: 2026-01-01\nhorizon: 5y\ndiscount_rate: 8%\noptions:\n  - id: buy\n    flows:\n      - {kind: acquisition, date: 2026-01-01, amount: 60000.00 EUR}\n",
    mend: "Correct the field that the message names.",
    check: Check::Estate {
        watches: &[
            (Kind::Investment, "start"),
            (Kind::Investment, "horizon"),
            (Kind::Investment, "discount_rate"),
            (Kind::Investment, "tax_rate"),
            (Kind::Investment, "options"),
            (Kind::Investment, "chosen"),
            (Kind::Item, "cost"),
            (Kind::Item, "acquired"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "components"),
            (Kind::Schedule, "units"),
            (Kind::Schedule, "events"),
            (Kind::Contract, "term"),
            (Kind::Contract, "renewal"),
            (Kind::Contract, "price"),
            (Kind::Contract, "amendments"),
            (Kind::Contract, "termination"),
            (Kind::Rate, "kind"),
            (Kind::Rate, "values"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for record in context.snapshot.of_kind(Kind::Investment).filter(|record| record.is_sound()) {
        for problem in invest::problems(context.snapshot, Investment(record)) {
            findings.push(
                RULE.finding(record.at(&problem.field), problem.text.as_str())
                    .field(problem.field.as_str())
                    .help("correct the field that the message names"),
            );
        }
    }
}
