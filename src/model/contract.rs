//! Contracts, on the customer's side and on the supplier's.

use super::lease::Lease;
use super::record::{Record, as_duration, texts};
use crate::date::{Date, Duration, Period, day_before};
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

/// When a billing period is billed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Billed {
    /// On its first day.
    InAdvance,
    /// On its last day.
    InArrears,
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

    /// When the price is billed; `None` where the contract does not say.
    pub fn billed(&self) -> Option<Billed> {
        match self.0.text("price.billed")? {
            "in_advance" => Some(Billed::InAdvance),
            "in_arrears" => Some(Billed::InArrears),
            _ => None,
        }
    }

    /// How the books measure it as a lease.
    pub fn lease(&self) -> Option<Lease<'a>> {
        Lease::of(self.0.field("lease")?)
    }

    /// The ids of the items and services that the contract covers.
    pub fn covers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("covers"))
    }
}
