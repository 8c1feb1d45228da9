//! The chart of accounts that journals are written in.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{date, loaded, read};
use crate::date::Date;
use crate::schedule::problem::{Problem, problem};

/// What an account counts, as ledgers ask for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    Assets,
    Liabilities,
    Equity,
    Income,
    Expenses,
}

/// An account of the chart.
pub struct Account {
    pub role: String,
    pub number: String,
    pub kind: AccountType,
    pub label: String,
    /// Of items of this nature alone.
    nature: Option<String>,
    from: Date,
    until: Date,
}

struct Chart {
    intangible: Vec<String>,
    accounts: Vec<Account>,
}

fn chart() -> Result<&'static Chart, Problem> {
    #[derive(Deserialize)]
    struct RawChart {
        intangible: Vec<String>,
        accounts: Vec<RawAccount>,
    }
    #[derive(Deserialize)]
    struct RawAccount {
        role: String,
        nature: Option<String>,
        from: Option<String>,
        until: Option<String>,
        account: String,
        r#type: AccountType,
        label: String,
    }
    static DATA: LazyLock<Option<Chart>> = LazyLock::new(|| {
        read(include_str!("accounts.yaml"), |raw: RawChart| {
            let account = |raw: RawAccount| {
                Some(Account {
                    from: date(raw.from.as_ref(), Date::MIN)?,
                    until: date(raw.until.as_ref(), Date::MAX)?,
                    role: raw.role,
                    number: raw.account,
                    kind: raw.r#type,
                    label: raw.label,
                    nature: raw.nature,
                })
            };
            let accounts = raw.accounts.into_iter().map(account).collect::<Option<_>>()?;
            Some(Chart { intangible: raw.intangible, accounts })
        })
    });
    loaded(&DATA)
}

/// The account of a role for items of a class, in a fiscal year that begins on this day.
pub fn account(role: &str, class: &str, year: Date) -> Result<&'static Account, Problem> {
    let chart = chart()?;
    let nature = if chart.intangible.iter().any(|name| name == class) { "intangible" } else { "tangible" };
    let holds = |account: &&Account| {
        account.role == role
            && account.from <= year
            && year <= account.until
            && account.nature.as_deref().is_none_or(|own| own == nature)
    };
    match chart.accounts.iter().find(holds) {
        Some(account) => Ok(account),
        None => problem(format!("the chart of accounts knows no `{role}` for years from {year}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    /// A role that the schema does not know could not be given another number.
    #[test]
    fn the_schema_lists_the_roles() {
        let mut roles: Vec<&str> = Vec::new();
        for account in &chart().unwrap().accounts {
            if !roles.contains(&account.role.as_str()) {
                roles.push(&account.role);
            }
        }
        let text = include_str!("../../../schemas/settings.schema.json");
        let schema: serde_json::Value = serde_json::from_str(text).unwrap();
        let accounts = &schema["properties"]["accounts"]["properties"];
        let classes = &accounts["classes"]["additionalProperties"];
        for numbers in [&accounts["default"], classes] {
            assert_eq!(numbers["propertyNames"]["enum"], serde_json::json!(roles));
        }
    }

    #[test]
    fn accounts_depend_on_nature_and_year() {
        let number = |role: &str, class: &str, year: &str| {
            account(role, class, parse_date(year).unwrap()).unwrap().number.as_str()
        };
        assert_eq!(number("accumulated", "server", "2024-01-01"), "28183");
        assert_eq!(number("accumulated", "licence", "2024-01-01"), "2805");
        // A year that began in 2024 keeps the old accounts to its end.
        assert_eq!(number("disposal_value", "server", "2024-07-01"), "675");
        assert_eq!(number("disposal_value", "server", "2025-01-01"), "657");
        assert_eq!(number("disposal_proceeds", "server", "2025-07-01"), "757");
        assert!(account("no_role", "server", parse_date("2024-01-01").unwrap()).is_err());
    }
}
