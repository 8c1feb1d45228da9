use super::{Check, Context, Rule};
use crate::contract::lease_problem;
use crate::finding::{Finding, Level};
use crate::model::contract::Contract;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "impossible-lease",
    level: Level::Error,
    what: "a lease cannot be measured from what its contract says",
    why: "Without a measure the liability and the right of use are missing from the balance sheet.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nprice: {amount: 435.00 EUR, per: quarter, billed: in_advance}\nlease: {book: accounting, rate: 3.2%, term: 50mo}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nprice: {amount: 435.00 EUR, per: quarter, billed: in_advance}\nlease: {book: accounting, rate: 3.2%, term: 48mo}\n",
    mend: "Correct the field that the message names.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract {
        return;
    }
    let contract = Contract(record);
    let Some(lease) = contract.lease() else { return };
    // A book that is not there has a rule of its own, and so has a term that ends before it starts.
    let Some(settings) = context.snapshot.settings() else { return };
    let ends_early = contract.start().zip(contract.initial_end()).is_some_and(|(start, end)| end < start);
    if !settings.books.contains_key(lease.book) || ends_early {
        return;
    }
    if let Some(problem) = lease_problem(context.snapshot, contract) {
        findings.push(
            RULE.finding(record.at(&problem.field), problem.text.as_str())
                .field(problem.field.as_str())
                .help("correct the field that the message names"),
        );
    }
}
