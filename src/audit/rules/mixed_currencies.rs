use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::record::as_money;
use crate::yaml::Value;

pub static RULE: Rule = Rule {
    id: "mixed-currencies",
    level: Level::Error,
    what: "a schedule takes amounts of another currency from the cost of its item",
    why: "Without a dated rate a dollar cannot be taken from a euro, so there is no plan.",
    bad: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01, salvage_value: 400.00 USD}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01, salvage_value: 400.00 EUR}\n",
    mend: "State both amounts in one currency.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "cost"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "events"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for schedule in context.snapshot.schedules() {
        let record = schedule.0;
        let Some(item) = schedule.item().and_then(|id| context.snapshot.item(id)) else { continue };
        let Some(cost) = item.cost() else { continue };
        let mut compare = |value: Option<Value<'_>>, field: &dyn Fn() -> String| {
            let Some((value, amount)) = value.and_then(|value| Some((value, as_money(value)?))) else {
                return;
            };
            if amount.currency() == cost.currency() {
                return;
            }
            findings.push(
                RULE.finding(
                    record.at_span(value.span()),
                    format!("{amount} is in another currency than the cost {cost} of `{}`", item.id()),
                )
                .field(field())
                .related(item.record().at("cost"), format!("the cost is {cost}"))
                .help(format!("state it in {}", cost.currency())),
            );
        };
        for (book, _, plan) in record.field("books").into_iter().flat_map(|books| books.entries()) {
            compare(plan.field("salvage_value"), &|| format!("books.{book}.salvage_value"));
        }
        let events = record.field("events").into_iter().flat_map(|events| events.elements());
        for (index, event) in events.enumerate() {
            compare(event.field("proceeds"), &|| format!("events[{index}].proceeds"));
        }
    }
}
