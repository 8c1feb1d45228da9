//! What a lease of ours puts on the balance sheet (IFRS 16): a liability for what is to be paid, and
//! the right to use the asset.

use std::sync::Arc;

use rust_decimal::{Decimal, MathematicalOps};

use super::liability::{Course, Liability, Payments};
use crate::date::{Date, Duration, Period, day_after, day_before};
use crate::model::contract::{Billed, Contract, Per, Price};
use crate::model::lease::{Exemption, Lease, RateBasis, Remeasurement};
use crate::money::{Money, MoneyError, Percent};
use crate::schedule::{Convention, Details, Event, Method, Plan, Problem, Revision, Rounding, Terms, What};
use crate::snapshot::Snapshot;

/// A lease in the book that keeps it.
pub struct LeasePlan {
    pub liability: Liability,
    /// The right of use, straight line over the shorter of the term and the life of the asset.
    pub right_of_use: Plan,
    /// As measured last.
    pub term: Period,
    /// The choices that decide the figures.
    pub described: String,
}

/// The plan of a contract with a field `lease`.
///
/// The right of use is the liability at its start, what was paid until then, initial direct costs and
/// the cost of restoration, less incentives (IFRS 16.24). A remeasurement changes both by the same
/// amount (IFRS 16.39). So interest and depreciation together are what is paid, plus initial direct
/// costs and restoration, less incentives, exactly.
///
/// # Errors
/// What is missing or impossible, and the field to look at.
pub fn lease_plan(snapshot: &Snapshot, contract: Contract<'_>) -> Result<LeasePlan, Problem> {
    if !contract.0.is_sound() {
        return Err(Problem::new(format!("contract {} has errors", contract.id())));
    }
    let lease = contract.lease().ok_or_else(|| wrong("lease", "the contract is no lease"))?;
    if lease.exemption().is_some() {
        return Err(wrong("lease.exemption", "an exempt lease has neither a liability nor a right of use"));
    }
    let reading = Reading::of(contract, lease)?;
    let known = reading.known()?;
    let (liability, measured) =
        Liability::of(reading.course, &known).map_err(|error| wrong("lease", error.to_string()))?;
    let [at_start, later @ ..] = measured.as_slice() else {
        return Err(wrong("lease", "there is nothing to measure"));
    };
    let events = reading.events(later);
    let terms = terms(snapshot, &reading, *at_start, events)?;
    let described = format!("{terms}; discounted at {}", reading.rate_described()?);
    let right_of_use = Plan::compute(&terms).map_err(|problem| wrong("lease", problem.text))?;
    let periods = known.last().map_or(0, |payments| payments.amounts.len());
    let periods = u32::try_from(periods).map_err(|_| MoneyError::Overflow)?;
    let term = Period { start: reading.course.start, end: day_before(reading.course.first_day(periods)?) };
    Ok(LeasePlan { liability, right_of_use, term, described })
}

/// The contracts whose right of use a book keeps, those among them that cannot be read: such a one
/// may be of any book.
pub fn leases<'s>(snapshot: &'s Snapshot, book: &str) -> impl Iterator<Item = Contract<'s>> {
    snapshot.contracts().filter(move |contract| match contract.lease() {
        Some(lease) => lease.book == book && lease.exemption().is_none(),
        None => contract.0.root().is_none() || contract.0.field("lease").is_some(),
    })
}

/// What is impossible in a lease, exempt ones among them; `None` where the record has findings of
/// its own, or none are needed.
pub fn lease_problem(snapshot: &Snapshot, contract: Contract<'_>) -> Option<Problem> {
    let lease = contract.lease().filter(|_| contract.0.is_sound())?;
    match lease.exemption() {
        Some(exemption) => exempt(contract, lease, exemption).err(),
        None => lease_plan(snapshot, contract).err(),
    }
}

/// Whether a lease may be exempt as it says.
fn exempt(contract: Contract<'_>, lease: Lease<'_>, exemption: Exemption) -> Result<(), Problem> {
    if let Some(field) = lease.fields().find(|field| !["book", "exemption", "term"].contains(field)) {
        let text = format!("`{field}` means nothing to an exempt lease: delete it, or the exemption");
        return Err(wrong(format!("lease.{field}"), text));
    }
    // What is of low value is so for however long it is rented.
    if exemption == Exemption::ShortTerm {
        let months = term_months(contract, lease)?;
        if months > 12 {
            let text = format!("a short-term lease has at most 12 months, and this one has {months}");
            return Err(wrong("lease.exemption", text));
        }
    }
    Ok(())
}

fn wrong(field: impl Into<String>, text: impl Into<String>) -> Problem {
    Problem::new(text).at(|| field.into())
}

/// The months of the term of a lease at its commencement.
fn term_months(contract: Contract<'_>, lease: Lease<'_>) -> Result<u32, Problem> {
    if let Some(term) = lease.term() {
        return term.months().ok_or_else(|| wrong("lease.term", format!("give the term {term} in y or mo")));
    }
    let (start, end) = contract.start().zip(contract.initial_end()).ok_or_else(|| {
        wrong("lease", "the contract has no end: give the term of the lease as `lease.term`")
    })?;
    let course = Course { start, months: 1, billed: Billed::InArrears };
    course.beginning_on(day_after(end)).filter(|months| *months > 0).ok_or_else(|| {
        wrong(
            "term",
            format!("the term from {start} to {end} is no whole number of months: give `lease.term`"),
        )
    })
}

/// The terms of a lease as read, before anything is measured.
struct Reading<'a> {
    lease: Lease<'a>,
    course: Course,
    /// Payment of one billing period at the start.
    amount: Money,
    rate: Percent,
    periods: u32,
    remeasurements: Vec<(u32, Remeasurement)>,
}

impl<'a> Reading<'a> {
    fn of(contract: Contract<'a>, lease: Lease<'a>) -> Result<Self, Problem> {
        if !contract.is_supplier_side() {
            return Err(wrong(
                "lease",
                "`lease` is for what we rent: the books of a lessor are not kept here",
            ));
        }
        let Some(Price { amount, per, .. }) = contract.price() else {
            return Err(wrong("price", "a lease is measured by its payments: give the price"));
        };
        let Some(billed) = contract.billed() else {
            return Err(wrong("price", "say when the price is paid: give `price.billed`"));
        };
        let Some(rate) = lease.rate() else {
            return Err(wrong("lease", "give the discount rate as `lease.rate`, or the `exemption`"));
        };
        let Some(start) = contract.start() else { return Err(wrong("term", "the contract has no start")) };
        let months = term_months(contract, lease)?;
        let course = Course { start, months: per.months().unwrap_or(months), billed };
        let mut reading = Reading { lease, course, amount, rate, periods: 0, remeasurements: Vec::new() };
        let field = if lease.term().is_some() { "lease.term" } else { "term" };
        reading.periods = reading.periods(months, per, field)?;
        for (index, from, _) in lease.steps() {
            reading.period(from, &format!("lease.steps[{index}].from"))?;
        }
        reading.read_remeasurements(per)?;
        Ok(reading)
    }

    fn read_remeasurements(&mut self, per: Per) -> Result<(), Problem> {
        let mut remeasurements: Vec<Remeasurement> = self.lease.remeasurements().collect();
        remeasurements.sort_by_key(|remeasurement| remeasurement.date);
        let (mut periods, mut before) = (self.periods, 0);
        for remeasurement in remeasurements {
            let field = |name: &str| format!("lease.remeasurements[{}].{name}", remeasurement.index);
            let at = self.period(remeasurement.date, &field("date"))?;
            if at == 0 || at == before {
                let text = "a remeasurement comes after the start of the lease, one on a day";
                return Err(wrong(field("date"), text));
            }
            if at >= periods {
                let text = format!("the lease is over on {}", remeasurement.date);
                return Err(wrong(field("date"), text));
            }
            if let Some(term) = remeasurement.term {
                let months = term
                    .months()
                    .ok_or_else(|| wrong(field("term"), format!("give the term {term} in y or mo")))?;
                periods = self.periods(months, per, &field("term"))?;
                if periods <= at {
                    let text = format!("a term of {term} is over before {}", remeasurement.date);
                    return Err(wrong(field("term"), text));
                }
            }
            before = at;
            self.remeasurements.push((at, remeasurement));
        }
        Ok(())
    }

    /// How many billing periods so many months are.
    fn periods(&self, months: u32, per: Per, field: &str) -> Result<u32, Problem> {
        if per == Per::Once && months != self.course.months {
            return Err(wrong(
                field,
                "what is paid once is paid for the first term: a longer one needs a price",
            ));
        }
        match months.is_multiple_of(self.course.months) {
            true => Ok(months / self.course.months),
            false => {
                Err(wrong(field, format!("a term of {months} months is no whole number of {}s", per.name())))
            }
        }
    }

    /// The billing period that begins on `date`.
    fn period(&self, date: Date, field: &str) -> Result<u32, Problem> {
        self.course.beginning_on(date).ok_or_else(|| {
            let text = format!(
                "{date} is not the first day of a billing period: they are of {} months from {}",
                self.course.months, self.course.start
            );
            wrong(field, text)
        })
    }

    /// What is to be paid, as known at the start and after each remeasurement.
    fn known(&self) -> Result<Vec<Payments>, Problem> {
        let none = Money::zero(self.amount.currency());
        let mut changes: Vec<(Date, Money)> =
            self.lease.steps().map(|(_, from, amount)| (from, amount)).collect();
        let mut guarantee = self.lease.residual_guarantee().unwrap_or(none);
        let (mut rate, mut periods) = (self.rate, self.periods);
        let first = self.payments(0, periods, &changes, guarantee, rate)?;
        let mut known = vec![first];
        for (at, now) in &self.remeasurements {
            changes.extend(now.amount.map(|amount| (now.date, amount)));
            guarantee = now.residual_guarantee.unwrap_or(guarantee);
            rate = now.rate.unwrap_or(rate);
            if let Some(months) = now.term.and_then(|term| term.months()) {
                periods = months / self.course.months;
            }
            known.push(self.payments(*at, periods, &changes, guarantee, rate)?);
        }
        Ok(known)
    }

    /// The payments of a term: each by the latest change until its first day, the one known last
    /// where there are several.
    fn payments(
        &self,
        from: u32,
        periods: u32,
        changes: &[(Date, Money)],
        guarantee: Money,
        rate: Percent,
    ) -> Result<Payments, Problem> {
        let amount = |period: u32| {
            let first = self.course.first_day(period)?;
            let change = changes.iter().filter(|(from, _)| *from <= first).max_by_key(|(from, _)| *from);
            Ok(change.map_or(self.amount, |(_, amount)| *amount))
        };
        let amounts = (0..periods).map(amount).collect::<Result<Vec<Money>, Problem>>()?;
        if let Some(other) =
            amounts.iter().chain([&guarantee]).find(|money| money.currency() != self.amount.currency())
        {
            return Err(wrong(
                "lease",
                format!("{other} is in another currency than the price {}", self.amount),
            ));
        }
        Ok(Payments { from, amounts, guarantee, rate: self.rate_of_period(rate)? })
    }

    /// The rate of one billing period.
    fn rate_of_period(&self, rate: Percent) -> Result<Decimal, Problem> {
        let (months, twelve) = (Decimal::from(self.course.months), Decimal::from(12));
        let yearly = rate.points().checked_div(Decimal::ONE_HUNDRED).ok_or(MoneyError::Overflow)?;
        let of_period = match self.lease.rate_basis() {
            RateBasis::Nominal => yearly.checked_mul(months).and_then(|rate| rate.checked_div(twelve)),
            // Whole years are powers that need no root.
            RateBasis::Effective if self.course.months.is_multiple_of(12) => (Decimal::ONE + yearly)
                .checked_powu(u64::from(self.course.months / 12))
                .map(|power| power - Decimal::ONE),
            RateBasis::Effective => {
                (Decimal::ONE + yearly).checked_powd(months / twelve).map(|power| power - Decimal::ONE)
            }
        };
        of_period.ok_or_else(|| wrong("lease.rate", format!("{rate} is too high to compute with")))
    }

    fn rate_described(&self) -> Result<String, Problem> {
        let basis = match self.lease.rate_basis() {
            RateBasis::Effective => "effective",
            RateBasis::Nominal => "nominal",
        };
        let points = self.rate_of_period(self.rate)?.checked_mul(Decimal::ONE_HUNDRED);
        let points = points.ok_or(MoneyError::Overflow)?;
        let every = match self.course.months {
            1 => "a month".to_owned(),
            months => format!("every {months} months"),
        };
        Ok(format!("{} a year, {basis}: {points:.6}% {every}", self.rate))
    }

    /// What the remeasurements bring to the right of use.
    fn events(&self, measured: &[Money]) -> Vec<Event> {
        let mut events = Vec::new();
        for ((_, now), change) in self.remeasurements.iter().zip(measured) {
            let event = |what| Event { date: now.date, posted: None, index: Some(now.index), what };
            if let Some(term) = now.term {
                let life = self.shorter(term);
                events.push(event(What::Revision(Revision { life: Some(life), ..Revision::default() })));
            }
            if !change.is_zero() {
                events.push(event(What::Addition { amount: *change }));
            }
        }
        events
    }

    /// The shorter of a term and the life of the asset.
    fn shorter(&self, term: Duration) -> Duration {
        match self.lease.life() {
            Some(life) if life.compare(&term).is_some_and(|order| order.is_lt()) => life,
            _ => term,
        }
    }
}

/// The terms of the right of use, from the present value of all payments.
fn terms(
    snapshot: &Snapshot,
    reading: &Reading<'_>,
    measured: Money,
    events: Vec<Event>,
) -> Result<Terms, Problem> {
    let lease = reading.lease;
    let settings =
        snapshot.settings().ok_or_else(|| Problem::new("the settings are missing or have errors"))?;
    let Some(book) = settings.books.get(lease.book) else {
        return Err(wrong("lease.book", format!("the settings know no book {}", lease.book)));
    };
    let Some(convention) = Convention::named(&book.convention) else {
        return Err(wrong("lease.book", format!("there is no convention {}", book.convention)));
    };
    let Some(method) = Method::named("straight_line") else {
        return Err(wrong("lease", "there is no method straight_line"));
    };
    let mut cost = measured;
    let added = [
        ("initial_direct_costs", lease.initial_direct_costs()),
        ("restoration", lease.restoration()),
        ("incentives", lease.incentives().map(|incentives| incentives.negated())),
    ];
    for (field, amount) in added {
        if let Some(amount) = amount {
            cost = cost
                .checked_add(amount)
                .map_err(|error| wrong(format!("lease.{field}"), error.to_string()))?;
        }
    }
    if cost.is_negative() {
        return Err(wrong("lease.incentives", "the incentives are more than the right of use is worth"));
    }
    let months = reading.periods.checked_mul(reading.course.months).ok_or(MoneyError::Overflow)?;
    let term: Duration = format!("{months}mo").parse()?;
    Ok(Terms {
        posted: None,
        cost,
        salvage: Money::zero(cost.currency()),
        life: Some(reading.shorter(term)),
        start: reading.course.start,
        acquired: None,
        method,
        convention,
        rounding: book.rounding.as_deref().and_then(Rounding::named).unwrap_or_default(),
        calendar: Arc::new(settings.calendar.clone()),
        details: Details::default(),
        events,
    })
}

#[cfg(test)]
#[path = "lease_tests.rs"]
mod tests;
