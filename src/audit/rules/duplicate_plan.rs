use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};
use crate::source::Span;

pub static RULE: Rule = Rule {
    id: "duplicate-plan",
    level: Level::Error,
    what: "two schedules depreciate one item in the same book",
    why: "The cost of the item would be charged twice.",
    bad: "# inventory/schedules/srv-web-01-again.yaml\nid: srv-web-01-again\nitem: srv-web-01\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2023-03-01}\n",
    good: "# inventory/schedules/srv-web-01-tax.yaml\nid: srv-web-01-tax\nitem: srv-web-01\nbooks:\n  tax: {method: straight_line, life: 3y, start: 2023-03-01}\n",
    mend: "Delete one of the plans.",
    check: Check::Estate { watches: &[(Kind::Schedule, "item"), (Kind::Schedule, "books")], run: check },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut first: HashMap<(&str, &str), (&Record, Span)> = HashMap::new();
    for schedule in context.snapshot.schedules() {
        let Some(item) = schedule.item() else { continue };
        for (book, span, _) in schedule.0.field("books").into_iter().flat_map(|books| books.entries()) {
            let Some((other, place)) = first.get(&(item, book)) else {
                first.insert((item, book), (schedule.0, span));
                continue;
            };
            let message = format!("`{item}` has a plan in the book `{book}` already, in `{}`", other.id());
            findings.push(
                RULE.finding(schedule.0.at_span(span), message)
                    .field(format!("books.{book}"))
                    .related(other.at_span(*place), format!("the plan of `{}`", other.id()))
                    .help("delete one of the plans"),
            );
        }
    }
}
