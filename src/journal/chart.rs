//! Which account an amount goes to: the settings' own, or that of the chart.

use crate::date::Date;
use crate::model::settings::Settings;
use crate::schedule::{Problem, account};

use super::Used;

/// The number of the account of a role, and what it is.
pub(super) fn account_of(
    settings: &Settings,
    role: &str,
    class: &str,
    date: Date,
) -> Result<(String, Used), Problem> {
    // Accounts hold for whole fiscal years.
    let year = settings.calendar.period_of(date).map_or(date, |year| year.start);
    let known = account(role, class, year)?;
    Ok(match settings.accounts.number(role, class) {
        Some(number) if number != known.number => {
            (number.to_owned(), Used { kind: known.kind, label: String::new() })
        }
        _ => (known.number.clone(), Used { kind: known.kind, label: known.label.clone() }),
    })
}
