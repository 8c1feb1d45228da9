//! What a promise in some hours comes to, at worst, in others.
//!
//! Four hours of a supplier who works by day may end the next morning, or on Monday: on the clock that
//! is far more than four. An incident may begin at any moment of the year that follows, and the worst
//! moment counts; time under the supplier's promise passes in the supplier's hours, what it takes is
//! counted in ours. Of an availability, all the outage that is allowed may fall into our hours; outside
//! the supplier's hours nothing is taken to fail.

use chrono::{Days, Duration, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use crate::date::{Date, Period, day_before};
use crate::model::business_hours::{BusinessHours, Stretch, common};

/// The hours of a calendar, laid out over days to come.
pub(super) struct Hours {
    stretches: Vec<Stretch>,
    /// The seconds of all stretches before each.
    passed: Vec<i64>,
    /// Incidents begin before it: what they take is to end within the stretches.
    last_start: NaiveDateTime,
}

impl Hours {
    /// The hours of two years of 52 weeks from a day; `None` beyond the last day that there is.
    pub fn of(hours: &BusinessHours, from: Date) -> Option<Hours> {
        let after = |weeks: u64| from.checked_add_days(Days::new(weeks * 7));
        let stretches = hours.stretches(Period { start: from, end: day_before(after(104)?) });
        let mut sum = 0;
        let passed = stretches.iter().map(|stretch| {
            let before = sum;
            sum += stretch.seconds();
            before
        });
        let passed = passed.collect();
        let last_start = after(52)?.and_time(NaiveTime::MIN);
        Some(Hours { stretches, passed, last_start })
    }

    /// The most seconds of these hours that may pass until so many seconds of `theirs` have.
    pub fn longest(&self, theirs: &Hours, seconds: i64) -> i64 {
        let edges = |hours: &Hours| {
            let edges = hours.stretches.iter().flat_map(|stretch| [stretch.start, stretch.end]);
            edges.collect::<Vec<NaiveDateTime>>()
        };
        let edges = [edges(self), edges(theirs)].concat();
        // What is taken grows and shrinks evenly between moments at which one of the hours begins or
        // ends where the incident begins, or where it ends.
        let ends = edges.iter().filter_map(|edge| theirs.reached(theirs.by(*edge) - seconds));
        let starts = edges.iter().copied().chain(ends).filter(|start| *start < self.last_start);
        let most = starts.map(|start| self.by(theirs.end_of(start, seconds)) - self.by(start)).max();
        most.unwrap_or(0)
    }

    /// The percent of these hours that is left, where so many percent of `theirs` are kept. `None`
    /// where there are no such hours.
    pub fn least(&self, theirs: &Hours, percent: Decimal) -> Option<Decimal> {
        let seconds = |hours: &[Stretch]| hours.iter().map(Stretch::seconds).sum::<i64>();
        let lost = (Decimal::ONE_HUNDRED - percent).max(Decimal::ZERO);
        let lost = lost.checked_mul(seconds(&theirs.stretches).into())?;
        let most =
            Decimal::ONE_HUNDRED.checked_mul(seconds(&common(&self.stretches, &theirs.stretches)).into())?;
        Some(Decimal::ONE_HUNDRED - lost.min(most).checked_div(seconds(&self.stretches).into())?)
    }

    /// The seconds that have passed by a moment.
    fn by(&self, moment: NaiveDateTime) -> i64 {
        let begun = self.stretches.partition_point(|stretch| stretch.start < moment);
        let last = begun.checked_sub(1).and_then(|at| self.stretches.get(at).zip(self.passed.get(at)));
        last.map_or(0, |(stretch, passed)| passed + (moment.min(stretch.end) - stretch.start).num_seconds())
    }

    /// The first moment by which so many seconds have passed.
    fn reached(&self, seconds: i64) -> Option<NaiveDateTime> {
        self.moment(self.passed.partition_point(|passed| *passed < seconds), seconds)
    }

    /// When a count of seconds ends that begins at a moment or, where that is later, just after it: what
    /// begins within the hours and would end with them goes on when they begin again.
    fn end_of(&self, start: NaiveDateTime, seconds: i64) -> NaiveDateTime {
        let end = self.by(start) + seconds;
        let begun = self.stretches.partition_point(|stretch| stretch.start <= start);
        let current = begun.checked_sub(1).and_then(|at| self.stretches.get(at));
        let found = match current.is_some_and(|stretch| start < stretch.end) {
            true => self.moment(self.passed.partition_point(|passed| *passed <= end), end),
            false => self.reached(end),
        };
        found.or_else(|| Some(self.stretches.last()?.end)).unwrap_or(self.last_start)
    }

    /// The moment at which so many seconds have passed, in the stretch before a position.
    fn moment(&self, before: usize, seconds: i64) -> Option<NaiveDateTime> {
        let at = before.checked_sub(1)?;
        let (stretch, passed) = self.stretches.get(at).zip(self.passed.get(at))?;
        let moment = stretch.start + Duration::seconds(seconds - passed);
        (moment <= stretch.end).then_some(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    const HOUR: i64 = 3600;

    fn hours(days: &[(&str, &str)], holidays: &[&str]) -> Hours {
        let days = days.iter().map(|(day, hours)| ((*day).to_owned(), (*hours).to_owned())).collect();
        let holidays: Vec<String> = holidays.iter().map(|day| (*day).to_owned()).collect();
        Hours::of(&BusinessHours::read(&days, &holidays).unwrap(), parse_date("2026-01-01").unwrap()).unwrap()
    }

    fn week(hours_of_day: &str, holidays: &[&str]) -> Hours {
        hours(&["mon", "tue", "wed", "thu", "fri"].map(|day| (day, hours_of_day)), holidays)
    }

    fn always() -> Hours {
        Hours::of(&BusinessHours::ALWAYS, parse_date("2026-01-01").unwrap()).unwrap()
    }

    /// What is reported on Friday just after 14:00 is mended just after 8:00 on Monday, 66 hours later;
    /// with Monday off, 90. A whole day of ten hours, from Friday 18:00, ends on Monday at 18:00.
    #[test]
    fn business_hours_last_over_the_weekend() {
        let office = week("08:00-18:00", &[]);
        assert_eq!(always().longest(&office, 4 * HOUR), 66 * HOUR);
        assert_eq!(always().longest(&office, 10 * HOUR), 72 * HOUR);
        let with_holiday = week("08:00-18:00", &["2026-04-06"]);
        assert_eq!(always().longest(&with_holiday, 4 * HOUR), 90 * HOUR);
        // Every hour of ours is one of theirs; and of eight on the clock all may be ours.
        assert_eq!(office.longest(&always(), 8 * HOUR), 8 * HOUR);
        assert_eq!(office.longest(&always(), 12 * HOUR), 10 * HOUR);
    }

    /// Two hours of theirs that begin just after 16:00 end at noon of the day after: of ours, four hours
    /// of that day and six of the next.
    #[test]
    fn hours_that_overlap_are_counted_where_both_run() {
        let (ours, theirs) = (week("06:00-20:00", &[]), week("12:00-18:00", &[]));
        assert_eq!(ours.longest(&theirs, 2 * HOUR), 10 * HOUR);
        assert_eq!(theirs.longest(&ours, 2 * HOUR), 2 * HOUR);
        // Nobody ever comes: for all of the 52 weeks.
        assert_eq!(always().longest(&hours(&[], &[]), HOUR), 364 * 24 * HOUR);
    }

    /// 1 % of 168 hours a week is 1.68, all of which may fall into 50: 3.36 %. The other way round half
    /// an hour is 0.2976… % of 168.
    #[test]
    fn outages_may_fall_into_the_hours_that_count() {
        let (office, always) = (week("08:00-18:00", &[]), always());
        let least = |ours: &Hours, theirs: &Hours| ours.least(theirs, Decimal::from(99)).unwrap();
        assert_eq!(least(&office, &always), "96.64".parse().unwrap());
        assert_eq!(least(&always, &office).trunc_with_scale(4), "99.7023".parse().unwrap());
        // No more fails than both have.
        assert_eq!(office.least(&always, Decimal::from(10)), Some(Decimal::ZERO));
        assert_eq!(hours(&[], &[]).least(&always, Decimal::from(99)), None);
    }
}
