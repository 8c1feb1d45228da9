//! Depreciation schedules: how an item's cost is spread, book by book, and what happened since.

use super::record::{Record, as_date, as_duration, as_money, as_percent};
use crate::date::{Date, Duration};
use crate::money::{Money, Percent};
use crate::yaml::Value;

/// A depreciation schedule, read from its record.
#[derive(Clone, Copy)]
pub struct Schedule<'a>(pub &'a Record);

/// The plan of one book.
#[derive(Clone, Copy)]
pub struct BookPlan<'a> {
    pub book: &'a str,
    pub method: &'a str,
    /// Absent where the method measures the life by something else than time.
    pub life: Option<Duration>,
    /// The day from which depreciation counts.
    pub start: Date,
    pub salvage_value: Option<Money>,
    fields: Value<'a>,
}

/// A part of the item with a life of its own.
#[derive(Clone, Copy)]
pub struct Component<'a> {
    pub index: usize,
    pub id: &'a str,
    pub cost: Money,
    pub life: Option<Duration>,
    pub salvage_value: Option<Money>,
    pub start: Option<Date>,
    /// The component that leaves when this one begins.
    pub replaces: Option<&'a str>,
}

/// What happened to the item after the plan was made.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    pub index: usize,
    pub date: Date,
    pub kind: &'a str,
    fields: Value<'a>,
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

    /// The components, where the item is depreciated in parts.
    pub fn components(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        self.elements("components").filter_map(|(index, fields)| {
            Some(Component {
                index,
                id: text(fields, "id")?,
                cost: fields.field("cost").and_then(as_money)?,
                life: fields.field("life").and_then(as_duration),
                salvage_value: fields.field("salvage_value").and_then(as_money),
                start: fields.field("start").and_then(as_date),
                replaces: text(fields, "replaces"),
            })
        })
    }

    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + use<'a> {
        self.elements("events").filter_map(|(index, fields)| {
            let date = fields.field("date").and_then(as_date)?;
            Some(Event { index, date, kind: text(fields, "kind")?, fields })
        })
    }

    /// Metered units: until which day, and how many since the entry before.
    pub fn units(&self) -> impl Iterator<Item = (Date, i64)> + use<'a> {
        self.elements("units")
            .filter_map(|(_, entry)| Some((entry.field("until").and_then(as_date)?, integer(entry, "used")?)))
    }

    /// The disposal of the whole item that holds for `book`: one that names it, or no book.
    pub fn disposal(&self, book: &str) -> Option<Disposal<'a>> {
        let disposals = self.events().filter(|event| {
            let names_book = event.book().is_none_or(|name| name == book);
            names_book && event.component().is_none() && event.kind == "disposal"
        });
        let disposal = |event: Event<'a>| Disposal {
            index: event.index,
            date: event.date,
            kind: event.text("disposal").unwrap_or(""),
            proceeds: event.money("proceeds"),
        };
        disposals.map(disposal).min_by_key(|disposal| disposal.date)
    }

    fn elements(&self, list: &str) -> impl Iterator<Item = (usize, Value<'a>)> + use<'a> {
        self.0.field(list).into_iter().flat_map(|list| list.elements()).enumerate()
    }
}

impl<'a> BookPlan<'a> {
    /// The first day of the books that know of the item, where those of the start were closed already.
    pub fn posted(&self) -> Option<Date> {
        self.fields.field("posted").and_then(as_date)
    }

    /// A convention of its own, where the book's does not fit.
    pub fn convention(&self) -> Option<&'a str> {
        text(self.fields, "convention")
    }

    /// The rate of fixed-rate declining balance.
    pub fn rate(&self) -> Option<Percent> {
        self.fields.field("rate").and_then(as_percent)
    }

    /// Units that the item is expected to produce over its life.
    pub fn total_units(&self) -> Option<i64> {
        integer(self.fields, "total_units")
    }

    /// The rule under which the cost is expensed at once.
    pub fn threshold(&self) -> Option<&'a str> {
        text(self.fields, "threshold")
    }

    pub fn section_179(&self) -> Option<Money> {
        self.fields.field("section_179").and_then(as_money)
    }

    pub fn bonus(&self) -> Option<Percent> {
        self.fields.field("bonus").and_then(as_percent)
    }

    /// Given charges: until which day, and how much since the entry before.
    pub fn charges(&self) -> Option<impl Iterator<Item = (Date, Money)> + use<'a>> {
        let entries = self.fields.field("charges")?.elements();
        Some(entries.filter_map(|entry| {
            Some((entry.field("until").and_then(as_date)?, entry.field("amount").and_then(as_money)?))
        }))
    }
}

impl<'a> Event<'a> {
    /// The book that the event is for; all books where absent.
    pub fn book(&self) -> Option<&'a str> {
        self.text("book")
    }

    /// The component that the event is for; the whole item where absent.
    pub fn component(&self) -> Option<&'a str> {
        self.text("component")
    }

    pub fn fields(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.fields.entries().map(|(name, _, _)| name)
    }

    pub fn has(&self, field: &str) -> bool {
        self.fields.field(field).is_some()
    }

    pub fn text(&self, field: &str) -> Option<&'a str> {
        text(self.fields, field)
    }

    /// The first day of the books that know of it, where the period of its date was closed already.
    pub fn posted(&self) -> Option<Date> {
        self.fields.field("posted").and_then(as_date)
    }

    pub fn money(&self, field: &str) -> Option<Money> {
        self.fields.field(field).and_then(as_money)
    }

    pub fn share(&self) -> Option<Percent> {
        self.fields.field("share").and_then(as_percent)
    }

    pub fn life(&self) -> Option<Duration> {
        self.fields.field("life").and_then(as_duration)
    }

    pub fn total_units(&self) -> Option<i64> {
        integer(self.fields, "total_units")
    }
}

fn text<'a>(fields: Value<'a>, name: &str) -> Option<&'a str> {
    fields.field(name)?.text()
}

fn integer(fields: Value<'_>, name: &str) -> Option<i64> {
    fields.field(name)?.text()?.parse().ok()
}

fn book_plan<'a>(book: &'a str, plan: Value<'a>) -> Option<BookPlan<'a>> {
    Some(BookPlan {
        book,
        method: text(plan, "method")?,
        life: plan.field("life").and_then(as_duration),
        start: plan.field("start").and_then(as_date)?,
        salvage_value: plan.field("salvage_value").and_then(as_money),
        fields: plan,
    })
}
