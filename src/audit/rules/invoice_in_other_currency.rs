use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::execution::Execution;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "invoice-in-other-currency",
    level: Level::Error,
    what: "an invoice or a payment is in another currency than the contract",
    why: "It cannot be compared with the price that was agreed, and no sum of it means anything.",
    bad: "# inventory/executions/dell-prosupport/2026-03-01-invoice-dell-prosupport.yaml\namount: 1380.00 USD\n",
    good: "# inventory/executions/dell-prosupport/2026-03-01-invoice-dell-prosupport.yaml\namount: 1380.00 EUR\n",
    mend: "Correct the currency; where the invoice really is in another one, ask for one in the currency that was agreed.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Execution {
        return;
    }
    let fact = Execution(record);
    let Some(contract) = context.snapshot.contract(fact.contract()) else { return };
    let price = contract.price().map(|price| ("price.amount", price.amount));
    let agreed = price.or(contract.commitment().map(|(amount, _)| ("commitment.amount", amount)));
    let (Some(amount), Some((field, agreed))) = (fact.amount(), agreed) else { return };
    if amount.currency() == agreed.currency() {
        return;
    }
    let message =
        format!("the {} is in {}, the contract in {}", fact.kind(), amount.currency(), agreed.currency());
    findings.push(
        RULE.finding(record.at("amount"), message)
            .field("amount")
            .related(contract.0.at(field), format!("agreed in {}", agreed.currency()))
            .help("correct the currency, or ask for an invoice in the one that was agreed"),
    );
}
