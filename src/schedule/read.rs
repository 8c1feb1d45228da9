//! Terms from the fields of a schedule: details of the method, components and events.

use std::sync::Arc;

use super::clock::Mark;
use super::event::{Event, KINDS, Measured, Part, Restate, Revision, What};
use super::method::{Method, Pace};
use super::part::MARK;
use super::problem::{Problem, problem};
use super::terms::{Details, Terms};
use crate::date::{Date, day_before};
use crate::model::schedule::{BookPlan, Component, Event as Written, Schedule};
use crate::money::{MinorUnit, Money, MoneyError};

/// What only some methods ask for.
pub(super) fn details(
    plan: &BookPlan<'_>,
    schedule: Schedule<'_>,
    method: &Method,
) -> Result<Details, Problem> {
    let metered = method.pace == Pace::Units;
    Ok(Details {
        rate: plan.rate(),
        total_units: plan.total_units(),
        meter: if metered { Some(meter(plan.start, schedule.units())?) } else { None },
        given: match plan.charges() {
            Some(given) => Some(charges(plan.start, given)?),
            None => None,
        },
        section_179: plan.section_179(),
        bonus: plan.bonus(),
        threshold: plan.threshold().map(str::to_owned),
    })
}

/// A meter from what was used in each span of days; a span begins after the one before it, the
/// first on `start`.
///
/// # Errors
/// Spans that end twice on a day or before the start, negative or too large figures.
pub fn meter(start: Date, used: impl IntoIterator<Item = (Date, i64)>) -> Result<Arc<[Mark]>, Problem> {
    let spans = used.into_iter().map(|(until, used)| (until, i128::from(used)));
    marks(start, spans.collect(), "units")
}

/// Given charges, each for the days after the one before it, the first from `start`.
///
/// # Errors
/// As for [`meter`], and different currencies.
pub fn charges(start: Date, given: impl IntoIterator<Item = (Date, Money)>) -> Result<Arc<[Mark]>, Problem> {
    let given: Vec<(Date, Money)> = given.into_iter().collect();
    let Some((_, first)) = given.first() else { return Ok(Arc::new([])) };
    let unit = MinorUnit::of(first.currency());
    let count = |(until, money): &(Date, Money)| Ok::<_, MoneyError>((*until, unit.count(*money)?));
    marks(start, given.iter().map(count).collect::<Result<_, _>>()?, "charges")
}

fn marks(start: Date, mut spans: Vec<(Date, i128)>, field: &str) -> Result<Arc<[Mark]>, Problem> {
    spans.sort_by_key(|(until, _)| *until);
    let (mut total, mut before) = (0i128, None);
    let mut marks = Vec::with_capacity(spans.len());
    for (until, amount) in spans {
        let wrong = if until < start {
            format!("`{field}` has an entry until {until}, before the start on {start}")
        } else if before == Some(until) {
            format!("`{field}` has two entries until {until}")
        } else if amount < 0 {
            format!("`{field}` has a negative entry until {until}")
        } else {
            total += amount * i128::from(MARK);
            let total = i64::try_from(total).map_err(|_| MoneyError::Overflow)?;
            marks.push(Mark { until, total });
            before = Some(until);
            continue;
        };
        return Err(Problem::new(wrong).at(|| field.to_owned()));
    }
    Ok(marks.into())
}

/// The terms of the item with its events, or those of each of its components with theirs.
pub(super) fn with_events(base: Terms, schedule: Schedule<'_>, book: &str) -> Result<Vec<Terms>, Problem> {
    let components: Vec<Component<'_>> = schedule.components().collect();
    let mut parts = match components.is_empty() {
        true => vec![base.clone()],
        false => component_terms(&base, &components)?,
    };
    let mut written: Vec<Written<'_>> =
        schedule.events().filter(|event| event.book().is_none_or(|name| name == book)).collect();
    // What happens to one component first: what happens to the whole passes over those that left.
    written.sort_by_key(|event| event.component().is_none());
    for written in written {
        let field = format!("events[{}]", written.index);
        let event = event(&written).map_err(|problem| problem.at(|| field.clone()))?;
        let targets =
            targets(&written, &event, &components).map_err(|problem| problem.at(|| field.clone()))?;
        let for_all = written.component().is_none() && !components.is_empty();
        let there = parts
            .iter_mut()
            .zip(targets)
            .filter(|(part, is_target)| *is_target && (!for_all || is_there(part, event.date)));
        let mut first = true;
        for (part, _) in there {
            let mut event = event.clone();
            // What was received for the whole is counted once.
            if let (What::Disposal { proceeds } | What::PartialDisposal { proceeds, .. }, false) =
                (&mut event.what, first)
            {
                *proceeds = None;
            }
            first = false;
            part.events.push(event);
        }
        if first {
            let text = format!("{} on {}: no component is there on that day", event.kind(), event.date);
            return Err(Problem::new(text).at(|| field));
        }
    }
    Ok(parts)
}

/// Whether a component is in the books on a day: begun, and not gone.
fn is_there(part: &Terms, date: Date) -> bool {
    let gone = |event: &Event| matches!(event.what, What::Disposal { .. }) && event.date <= date;
    part.start <= date && !part.events.iter().any(gone)
}

/// Which components an event is for.
fn targets(written: &Written<'_>, event: &Event, components: &[Component<'_>]) -> Result<Vec<bool>, Problem> {
    let Some(name) = written.component() else {
        let for_all = matches!(
            event.what,
            What::Disposal { .. }
                | What::Transfer { .. }
                | What::PartialDisposal { part: Part::Share(_), .. }
        );
        if !components.is_empty() && !for_all {
            return problem(format!("name the `component` that the {} is for", event.kind()));
        }
        return Ok(vec![true; components.len().max(1)]);
    };
    if !components.iter().any(|component| component.id == name) {
        return problem(format!("there is no component `{name}`"));
    }
    Ok(components.iter().map(|component| component.id == name).collect())
}

fn component_terms(base: &Terms, components: &[Component<'_>]) -> Result<Vec<Terms>, Problem> {
    let mut parts: Vec<Terms> = Vec::new();
    let mut sum = Money::zero(base.cost.currency());
    for component in components {
        if component.replaces.is_none() && component.start.is_none() {
            sum = sum.checked_add(component.cost)?;
        }
        parts.push(Terms {
            cost: component.cost,
            salvage: component.salvage_value.unwrap_or(Money::zero(component.cost.currency())),
            life: component.life.or(base.life),
            start: component.start.unwrap_or(base.start),
            // What came later was acquired later.
            acquired: component.start.or(base.acquired),
            ..base.clone()
        });
    }
    if sum != base.cost {
        let text = format!("the components cost {sum} together, the item {}", base.cost);
        return Err(Problem::new(text).at(|| "components".into()));
    }
    for component in components {
        let Some(old) = component.replaces else { continue };
        let field = || format!("components[{}].replaces", component.index);
        let at = components.iter().position(|other| other.id == old && other.id != component.id);
        let Some((part, start)) = at.and_then(|at| parts.get_mut(at)).zip(component.start) else {
            let text = match component.start {
                None => "a component that replaces another one needs a start".to_owned(),
                Some(_) => format!("there is no component `{old}` to replace"),
            };
            return Err(Problem::new(text).at(field));
        };
        let what = What::Disposal { proceeds: None };
        part.events.push(Event { date: day_before(start), posted: None, index: None, what });
    }
    Ok(parts)
}

/// An event as the engine takes it.
fn event(written: &Written<'_>) -> Result<Event, Problem> {
    let Some(kind) = KINDS.iter().find(|kind| kind.name == written.kind) else {
        return problem(format!("there is no event `{}`", written.kind));
    };
    let always = ["date", "posted", "kind", "book", "component", "reason"];
    for field in written.fields() {
        if !always.contains(&field) && !kind.one_of.contains(&field) && !kind.takes.contains(&field) {
            let text = format!("`{field}` means nothing to an event of kind {}", kind.name);
            return Err(Problem::new(text).at(|| format!("events[{}].{field}", written.index)));
        }
    }
    let given = kind.one_of.iter().filter(|field| written.has(field)).count();
    if given != 1 && !kind.one_of.is_empty() {
        let names: Vec<String> = kind.one_of.iter().map(|field| format!("`{field}`")).collect();
        return problem(format!("an event of kind {} needs {}", kind.name, names.join(" or ")));
    }
    let missing = || Problem::new("the event cannot be read");
    let money = |field: &str| written.money(field);
    let measured =
        || money("amount").map(Measured::Amount).or(money("value").map(Measured::Value)).ok_or_else(missing);
    let what = match kind.name {
        "take_over" => What::TakeOver { accumulated: money("accumulated").ok_or_else(missing)? },
        "impairment" => What::Impairment(measured()?),
        "reversal" => What::Reversal(measured()?),
        "revaluation" => What::Revaluation {
            value: money("value").ok_or_else(missing)?,
            restate: written.text("restate").and_then(Restate::named).unwrap_or_default(),
        },
        "partial_disposal" => What::PartialDisposal {
            part: match written.share() {
                Some(share) => Part::Share(share),
                None => Part::Cost(money("cost").ok_or_else(missing)?),
            },
            proceeds: money("proceeds"),
        },
        "disposal" => What::Disposal { proceeds: money("proceeds") },
        "transfer" => What::Transfer { to: written.text("to").ok_or_else(missing)?.to_owned() },
        "addition" => What::Addition { amount: money("amount").ok_or_else(missing)? },
        _ => What::Revision(Revision {
            life: written.life(),
            salvage: money("salvage_value"),
            method: written.text("method").and_then(Method::named),
            total_units: written.total_units(),
        }),
    };
    Ok(Event { date: written.date, posted: written.posted(), index: Some(written.index), what })
}
