use super::{Check, Context, Rule};
use crate::contract::{Stretch, stretches};
use crate::finding::{Finding, Level};
use crate::model::contract::{Contract, Indexation};
use crate::model::rate::Rate;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "unusable-index",
    level: Level::Warning,
    what: "the price of a contract follows an index that cannot say it",
    why: "The cost of the contract is then a hole, and a wrong invoice goes unseen.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nprice: {amount: 1380.00 EUR, per: year, indexation: {index: electricity, base: 2023-03-01}}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nprice: {amount: 1380.00 EUR, per: year, indexation: {index: syntec, base: 2023-03-01}}\n",
    mend: "Add the values of the index to its record in inventory/rates, from before the base day to the last revision, or name the right record.",
    check: Check::Record(check),
};

/// An index is published each month, quarter or year.
const OLDEST_DAYS: i64 = 366;

/// A price that was revised by a value that was no longer the last one published, as it seems.
fn stale(stretch: &Stretch) -> Option<(String, String)> {
    let step = stretch.index.as_ref()?;
    let (day, since) = (stretch.days.start, step.since);
    ((day - since).num_days() > OLDEST_DAYS).then(|| {
        let message =
            format!("the price is revised on {day}, and the last value of {} is of {since}", step.index);
        (stretch.field.clone(), message)
    })
}

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract || !record.is_sound() {
        return;
    }
    let contract = Contract(record);
    let first = contract.price().and_then(|price| price.indexation).map(|index| ("price".to_owned(), index));
    let amended = contract.amendments().into_iter().filter_map(|amendment| {
        Some((format!("amendments[{}].price", amendment.at), amendment.price?.indexation?))
    });
    let indexed: Vec<(String, Indexation<'_>)> = first.into_iter().chain(amended).collect();
    let mut is_said = false;
    for (field, indexation) in &indexed {
        let route = format!("{field}.indexation.index");
        // What does not exist has a finding already.
        let Some(rate) = context.snapshot.get(Kind::Rate, indexation.index).map(Rate) else {
            is_said = true;
            continue;
        };
        if rate.0.is_sound() && rate.kind() != "index" {
            let message = format!("`{}` is no index, its kind is {}", rate.id(), rate.kind());
            is_said = true;
            findings.push(
                RULE.finding(record.at(&route), message)
                    .field(route)
                    .related(rate.0.at("kind"), "its kind")
                    .help("name the record of an index"),
            );
        }
    }
    let Some((field, _)) = indexed.first().filter(|_| !is_said) else { return };
    let wrong = match stretches(context.snapshot, contract, context.as_of) {
        Err(reason) => Some((field.clone(), reason)),
        Ok(stretches) => stretches.iter().rev().find_map(stale),
    };
    if let Some((field, message)) = wrong {
        let route = format!("{field}.indexation");
        findings.push(
            RULE.finding(record.at_key(&route), message)
                .field(route)
                .help("add the values that are missing to the record of the index, or correct the base day"),
        );
    }
}
