//! What happens to an item after its plan was made: one file a kind of event, one line here.
//!
//! Every event is prospective. What begins on a day counts that day: an addition or a revision is in
//! force from its date on. What values or ends on a day comes after that day's charge: impairment,
//! reversal, revaluation, disposal, take-over. Of several events that take effect between the same
//! two days the order is that of [`KINDS`], so that the order in the file has no meaning.

mod addition;
mod disposal;
mod impairment;
mod revaluation;
mod revision;
mod take_over;

use super::balance::Balance;
use super::method::Method;
use super::problem::{Problem, problem};
use crate::date::{Date, Duration, day_before};
use crate::money::{MinorUnit, Money, Percent};

/// One event of a plan.
#[derive(Clone, Debug)]
pub struct Event {
    pub date: Date,
    /// The first day of the books that know of it, where that of the date was closed already.
    pub posted: Option<Date>,
    /// Position in the schedule's list; `None` for what the replacement of a component brings.
    pub index: Option<usize>,
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// The item comes from other books with this accumulated depreciation at the end of the day.
    TakeOver { accumulated: Money },
    /// A loss of value beyond depreciation.
    Impairment(Measured),
    /// An impairment that is no longer justified.
    Reversal(Measured),
    /// Carried at fair value from the end of the day.
    Revaluation { value: Money, restate: Restate },
    /// A part of the item leaves, with its part of the depreciation.
    PartialDisposal { part: Part, proceeds: Option<Money> },
    /// The item leaves.
    Disposal { proceeds: Option<Money> },
    /// Another department answers for the item from the day on.
    Transfer { to: String },
    /// Other terms hold from the day on; what is absent stays.
    Revision(Revision),
    /// Subsequent expenditure, spread over the life that is left from the day on.
    Addition { amount: Money },
}

/// By how much, or down or up to what.
#[derive(Clone, Copy, Debug)]
pub enum Measured {
    Amount(Money),
    Value(Money),
}

/// How a revaluation restates the item (IAS 16.35).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Restate {
    /// Accumulated depreciation is eliminated against the gross value.
    #[default]
    Eliminate,
    /// Gross value and accumulated depreciation change in proportion.
    Proportional,
}

impl Restate {
    pub fn named(name: &str) -> Option<Restate> {
        match name {
            "eliminate" => Some(Restate::Eliminate),
            "proportional" => Some(Restate::Proportional),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Part {
    Share(Percent),
    /// The gross value of the part.
    Cost(Money),
}

#[derive(Clone, Debug, Default)]
pub struct Revision {
    pub life: Option<Duration>,
    pub salvage: Option<Money>,
    pub method: Option<&'static Method>,
    pub total_units: Option<i64>,
}

/// A kind of event.
pub struct Kind {
    /// The value of `kind` in a schedule.
    pub name: &'static str,
    pub description: &'static str,
    /// Whether it takes effect before the day's charge.
    pub opens_the_day: bool,
    /// Fields of which the event needs exactly one.
    pub one_of: &'static [&'static str],
    /// Other fields that mean something to it, beside date, posted, kind, book, component and reason.
    pub takes: &'static [&'static str],
}

/// Every kind, in the order in which events between the same two days take effect.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "take_over",
        description: "taken over from other books with accumulated depreciation at the end of the day",
        opens_the_day: false,
        one_of: &["accumulated"],
        takes: &[],
    },
    Kind {
        name: "impairment",
        description: "loss of value beyond depreciation, at the end of the day",
        opens_the_day: false,
        one_of: &["amount", "value"],
        takes: &[],
    },
    Kind {
        name: "reversal",
        description: "reversal of an impairment, at most to the value without it",
        opens_the_day: false,
        one_of: &["amount", "value"],
        takes: &[],
    },
    Kind {
        name: "revaluation",
        description: "restatement to fair value at the end of the day",
        opens_the_day: false,
        one_of: &["value"],
        takes: &["restate"],
    },
    Kind {
        name: "partial_disposal",
        description: "part of the item leaves at the end of the day",
        opens_the_day: false,
        one_of: &["share", "cost"],
        takes: &["disposal", "proceeds"],
    },
    Kind {
        name: "disposal",
        description: "the item leaves at the end of the day",
        opens_the_day: false,
        one_of: &["disposal"],
        takes: &["proceeds"],
    },
    Kind {
        name: "transfer",
        description: "another department answers for the item from the day on",
        opens_the_day: true,
        one_of: &["to"],
        takes: &[],
    },
    Kind {
        name: "revision",
        description: "other terms from the day on",
        opens_the_day: true,
        one_of: &[],
        takes: &["life", "salvage_value", "method", "total_units"],
    },
    Kind {
        name: "addition",
        description: "subsequent expenditure, spread over the life left from the day on",
        opens_the_day: true,
        one_of: &["amount"],
        takes: &[],
    },
];

impl Event {
    /// The name of the kind, as in [`KINDS`].
    pub fn kind(&self) -> &'static str {
        match &self.what {
            What::TakeOver { .. } => "take_over",
            What::Impairment(_) => "impairment",
            What::Reversal(_) => "reversal",
            What::Revaluation { .. } => "revaluation",
            What::PartialDisposal { .. } => "partial_disposal",
            What::Disposal { .. } => "disposal",
            What::Transfer { .. } => "transfer",
            What::Revision(_) => "revision",
            What::Addition { .. } => "addition",
        }
    }

    /// Position of the kind in [`KINDS`].
    fn rank(&self) -> usize {
        let kind = self.kind();
        KINDS.iter().position(|known| known.name == kind).unwrap_or(KINDS.len())
    }

    fn opens_the_day(&self) -> bool {
        KINDS.iter().any(|kind| kind.name == self.kind() && kind.opens_the_day)
    }

    /// The last day that is charged before the event.
    pub(super) fn cut(&self) -> Date {
        if self.opens_the_day() { day_before(self.date) } else { self.date }
    }

    pub(super) fn field(&self) -> String {
        self.index.map_or_else(|| "components".to_owned(), |index| format!("events[{index}]"))
    }

    pub(super) fn apply(&self, context: &Applying<'_>, balance: &mut Balance) -> Result<(), Problem> {
        match &self.what {
            What::TakeOver { accumulated } => take_over::apply(context, balance, *accumulated),
            What::Impairment(measured) => impairment::impair(context, balance, *measured),
            What::Reversal(measured) => impairment::reverse(context, balance, *measured),
            What::Revaluation { value, restate } => revaluation::apply(context, balance, *value, *restate),
            What::PartialDisposal { part, .. } => disposal::partial(context, balance, *part),
            What::Disposal { .. } => disposal::full(balance),
            What::Transfer { .. } => Ok(()),
            What::Revision(revision) => revision::apply(context, balance, revision),
            What::Addition { amount } => addition::apply(context, balance, *amount),
        }
    }

    pub(super) fn proceeds(&self) -> Option<Money> {
        match &self.what {
            What::PartialDisposal { proceeds, .. } | What::Disposal { proceeds } => *proceeds,
            _ => None,
        }
    }
}

/// What an event may look at beside the balance it changes.
pub(super) struct Applying<'a> {
    pub unit: MinorUnit,
    /// The value that the item would have had without impairments.
    pub unimpaired: &'a dyn Fn() -> Result<i128, Problem>,
}

/// The events in the order in which they take effect.
///
/// # Errors
/// Two events of one kind on one day, of which nobody could say which comes first; an event before
/// a take-over or after the disposal.
pub(super) fn in_order(events: &[Event]) -> Result<Vec<&Event>, Problem> {
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_key(|event| (event.cut(), event.rank(), event.index));
    let mut before: Option<&Event> = None;
    for event in &ordered {
        let wrong = match before {
            _ if event.kind() == "take_over" && before.is_some() => Some(
                "nothing can happen before an item is taken over: its accumulated depreciation says it all",
            ),
            Some(before) if before.kind() == "disposal" => Some("nothing can happen after the disposal"),
            Some(before) if before.date == event.date && before.kind() == event.kind() => {
                Some("there are two events of this kind on the same day: put them together")
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            return Err(Problem::new(wrong).of(event));
        }
        before = Some(event);
    }
    Ok(ordered)
}

/// A positive amount in minor units.
fn positive(context: &Applying<'_>, money: Money) -> Result<i128, Problem> {
    match context.unit.count(money)? {
        count if count > 0 => Ok(count),
        _ => problem(format!("{money} is no amount: give one above zero")),
    }
}
