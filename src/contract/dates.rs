//! When a contract runs, renews and ends, and until when notice can be given.
//!
//! Every date that is said of a contract comes from here, for any day, from what was agreed by some
//! day; nothing is stored, so nothing can be forgotten when a date changes. The conventions:
//!
//! * A term is named by its first and its last day, both included: three years from 1 March 2023 end on
//!   28 February 2026, the day before the same day (the day-before convention).
//! * Months are calendar months, counted from the first day each time; where a month has no such day,
//!   its last one stands in. Terms of a month from 31 January begin on 28 February, 31 March, 30 April:
//!   the day is kept and never drifts.
//! * Notice of three months for the end of 31 March is given on 31 December at the latest: three
//!   months lie between the day after the notice and the day after the end.

use chrono::Days;

use crate::date::{Date, Duration, Period, add_months, day_after, day_before};
use crate::model::contract::{Contract, Renewal};

/// The dates of a contract, from what was agreed.
#[derive(Clone, PartialEq, Debug)]
pub struct Dates {
    start: Date,
    /// The terms that were agreed, in order; tacit renewals fill the time between them and after the
    /// last. None where the contract is open-ended.
    agreed: Vec<Agreed>,
    /// How long each tacit renewal is; `None` where the contract ends with what was agreed.
    tacit: Option<Duration>,
    /// It goes on tacitly and does not say for how long each time.
    goes_on: bool,
    notice: Option<Duration>,
    termination: Option<Date>,
}

/// A term that was agreed rather than renewed by itself.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Agreed {
    term: Period,
    /// The length in months, where the term was agreed as such: renewals then keep its first day.
    months: Option<u32>,
}

impl Dates {
    /// The dates as everything on record makes them; `None` where the contract has no start, or its
    /// term ends before it starts.
    pub fn on_record(contract: Contract<'_>) -> Option<Dates> {
        Dates::agreed_by(contract, Date::MAX)
    }

    /// The dates as they were agreed by the end of a day: amendments count from their signature, or
    /// from the day on which they begin to hold, and a termination from the day of its notice.
    pub fn agreed_by(contract: Contract<'_>, as_of: Date) -> Option<Dates> {
        let start = contract.start()?;
        let months = contract.length().and_then(|length| length.months());
        let initial = contract.initial_end().map(|end| Agreed { term: Period { start, end }, months });
        if initial.is_some_and(|agreed| agreed.term.end < start) || !contract.has_readable_term() {
            return None;
        }
        let mut dates = Dates {
            start,
            agreed: initial.into_iter().collect(),
            tacit: match contract.renewal() {
                Renewal::Tacit(period) => period,
                Renewal::None | Renewal::Express => None,
            },
            goes_on: contract.renewal() == Renewal::Tacit(None),
            notice: contract.notice(),
            termination: None,
        };
        for amendment in contract.amendments().into_iter().filter(|amendment| amendment.agreed <= as_of) {
            if let Some(end) = amendment.term_end {
                dates.amend(amendment.from, end);
            }
        }
        let termination =
            contract.termination().filter(|termination| termination.given.is_none_or(|day| day <= as_of));
        dates.termination = termination.map(|termination| termination.end.max(day_before(start)));
        Some(dates)
    }

    /// Another end for the term that `from` falls into, or a further term from the day after the last
    /// one. What fits neither changes nothing: the audit says so.
    fn amend(&mut self, from: Date, end: Date) {
        if end < from {
            return;
        }
        let Some(last) = self.agreed.last().copied() else {
            if from >= self.start {
                self.agreed.push(Agreed { term: Period { start: self.start, end }, months: None });
            }
            return;
        };
        let start = match self.term_at(from) {
            Some(term) => term.start,
            None if from == day_after(last.term.end) => from,
            None => return,
        };
        self.agreed.retain(|agreed| agreed.term.start < start);
        self.agreed.push(Agreed { term: Period { start, end }, months: None });
    }

    /// The first day of the contract.
    pub fn start(&self) -> Date {
        self.start
    }

    /// The term that a day falls into, renewals counted; `None` where the contract does not run then,
    /// or is open-ended.
    pub fn term_at(&self, date: Date) -> Option<Period> {
        let agreed = self.agreed.iter().rev().find(|agreed| agreed.term.start <= date)?;
        let mut term = match agreed.term.contains(date) {
            true => agreed.term,
            false => agreed.renewed(self.tacit?, date)?,
        };
        if let Some(end) = self.termination {
            term.end = term.end.min(end);
        }
        term.contains(date).then_some(term)
    }

    /// The effective end: the last day on which the contract runs if nobody does anything more; `None`
    /// where it then runs on.
    pub fn end(&self) -> Option<Date> {
        let natural = match self.agreed.last() {
            Some(last) if self.tacit.is_none() && !self.goes_on => Some(last.term.end),
            _ => None,
        };
        match (natural, self.termination) {
            (Some(natural), Some(termination)) => Some(natural.min(termination)),
            (natural, termination) => natural.or(termination),
        }
    }

    /// The days on which the contract runs, as far as `horizon` where it has no end before.
    pub fn runs(&self, horizon: Date) -> Option<Period> {
        let end = self.end().unwrap_or_else(|| {
            let agreed = self.agreed.last().map_or(self.start, |last| last.term.end);
            agreed.max(horizon)
        });
        (self.start <= end).then_some(Period { start: self.start, end })
    }

    /// The next term that begins by itself after `date` or was agreed already; `None` where none
    /// does.
    pub fn next_term(&self, date: Date) -> Option<Period> {
        match self.term_at(date) {
            Some(term) => self.term_at(day_after(term.end)),
            None if date < self.start => self.term_at(self.start),
            None => None,
        }
    }

    /// The last day on which notice for the end of a term can be given, on `date` or later; `None`
    /// where the contract asks for no notice, will not have such a day, or has been given notice of.
    pub fn notice_by(&self, date: Date) -> Option<Date> {
        let notice = self.notice.filter(|_| self.termination.is_none())?;
        // A term that ends sooner has its deadline behind it. Months differ by up to three days, so the
        // terms around that day are tried.
        let earliest = notice.after(date).ok()?.checked_sub_days(Days::new(4))?;
        let mut term = self.term_at(earliest.max(date).max(self.start))?;
        loop {
            let deadline = notice_for(term, notice)?;
            if deadline >= date {
                return Some(deadline);
            }
            term = self.term_at(day_after(term.end)).filter(|next| next.end > term.end)?;
        }
    }

    /// The term whose end the notice of this last day is for.
    pub fn term_of_notice(&self, deadline: Date) -> Option<Period> {
        let notice = self.notice?;
        let mut term = self.term_at(notice.after(deadline).ok()?.max(self.start))?;
        // The end lies within a few days of that day, on either side of a boundary of terms.
        if notice_for(term, notice)? != deadline && term.start > self.start {
            term = self.term_at(day_before(term.start))?;
        }
        (notice_for(term, notice)? == deadline).then_some(term)
    }
}

impl Agreed {
    /// The renewed term of this length that holds `date`.
    fn renewed(&self, period: Duration, date: Date) -> Option<Period> {
        let start = |number: u32| match (self.months, period.months()) {
            (Some(agreed), Some(each)) => {
                let months = each.checked_mul(number)?.checked_add(agreed)?;
                add_months(self.term.start, months).ok()
            }
            _ if number == 0 => Some(day_after(self.term.end)),
            _ => period.times_after(number, day_after(self.term.end)).ok(),
        };
        // The last term that starts on `date` or before. Starts grow with their number, and one a day
        // from year 1 to 9999 is the most there can be.
        let (mut low, mut high) = (0u32, 366 * 9999);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match start(middle).is_some_and(|start| start <= date) {
                true => low = middle,
                false => high = middle - 1,
            }
        }
        Some(Period { start: start(low)?, end: day_before(start(low + 1)?) })
    }
}

/// The last day to give notice for the end of a term.
fn notice_for(term: Period, notice: Duration) -> Option<Date> {
    notice.before(day_after(term.end)).ok().map(day_before)
}

/// Whether the contract runs on `date`, by what was agreed by then.
pub fn runs_on(contract: Contract<'_>, date: Date) -> bool {
    let runs = Dates::agreed_by(contract, date).and_then(|dates| dates.runs(date));
    runs.is_some_and(|days| days.contains(date))
}

/// The term of the contract that `date` falls into, by what was agreed by then.
pub fn term_at(contract: Contract<'_>, date: Date) -> Option<Period> {
    Dates::agreed_by(contract, date)?.term_at(date)
}

/// The last day on which notice can be given, on `date` or later, by what was agreed by then.
pub fn notice_by(contract: Contract<'_>, date: Date) -> Option<Date> {
    Dates::agreed_by(contract, date)?.notice_by(date)
}
