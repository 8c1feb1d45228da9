//! Fiscal years.

use chrono::Datelike;

use crate::date::{Date, Period, day_before};

/// When the organisation's fiscal years begin and end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FiscalCalendar {
    /// Years of twelve months that begin on this day.
    Yearly { month: u32, day: u32 },
    /// Years as listed, in order, of any length.
    Listed(Vec<FiscalYear>),
}

/// A fiscal year, both ends counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FiscalYear {
    pub id: String,
    pub period: Period,
}

impl FiscalCalendar {
    /// The fiscal year that `date` falls into; `None` where the listed years do not reach.
    pub fn year_of(&self, date: Date) -> Option<FiscalYear> {
        match self {
            FiscalCalendar::Listed(years) => years.iter().find(|year| year.period.contains(date)).cloned(),
            FiscalCalendar::Yearly { .. } => {
                let period = self.period_of(date)?;
                // A year is named after the calendar year in which it ends.
                Some(FiscalYear { id: format!("FY{:04}", period.end.year()), period })
            }
        }
    }

    /// The days of the fiscal year that `date` falls into.
    pub fn period_of(&self, date: Date) -> Option<Period> {
        match self {
            FiscalCalendar::Listed(years) => {
                years.iter().map(|year| year.period).find(|period| period.contains(date))
            }
            FiscalCalendar::Yearly { .. } => {
                let this = self.yearly_start(date.year())?;
                let start = if this <= date { this } else { self.yearly_start(date.year() - 1)? };
                Some(Period { start, end: day_before(self.yearly_start(start.year() + 1)?) })
            }
        }
    }

    /// The fiscal year of this name.
    pub fn by_id(&self, id: &str) -> Option<FiscalYear> {
        match self {
            FiscalCalendar::Listed(years) => years.iter().find(|year| year.id == id).cloned(),
            FiscalCalendar::Yearly { .. } => {
                let year: i32 = id.strip_prefix("FY")?.parse().ok()?;
                let start = self.yearly_start(year)?;
                [day_before(start), start]
                    .into_iter()
                    .filter_map(|day| self.year_of(day))
                    .find(|found| found.id == id)
            }
        }
    }

    fn yearly_start(&self, year: i32) -> Option<Date> {
        let FiscalCalendar::Yearly { month, day } = self else { return None };
        // 29 February is the 28th in a common year.
        Date::from_ymd_opt(year, *month, *day).or_else(|| Date::from_ymd_opt(year, *month, 28))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    fn date(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn years_begin_on_any_day_and_are_named_after_their_end() {
        let calendar = FiscalCalendar::Yearly { month: 7, day: 1 };
        let year = calendar.year_of(date("2024-08-15")).unwrap();
        assert_eq!(
            (year.id.as_str(), year.period.to_string().as_str()),
            ("FY2025", "2024-07-01 to 2025-06-30")
        );
        assert_eq!(calendar.year_of(date("2024-06-30")).unwrap().id, "FY2024");
        assert_eq!(calendar.by_id("FY2025"), Some(year));
        let calendar = FiscalCalendar::Yearly { month: 1, day: 1 };
        assert_eq!(calendar.by_id("FY2024").unwrap().period.to_string(), "2024-01-01 to 2024-12-31");
        assert_eq!(calendar.by_id("2024"), None);
    }

    #[test]
    fn listed_years_may_be_short_and_end() {
        let period = Period { start: date("2020-06-01"), end: date("2020-12-31") };
        let calendar = FiscalCalendar::Listed(vec![FiscalYear { id: "FY2020".into(), period }]);
        assert_eq!(calendar.year_of(date("2020-06-27")).map(|year| year.id).as_deref(), Some("FY2020"));
        assert_eq!(calendar.year_of(date("2021-01-01")), None);
    }
}
