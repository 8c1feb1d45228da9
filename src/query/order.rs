//! Values in the order of their type: money by amount, dates by day, texts as people count.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::Field;
use crate::date::{Date, Duration, parse_date};
use crate::model::Record;
use crate::money::{Money, Percent, parse_amount};
use crate::schema::Type;

/// A value as its field's type reads it.
#[derive(Clone, PartialEq, Debug)]
pub enum Typed {
    Money(Money),
    Date(Date),
    Number(Decimal),
    Duration(Duration),
    Text(String),
}

impl Typed {
    /// `None` where the text is none of the type.
    pub fn read(kind: Type, text: &str) -> Option<Typed> {
        match kind {
            Type::Money => text.parse().ok().map(Typed::Money),
            Type::Date => parse_date(text).ok().map(Typed::Date),
            Type::Integer => text.parse::<i64>().ok().map(|number| Typed::Number(number.into())),
            Type::Number => parse_amount(text).ok().map(Typed::Number),
            Type::Duration => text.parse().ok().map(Typed::Duration),
            Type::Percent => text.parse().ok().map(|percent: Percent| Typed::Number(percent.points())),
            _ => Some(Typed::Text(text.to_owned())),
        }
    }

    /// Whether values of the type have a size.
    pub fn has_order(kind: Type) -> bool {
        matches!(
            kind,
            Type::Money | Type::Date | Type::Duration | Type::Integer | Type::Number | Type::Percent
        )
    }

    /// `None` where the two cannot be compared: amounts in different currencies, months and days.
    pub fn compare(&self, other: &Typed) -> Option<Ordering> {
        match (self, other) {
            (Typed::Money(mine), Typed::Money(theirs)) => mine.compare(*theirs).ok(),
            (Typed::Date(mine), Typed::Date(theirs)) => Some(mine.cmp(theirs)),
            (Typed::Number(mine), Typed::Number(theirs)) => Some(mine.cmp(theirs)),
            (Typed::Duration(mine), Typed::Duration(theirs)) => mine.compare(theirs),
            (Typed::Text(mine), Typed::Text(theirs)) => Some(natural(mine, theirs)),
            _ => None,
        }
    }

    /// An order of all values of a type: amounts in different currencies by currency, days before
    /// months.
    fn order(&self, other: &Typed) -> Ordering {
        self.compare(other).unwrap_or_else(|| match (self, other) {
            (Typed::Money(mine), Typed::Money(theirs)) => mine.currency().cmp(&theirs.currency()),
            (Typed::Duration(mine), Typed::Duration(theirs)) => mine.months().cmp(&theirs.months()),
            _ => Ordering::Equal,
        })
    }
}

/// The value by which a field sorts a record: its first.
pub fn sort_value(field: &Field, record: &Record) -> Option<Typed> {
    field.texts(record).first().and_then(|text| Typed::read(field.kind, text))
}

/// What has no value comes last, whatever the direction.
pub fn compare(a: &Option<Typed>, b: &Option<Typed>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.order(a),
        (Some(a), Some(b)) => a.order(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// `srv-9` before `srv-10`; texts that differ are never equal.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while !left.is_empty() && !right.is_empty() {
        let (digits_left, digits_right) = (leading_digits(left), leading_digits(right));
        let order = if digits_left.is_empty() || digits_right.is_empty() {
            let (first_left, first_right) = (left.chars().next(), right.chars().next());
            left = left.get(first_left.map_or(0, char::len_utf8)..).unwrap_or("");
            right = right.get(first_right.map_or(0, char::len_utf8)..).unwrap_or("");
            first_left.cmp(&first_right)
        } else {
            left = left.get(digits_left.len()..).unwrap_or("");
            right = right.get(digits_right.len()..).unwrap_or("");
            let value = |digits: &str| digits.trim_start_matches('0').to_owned();
            let (a, b) = (value(digits_left), value(digits_right));
            a.len().cmp(&b.len()).then_with(|| a.cmp(&b))
        };
        if order.is_ne() {
            return order;
        }
    }
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

fn leading_digits(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}
