use super::{Check, Context, Rule};
use crate::closing::{self, Restatement, What};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::closing::Closing;

pub static RULE: Rule = Rule {
    id: "restated-closing",
    level: Level::Error,
    what: "the records say something else of a closed period than what was closed",
    why: "Figures of a closed period are published; what turns up later belongs into an open one.",
    bad: "# inventory/schedules/srv-web-01.yaml, where FY2025 is closed\nevents:\n  - {date: 2025-11-30, kind: impairment, amount: 900.00 EUR}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nevents:\n  - {date: 2025-11-30, posted: 2026-01-01, kind: impairment, amount: 900.00 EUR}\n",
    mend: "Give an event that was learned of late `posted:` with the first open day: what it changes before is charged then. Or open the closed one again with a reason: `estate close --reopen FY2025`.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "cost"),
            (Kind::Item, "acquired"),
            (Kind::Schedule, "item"),
            (Kind::Schedule, "books"),
            (Kind::Schedule, "components"),
            (Kind::Schedule, "units"),
            (Kind::Schedule, "events"),
            (Kind::Contract, "side"),
            (Kind::Contract, "term"),
            (Kind::Contract, "price"),
            (Kind::Contract, "lease"),
            (Kind::Closing, "books"),
            (Kind::Closing, "status"),
            (Kind::Closing, "start"),
            (Kind::Closing, "end"),
        ],
        run,
    },
};

fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let closings = context.snapshot.of_kind(Kind::Closing).map(Closing);
    for closing in closings.filter(Closing::is_closed) {
        let restated = closing::restatements(context.snapshot, context.planner(), closing);
        findings.extend(restated.iter().map(|restatement| finding(context, closing, restatement)));
    }
}

/// At the plan that changed, or at the closing where there is none to look at.
fn finding(context: &Context<'_>, closing: Closing<'_>, restatement: &Restatement) -> Finding {
    let Restatement { book, item, what } = restatement;
    let closed_at = closing.0.at_key(&format!("books.{book}"));
    let name = closing.name();
    let open =
        closing::first_open_day(context.snapshot, book).map_or_else(String::new, |day| day.to_string());
    let first = match what {
        What::Added(_) => format!("its plan needs `posted: {open}`, the first open day"),
        What::Gone => "put its schedule back; what left needs an event of disposal".to_owned(),
        What::Line(_) | What::Totals => format!("take the record back from its tag {}", closing.tag()),
        What::Figures { .. } | What::Terms | What::Hole(_) => {
            format!("an event that was learned of late needs `posted: {open}`, the first open day")
        }
    };
    let help = format!(
        "{first}; or open the period again: `estate close --reopen {name} --reason TEXT --confirm {name}`"
    );
    let message = match item.as_str() {
        "" => format!("{name} is closed (book {book}): {what}"),
        item => format!("{name} is closed (book {book}), and `{item}` is restated: {what}"),
    };
    let plans = context.schedules_of(item).iter().filter(|schedule| schedule.book(book).is_some());
    let plan = plans.map(|schedule| (schedule.0, format!("books.{book}"))).next();
    let lease = || {
        let contract = context.snapshot.contract(item).filter(|contract| contract.lease().is_some())?;
        Some((contract.0, "lease".to_owned()))
    };
    match plan.or_else(lease) {
        Some((record, field)) => RULE
            .finding(record.at_key(&field), message)
            .field(field)
            .related(closed_at, "closed here")
            .help(help),
        None => RULE.finding(closed_at, message).field(format!("books.{book}")).help(help),
    }
}
