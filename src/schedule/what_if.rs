//! A plan without an estate: records made up from what is asked, read as all others are, so that
//! the same rules refuse the same mistakes.

use std::borrow::Cow;

use super::method::{Method, Pace};
use crate::date::{Date, day_after};
use crate::finding::Finding;
use crate::model::{Kind, Place};
use crate::money::Money;
use crate::snapshot::{Content, Snapshot, Version};
use crate::yaml::{self, Data, Route};

/// The id of the one item and its one schedule; also the name of their book.
pub const WHAT_IF: &str = "what-if";

/// What is asked, as text in the forms of records.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    pub method: String,
    /// The convention of the method where absent.
    pub convention: Option<String>,
    pub rounding: Option<String>,
    pub cost: String,
    pub start: String,
    pub acquired: Option<String>,
    /// The last day of fiscal years of twelve months.
    pub fiscal_year_end: Option<(u32, u32)>,
    /// Further fields of the plan, by their names in a schedule: `life`, `salvage_value`, `rate`, …
    pub fields: Vec<(&'static str, String)>,
    /// Charges of a manual plan, in YAML.
    pub charges: Vec<String>,
    /// Lists of the schedule in YAML: `units`, `events`.
    pub lists: Vec<(&'static str, Vec<String>)>,
}

impl WhatIf {
    /// An estate of one item and its schedule.
    ///
    /// # Errors
    /// What is wrong with the figures, by the field's name, as for a record in a file.
    pub fn snapshot(&self) -> Result<Snapshot, Vec<Finding>> {
        let files = [
            (Place::new(Kind::Settings, None, "settings"), self.settings()),
            (Place::new(Kind::Item, Some("server"), WHAT_IF), self.item()),
            (Place::new(Kind::Schedule, None, WHAT_IF), self.schedule()),
        ];
        let files = files.map(|(place, text)| (place.path(), text));
        let paths = files.clone().map(|(path, _)| path);
        let text = |path: &str| files.iter().find(|(known, _)| known == path).map_or("", |(_, text)| text);
        let snapshot = Snapshot::load(Version::Worktree, &paths, &[], |path| {
            Content::Bytes(Cow::Borrowed(text(path).as_bytes()))
        });
        let findings: Vec<Finding> = snapshot.findings().cloned().collect();
        if findings.is_empty() { Ok(snapshot) } else { Err(findings) }
    }

    /// The convention asked for, or the usual one of the method.
    fn convention(&self) -> &str {
        let yearly = Method::named(&self.method).is_some_and(|method| method.pace == Pace::YearlyConvention);
        self.convention.as_deref().unwrap_or(if yearly { "half_year" } else { "thirty_360" })
    }

    fn settings(&self) -> String {
        // A cost without a currency is refused where it stands.
        let currency =
            self.cost.parse::<Money>().map_or("EUR".to_owned(), |cost| cost.currency().to_string());
        let mut book = vec![("convention", self.convention())];
        book.extend(self.rounding.as_deref().map(|rounding| ("rounding", rounding)));
        let book = Data::map(book);
        yaml::write(&Data::map([
            ("organisation", Data::map([("name", WHAT_IF)])),
            ("currency", Data::text(currency)),
            ("fiscal_year", Data::map([("start", Data::text(self.fiscal_year_start()))])),
            ("books", Data::map([(WHAT_IF, book)])),
        ]))
    }

    /// The day after the last day of a year, which may be the end of February.
    fn fiscal_year_start(&self) -> String {
        use chrono::Datelike;
        let (month, day) = self.fiscal_year_end.unwrap_or((12, 31));
        // A leap year knows every day of the calendar; 28 February ends the others.
        let last = match (month, day) {
            (2, 28) => Date::from_ymd_opt(2023, month, day),
            _ => Date::from_ymd_opt(2024, month, day),
        };
        last.map(day_after).map_or_else(
            || format!("{month:02}-{day:02}"),
            |first| format!("{:02}-{:02}", first.month(), first.day()),
        )
    }

    fn item(&self) -> String {
        let mut item = vec![("id", WHAT_IF), ("class", "server"), ("name", WHAT_IF), ("status", "in_stock")];
        item.extend(self.acquired.as_deref().map(|acquired| ("acquired", acquired)));
        item.push(("cost", &self.cost));
        yaml::write(&Data::map(item))
    }

    fn schedule(&self) -> String {
        let mut plan = vec![("method", self.method.as_str()), ("start", self.start.as_str())];
        plan.extend(self.fields.iter().map(|(name, text)| (*name, text.as_str())));
        let mut schedule = Data::map([("id", Data::text(WHAT_IF)), ("item", Data::text(WHAT_IF))]);
        let route = Route::default().key("books").key(WHAT_IF);
        // The routes are new, so nothing can stand in their way.
        let _ = schedule.set(&route, Data::map(plan.iter().map(|(name, text)| (*name, Data::plain(text)))));
        let mut text = yaml::write(&schedule);
        // The plan is the last mapping of the text so far.
        if !self.charges.is_empty() {
            text.push_str(&format!("    charges: [{}]\n", self.charges.join(", ")));
        }
        for (name, elements) in self.lists.iter().filter(|(_, elements)| !elements.is_empty()) {
            text.push_str(&format!("{name}:\n"));
            for element in elements {
                text.push_str(&format!("  - {element}\n"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::schedule::Schedule;
    use crate::schedule::plan;

    fn asked() -> WhatIf {
        WhatIf {
            method: "straight_line".into(),
            cost: "10000 EUR".into(),
            start: "2024-04-01".into(),
            fields: vec![("life", "5y".into())],
            ..WhatIf::default()
        }
    }

    fn charges(asked: &WhatIf) -> Vec<String> {
        let snapshot = asked.snapshot().unwrap();
        let schedule = Schedule(snapshot.get(Kind::Schedule, WHAT_IF).unwrap());
        let plan = plan(&snapshot, schedule, WHAT_IF).unwrap();
        plan.rows.iter().map(|row| row.charge.amount_text()).collect()
    }

    /// Cases fr-lin-010 and fr-lin-012 of the published tables.
    #[test]
    fn a_plan_from_what_is_asked() {
        assert_eq!(charges(&asked()), ["1500.00", "2000.00", "2000.00", "2000.00", "2000.00", "500.00"]);
        let disposal = "{date: 2026-06-30, kind: disposal, disposal: scrap}".to_owned();
        let sold = WhatIf { start: "2024-01-01".into(), lists: vec![("events", vec![disposal])], ..asked() };
        assert_eq!(charges(&sold), ["2000.00", "2000.00", "1000.00"]);
    }

    /// Case fr-lin-015: fiscal years that end on 30 June.
    #[test]
    fn fiscal_years_end_on_the_day_asked() {
        let cost = "3600 EUR".to_owned();
        let asked = WhatIf { cost, start: "2010-07-01".into(), fiscal_year_end: Some((6, 30)), ..asked() };
        assert_eq!(charges(&asked), ["720.00"; 5]);
        assert_eq!(WhatIf { fiscal_year_end: Some((2, 28)), ..asked.clone() }.fiscal_year_start(), "03-01");
        assert_eq!(WhatIf { fiscal_year_end: Some((12, 31)), ..asked }.fiscal_year_start(), "01-01");
    }

    #[test]
    fn mistakes_are_named_as_in_records() {
        let wrong = WhatIf { method: "straightline".into(), cost: "1e3 EUR".into(), ..asked() };
        let findings = wrong.snapshot().err().unwrap();
        let fields: Vec<&str> = findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(fields, ["cost", "books.what-if.method"]);
        assert_eq!(findings[1].help.as_deref(), Some("did you mean `straight_line`?"));
    }
}
