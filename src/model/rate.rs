//! Rates: dated figures by which costs are made and shared.

use rust_decimal::Decimal;

use super::record::{Record, as_date};
use crate::date::{Date, Period, day_after, day_before};
use crate::money::{Currency, parse_amount};
use crate::yaml::Value;

/// A rate, read from its record.
#[derive(Clone, Copy)]
pub struct Rate<'a>(pub &'a Record);

/// A figure that holds from a day on.
#[derive(Clone, Copy)]
pub struct Dated<'a> {
    /// Position in `values`.
    pub index: usize,
    pub from: Date,
    /// The last day on which it holds; the day before the next figure's where none is written.
    pub until: Option<Date>,
    fields: Value<'a>,
}

impl<'a> Rate<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn kind(&self) -> &'a str {
        self.0.text("kind").unwrap_or("")
    }

    /// What a tariff is for, or what a driver counts.
    pub fn unit(&self) -> &'a str {
        self.0.text("unit").unwrap_or("")
    }

    /// Of an exchange rate: the currency of which one unit is worth the value.
    pub fn currency(&self) -> Option<Currency> {
        self.0.text("currency")?.parse().ok()
    }

    /// Of a driver that counts events: the span in which so many occur.
    pub fn per(&self) -> Option<&'a str> {
        self.0.text("per")
    }

    /// Of a driver: the attribute that is added up over the items of each user.
    pub fn attribute(&self) -> Option<&'a str> {
        self.0.text("attribute")
    }

    /// Of a driver: whether each user takes as much as any other.
    pub fn is_equal(&self) -> bool {
        self.0.text("equal") == Some("true")
    }

    /// The figures by the day from which they hold, each until the next at the latest.
    pub fn values(&self) -> Vec<Dated<'a>> {
        let list = self.0.field("values").into_iter().flat_map(|list| list.elements());
        let mut values: Vec<Dated<'a>> = list
            .enumerate()
            .filter_map(|(index, fields)| {
                let from = fields.field("from").and_then(as_date)?;
                Some(Dated { index, from, until: fields.field("to").and_then(as_date), fields })
            })
            .collect();
        values.sort_by_key(|value| (value.from, value.index));
        let next: Vec<Date> = values.iter().skip(1).map(|value| value.from).collect();
        for (value, next) in values.iter_mut().zip(next) {
            let before = day_before(next);
            value.until = Some(value.until.map_or(before, |until| until.min(before)));
        }
        values
    }

    /// The spans of a period in order, each with the figure that holds in it; `None` in a gap.
    pub fn over(&self, period: Period) -> Vec<(Period, Option<Dated<'a>>)> {
        let mut spans = Vec::new();
        let mut next = period.start;
        for value in self.values() {
            let holds = Period { start: value.from, end: value.until.unwrap_or(period.end).min(period.end) };
            let Some(span) = holds.intersection(Period { start: next, end: period.end }) else { continue };
            if next < span.start {
                spans.push((Period { start: next, end: day_before(span.start) }, None));
            }
            spans.push((span, Some(value)));
            next = day_after(span.end);
            if span.end == period.end {
                return spans;
            }
        }
        spans.push((Period { start: next, end: period.end }, None));
        spans
    }
}

impl<'a> Dated<'a> {
    /// The figure with its currency, where it is money. It is no [`crate::money::Money`]: a tariff
    /// has more decimals than its currency.
    pub fn value(&self) -> Option<(Decimal, Option<Currency>)> {
        let text = self.fields.field("value")?.text()?;
        match text.split_once(' ') {
            Some((number, currency)) => Some((parse_amount(number).ok()?, Some(currency.parse().ok()?))),
            None => Some((parse_amount(text).ok()?, None)),
        }
    }

    /// Of a driver: how much each user takes.
    pub fn of(&self) -> impl Iterator<Item = (&'a str, Decimal)> + use<'a> {
        let users = self.fields.field("of").into_iter().flat_map(|of| of.entries());
        users.filter_map(|(id, _, value)| Some((id, parse_amount(value.text()?).ok()?)))
    }

    /// Of a driver: how much there is in all.
    pub fn capacity(&self) -> Option<Decimal> {
        parse_amount(self.fields.field("capacity")?.text()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::model::Place;
    use crate::schema::Schemas;

    #[test]
    fn figures_hold_until_the_next_and_gaps_are_seen() {
        let text = "id: e\nname: E\nkind: tariff\nunit: kWh\nvalues:\n  - {from: 2026-03-01, value: 0.2000 EUR}\n  - {from: 2025-01-01, value: 0.1890 EUR, to: 2025-12-31}\n  - {from: 2026-07-01, value: 0.2 EUR}\n";
        let path = "inventory/rates/e.yaml";
        let record = Record::read(&Place::of(path).unwrap(), path, text.as_bytes(), &Schemas::shipped());
        let rate = Rate(&record);
        assert!(rate.0.is_sound(), "{:?}", rate.0.findings());
        let day = |text: &str| parse_date(text).unwrap();
        let over = |start: &str, end: &str| -> Vec<String> {
            let spans = rate.over(Period { start: day(start), end: day(end) });
            let value = |dated: Option<Dated<'_>>| {
                dated.and_then(|dated| dated.value()).map_or("gap".to_owned(), |(value, _)| value.to_string())
            };
            spans.into_iter().map(|(span, dated)| format!("{span}: {}", value(dated))).collect()
        };
        assert_eq!(
            over("2025-11-01", "2026-12-31"),
            [
                "2025-11-01 to 2025-12-31: 0.1890",
                "2026-01-01 to 2026-02-28: gap",
                "2026-03-01 to 2026-06-30: 0.2000",
                "2026-07-01 to 2026-12-31: 0.2",
            ]
        );
        assert_eq!(over("2024-01-01", "2024-01-31"), ["2024-01-01 to 2024-01-31: gap"]);
        assert_eq!(over("2026-03-05", "2026-03-05"), ["2026-03-05 to 2026-03-05: 0.2000"]);
    }
}
