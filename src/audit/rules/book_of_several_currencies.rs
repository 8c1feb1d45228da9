use std::collections::BTreeMap;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::item::Item;
use crate::money::Money;

pub static RULE: Rule = Rule {
    id: "book-of-several-currencies",
    level: Level::Warning,
    what: "a book holds items that were paid in several currencies",
    why: "Euros and dollars have no sum, so no report shows a total of the book.",
    bad: "# inventory/items/server/srv-web-03.yaml\ncost: 8600.00 USD\n",
    good: "# inventory/items/server/srv-web-03.yaml\ncost: 7930.00 EUR\n",
    mend: "State the cost in the currency of the book, at the rate of the day of acquisition.",
    check: Check::Estate {
        watches: &[(Kind::Item, "cost"), (Kind::Schedule, "item"), (Kind::Schedule, "books")],
        run: check,
    },
};

/// The currency of a book is the base currency where any of its items has it, else that of its first.
fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let base = context.snapshot.settings().map(|settings| settings.currency);
    let mut books: BTreeMap<&str, Vec<(Item<'_>, Money)>> = BTreeMap::new();
    for schedule in context.snapshot.schedules() {
        let Some(item) = schedule.item().and_then(|id| context.snapshot.item(id)) else { continue };
        let Some(cost) = item.cost() else { continue };
        for plan in schedule.books() {
            books.entry(plan.book).or_default().push((item, cost));
        }
    }
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for (book, items) in &books {
        let has_base = items.iter().any(|(_, cost)| Some(cost.currency()) == base);
        let first = items.first().map(|(_, cost)| cost.currency());
        let Some(currency) = base.filter(|_| has_base).or(first) else { continue };
        for (item, cost) in items.iter().filter(|(_, cost)| cost.currency() != currency) {
            // An item in several books is told once.
            if told.insert(item.id(), book).is_some() {
                continue;
            }
            findings.push(
                RULE.finding(
                    item.record().at("cost"),
                    format!("the book `{book}` is kept in {currency}, and `{}` cost {cost}", item.id()),
                )
                .field("cost")
                .help(format!("state it in {currency}, at the rate of the day of acquisition")),
            );
        }
    }
}
