//! Contracts, on the customer's side and on the supplier's.

use rust_decimal::Decimal;

use super::lease::Lease;
use super::record::{Record, as_date, as_duration, as_money, as_percent, texts};
use crate::date::{Date, Duration, day_before};
use crate::money::{Money, Percent, parse_amount};
use crate::yaml::Value;

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

    /// How often the price is due in a year; `None` where it is paid once.
    pub fn times_a_year(self) -> Option<u32> {
        self.months().map(|months| 12 / months)
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

/// A price, and how it follows an index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Price<'a> {
    pub amount: Money,
    pub per: Per,
    pub indexation: Option<Indexation<'a>>,
}

/// How a price follows an index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indexation<'a> {
    /// The id of the index's rate record.
    pub index: &'a str,
    /// The day whose index is S0.
    pub base: Date,
    pub first: Option<Date>,
    pub every: Option<Duration>,
    /// The share that does not follow the index.
    pub fixed: Percent,
}

/// A dated change of what was agreed first.
#[derive(Clone, Copy)]
pub struct Amendment<'a> {
    /// Its position in the record.
    pub at: usize,
    pub id: &'a str,
    pub from: Date,
    /// Last day on which its price and coverage hold; `None` until the next one or the end.
    pub until: Option<Date>,
    /// The day from which the books know of it: that of its signature, or the first on which it holds.
    pub agreed: Date,
    pub price: Option<Price<'a>>,
    /// The last day of the term in which it begins.
    pub term_end: Option<Date>,
    fields: Value<'a>,
}

impl<'a> Amendment<'a> {
    /// What comes under the contract.
    pub fn added(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.covers("add")
    }

    /// What leaves the contract.
    pub fn removed(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.covers("remove")
    }

    /// Whether its price and coverage hold on `date`.
    pub fn holds_on(&self, date: Date) -> bool {
        self.from <= date && self.until.is_none_or(|until| date <= until)
    }

    fn covers(&self, which: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.fields.field("covers").and_then(|covers| covers.field(which)))
    }
}

/// The end that was agreed or asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Termination {
    /// The day on which notice was given; the books know nothing of it before.
    pub given: Option<Date>,
    /// The last day of the contract.
    pub end: Date,
    pub penalty: Option<Money>,
}

/// Something to be handed over once.
#[derive(Clone, Copy)]
pub struct Deliverable<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub due: Date,
    pub penalty: Option<Money>,
}

/// What the price includes and readings are counted against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entitlement<'a> {
    pub id: &'a str,
    pub unit: &'a str,
    pub quantity: Decimal,
    pub per: Per,
    /// Whether the highest reading of a period counts, as with seats, rather than their sum.
    pub is_highest: bool,
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

    /// Whether the other party keeps what it covers at work. Insurance pays for damage, a licence gives
    /// a right to use, and neither mends anything; whoever hosts, runs or leases out a thing does.
    pub fn is_support(&self) -> bool {
        !matches!(self.kind(), "insurance" | "licence")
    }

    pub fn party(&self) -> Option<&'a str> {
        self.0.text("party")
    }

    pub fn start(&self) -> Option<Date> {
        self.0.date("term.start")
    }

    /// The length of the initial term, where it is given as such.
    pub fn length(&self) -> Option<Duration> {
        self.0.get("term.length").and_then(as_duration)
    }

    /// The last day of the initial term: the day before the same day after its length. An open-ended
    /// contract has none.
    pub fn initial_end(&self) -> Option<Date> {
        if let Some(end) = self.0.date("term.end") {
            return Some(end);
        }
        self.length()?.after(self.start()?).ok().map(day_before)
    }

    /// Whether it runs until somebody ends it: its term has neither a length nor an end.
    pub fn is_open_ended(&self) -> bool {
        self.0.get("term.length").is_none() && self.0.get("term.end").is_none()
    }

    /// Whether the initial term is open-ended, or its end is known; a length or an end that cannot be
    /// read is neither.
    pub fn has_readable_term(&self) -> bool {
        self.is_open_ended() || self.initial_end().is_some()
    }

    /// How long before the end of a term notice is to be given.
    pub fn notice(&self) -> Option<Duration> {
        self.0.get("renewal.notice").and_then(as_duration)
    }

    pub fn renewal(&self) -> Renewal {
        match self.0.text("renewal.mode") {
            Some("tacit") => Renewal::Tacit(self.0.get("renewal.period").and_then(as_duration)),
            Some("express") => Renewal::Express,
            _ => Renewal::None,
        }
    }

    /// The price that was agreed first.
    pub fn price(&self) -> Option<Price<'a>> {
        price(self.0.field("price")?)
    }

    /// When the price is billed; `None` where the contract does not say.
    pub fn billed(&self) -> Option<Billed> {
        match self.0.text("price.billed")? {
            "in_advance" => Some(Billed::InAdvance),
            "in_arrears" => Some(Billed::InArrears),
            _ => None,
        }
    }

    /// The amendments in the order in which they begin to hold, those of one day in that of the record.
    pub fn amendments(&self) -> Vec<Amendment<'a>> {
        let elements = self.0.field("amendments").into_iter().flat_map(|list| list.elements());
        let mut amendments: Vec<Amendment<'a>> =
            elements.enumerate().filter_map(|(at, fields)| amendment(at, fields)).collect();
        amendments.sort_by_key(|amendment| amendment.from);
        amendments
    }

    /// All that the contract covers at some time.
    pub fn ever_covers(&self) -> impl Iterator<Item = &'a str> {
        self.covers().chain(self.amendments().into_iter().flat_map(|amendment| amendment.added()))
    }

    pub fn termination(&self) -> Option<Termination> {
        let fields = self.0.field("termination")?;
        Some(Termination {
            given: fields.field("given").and_then(as_date),
            end: fields.field("end").and_then(as_date)?,
            penalty: fields.field("penalty").and_then(as_money),
        })
    }

    pub fn deliverables(&self) -> impl Iterator<Item = Deliverable<'a>> + use<'a> {
        let elements = self.0.field("deliverables").into_iter().flat_map(|list| list.elements());
        elements.filter_map(|fields| {
            let id = fields.field("id")?.text()?;
            Some(Deliverable {
                id,
                name: fields.field("name").and_then(|name| name.text()).unwrap_or(id),
                due: fields.field("due").and_then(as_date)?,
                penalty: fields.field("penalty").and_then(as_money),
            })
        })
    }

    pub fn entitlements(&self) -> impl Iterator<Item = Entitlement<'a>> + use<'a> {
        let elements = self.0.field("entitlements").into_iter().flat_map(|list| list.elements());
        elements.filter_map(|fields| {
            let text = |name: &str| fields.field(name)?.text();
            Some(Entitlement {
                id: text("id")?,
                unit: text("unit")?,
                quantity: parse_amount(text("quantity")?).ok()?,
                per: Per::from_name(text("per")?)?,
                is_highest: text("count") == Some("highest"),
            })
        })
    }

    /// What is to be spent at least, and in which period.
    pub fn commitment(&self) -> Option<(Money, Per)> {
        Some((self.0.money("commitment.amount")?, Per::from_name(self.0.text("commitment.per")?)?))
    }

    /// How the books measure it as a lease.
    pub fn lease(&self) -> Option<Lease<'a>> {
        Lease::of(self.0.field("lease")?)
    }

    /// The ids of the items and services that the contract covered first.
    pub fn covers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        texts(self.0.field("covers"))
    }
}

fn price(fields: Value<'_>) -> Option<Price<'_>> {
    Some(Price {
        amount: fields.field("amount").and_then(as_money)?,
        per: Per::from_name(fields.field("per")?.text()?)?,
        indexation: fields.field("indexation").and_then(indexation),
    })
}

fn indexation(fields: Value<'_>) -> Option<Indexation<'_>> {
    Some(Indexation {
        index: fields.field("index")?.text()?,
        base: fields.field("base").and_then(as_date)?,
        first: fields.field("first").and_then(as_date),
        every: fields.field("every").and_then(as_duration),
        fixed: fields.field("fixed").and_then(as_percent).unwrap_or(Percent::ZERO),
    })
}

fn amendment(at: usize, fields: Value<'_>) -> Option<Amendment<'_>> {
    let date = |name: &str| fields.field(name).and_then(as_date);
    let from = date("from")?;
    Some(Amendment {
        at,
        id: fields.field("id").and_then(|id| id.text()).unwrap_or(""),
        from,
        until: date("until"),
        agreed: date("signed").unwrap_or(from),
        price: fields.field("price").and_then(price),
        term_end: fields.field("term").and_then(|term| term.field("end")).and_then(as_date),
        fields,
    })
}
