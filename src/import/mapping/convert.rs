//! Cells as the values that the schema asks for. What cannot be read is an error, never a guess.

use std::str::FromStr;

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde::Deserialize;

use super::{Row, Template};
use crate::money::{Currency, Money};

/// Dates before are misread, not old: the year 23 of `02/17/23` read as four digits.
const EARLIEST_YEAR: i32 = 1900;

/// How amounts are written in the source.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyRule {
    /// A code such as `EUR`, or the column that holds it.
    currency: Template,
    /// What stands before the cents.
    #[serde(default = "point")]
    decimal: char,
}

fn point() -> char {
    '.'
}

impl MoneyRule {
    pub fn currency(&self) -> &Template {
        &self.currency
    }

    pub fn check(&self) -> Result<(), String> {
        match self.decimal {
            '.' | ',' => Ok(()),
            other => Err(format!("`decimal: {other}` must be a point or a comma")),
        }
    }

    /// `1 234,50 €` as `1234.50 EUR`, digit by digit.
    pub fn read(&self, text: &str, row: &Row<'_>) -> Result<String, String> {
        let wrong = |why: &str| format!("`{text}` is not an amount: {why}");
        let code = self.currency.fill(row).ok_or_else(|| wrong("the row names no currency"))?;
        let currency = Currency::from_str(&code).map_err(|error| error.to_string())?;
        let is_sign = |c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+');
        let number = text.trim_matches(is_sign).trim_start_matches('+');
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
        let (whole, cents) = digits.split_once(self.decimal).unwrap_or((digits, ""));
        let whole = without_groups(whole, self.decimal).ok_or_else(|| {
            wrong(&format!("the mapping says that `{}` stands before the cents", self.decimal))
        })?;
        if !cents.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong("there are other signs than digits among the cents"));
        }
        // Zeros that say nothing may be more than the currency has digits.
        let kept = usize::try_from(currency.minor_digits()).unwrap_or(0);
        let spare = cents.get(kept..).is_some_and(|spare| spare.bytes().all(|byte| byte == b'0'));
        let cents = if spare { cents.get(..kept).unwrap_or(cents) } else { cents };
        let point = if cents.is_empty() { "" } else { "." };
        let money = format!("{sign}{whole}{point}{cents} {code}");
        Money::from_str(&money).map(|_| money).map_err(|error| error.to_string())
    }
}

/// The digits of `1 234` or `1,234` where they stand in groups of three.
fn without_groups(whole: &str, decimal: char) -> Option<String> {
    let is_separator =
        |c: char| c != decimal && matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}');
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    (grouped && groups.iter().all(digits)).then(|| groups.concat())
}

/// Whether a form of dates can be read.
pub fn check_date_format(format: &str) -> Result<(), String> {
    match StrftimeItems::new(format).any(|item| item == Item::Error) {
        true => Err(format!("`{format}` is no form of dates: write one such as %d/%m/%Y")),
        false => Ok(()),
    }
}

/// A date in one of the formats, as `YYYY-MM-DD`.
pub fn date(text: &str, formats: &[String]) -> Result<String, String> {
    const ISO: [&str; 1] = ["%Y-%m-%d"];
    let formats: Vec<&str> = match formats {
        [] => ISO.to_vec(),
        formats => formats.iter().map(String::as_str).collect(),
    };
    let parsed = formats.iter().find_map(|format| {
        let day = NaiveDate::parse_from_str(text, format);
        day.or_else(|_| NaiveDateTime::parse_from_str(text, format).map(|time| time.date())).ok()
    });
    match parsed {
        Some(date) if (EARLIEST_YEAR..=9999).contains(&date.year()) => {
            Ok(date.format("%Y-%m-%d").to_string())
        }
        Some(date) => Err(format!("`{text}` would be in the year {}", date.year())),
        None => Err(format!("`{text}` is not a date of the form {}", formats.join(" or "))),
    }
}

/// A whole number divided, rounded to the nearest.
pub fn divided(text: &str, by: u32) -> Result<String, String> {
    let number: u64 = text.parse().map_err(|_| format!("`{text}` is not a whole number"))?;
    let by = u64::from(by);
    let half = by / 2;
    number
        .checked_add(half)
        .and_then(|sum| sum.checked_div(by))
        .map(|quotient| quotient.to_string())
        .ok_or_else(|| format!("`{text}` cannot be divided by {by}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(rule: &str, text: &str) -> Result<String, String> {
        let rule: MoneyRule = serde_yaml::from_str(rule).unwrap();
        rule.read(text, &Row(&|name| (name == "Currency").then_some("USD")))
    }

    #[test]
    fn amounts_are_read_digit_by_digit() {
        for (text, amount) in [
            ("1,234.50", "1234.50 USD"),
            ("$1,234.5", "1234.5 USD"),
            ("8420", "8420 USD"),
            ("1200.0000", "1200.00 USD"),
            ("-3.10 USD", "-3.10 USD"),
            ("0.01", "0.01 USD"),
        ] {
            assert_eq!(money("{currency: '{Currency}'}", text).as_deref(), Ok(amount), "{text}");
        }
        assert_eq!(money("{currency: EUR, decimal: ','}", "1 234,50 €").as_deref(), Ok("1234.50 EUR"));
        assert_eq!(money("{currency: EUR, decimal: ','}", "1.234.567,8").as_deref(), Ok("1234567.8 EUR"));
        assert_eq!(money("{currency: JPY}", "1,200.00").as_deref(), Ok("1200 JPY"));
    }

    #[test]
    fn amounts_that_would_be_guessed_are_refused() {
        for text in ["1.234,50", "12,34", "abc", "", "1..2", "1.5.5", "1,2345.00", "1.005"] {
            assert!(money("{currency: EUR}", text).is_err(), "{text}: {:?}", money("{currency: EUR}", text));
        }
        assert!(money("{currency: '{Missing}'}", "5").is_err_and(|error| error.contains("no currency")));
        assert!(money("{currency: EUX}", "5").is_err_and(|error| error.contains("EUX")));
    }

    #[test]
    fn dates_are_read_by_their_formats_alone() {
        let formats = |formats: &[&str]| formats.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        assert_eq!(date("2023-02-17", &[]).as_deref(), Ok("2023-02-17"));
        let us = formats(&["%m/%d/%Y", "%Y-%m-%d %H:%M:%S"]);
        assert_eq!(date("02/17/2023", &us).as_deref(), Ok("2023-02-17"));
        assert_eq!(date("2023-02-17 09:30:00", &us).as_deref(), Ok("2023-02-17"));
        assert!(date("17/02/2023", &us).is_err_and(|error| error.contains("%m/%d/%Y or %Y-%m-%d %H:%M:%S")));
        for wrong in ["02/17/23", "02/30/2023", "0000-00-00", "44974", "tomorrow", ""] {
            assert!(date(wrong, &us).is_err(), "{wrong}");
        }
    }

    #[test]
    fn division_rounds_to_the_nearest() {
        assert_eq!(divided("4096", 1024).as_deref(), Ok("4"));
        assert_eq!(divided("1535", 1024).as_deref(), Ok("1"));
        assert_eq!(divided("1536", 1024).as_deref(), Ok("2"));
        assert!(divided("4 GB", 1024).is_err() && divided("4", 0).is_err());
    }
}
