//! Drivers: how much each user takes of what is shared.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::rates::{Rates, shown};
use crate::date::{Period, add_months};
use crate::model::rate::Rate;
use crate::model::service::{Service, Target};
use crate::money::ratio;
use crate::snapshot::Snapshot;

/// How much is taken over a period: `parts ÷ per`. Quantities of one driver and period have the
/// same `per`, so that they are compared and added up as whole numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quantity {
    pub parts: i128,
    pub per: i128,
}

/// Figures have six decimals at most.
const DECIMALS: i128 = 1_000_000;
/// A multiple of the days of every month, and of every year.
const MONTHS: i128 = 28 * 15 * 29 * 31;
const YEARS: i128 = 365 * 366;

impl Quantity {
    /// The quantity to the nearest thousandth, without zeros at its end.
    pub fn shown(&self) -> String {
        let thousandths = ratio(self.parts, 1000, self.per.saturating_mul(DECIMALS)).unwrap_or_default();
        Decimal::try_from_i128_with_scale(thousandths, 3).unwrap_or_default().normalize().to_string()
    }

    /// The quantity as a number of `DECIMALS`, for what something costs for each.
    pub(super) fn decimal(&self) -> Option<Decimal> {
        let parts = Decimal::try_from_i128_with_scale(self.parts, 6).ok()?;
        parts.checked_div(Decimal::try_from_i128_with_scale(self.per, 0).ok()?)
    }
}

/// What a driver reads over a period.
pub struct Readings<'a> {
    pub unit: &'a str,
    source: Source<'a>,
    per: i128,
    /// How much there is in all, used or not.
    pub capacity: Option<Quantity>,
}

enum Source<'a> {
    /// By user; a gap in the figures spoils all of them.
    Read(HashMap<&'a str, Quantity>),
    Attribute(&'a str),
    Equal,
}

/// The drivers of an estate over a period.
pub struct Drivers<'a> {
    snapshot: &'a Snapshot,
    period: Period,
    read: RefCell<HashMap<&'a str, Result<Rc<Readings<'a>>, String>>>,
}

impl<'a> Drivers<'a> {
    pub fn new(snapshot: &'a Snapshot, period: Period) -> Self {
        Self { snapshot, period, read: RefCell::new(HashMap::new()) }
    }

    /// The readings of a driver.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn readings(&self, rates: &Rates<'a>, id: &'a str) -> Result<Rc<Readings<'a>>, String> {
        if let Some(known) = self.read.borrow().get(id) {
            return known.clone();
        }
        let readings = rates.get(id, "driver").and_then(|rate| read(rate, self.period)).map(Rc::new);
        self.read.borrow_mut().insert(id, readings.clone());
        readings
    }

    /// How much a service takes by a driver.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn of_service(
        &self,
        readings: &Readings<'a>,
        id: &str,
        service: Service<'a>,
    ) -> Result<Quantity, String> {
        match &readings.source {
            Source::Read(of) => of
                .get(service.id())
                .copied()
                .ok_or_else(|| format!("driver {id} has no reading of {}", service.id())),
            Source::Equal => Ok(Quantity { parts: readings.per, per: readings.per }),
            Source::Attribute(attribute) => {
                let mut sum = Decimal::ZERO;
                let items = service.targets().flat_map(|target| match target {
                    Target::Item(id) => vec![id],
                    Target::AnyOf(ids, _) => ids,
                    Target::Service(_) => Vec::new(),
                });
                for item in items.filter_map(|id| self.snapshot.item(id)) {
                    let value = item.record().field("attributes").and_then(|all| all.field(attribute));
                    let Some(value) = value.and_then(|value| value.text()) else { continue };
                    let value: Decimal = value.parse().map_err(|_| {
                        format!("`{value}`, the {attribute} of {}, is no number to share by", item.id())
                    })?;
                    if value.is_sign_negative() {
                        return Err(format!("the {attribute} of {} is negative", item.id()));
                    }
                    sum = sum.checked_add(value).ok_or("the figure is too large")?;
                }
                Ok(Quantity { parts: parts(sum)?, per: 1 })
            }
        }
    }
}

impl<'a> Readings<'a> {
    /// The users with a reading, in no order.
    pub fn users(&self) -> impl Iterator<Item = (&'a str, Quantity)> {
        let read = match &self.source {
            Source::Read(of) => Some(of.iter().map(|(id, quantity)| (*id, *quantity))),
            Source::Attribute(_) | Source::Equal => None,
        };
        read.into_iter().flatten()
    }
}

fn read<'a>(rate: Rate<'a>, period: Period) -> Result<Readings<'a>, String> {
    let unit = rate.unit();
    let sources = [rate.is_equal(), rate.attribute().is_some(), rate.0.field("values").is_some()];
    if sources.iter().filter(|has| **has).count() != 1 {
        return Err(format!("driver {} needs one of values, attribute and equal", rate.id()));
    }
    if rate.is_equal() {
        return Ok(Readings { unit, source: Source::Equal, per: DECIMALS, capacity: None });
    }
    if let Some(attribute) = rate.attribute() {
        return Ok(Readings { unit, source: Source::Attribute(attribute), per: 1, capacity: None });
    }
    let mut of: HashMap<&str, Quantity> = HashMap::new();
    let mut capacity: Option<Quantity> = None;
    let per = match rate.per() {
        None => period.days().into(),
        Some("month") => MONTHS,
        Some("year") => YEARS,
        Some(_) => 1,
    };
    for (span, dated) in rate.over(period) {
        let Some(dated) = dated else {
            return Err(format!("driver {} has no reading {}", rate.id(), shown(span)));
        };
        let weight = weight(rate.per(), span);
        let add = |quantity: &mut Quantity, value: Decimal| -> Result<(), String> {
            let more = parts(value)?.checked_mul(weight).and_then(|more| quantity.parts.checked_add(more));
            quantity.parts = more.ok_or("the figure is too large")?;
            Ok(())
        };
        for (user, value) in dated.of() {
            add(of.entry(user).or_insert(Quantity { parts: 0, per }), value)?;
        }
        if let Some(value) = dated.capacity() {
            add(capacity.get_or_insert(Quantity { parts: 0, per }), value)?;
        }
    }
    Ok(Readings { unit, source: Source::Read(of), per, capacity })
}

/// What a span counts for: its days, or its days as parts of the months or years they lie in.
fn weight(per: Option<&str>, span: Period) -> i128 {
    let whole = match per {
        Some("month") => MONTHS,
        Some("year") => YEARS,
        _ => return span.days().into(),
    };
    let mut total = 0;
    let mut start = span.start;
    while start <= span.end {
        let (first, months) = match per {
            Some("month") => (start.with_day(1), 1),
            _ => (start.with_ordinal(1), 12),
        };
        let next = first.and_then(|first| Some((first, add_months(first, months).ok()?)));
        let Some((first, next)) = next else { break };
        let end = crate::date::day_before(next).min(span.end);
        total += i128::from(Period { start, end }.days()) * whole / i128::from((next - first).num_days());
        start = next;
    }
    total
}

fn parts(value: Decimal) -> Result<i128, String> {
    ratio(value.mantissa(), DECIMALS, 10i128.pow(value.scale())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::model::Kind;
    use crate::snapshot::testing::snapshot;

    fn quantity(fields: &str, start: &str, end: &str) -> Result<String, String> {
        let text = format!("id: d\nname: D\nkind: driver\n{fields}");
        let snapshot = snapshot(&[("rates/d.yaml", &text)]);
        let record = snapshot.get(Kind::Rate, "d").unwrap();
        assert!(record.is_sound(), "{:?}", record.findings());
        let period = Period { start: parse_date(start).unwrap(), end: parse_date(end).unwrap() };
        let readings = read(Rate(record), period)?;
        Ok(readings.users().map(|(user, quantity)| format!("{user} {}", quantity.shown())).collect())
    }

    /// 100 users for 181 days of 2026 and 200 for 184: 150.41 on average.
    #[test]
    fn levels_are_averaged_by_days() {
        let level = "values:\n  - {from: 2026-01-01, of: {a: 100}}\n  - {from: 2026-07-01, of: {a: 200}}\n";
        assert_eq!(quantity(level, "2026-01-01", "2026-12-31").unwrap(), "a 150.411");
        assert_eq!(quantity(level, "2026-01-01", "2026-06-30").unwrap(), "a 100");
        assert!(
            quantity(level, "2025-12-31", "2026-06-30").unwrap_err().contains("no reading on 2025-12-31")
        );
    }

    /// 3100 orders a month: a hundred a day in January, 12 times as many in a year.
    #[test]
    fn events_are_added_up() {
        let orders = "per: month\nvalues:\n  - {from: 2026-01-01, of: {a: 3100}}\n";
        assert_eq!(quantity(orders, "2026-01-01", "2026-12-31").unwrap(), "a 37200");
        assert_eq!(quantity(orders, "2026-01-01", "2026-01-10").unwrap(), "a 1000");
        let yearly = "per: year\nvalues:\n  - {from: 2024-01-01, of: {a: 366}}\n";
        assert_eq!(quantity(yearly, "2024-01-01", "2024-01-31").unwrap(), "a 31");
    }

    #[test]
    fn a_driver_has_one_source() {
        assert!(quantity("unit: user\n", "2026-01-01", "2026-01-31").unwrap_err().contains("needs one of"));
        let both = "equal: true\nattribute: memory_gib\n";
        assert!(quantity(both, "2026-01-01", "2026-01-31").is_err());
    }
}
