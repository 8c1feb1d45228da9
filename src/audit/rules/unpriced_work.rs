use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::value::{Rates, Unpriced, unpriced_work};

pub static RULE: Rule = Rule {
    id: "unpriced-work",
    level: Level::Warning,
    what: "no rate says what hours or an expense cost on their day",
    why: "The cost is a hole in every service that bears it.",
    bad: "# inventory/executions/dell-prosupport/2026-03-31-measurement-dell-prosupport.yaml\nlabour:\n  - {date: 2026-03-01, hours: 2, rate: electricity} # a tariff\n",
    good: "# inventory/executions/dell-prosupport/2026-03-31-measurement-dell-prosupport.yaml\nlabour:\n  - {date: 2026-03-01, hours: 2, rate: technician-hour}\n",
    mend: "Name a rate of kind labour with a figure for that day; for an expense in another currency, add a rate of kind exchange.",
    check: Check::Estate {
        watches: &[
            (Kind::Change, "expenses"),
            (Kind::Change, "labour"),
            (Kind::Execution, "labour"),
            (Kind::Rate, "currency"),
            (Kind::Rate, "kind"),
            (Kind::Rate, "values"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(settings) = context.snapshot.settings() else { return };
    let rates = Rates::of(context.snapshot, settings.currency);
    let work = context.snapshot.of_kind(Kind::Change).chain(context.snapshot.of_kind(Kind::Execution));
    for record in work.filter(|record| record.is_sound()) {
        for Unpriced { rate, field, reason } in unpriced_work(record, &rates) {
            let help = match rate {
                // A rate that is not there, or has errors, has findings of its own.
                Some(rate) if !rates.is_sound(rate) => continue,
                Some(_) => "`estate list rate --where kind=labour` shows what hours can cost",
                None => "add a rate of kind exchange with a value for that day",
            };
            findings.push(RULE.finding(record.at(&field), reason).field(field).help(help));
        }
    }
}
