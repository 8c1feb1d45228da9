//! The terms that made the figures of a period, as a text to take a digest of.
//!
//! It is made of the records and not of what the engine reads in them, so that another version of
//! the engine gives the same text.

use crate::date::{Date, parse_date};
use crate::model::contract::Contract;
use crate::model::schedule::Schedule;
use crate::snapshot::Snapshot;
use crate::yaml::Value;

/// Fields that change no figure.
const REMARKS: [&str; 2] = ["reason", "notes"];
/// Fields that say when an element of a list begins to matter.
const DATES: [&str; 4] = ["date", "posted", "until", "start"];

pub(super) fn text(snapshot: &Snapshot, schedule: Schedule<'_>, book: &str, end: Date) -> String {
    let mut text = format!("item={}\n", schedule.item().unwrap_or(""));
    let item = schedule.item().and_then(|id| snapshot.item(id));
    for field in ["cost", "acquired"] {
        add(&mut text, field, item.and_then(|item| item.record().field(field)), end);
    }
    if let Some(kept) = snapshot.settings().and_then(|settings| settings.books.get(book)) {
        text.push_str(&format!("book={} {}\n", kept.convention, kept.rounding.as_deref().unwrap_or("")));
    }
    let plan = schedule.0.field("books").and_then(|books| books.field(book));
    add(&mut text, "plan", plan, end);
    for field in ["components", "units"] {
        add(&mut text, field, schedule.0.field(field), end);
    }
    let events = schedule.0.field("events").into_iter().flat_map(|events| events.elements());
    let of_book =
        |event: &Value<'_>| event.field("book").and_then(|name| name.text()).is_none_or(|name| name == book);
    text.push_str(&format!("events={}", list(events.filter(of_book), end)));
    text
}

/// Of a lease: what is paid, for how long, and how it is measured. So the liability has no figures in
/// a closing, and yet does not change unseen.
pub(super) fn of_lease(contract: Contract<'_>, end: Date) -> String {
    let mut text = format!("lease of {}\n", contract.id());
    for field in ["term", "price"] {
        add(&mut text, field, contract.0.field(field), end);
    }
    let fields = contract.0.field("lease").into_iter().flat_map(|lease| lease.entries());
    let written = fields.map(|(name, _, value)| format!("{name}={}\n", canonical(value, end)));
    // A list of which nothing matters yet is as good as none.
    let mut written: Vec<String> = written.filter(|line| !line.ends_with("=[]\n")).collect();
    written.sort();
    text + &written.concat()
}

fn add(text: &mut String, name: &str, value: Option<Value<'_>>, end: Date) {
    if let Some(value) = value {
        text.push_str(&format!("{name}={}\n", canonical(value, end)));
    }
}

/// The data without layout, in an order of its own.
fn canonical(value: Value<'_>, end: Date) -> String {
    if value.is_mapping() {
        let entries = value.entries().filter(|(key, ..)| !REMARKS.contains(key));
        let mut entries: Vec<String> =
            entries.map(|(key, _, value)| format!("{key}:{}", canonical(value, end))).collect();
        entries.sort();
        return format!("{{{}}}", entries.join(","));
    }
    if value.is_sequence() {
        return list(value.elements(), end);
    }
    value.text().map_or_else(String::new, |text| format!("{text:?}"))
}

/// The elements that matter until `end`; their order has no meaning.
fn list<'a>(elements: impl Iterator<Item = Value<'a>>, end: Date) -> String {
    let later = |element: &Value<'_>| {
        let dates = DATES.iter().filter_map(|name| element.field(name)?.text());
        dates.filter_map(|text| parse_date(text).ok()).any(|date| date > end)
    };
    let mut elements: Vec<String> =
        elements.filter(|element| !later(element)).map(|element| canonical(element, end)).collect();
    elements.sort();
    format!("[{}]", elements.join(","))
}
