use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::{Kind, Record};
use crate::source::Span;
use crate::suggest;

pub static RULE: Rule = Rule {
    id: "unknown-book",
    level: Level::Error,
    what: "a plan, an event or a lease is for a book that the settings do not have",
    why: "A book gives a plan its way of counting days; without it the plan cannot be computed.",
    bad: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  acounting: {method: straight_line, life: 5y, start: 2023-03-01}\n",
    good: "# inventory/schedules/srv-web-01.yaml\nbooks:\n  accounting: {method: straight_line, life: 5y, start: 2023-03-01}\n",
    mend: "Correct the name of the book, or add the book to the settings.",
    check: Check::Record(check),
};

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(settings) = context.snapshot.settings() else { return };
    let mut book = |name: &str, span: Span, field: &dyn Fn() -> String| {
        if settings.books.contains_key(name) {
            return;
        }
        let known = || settings.books.keys().map(String::as_str);
        let help = suggest::did_you_mean(name, known())
            .unwrap_or_else(|| format!("the books are: {}", known().collect::<Vec<_>>().join(", ")));
        findings.push(
            RULE.finding(record.at_span(span), format!("the settings have no book `{name}`"))
                .field(field())
                .help(help),
        );
    };
    match record.kind() {
        Kind::Contract => {
            if let Some(value) = record.get("lease.book") {
                book(value.text().unwrap_or_default(), value.span(), &|| "lease.book".to_owned());
            }
        }
        Kind::Schedule => {
            for (name, span, _) in record.field("books").into_iter().flat_map(|books| books.entries()) {
                book(name, span, &|| format!("books.{name}"));
            }
            let events = record.field("events").into_iter().flat_map(|events| events.elements());
            for (index, event) in events.enumerate() {
                if let Some(value) = event.field("book") {
                    book(value.text().unwrap_or_default(), value.span(), &|| format!("events[{index}].book"));
                }
            }
        }
        Kind::Settings => {
            for (name, _, kept) in record.field("books").into_iter().flat_map(|books| books.entries()) {
                if let Some(value) = kept.field("excess_over") {
                    let field = || format!("books.{name}.excess_over");
                    book(value.text().unwrap_or_default(), value.span(), &field);
                }
            }
            let classes = record.field("class_defaults").into_iter().flat_map(|classes| classes.entries());
            for (class, _, defaults) in classes {
                let plans = defaults.field("schedule").into_iter().flat_map(|plans| plans.entries());
                for (name, span, _) in plans {
                    book(name, span, &|| format!("class_defaults.{class}.schedule.{name}"));
                }
            }
        }
        _ => {}
    }
}
