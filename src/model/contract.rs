//! Contracts, on the customer's side and on the supplier's.

use super::record::{Record, as_duration, texts};
use crate::date::{Date, Duration, Period, day_after, day_before};
use crate::money::Money;

/// A contract, read from its record.
#[derive(Clone, Copy)]
pub struct Contract<'a>(pub &'a Record);

/// How often a price falls due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Per {
    Month,
    Quarter,
    Year,
    /// Once, for the whole term.
    Once,
}

impl Per {
    pub fn from_name(name: &str) -> Option<Per> {
        match name {
            "month" => Some(Per::Month),
            "quarter" => Some(Per::Quarter),
            "year" => Some(Per::Year),
            "once" => Some(Per::Once),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Per::Month => "month",
            Per::Quarter => "quarter",
            Per::Year => "year",
            Per::Once => "once",
        }
    }

    /// Calendar months of one billing period; `None` where the price is paid once.
    pub fn months(self) -> Option<u32> {
        match self {
            Per::Month => Some(1),
            Per::Quarter => Some(3),
            Per::Year => Some(12),
            Per::Once => None,
        }
    }
}

/// What happens at the end of the term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Renewal {
    /// It ends.
    None,
    /// It goes on by itself, period after period, unless notice is given.
    Tacit(Option<Duration>),
    /// It goes on only if both sides agree anew.
    Express,
}

impl<'a> Contract<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or_else(|| self.0.id())
    }

    /// Whether we pay: the other party supplies us.
    pub fn is_supplier_side(&self) -> bool {
        self.0.text("side") == Some("supplier")
    }

    pub fn kind(&self) -> &'a str {
        self.0.text("kind").unwrap_or("")
    }

    pub fn party(&self) -> Option<&'a str> {
        self.0.text("party")
    }

    pub fn start(&self) -> Option<Date> {
        self.0.date("term.start")
    }

    /// The last day of the initial term: the day before the same day after its length. An open-ended
    /// contract has none.
    pub fn initial_end(&self) -> Option<Date> {
        if let Some(end) = self.0.date("term.end") {
            return Some(end);
        }
        let length = self.0.get("term.length").and_then(as_duration)?;
        length.after(self.start()?).ok().map(day_before)
    }

    /// Whether it runs until somebody ends it: its term has neither a length nor an end.
    pub fn is_open_ended(&self) -> bool {
        self.0.get("term.length").is_none() && self.0.get("term.end").is_none()
    }

    pub fn renewal(&self) -> Renewal {
        match self.0.text("renewal.mode") {
            Some("tacit") => Renewal::Tacit(self.0.get("renewal.period").and_then(as_duration)),
            Some("express") => Renewal::Express,
            _ => Renewal::None,
        }
    }

    /// The last day of the term that runs on `date`, tacit renewals included; the last day of the
    /// last term where the contract has ended by then. `None` where there is no end.
    pub fn end_of_term(&self, date: Date) -> Option<Date> {
        const MOST_RENEWALS: u32 = 1200;
        let initial_end = self.initial_end()?;
        let Renewal::Tacit(Some(period)) = self.renewal() else { return Some(initial_end) };
        // Counted from the end of the initial term each time: month ends must not drift.
        let renewed = day_after(initial_end);
        let ends =
            (1..MOST_RENEWALS).map_while(|times| period.times_after(times, renewed).ok().map(day_before));
        std::iter::once(initial_end).chain(ends).find(|end| *end >= date)
    }

    /// The days on which the contract runs, as far as `horizon`: a tacit renewal goes on as long
    /// as nobody gives notice, and an open-ended contract too; the others end with the initial term.
    pub fn runs(&self, horizon: Date) -> Option<Period> {
        let start = self.start()?;
        if self.is_open_ended() {
            return Some(Period { start, end: horizon.max(start) });
        }
        let initial_end = self.initial_end()?;
        let end = match self.renewal() {
            Renewal::Tacit(_) => initial_end.max(horizon),
            Renewal::None | Renewal::Express => initial_end,
        };
        (start <= end).then_some(Period { start, end })
    }

    pub fn price(&self) -> Option<(Money, Per)> {
        Some((self.0.money("price.amount")?, Per::from_name(self.0.text("price.per")?)?))
    }

    /// The ids of the items and services that the contract covers.
    pub fn covers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("covers"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::model::{Kind, Place};
    use crate::schema::Schemas;

    fn end_of_term(fields: &str, date: &str) -> Option<String> {
        let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{fields}");
        let place = Place::new(Kind::Contract, None, "c");
        let record = Record::read(&place, &place.path(), text.as_bytes(), &Schemas::shipped());
        let end = Contract(&record).end_of_term(parse_date(date).unwrap());
        end.map(|end| end.to_string())
    }

    /// Six months from 1 January end on 30 June, the day before, as GLPI's tests of notice dates say;
    /// a renewal from a month's end keeps to the month's end.
    #[test]
    fn a_tacit_renewal_makes_a_new_end() {
        let tacit = "term: {start: 2024-01-01, length: 6mo}\nrenewal: {mode: tacit, period: 6mo}\n";
        assert_eq!(end_of_term(tacit, "2024-06-30").as_deref(), Some("2024-06-30"));
        assert_eq!(end_of_term(tacit, "2024-07-01").as_deref(), Some("2024-12-31"));
        let month_end = "term: {start: 2023-02-01, end: 2023-02-27}\nrenewal: {mode: tacit, period: 1mo}\n";
        assert_eq!(end_of_term(month_end, "2023-03-28").as_deref(), Some("2023-04-27"));
        let ended = "term: {start: 2024-01-01, length: 1y}\nrenewal: {mode: none}\n";
        assert_eq!(end_of_term(ended, "2026-01-01").as_deref(), Some("2024-12-31"));
        assert_eq!(end_of_term("term: {start: 2024-01-01}\n", "2026-01-01"), None);
    }
}
