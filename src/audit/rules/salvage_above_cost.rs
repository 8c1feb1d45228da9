use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "salvage-above-cost",
    level: Level::Error,
    what: "the value expected at the end of an item's life is above its cost",
    why: "There would be less than nothing to depreciate.",
    bad: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01, salvage_value: 84200.00 EUR}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01, salvage_value: 842.00 EUR}\n",
    mend: "Correct the salvage value or the cost.",
    check: Check::Estate {
        watches: &[(Kind::Item, "cost"), (Kind::Schedule, "item"), (Kind::Schedule, "books")],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for schedule in context.snapshot.schedules() {
        let Some(item) = schedule.item().and_then(|id| context.snapshot.item(id)) else { continue };
        let Some(cost) = item.cost() else { continue };
        for plan in schedule.books() {
            let Some(salvage) = plan.salvage_value else { continue };
            if !salvage.compare(cost).is_ok_and(|order| order.is_gt()) {
                continue;
            }
            let field = format!("books.{}.salvage_value", plan.book);
            findings.push(
                RULE.finding(
                    schedule.0.at(&field),
                    format!("the salvage value {salvage} is above the cost {cost} of `{}`", item.id()),
                )
                .field(field)
                .related(item.record().at("cost"), format!("the cost is {cost}"))
                .help("correct the salvage value or the cost"),
            );
        }
    }
}
