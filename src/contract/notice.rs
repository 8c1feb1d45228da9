//! When a contract's term ends, and until when notice can be given.

use chrono::Days;

use crate::date::{Date, Duration, Period, day_after, day_before};
use crate::model::contract::{Contract, Renewal};

/// The term of the contract that `date` falls into, renewals counted; `None` where it does not run
/// then, or has no end.
pub fn term_at(contract: Contract<'_>, date: Date) -> Option<Period> {
    let initial = Period { start: contract.start()?, end: contract.initial_end()? };
    if date <= initial.end {
        return initial.contains(date).then_some(initial);
    }
    let Renewal::Tacit(Some(period)) = contract.renewal() else { return None };
    renewed_term(day_after(initial.end), period, date)
}

/// The last day on which notice for the end of a term can be given, on `date` or later; `None` where
/// the contract asks for no notice or will not have such a day.
pub fn notice_by(contract: Contract<'_>, date: Date) -> Option<Date> {
    let notice: Duration = contract.0.get("renewal.notice")?.text()?.parse().ok()?;
    // A term that ends sooner has its deadline behind it. Months differ by up to three days, so the
    // terms around that day are tried.
    let earliest = notice.after(date).ok()?.checked_sub_days(Days::new(4))?;
    let mut term = term_at(contract, earliest.max(date).max(contract.start()?))?;
    loop {
        let deadline = day_before(notice.before(day_after(term.end)).ok()?);
        if deadline >= date {
            return Some(deadline);
        }
        term = term_at(contract, day_after(term.end)).filter(|next| next.end > term.end)?;
    }
}

/// The term of this length that holds `date`, counted from `first` so that month ends do not drift.
fn renewed_term(first: Date, period: Duration, date: Date) -> Option<Period> {
    let start = |number: u32| match number {
        0 => Some(first),
        _ => period.times_after(number, first).ok(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::model::Kind;
    use crate::snapshot::testing::snapshot;

    fn with_contract<T>(terms: &str, look: impl FnOnce(Contract<'_>) -> T) -> T {
        let text = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
        let estate = snapshot(&[("contracts/c.yaml", &text)]);
        look(Contract(estate.get(Kind::Contract, "c").unwrap()))
    }

    fn notice(terms: &str, date: &str) -> Option<String> {
        let date = parse_date(date).unwrap();
        with_contract(terms, |contract| notice_by(contract, date).map(|day| day.to_string()))
    }

    const YEARLY: &str =
        "term: {start: 2021-04-01, length: 3y}\nrenewal: {mode: tacit, period: 1y, notice: 3mo}\n";

    #[test]
    fn terms_follow_each_other_without_drift() {
        let term = |terms: &str, date: &str| {
            let date = parse_date(date).unwrap();
            with_contract(terms, |contract| term_at(contract, date).map(|term| term.to_string()))
        };
        assert_eq!(term(YEARLY, "2024-03-31").as_deref(), Some("2021-04-01 to 2024-03-31"));
        assert_eq!(term(YEARLY, "2024-04-01").as_deref(), Some("2024-04-01 to 2025-03-31"));
        assert_eq!(term(YEARLY, "2026-11-24").as_deref(), Some("2026-04-01 to 2027-03-31"));
        assert_eq!(term(YEARLY, "2021-03-31"), None);
        let monthly = "term: {start: 2023-01-31, length: 1mo}\nrenewal: {mode: tacit, period: 1mo}\n";
        assert_eq!(term(monthly, "2023-03-30").as_deref(), Some("2023-03-28 to 2023-04-27"));
        let ending = "term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: express}\n";
        assert_eq!(term(ending, "2024-01-01"), None);
        assert_eq!(term("term: {start: 2023-01-01}\n", "2024-01-01"), None);
    }

    /// Three months before the end of 31 March 2027 is 31 December 2026: whoever gives notice on
    /// 1 January is bound for another year.
    #[test]
    fn notice_is_due_before_each_term_ends() {
        assert_eq!(notice(YEARLY, "2026-11-24").as_deref(), Some("2026-12-31"));
        assert_eq!(notice(YEARLY, "2026-12-31").as_deref(), Some("2026-12-31"));
        assert_eq!(notice(YEARLY, "2027-01-01").as_deref(), Some("2027-12-31"));
        assert_eq!(notice(YEARLY, "2020-01-01").as_deref(), Some("2023-12-31"));
        let express = "term: {start: 2023-09-01, length: 4y}\nrenewal: {mode: express, notice: 6mo}\n";
        assert_eq!(notice(express, "2026-11-24").as_deref(), Some("2027-02-28"));
        assert_eq!(notice(express, "2027-03-01"), None);
        assert_eq!(
            notice("term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: none}\n", "2023-02-01"),
            None
        );
    }

    #[test]
    fn a_notice_longer_than_the_period_is_due_terms_before() {
        let terms =
            "term: {start: 2023-01-01, length: 1y}\nrenewal: {mode: tacit, period: 1mo, notice: 1y}\n";
        assert_eq!(notice(terms, "2026-11-24").as_deref(), Some("2026-11-30"));
    }
}
