//! Business hours: the time that a service level counts.

use chrono::{Datelike, Duration, NaiveDateTime, NaiveTime, Weekday};
use indexmap::IndexMap;

use crate::date::{Date, Period, parse_date};

/// The hours of a week and the days off. Times are local: those in which facts are written, whatever
/// their offset from UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusinessHours {
    /// From Monday; seconds from midnight.
    week: [Option<(u32, u32)>; 7],
    holidays: Vec<Date>,
}

/// A stretch of local time, its end not counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stretch {
    pub start: NaiveDateTime,
    pub end: NaiveDateTime,
}

impl Stretch {
    pub fn seconds(&self) -> i64 {
        (self.end - self.start).num_seconds().max(0)
    }

    pub fn intersection(&self, other: Stretch) -> Option<Stretch> {
        let common = Stretch { start: self.start.max(other.start), end: self.end.min(other.end) };
        (common.start < common.end).then_some(common)
    }
}

const DAY: u32 = 24 * 60 * 60;

impl BusinessHours {
    /// Every hour of every day.
    pub const ALWAYS: BusinessHours = BusinessHours { week: [Some((0, DAY)); 7], holidays: Vec::new() };

    /// Reads hours by day (`mon: 08:00-18:00`) and days off; `None` where a text is none. Hours that end
    /// before they begin are no hours.
    pub fn read(hours: &IndexMap<String, String>, holidays: &[String]) -> Option<BusinessHours> {
        let mut week = [None; 7];
        for (day, text) in hours {
            let day: Weekday = day.parse().ok()?;
            let (start, end) = text.split_once('-')?;
            let hours = (seconds(start)?, seconds(end)?);
            *week.get_mut(day.num_days_from_monday() as usize)? = Some(hours).filter(|(from, to)| from < to);
        }
        let holidays = holidays.iter().map(|text| parse_date(text).ok()).collect::<Option<_>>()?;
        Some(BusinessHours { week, holidays })
    }

    /// The hours of each day of a period, in order; hours that touch are one stretch.
    pub fn stretches(&self, period: Period) -> Vec<Stretch> {
        let days = period.start.iter_days().take_while(|day| *day <= period.end);
        let hours = days.filter_map(|day| {
            let weekday = day.weekday().num_days_from_monday() as usize;
            let (from, to) = self.week.get(weekday).copied().flatten()?;
            let at = |seconds: u32| Some(day.and_time(NaiveTime::MIN) + Duration::seconds(seconds.into()));
            (!self.holidays.contains(&day)).then_some(Stretch { start: at(from)?, end: at(to)? })
        });
        union(hours.collect())
    }

    /// The seconds of the longest day: what `1d` of a promise is.
    pub fn day(&self) -> u32 {
        self.week.iter().flatten().map(|(from, to)| to - from).max().unwrap_or(DAY)
    }
}

/// The same time without overlaps, in order.
pub fn union(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut merged: Vec<Stretch> = Vec::new();
    for stretch in stretches.into_iter().filter(|stretch| stretch.start < stretch.end) {
        match merged.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => merged.push(stretch),
        }
    }
    merged
}

/// What of some time lies in other time; both without overlaps and in order.
pub fn common(one: &[Stretch], other: &[Stretch]) -> Vec<Stretch> {
    let mut found = Vec::new();
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        found.extend(a.intersection(**b));
        if a.end <= b.end {
            left.next()
        } else {
            right.next()
        };
    }
    found
}

/// What of some time lies outside other time; both without overlaps and in order.
pub fn without(time: &[Stretch], excluded: &[Stretch]) -> Vec<Stretch> {
    let mut left: Vec<Stretch> = time.to_vec();
    for cut in excluded {
        let parts = left.into_iter().flat_map(|stretch| {
            let before = Stretch { start: stretch.start, end: stretch.end.min(cut.start) };
            let after = Stretch { start: stretch.start.max(cut.end), end: stretch.end };
            [before, after]
        });
        left = parts.filter(|stretch| stretch.start < stretch.end).collect();
    }
    left
}

fn seconds(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then_some(hours * 3600 + minutes * 60).filter(|seconds| *seconds <= DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period { start: parse_date(from).unwrap(), end: parse_date(to).unwrap() }
    }

    fn total(stretches: &[Stretch]) -> i64 {
        stretches.iter().map(Stretch::seconds).sum()
    }

    fn office() -> BusinessHours {
        let hours = [("mon", "08:00-18:00"), ("fri", "08:00-12:30")];
        let hours = hours.into_iter().map(|(day, hours)| (day.to_owned(), hours.to_owned())).collect();
        BusinessHours::read(&hours, &["2026-05-01".to_owned()]).unwrap()
    }

    #[test]
    fn a_month_without_business_hours_is_all_of_its_time() {
        let june = BusinessHours::ALWAYS.stretches(period("2026-06-01", "2026-06-30"));
        assert_eq!((june.len(), total(&june)), (1, 30 * 24 * 3600));
    }

    /// May 2026 has the Mondays 4, 11, 18, 25 and the Fridays 1 (Labour Day), 8, 15, 22, 29.
    #[test]
    fn hours_are_those_of_the_week_without_the_days_off() {
        let may = office().stretches(period("2026-05-01", "2026-05-31"));
        assert_eq!(total(&may), 4 * 10 * 3600 + 4 * 9 * 1800);
        assert_eq!(office().day(), 10 * 3600);
    }

    #[test]
    fn hours_that_end_before_they_begin_are_none() {
        let hours = IndexMap::from([("mon".to_owned(), "18:00-08:00".to_owned())]);
        let never = BusinessHours::read(&hours, &[]).unwrap();
        assert_eq!(never.stretches(period("2026-05-01", "2026-05-31")), []);
    }

    #[test]
    fn time_is_cut_and_shared() {
        let at = |hour: u32| parse_date("2026-05-04").unwrap().and_hms_opt(hour, 0, 0).unwrap();
        let stretch = |from: u32, to: u32| Stretch { start: at(from), end: at(to) };
        let outages = union(vec![stretch(9, 11), stretch(2, 4), stretch(10, 12)]);
        assert_eq!(outages, [stretch(2, 4), stretch(9, 12)]);
        assert_eq!(
            common(&outages, &[stretch(3, 10), stretch(11, 20)]),
            [stretch(3, 4), stretch(9, 10), stretch(11, 12)]
        );
        assert_eq!(without(&outages, &[stretch(3, 10)]), [stretch(2, 3), stretch(10, 12)]);
    }
}
