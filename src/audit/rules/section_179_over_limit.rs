use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::schedule::elections;

pub static RULE: Rule = Rule {
    id: "section-179-over-limit",
    level: Level::Error,
    what: "section 179 is elected for more in a tax year than the law allows for all property together",
    why: "The limit of a tax year, reduced dollar for dollar by what is placed in service above a threshold, holds for the taxpayer's property together (IRC 179(b)); more is no deduction.",
    bad: "# inventory/schedules/srv-web-01.yaml\nitem: srv-web-01\nbooks:\n  tax: {method: macrs, life: 5y, start: 2024-01-01, convention: half_year, section_179: 1250000.00 USD}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nitem: srv-web-01\nbooks:\n  tax: {method: macrs, life: 5y, start: 2024-01-01, convention: half_year, section_179: 1200000.00 USD}\n",
    mend: "Elect less, for whichever items the taxpayer chooses (IRC 179(c)), so that the sum is within the limit.",
    check: Check::Estate {
        watches: &[(Kind::Item, "cost"), (Kind::Schedule, "item"), (Kind::Schedule, "books")],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // A sum too large to be exact has findings where its parts are.
    for of_year in elections(context.snapshot).unwrap_or_default() {
        let (elected, book, year) = (of_year.elected, of_year.book, of_year.year);
        let over = of_year.limit.and_then(|limit| Some((limit, elected.checked_sub(limit).ok()?)));
        let Some((limit, over)) = over.filter(|(_, over)| !over.is_negative() && !over.is_zero()) else {
            continue;
        };
        let field = format!("books.{book}.section_179");
        // The election with which the sum passes the limit, in the order of schedules.
        let mut sum = elected.checked_sub(elected).ok();
        let passing = of_year.by_schedule.iter().position(|(_, amount)| {
            sum = sum.and_then(|sum| sum.checked_add(*amount).ok());
            sum.is_some_and(|sum| sum.compare(limit).is_ok_and(|order| order.is_gt()))
        });
        let Some((at, (schedule, _))) = passing.and_then(|at| Some((at, of_year.by_schedule.get(at)?)))
        else {
            continue;
        };
        let mut finding = RULE
            .finding(
                schedule.0.at(&field),
                format!(
                    "section 179 is elected for {elected} in the tax year {year}, and at most {limit} is allowed where {} is placed in service",
                    of_year.placed
                ),
            )
            .field(field.as_str())
            .help(format!(
                "elect {over} less in all; for which property is the taxpayer's choice (IRC 179(c)), and taxable income may allow still less"
            ));
        let others = of_year.by_schedule.iter().enumerate().filter(|(other, _)| *other != at);
        for (_, (other, amount)) in others {
            finding = finding.related(other.0.at(&field), format!("{} elects {amount}", other.id()));
        }
        findings.push(finding);
    }
}
