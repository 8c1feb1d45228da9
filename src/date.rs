//! Calendar dates and lengths of time. There are no time zones: a date is a day in the calendar.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate};

pub use chrono::NaiveDate as Date;

/// Why a text is no date or no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("`{0}` is not a calendar date: write year-month-day, such as 2023-02-28")]
    Date(String),
    #[error("`{0}` is not a length of time: write a number and y, mo, w or d, such as 5y or 36mo")]
    Duration(String),
    #[error("`{0}` is not a moment: write date, T, time and offset, such as 2026-03-31T08:14+02:00")]
    Time(String),
    #[error("the date lies outside the years 1 to 9999")]
    OutOfRange,
}

/// Reads an ISO 8601 calendar date `YYYY-MM-DD`; nothing shorter, longer or impossible.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let wrong = || DateError::Date(text.to_owned());
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return Err(wrong());
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let parts = (number(0..4), number(5..7), number(8..10));
    let (Some(year), Some(month), Some(day)) = parts else { return Err(wrong()) };
    if year == 0 {
        return Err(DateError::OutOfRange);
    }
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day).ok_or_else(wrong)
}

/// Reads a moment of ISO 8601 with its offset from UTC, `2026-03-31T08:14+02:00`; seconds may be left
/// out.
pub fn parse_time(text: &str) -> Result<DateTime<FixedOffset>, DateError> {
    let wrong = || DateError::Time(text.to_owned());
    let minutes = |text: &str| {
        let (start, offset) = text.split_at_checked(16)?;
        DateTime::parse_from_rfc3339(&format!("{start}:00{offset}")).ok()
    };
    match text.as_bytes().get(16) {
        Some(b':') => DateTime::parse_from_rfc3339(text).map_err(|_| wrong()),
        _ => minutes(text).ok_or_else(wrong),
    }
}

/// The day before.
pub fn day_before(date: Date) -> Date {
    date.pred_opt().unwrap_or(date)
}

/// The day after.
pub fn day_after(date: Date) -> Date {
    date.succ_opt().unwrap_or(date)
}

/// `date` plus calendar months, clamped to the end of a shorter month: 31 January + 1 month is
/// 28 or 29 February. Add from the original date each time; steps from a clamped date drift.
pub fn add_months(date: Date, months: u32) -> Result<Date, DateError> {
    date.checked_add_months(Months::new(months)).filter(|day| day.year() <= 9999).ok_or(DateError::OutOfRange)
}

/// A length of time in one calendar unit: `5y`, `36mo`, `2w`, `30d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Duration {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
enum Unit {
    Years,
    Months,
    Weeks,
    Days,
}

impl Duration {
    /// Whole calendar months, where the unit is years or months.
    pub fn months(&self) -> Option<u32> {
        match self.unit {
            Unit::Years => Some(self.count * 12),
            Unit::Months => Some(self.count),
            Unit::Weeks | Unit::Days => None,
        }
    }

    /// Days, where the unit is weeks or days.
    pub fn days(&self) -> Option<u32> {
        match self.unit {
            Unit::Weeks => Some(self.count * 7),
            Unit::Days => Some(self.count),
            Unit::Years | Unit::Months => None,
        }
    }

    /// Which of two lengths is longer. Days and months compare where no calendar can turn it round:
    /// 30 days are shorter than 2 months, and may be longer or shorter than one.
    pub fn compare(&self, other: &Duration) -> Option<Ordering> {
        match (self.months(), self.days(), other.months(), other.days()) {
            (Some(mine), _, Some(theirs), _) => Some(mine.cmp(&theirs)),
            (_, Some(mine), _, Some(theirs)) => Some(mine.cmp(&theirs)),
            (_, Some(days), Some(months), _) => days_against_months(days, months),
            (Some(months), _, _, Some(days)) => days_against_months(days, months).map(Ordering::reverse),
            _ => None,
        }
    }

    /// The day this long before `date`; in a shorter month its last day.
    pub fn before(&self, date: Date) -> Result<Date, DateError> {
        let earlier = match self.unit {
            Unit::Years => date.checked_sub_months(Months::new(self.count * 12)),
            Unit::Months => date.checked_sub_months(Months::new(self.count)),
            Unit::Weeks => date.checked_sub_days(Days::new(u64::from(self.count) * 7)),
            Unit::Days => date.checked_sub_days(Days::new(u64::from(self.count))),
        };
        earlier.filter(|day| day.year() >= 1).ok_or(DateError::OutOfRange)
    }

    /// The first day after a span of this length that begins on `start`.
    pub fn after(&self, start: Date) -> Result<Date, DateError> {
        self.times_after(1, start)
    }

    /// The first day after `times` spans of this length that begin on `start`, counted from
    /// `start` so that month ends do not drift.
    pub fn times_after(&self, times: u32, start: Date) -> Result<Date, DateError> {
        let count = self.count.checked_mul(times).ok_or(DateError::OutOfRange)?;
        let days = |days: u64| {
            start
                .checked_add_days(Days::new(days))
                .filter(|day| day.year() <= 9999)
                .ok_or(DateError::OutOfRange)
        };
        match self.unit {
            Unit::Years => add_months(start, count.checked_mul(12).ok_or(DateError::OutOfRange)?),
            Unit::Months => add_months(start, count),
            Unit::Weeks => days(u64::from(count) * 7),
            Unit::Days => days(u64::from(count)),
        }
    }
}

impl FromStr for Duration {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError::Duration(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit {
            "y" => Unit::Years,
            "mo" => Unit::Months,
            "w" => Unit::Weeks,
            "d" => Unit::Days,
            _ => return Err(wrong()),
        };
        if digits == 0 || digits > 4 || text.starts_with('0') {
            return Err(wrong());
        }
        let count = number.parse().map_err(|_| wrong())?;
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Years => "y",
            Unit::Months => "mo",
            Unit::Weeks => "w",
            Unit::Days => "d",
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// Months are 30.436875 days on average (the Gregorian calendar repeats after 146 097 days and 4800
/// months), and no span of months strays from that by more than three days.
fn days_against_months(days: u32, months: u32) -> Option<Ordering> {
    let average = u64::from(months) * 146_097 / 4800;
    match u64::from(days) {
        days if days + 4 < average => Some(Ordering::Less),
        days if days > average + 4 => Some(Ordering::Greater),
        _ => None,
    }
}

/// A span of days, both ends counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub start: Date,
    pub end: Date,
}

impl Period {
    pub fn contains(&self, date: Date) -> bool {
        self.start <= date && date <= self.end
    }

    /// The days that both periods share.
    pub fn intersection(&self, other: Period) -> Option<Period> {
        let common = Period { start: self.start.max(other.start), end: self.end.min(other.end) };
        (common.start <= common.end).then_some(common)
    }

    /// Number of days, both ends counted.
    pub fn days(&self) -> i64 {
        (self.end - self.start).num_days() + 1
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn reads_calendar_dates_only() {
        assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
        for text in [
            "2023-02-29",
            "2024-02-30",
            "2024-1-5",
            "0000-00-00",
            "0000-01-01",
            "99999-12-31",
            "2024-06-30T10:00:00",
            "",
            "20240630",
            "２０２４-01-01",
        ] {
            assert!(parse_date(text).is_err(), "{text:?} was read as a date");
        }
    }

    #[test]
    fn moments_have_an_offset_and_need_no_seconds() {
        let time = |text: &str| parse_time(text).map(|time| time.to_utc().to_rfc3339());
        assert_eq!(time("2026-03-31T08:14+02:00").as_deref(), Ok("2026-03-31T06:14:00+00:00"));
        assert_eq!(time("2026-03-31T08:14:30Z").as_deref(), Ok("2026-03-31T08:14:30+00:00"));
        for text in ["2026-03-31T08:14", "2026-03-31", "2026-03-31T25:00Z", "2026-02-30T08:00Z", "é"] {
            assert!(parse_time(text).is_err(), "{text:?} was read as a moment");
        }
    }

    #[test]
    fn months_clamp_from_the_original_day() {
        let end_of_january = date("2023-01-31");
        assert_eq!(add_months(end_of_january, 1), Ok(date("2023-02-28")));
        assert_eq!(add_months(end_of_january, 2), Ok(date("2023-03-31")));
        assert_eq!(add_months(date("9999-12-01"), 1), Err(DateError::OutOfRange));
    }

    #[test]
    fn durations_end_on_the_day_after() {
        let three_years: Duration = "3y".parse().unwrap();
        assert_eq!(three_years.after(date("2023-03-01")), Ok(date("2026-03-01")));
        assert_eq!(three_years.months(), Some(36));
        for text in ["", "y", "5", "0y", "05y", "5 y", "5Y", "-5y", "1.5y", "99999y"] {
            assert!(text.parse::<Duration>().is_err(), "{text:?} was read as a duration");
        }
    }

    #[test]
    fn lengths_compare_where_no_calendar_turns_them_round() {
        let compare = |one: &str, other: &str| {
            one.parse::<Duration>().unwrap().compare(&other.parse::<Duration>().unwrap())
        };
        assert_eq!(compare("1y", "12mo"), Some(Ordering::Equal));
        assert_eq!(compare("2w", "15d"), Some(Ordering::Less));
        assert_eq!(compare("30d", "2mo"), Some(Ordering::Less));
        assert_eq!(compare("3mo", "30d"), Some(Ordering::Greater));
        assert_eq!(compare("30d", "1mo"), None);
        assert_eq!(compare("365d", "1y"), None);
        assert_eq!(compare("400d", "1y"), Some(Ordering::Greater));
    }

    /// Every span of up to 50 months from every day of a leap cycle is within what is claimed.
    #[test]
    fn spans_of_months_stray_little_from_their_average() {
        for start in date("2096-01-01").iter_days().take(366 * 8 + 1) {
            for months in [1, 2, 3, 6, 11, 12, 18, 25, 48, 50] {
                let days = (add_months(start, months).unwrap() - start).num_days();
                let days = u32::try_from(days).unwrap();
                assert_eq!(days_against_months(days, months), None, "{start} + {months} months");
            }
        }
    }

    #[test]
    fn durations_go_back_in_their_own_unit() {
        let before = |length: &str, day: &str| length.parse::<Duration>().unwrap().before(date(day));
        assert_eq!(before("1mo", "2024-03-31"), Ok(date("2024-02-29")));
        assert_eq!(before("1y", "2024-02-29"), Ok(date("2023-02-28")));
        assert_eq!(before("2w", "2024-01-01"), Ok(date("2023-12-18")));
        assert_eq!(before("9999y", "2024-01-01"), Err(DateError::OutOfRange));
    }

    #[test]
    fn periods_count_both_ends() {
        let year = Period { start: date("2024-01-01"), end: date("2024-12-31") };
        assert_eq!(year.days(), 366);
        let later = Period { start: date("2024-12-31"), end: date("2025-06-30") };
        assert_eq!(year.intersection(later).unwrap().days(), 1);
        assert_eq!(later.intersection(Period { start: date("2023-01-01"), end: date("2023-12-31") }), None);
    }
}
