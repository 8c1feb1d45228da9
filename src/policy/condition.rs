//! Conditions, and whether they hold.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::World;
use super::field::Field;
use super::relation::Relation;
use crate::date::{Date, Duration};
use crate::glob;
use crate::model::Record;
use crate::query::Typed;

/// A condition on a record and its neighbours.
pub enum Condition<'a> {
    All(Vec<Condition<'a>>),
    Any(Vec<Condition<'a>>),
    Not(Box<Condition<'a>>),
    Compare(Field<'a>, Test<'a>),
    Related {
        relation: Relation<'a>,
        quantifier: Quantifier,
        /// What a neighbour must meet to count.
        filter: Box<Filter<'a>>,
    },
}

/// A condition on neighbours. Where it follows relations itself, and looks back at no subject, it
/// has one answer for a record, however many ways lead there, and is asked once.
pub struct Filter<'a> {
    condition: Condition<'a>,
    answers: Option<Mutex<HashMap<usize, Answer>>>,
}

type Answer = Arc<OnceLock<Result<bool, Unanswered>>>;

/// What is asked of a field. One that has no value meets nothing but [`Test::Absent`]; one that has
/// several meets what one of them meets, except that all of them must differ to be not equal.
pub enum Test<'a> {
    Exists,
    Absent,
    Order(Order, Operand<'a>),
    /// A value is one of these, or none is.
    Among {
        values: Vec<Typed>,
        among: bool,
    },
    /// A list has the element, a text the part.
    Contains(String),
    Matches(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Order {
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Order::Equal => order.is_eq(),
            Order::NotEqual => order.is_ne(),
            Order::Less => order.is_lt(),
            Order::AtMost => order.is_le(),
            Order::Greater => order.is_gt(),
            Order::AtLeast => order.is_ge(),
        }
    }

    pub fn is_by_size(self) -> bool {
        !matches!(self, Order::Equal | Order::NotEqual)
    }
}

/// What a field is compared with.
pub enum Operand<'a> {
    Value(Typed),
    Field {
        field: Field<'a>,
        /// Of the record that the policy judges rather than of the neighbour at hand.
        of_subject: bool,
        shift: Option<Shift>,
    },
}

/// A length of time added to a date, or taken from it.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    pub length: Duration,
    pub back: bool,
}

impl Shift {
    /// `None` outside the years 1 to 9999.
    pub fn of(self, date: Date) -> Option<Date> {
        if self.back { self.length.before(date).ok() } else { self.length.after(date).ok() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantifier {
    Any,
    /// Of no neighbours, all meet it.
    All,
    None,
    Count(Order, usize),
}

/// Why a condition has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unanswered {
    /// Two values that have no common measure, such as amounts in two currencies.
    Measure { field: String, value: String, operand: String },
    /// The policy has looked at more neighbours than it may.
    Budget,
}

/// The judging of one policy: how many neighbours it may still look at, over all records.
pub struct Judging<'w, 'a> {
    pub world: &'w World<'a>,
    left: AtomicUsize,
    exhausted: AtomicBool,
}

/// Comparing so many pairs of values is not worth counting.
const FEW_PAIRS: usize = 16;

impl<'w, 'a> Judging<'w, 'a> {
    pub fn new(world: &'w World<'a>, budget: usize) -> Self {
        Self { world, left: AtomicUsize::new(budget), exhausted: AtomicBool::new(false) }
    }

    /// Whether it has looked at more than it may. What is spent on a record does not depend on the
    /// others, so neither does this on their order.
    pub fn is_exhausted(&self) -> bool {
        self.exhausted.load(Relaxed)
    }

    fn spend(&self, steps: usize) -> Result<(), Unanswered> {
        let take = |left: usize| left.checked_sub(steps);
        if self.is_exhausted() || self.left.fetch_update(Relaxed, Relaxed, take).is_err() {
            self.exhausted.store(true, Relaxed);
            return Err(Unanswered::Budget);
        }
        Ok(())
    }
}

impl<'a> Filter<'a> {
    pub fn new(condition: Condition<'a>) -> Self {
        let lasting = condition.follows_relations() && !condition.looks_at_subject();
        Self { condition, answers: lasting.then(Mutex::default) }
    }

    fn holds(
        &self,
        record: &'a Record,
        subject: &'a Record,
        judging: &Judging<'_, 'a>,
    ) -> Result<bool, Unanswered> {
        let ask = || self.condition.holds(record, subject, judging);
        let Some(answers) = &self.answers else { return ask() };
        let answer = {
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(std::ptr::from_ref(record).addr()).or_default().clone()
        };
        answer.get_or_init(ask).clone()
    }
}

impl<'a> Condition<'a> {
    fn follows_relations(&self) -> bool {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(Condition::follows_relations),
            Condition::Not(part) => part.follows_relations(),
            Condition::Compare(..) => false,
            Condition::Related { .. } => true,
        }
    }

    fn looks_at_subject(&self) -> bool {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(Condition::looks_at_subject),
            Condition::Not(part) => part.looks_at_subject(),
            Condition::Compare(_, Test::Order(_, Operand::Field { of_subject, .. })) => *of_subject,
            Condition::Compare(..) => false,
            Condition::Related { filter, .. } => filter.condition.looks_at_subject(),
        }
    }

    /// Whether it holds for `record`, in a policy that judges `subject`.
    pub fn holds(
        &self,
        record: &'a Record,
        subject: &'a Record,
        judging: &Judging<'_, 'a>,
    ) -> Result<bool, Unanswered> {
        match self {
            Condition::All(parts) => {
                for part in parts {
                    if !part.holds(record, subject, judging)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Any(parts) => {
                for part in parts {
                    if part.holds(record, subject, judging)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(part) => part.holds(record, subject, judging).map(|holds| !holds),
            Condition::Compare(field, test) => test.holds(field, record, subject, judging),
            Condition::Related { relation, quantifier, filter } => {
                let neighbours = relation.neighbours(record, judging.world);
                judging.spend(neighbours.len())?;
                let mut met = 0;
                for neighbour in &neighbours {
                    match (filter.holds(neighbour, subject, judging)?, quantifier) {
                        (true, Quantifier::Any) => return Ok(true),
                        (true, Quantifier::None) | (false, Quantifier::All) => return Ok(false),
                        (holds, _) => met += usize::from(holds),
                    }
                }
                Ok(match quantifier {
                    Quantifier::Any => false,
                    Quantifier::All | Quantifier::None => true,
                    Quantifier::Count(order, number) => order.holds(met.cmp(number)),
                })
            }
        }
    }
}

impl<'a> Test<'a> {
    fn holds(
        &self,
        field: &Field<'a>,
        record: &'a Record,
        subject: &'a Record,
        judging: &Judging<'_, 'a>,
    ) -> Result<bool, Unanswered> {
        let world = judging.world;
        let texts = || field.texts(record, world);
        Ok(match self {
            Test::Exists => !texts().is_empty(),
            Test::Absent => texts().is_empty(),
            Test::Contains(part) if field.is_list() => texts().iter().any(|text| text == part),
            Test::Contains(part) => texts().iter().any(|text| text.contains(part.as_str())),
            Test::Matches(pattern) => texts().iter().any(|text| glob::matches(pattern, text)),
            Test::Among { values, among } => {
                let texts = texts();
                let is_among = |text: &Cow<'_, str>| values.iter().any(|value| field.is(text, value));
                !texts.is_empty() && texts.iter().any(is_among) == *among
            }
            Test::Order(order, operand) => {
                let values = field.values(record, world);
                match operand {
                    Operand::Value(value) => {
                        relate(*order, field, &values, std::slice::from_ref(value), judging)?
                    }
                    Operand::Field { field: other, of_subject, shift } => {
                        let owner = if *of_subject { subject } else { record };
                        let mut operands = other.values(owner, world);
                        if let Some(shift) = shift {
                            operands = operands.iter().filter_map(|value| shifted(value, *shift)).collect();
                        }
                        relate(*order, field, &values, &operands, judging)?
                    }
                }
            }
        })
    }
}

fn no_measure(field: &Field<'_>, value: &Typed, operand: &Typed) -> Unanswered {
    let text = |value: &Typed| match value {
        Typed::Money(money) => money.to_string(),
        Typed::Date(date) => date.to_string(),
        Typed::Number(number) => number.to_string(),
        Typed::Duration(length) => length.to_string(),
        Typed::Text(text) => text.clone(),
    };
    Unanswered::Measure { field: field.name.clone(), value: text(value), operand: text(operand) }
}

fn shifted(value: &Typed, shift: Shift) -> Option<Typed> {
    match value {
        Typed::Date(date) => shift.of(*date).map(Typed::Date),
        _ => None,
    }
}

/// Whether a pair is in that order; to be not equal, whether every pair is.
fn relate(
    order: Order,
    field: &Field<'_>,
    values: &[Typed],
    operands: &[Typed],
    judging: &Judging<'_, '_>,
) -> Result<bool, Unanswered> {
    let pairs = values.len().saturating_mul(operands.len());
    if pairs > FEW_PAIRS {
        judging.spend(pairs)?;
    }
    let all = order == Order::NotEqual;
    for value in values {
        for operand in operands {
            let compared = match value.compare(operand) {
                Some(compared) => compared,
                // Amounts in two currencies certainly are not the same.
                None if !order.is_by_size() => Ordering::Less,
                None => return Err(no_measure(field, value, operand)),
            };
            if order.holds(compared) != all {
                return Ok(!all);
            }
        }
    }
    Ok(all && pairs > 0)
}
