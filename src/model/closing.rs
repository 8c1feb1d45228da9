//! Closings: periods whose figures are frozen.

use super::record::{Record, as_money};
use crate::date::{Date, Period};
use crate::money::{Money, parse_amount};
use crate::yaml::Value;

/// A closing, read from its record.
#[derive(Clone, Copy)]
pub struct Closing<'a>(pub &'a Record);

/// The figures of one book, as they were closed.
#[derive(Clone, Copy)]
pub struct ClosedBook<'a> {
    pub name: &'a str,
    fields: Value<'a>,
}

/// One item of a closed book: `srv-web-01 1604.00 4544.67 0.00 3875.33 EUR 0123…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClosedAsset<'a> {
    pub item: &'a str,
    pub figures: [Money; 4],
    pub digest: &'a str,
}

impl<'a> ClosedAsset<'a> {
    pub fn read(line: &'a str) -> Option<Self> {
        let mut words = line.split(' ');
        let item = words.next()?;
        let mut amount = || parse_amount(words.next()?).ok();
        let amounts = [amount()?, amount()?, amount()?, amount()?];
        let currency = words.next()?.parse().ok()?;
        let digest = words.next()?;
        let figures = amounts.map(|amount| Money::new(amount, currency));
        words.next().is_none().then_some(Self { item, figures, digest })
    }
}

/// What a closing freezes of each item, and of all of them together: charge of the period,
/// accumulated depreciation, impairment and net book value at its end.
pub const FIGURES: [&str; 4] = ["charge", "accumulated", "impairment", "net_book_value"];

impl<'a> Closing<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    /// The name of the fiscal year or month.
    pub fn name(&self) -> &'a str {
        self.0.text("period").unwrap_or("")
    }

    pub fn period(&self) -> Option<Period> {
        Some(Period { start: self.date("start")?, end: self.date("end")? })
    }

    /// Whether its figures are frozen; a reopened period's are not.
    pub fn is_closed(&self) -> bool {
        self.0.is_sound() && self.0.text("status") == Some("closed")
    }

    /// The commit whose files gave the figures.
    pub fn computed_from(&self) -> &'a str {
        self.0.text("computed_from").unwrap_or("")
    }

    pub fn engine(&self) -> Option<u32> {
        self.0.text("engine")?.parse().ok()
    }

    pub fn rule_data(&self) -> &'a str {
        self.0.text("rule_data").unwrap_or("")
    }

    /// What the tags of closings begin with.
    pub const TAGS: &'static str = "close/";

    /// The tag on the commit that closed the period.
    pub fn tag(&self) -> &'a str {
        self.0.text("tag").unwrap_or("")
    }

    pub fn books(&self) -> impl Iterator<Item = ClosedBook<'a>> + use<'a> {
        let books = self.0.field("books").into_iter().flat_map(|books| books.entries());
        books.map(|(name, _, fields)| ClosedBook { name, fields })
    }

    fn date(&self, field: &str) -> Option<Date> {
        self.0.date(field)
    }
}

impl<'a> ClosedBook<'a> {
    /// The lines of the items, each as it stands and as it is read.
    pub fn assets(&self) -> impl Iterator<Item = (&'a str, Option<ClosedAsset<'a>>)> + use<'a> {
        let assets = self.fields.field("assets").and_then(|assets| assets.text()).unwrap_or("");
        assets.lines().map(|line| (line, ClosedAsset::read(line)))
    }

    /// The totals; `None` for a book without items.
    pub fn totals(&self) -> Option<[Money; 4]> {
        let total = |name| self.fields.field(name).and_then(as_money);
        let [charge, accumulated, impairment, net_book_value] = FIGURES.map(total);
        Some([charge?, accumulated?, impairment?, net_book_value?])
    }
}
