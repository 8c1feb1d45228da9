//! Depreciation schedules: how an item's cost is spread, book by book, and what happened since.

use super::record::{Record, as_date, as_duration, as_money};
use crate::date::{Date, Duration};
use crate::money::Money;
use crate::yaml::Value;

/// A depreciation schedule, read from its record.
#[derive(Clone, Copy)]
pub struct Schedule<'a>(pub &'a Record);

/// The plan of one book.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BookPlan<'a> {
    pub book: &'a str,
    pub method: &'a str,
    pub life: Duration,
    /// The day from which depreciation counts.
    pub start: Date,
    pub salvage_value: Option<Money>,
}

/// The end of an item in the books.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disposal<'a> {
    pub index: usize,
    pub date: Date,
    pub kind: &'a str,
    pub proceeds: Option<Money>,
}

impl<'a> Schedule<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn item(&self) -> Option<&'a str> {
        self.0.text("item")
    }

    pub fn books(&self) -> impl Iterator<Item = BookPlan<'a>> + use<'a> {
        let books = self.0.field("books").into_iter().flat_map(|books| books.entries());
        books.filter_map(|(book, _, plan)| book_plan(book, plan))
    }

    pub fn book(&self, name: &str) -> Option<BookPlan<'a>> {
        self.books().find(|plan| plan.book == name)
    }

    /// The disposal that holds for `book`: one that names it, or one that names no book.
    pub fn disposal(&self, book: &str) -> Option<Disposal<'a>> {
        let events = self.0.field("events").into_iter().flat_map(|events| events.elements());
        let disposals = events.enumerate().filter_map(|(index, event)| {
            let field = |name: &str| event.field(name);
            let names_book = field("book").and_then(|value| value.text()).is_none_or(|name| name == book);
            let is_disposal = field("kind").and_then(|value| value.text()) == Some("disposal");
            (names_book && is_disposal).then_some(())?;
            Some(Disposal {
                index,
                date: field("date").and_then(as_date)?,
                kind: field("disposal").and_then(|value| value.text()).unwrap_or(""),
                proceeds: field("proceeds").and_then(as_money),
            })
        });
        disposals.min_by_key(|disposal| disposal.date)
    }
}

fn book_plan<'a>(book: &'a str, plan: Value<'a>) -> Option<BookPlan<'a>> {
    Some(BookPlan {
        book,
        method: plan.field("method")?.text()?,
        life: plan.field("life").and_then(as_duration)?,
        start: plan.field("start").and_then(as_date)?,
        salvage_value: plan.field("salvage_value").and_then(as_money),
    })
}
