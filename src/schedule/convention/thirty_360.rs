use chrono::Datelike;

use super::{Convention, Measure, Running, same_day};
use crate::date::{Date, Duration, day_after};

/// The French commercial year: every month has 30 days, the year 360; the first and the last day
/// count. PCG art. 214-13 asks for a systematic spread and fixes no day count; 30/360 is the usage
/// of French practice (GLPI, Axelor and teaching texts agree on it).
pub static CONVENTION: Convention = Convention {
    name: "thirty_360",
    title: "30/360, first and last day counted",
    description: "takes every month as 30 days and the year as 360, first and last day counted",
    measure: Measure::Running(Running { begins: same_day, elapsed, life }),
};

/// 360 a year, 30 a month; the 31st is the 30th, and so is the last day of February as a last day.
pub(super) fn elapsed(start: Date, date: Date) -> i64 {
    let last_day = if day_after(date).day() == 1 { 30 } else { i64::from(date.day()) };
    let first_day = i64::from(start.day()).min(30);
    let years = i64::from(date.year() - start.year());
    let months = i64::from(date.month()) - i64::from(start.month());
    360 * years + 30 * months + last_day - first_day + 1
}

fn life(_start: Date, life: Duration) -> Option<i64> {
    life.months().map(|months| i64::from(months) * 30)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    fn days(start: &str, date: &str) -> i64 {
        elapsed(parse_date(start).unwrap(), parse_date(date).unwrap())
    }

    /// Cases fr-lin-004 (in service on 31 December: one day) and fr-lin-006 (27 June to
    /// 31 December: 184 days) of the published tables.
    #[test]
    fn counts_both_ends_in_months_of_thirty_days() {
        assert_eq!(days("2020-12-31", "2020-12-31"), 1);
        assert_eq!(days("2020-06-27", "2020-12-31"), 184);
        assert_eq!(days("2024-01-01", "2024-12-31"), 360);
        assert_eq!(days("2023-03-01", "2023-12-31"), 300);
        assert_eq!(days("2024-02-29", "2024-12-31"), 302);
    }

    #[test]
    fn february_ends_a_month_of_thirty_days() {
        assert_eq!(days("2023-02-01", "2023-02-28"), 30);
        assert_eq!(days("2024-02-01", "2024-02-28"), 28);
        assert_eq!(days("2024-02-01", "2024-02-29"), 30);
    }
}
