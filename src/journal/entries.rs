//! From plans to entries.

use std::collections::BTreeMap;

use super::chart::account_of;
use super::{Entry, Journal, Posting, Used};
use crate::date::{Date, Period, add_months, day_after, day_before};
use crate::model::settings::{PostingInterval, Settings};
use crate::money::{Currency, Money, MoneyError};
use crate::schedule::{Movement, Plan, Planner, Problem, excess};
use crate::snapshot::Snapshot;

/// The journal of one book from a day (or from the first day of its first item) until another.
///
/// Charges are posted at the end of each month or fiscal year, as the book says, and at the day of
/// disposal for what leaves; excess tax depreciation at the end of each fiscal year and of the period.
/// A transfer to another department moves nothing between accounts and has no entry.
///
/// # Errors
/// Why the figures of some items cannot be said: a journal with holes would balance and be wrong.
pub fn journal(
    snapshot: &Snapshot,
    from: Option<Date>,
    until: Date,
    book: &str,
) -> Result<Journal, Vec<String>> {
    let Some(settings) = snapshot.settings() else {
        return Err(vec!["the settings are missing or have errors".to_owned()]);
    };
    let planner = Planner::new(snapshot);
    let over: Vec<&str> = settings
        .books
        .iter()
        .filter(|(_, kept)| kept.excess_over.as_deref() == Some(book))
        .map(|(name, _)| name.as_str())
        .collect();
    let (mut plans, mut problems) = (Vec::new(), Vec::new());
    for schedule in snapshot.schedules() {
        if schedule.0.is_sound() && schedule.book(book).is_none() {
            continue;
        }
        let id = schedule.item().unwrap_or(schedule.id());
        let taxed = over.iter().filter(|tax| schedule.book(tax).is_some());
        let taxed: Result<Vec<Plan>, _> = taxed.map(|tax| planner.plan(schedule, tax)).collect();
        match planner.plan(schedule, book).and_then(|plan| Ok((plan, taxed?))) {
            Ok((plan, taxed)) => plans.push((id, plan, taxed)),
            Err(problem) => problems.push(format!("{id}: {problem}")),
        }
    }
    let first = || plans.iter().map(|(_, plan, _)| plan.entered()).min().unwrap_or(until).min(until);
    let period = Period { start: from.unwrap_or_else(first), end: until };
    let posting = settings.books.get(book).map(|kept| kept.posting).unwrap_or_default();
    let mut maker = Maker::new(settings, posting, period);
    for (id, plan, taxed) in &plans {
        let class = snapshot.item(id).map_or("", |item| item.class());
        let mut post = || {
            maker.plan(id, class, plan)?;
            taxed.iter().try_for_each(|tax| maker.excess(class, tax, plan))
        };
        problems.extend(post().err().map(|problem: Problem| format!("{id}: {problem}")));
    }
    if problems.is_empty() { Ok(maker.finish(snapshot, book)) } else { Err(problems) }
}

/// Amounts by account and currency.
#[derive(Default)]
struct Sums(BTreeMap<(String, Currency), Money>);

impl Sums {
    fn add(&mut self, account: String, amount: Money) -> Result<(), MoneyError> {
        let zero = Money::zero(amount.currency());
        let sum = self.0.entry((account, amount.currency())).or_insert(zero);
        *sum = sum.checked_add(amount)?;
        Ok(())
    }

    fn postings(self) -> Vec<Posting> {
        let sums = self.0.into_iter().filter(|(_, amount)| !amount.is_zero());
        let mut postings: Vec<Posting> =
            sums.map(|((account, _), amount)| Posting { account, amount }).collect();
        // Debits first, as people write them.
        postings.sort_by_key(|posting| posting.amount.is_negative());
        postings
    }
}

/// Date, order within the day, item and text of an entry.
type Key = (Date, u8, String, &'static str);

/// The roles whose balances come from the plans. Their accounts are used in no other role.
const BALANCED: [&str; 4] = ["asset", "accumulated", "impairment", "excess"];

struct Maker<'s> {
    settings: &'s Settings,
    period: Period,
    /// At whose ends depreciation is posted.
    intervals: Vec<Period>,
    years: Vec<Period>,
    accounts: BTreeMap<String, Used>,
    /// The role that an account was first used in.
    roles: BTreeMap<String, &'static str>,
    entries: BTreeMap<Key, Sums>,
    balances: Sums,
}

/// Where an entry stands among those of its day.
const OPENING: u8 = 0;
const MOVEMENT: u8 = 1;
const CHARGE: u8 = 2;
const DISPOSAL: u8 = 3;
const EXCESS: u8 = 4;

impl<'s> Maker<'s> {
    fn new(settings: &'s Settings, posting: PostingInterval, period: Period) -> Self {
        let month_end = |date: Date| {
            let first = date.format("%Y-%m-01").to_string();
            let first = crate::date::parse_date(&first).ok()?;
            add_months(first, 1).ok().map(day_before)
        };
        let year_end = |date: Date| settings.calendar.period_of(date).map(|year| year.end);
        Self {
            settings,
            period,
            intervals: match posting {
                PostingInterval::Monthly => cut(period, month_end),
                PostingInterval::Yearly => cut(period, year_end),
            },
            years: cut(period, year_end),
            accounts: BTreeMap::new(),
            roles: BTreeMap::new(),
            entries: BTreeMap::new(),
            balances: Sums::default(),
        }
    }

    fn account(&mut self, role: &'static str, class: &str, date: Date) -> Result<String, Problem> {
        let (number, used) = account_of(self.settings, role, class, date)?;
        let other = *self.roles.entry(number.clone()).or_insert(role);
        if other != role && [other, role].iter().any(|role| BALANCED.contains(role)) {
            return Err(Problem::new(format!(
                "account {number} is that of `{other}` and of `{role}`, and its balance could not be checked: \
                 give one of them another number under `accounts` in the settings"
            )));
        }
        self.accounts.entry(number.clone()).or_insert(used);
        Ok(number)
    }

    /// Posts amounts that sum to zero.
    fn post(&mut self, key: Key, class: &str, amounts: &[(&'static str, Money)]) -> Result<(), Problem> {
        let date = key.0;
        for (role, amount) in amounts.iter().filter(|(_, amount)| !amount.is_zero()) {
            let account = self.account(role, class, date)?;
            self.entries.entry(key.clone()).or_default().add(account, *amount)?;
        }
        Ok(())
    }

    fn plan(&mut self, id: &str, class: &str, plan: &Plan) -> Result<(), Problem> {
        let before = plan.values(day_before(self.period.start))?;
        let opening = self.opening();
        let open = [
            ("asset", before.gross),
            ("accumulated", before.accumulated.negated()),
            ("impairment", before.impairment.negated()),
            ("opening", before.net_book_value.negated()),
        ];
        self.post(opening, class, &open)?;
        let period = self.period;
        for movement in plan.movements()?.iter().filter(|movement| period.contains(movement.date)) {
            self.movement(id, class, movement)?;
        }
        let left = plan.disposal.map(|disposal| disposal.date);
        let catch_ups = plan.catch_ups()?;
        for (day, amount) in catch_ups.iter().filter(|(day, _)| period.contains(*day)) {
            let amounts = [("charge", *amount), ("accumulated", amount.negated())];
            self.post((*day, CHARGE, id.to_owned(), "Catch-up of closed periods"), class, &amounts)?;
        }
        for interval in self.intervals.clone() {
            let mut charge = plan.charge(interval)?;
            for (_, amount) in catch_ups.iter().filter(|(day, _)| interval.contains(*day)) {
                charge = charge.checked_sub(*amount)?;
            }
            let date = left.filter(|left| interval.contains(*left)).unwrap_or(interval.end);
            let amounts = [("charge", charge), ("accumulated", charge.negated())];
            self.post((date, CHARGE, String::new(), "Depreciation"), class, &amounts)?;
        }
        let end = plan.values(self.period.end)?;
        self.balance("asset", class, end.gross)?;
        self.balance("accumulated", class, end.accumulated.negated())?;
        self.balance("impairment", class, end.impairment.negated())
    }

    fn opening(&self) -> Key {
        (self.period.start, OPENING, String::new(), "Opening balances")
    }

    fn movement(&mut self, id: &str, class: &str, movement: &Movement) -> Result<(), Problem> {
        let (against, order, what) = match movement.kind {
            "take_over" => ("opening", MOVEMENT, "Take-over"),
            "acquisition" => ("supplier", MOVEMENT, "Acquisition"),
            "addition" => ("supplier", MOVEMENT, "Addition"),
            "impairment" => ("impairment_charge", DISPOSAL, "Impairment"),
            "reversal" => ("impairment_reversal", DISPOSAL, "Reversal of an impairment"),
            "revaluation" => ("revaluation", DISPOSAL, "Revaluation"),
            "partial_disposal" => ("disposal_value", DISPOSAL, "Disposal of a part"),
            "disposal" => ("disposal_value", DISPOSAL, "Disposal"),
            other => return Err(Problem::new(format!("no accounts are known for the event {other}"))),
        };
        let key = (movement.date, order, id.to_owned(), what);
        let amounts = [
            (against, movement.net_book_value.negated()),
            ("accumulated", movement.accumulated.negated()),
            ("impairment", movement.impairment.negated()),
            ("asset", movement.gross),
        ];
        self.post(key, class, &amounts)?;
        let received = movement.proceeds.unwrap_or(Money::zero(movement.gross.currency()));
        let sale = [("receivable", received), ("disposal_proceeds", received.negated())];
        self.post((movement.date, order, id.to_owned(), "Proceeds"), class, &sale)
    }

    /// Excess tax depreciation: what the tax plan depreciates beyond the other.
    fn excess(&mut self, class: &str, tax: &Plan, plan: &Plan) -> Result<(), Problem> {
        let mut before = excess(tax, plan, day_before(self.period.start))?;
        self.post(self.opening(), class, &[("excess", before.negated()), ("opening", before)])?;
        for year in self.years.clone() {
            let balance = excess(tax, plan, year.end)?;
            let change = balance.checked_sub(before)?;
            let against = if change.is_negative() { "excess_reversal" } else { "excess_charge" };
            let key = (year.end, EXCESS, String::new(), "Excess tax depreciation");
            self.post(key, class, &[(against, change), ("excess", change.negated())])?;
            before = balance;
        }
        self.balance("excess", class, before.negated())
    }

    /// Adds to the balance that an account must have at the end; one that was never posted to has none.
    fn balance(&mut self, role: &'static str, class: &str, amount: Money) -> Result<(), Problem> {
        let (number, _) = account_of(self.settings, role, class, self.period.end)?;
        if self.accounts.contains_key(&number) {
            self.balances.add(number, amount)?;
        }
        Ok(())
    }

    fn finish(self, snapshot: &Snapshot, book: &str) -> Journal {
        let entry = |((date, _, item, text), sums): (Key, Sums)| {
            let postings = sums.postings();
            (!postings.is_empty()).then_some(Entry { date, item, text, postings })
        };
        let balances = self.balances.0.into_iter().map(|((account, _), amount)| Posting { account, amount });
        Journal {
            book: book.to_owned(),
            period: self.period,
            version: snapshot.version().to_string(),
            accounts: self.accounts,
            entries: self.entries.into_iter().filter_map(entry).collect(),
            balances: balances.collect(),
        }
    }
}

/// A period in spans that end where `end_of` says.
fn cut(period: Period, end_of: impl Fn(Date) -> Option<Date>) -> Vec<Period> {
    let mut spans = Vec::new();
    let mut start = period.start;
    while start <= period.end {
        let end = end_of(start).unwrap_or(period.end).min(period.end);
        spans.push(Period { start, end });
        if end == Date::MAX || end < start {
            break;
        }
        start = day_after(end);
    }
    spans
}
