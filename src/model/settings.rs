//! The estate's settings: organisation, base currency, fiscal calendar, books and class defaults.

use indexmap::IndexMap;
use serde::Deserialize;

use super::business_hours::BusinessHours;
use super::calendar::{FiscalCalendar, FiscalYear};
use super::record::Record;
use crate::date::{Duration, Period, parse_date};
use crate::finding::Level;
use crate::money::{Currency, Money, Percent};

/// The settings, read from a sound `settings.yaml`.
#[derive(Clone, Debug)]
pub struct Settings {
    pub organisation: String,
    /// The base currency.
    pub currency: Currency,
    pub calendar: FiscalCalendar,
    /// By name, in the order of the file.
    pub books: IndexMap<String, Book>,
    class_defaults: IndexMap<String, IndexMap<String, PlanDefault>>,
    /// Business hours by name.
    pub calendars: IndexMap<String, BusinessHours>,
    pub coverage: Coverage,
    /// How often what has been verified is to be checked against reality again.
    pub verify_every: Option<Duration>,
    /// The classes whose items change only with a reference to a change.
    pub protected: Vec<String>,
    /// How the cost of services is made and shared.
    pub valuation: Valuation,
    /// Levels of rules of the audit that differ from their own, by the rule's id.
    pub levels: IndexMap<String, LevelSetting>,
    /// Account numbers that differ from those of the chart.
    pub accounts: Accounts,
    /// By class, with `default` for the others.
    stale_after: IndexMap<String, Duration>,
}

/// What contracts have to cover.
#[derive(Clone, Default, Debug)]
pub struct Coverage {
    /// The classes whose items in use need support.
    pub support_required: Vec<String>,
    /// Most that one supplier may have of the yearly price of all supplier contracts.
    pub supplier_limit: Option<Percent>,
}

/// Account numbers of the organisation's own, by role.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Accounts {
    #[serde(default)]
    default: IndexMap<String, String>,
    #[serde(default)]
    classes: IndexMap<String, IndexMap<String, String>>,
}

impl Accounts {
    /// The number for a role, of items of a class before that of all.
    pub fn number(&self, role: &str, class: &str) -> Option<&str> {
        let own = self.classes.get(class).and_then(|numbers| numbers.get(role));
        own.or_else(|| self.default.get(role)).map(String::as_str)
    }
}

/// How long a sighting of an item holds where the settings say nothing: the usual year between two
/// stock-takes.
pub const STALE_AFTER: &str = "365d";

/// The name under which `audit.stale_after` speaks of every class that it does not name.
const EVERY_CLASS: &str = "default";

/// What the settings make of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelSetting {
    Level(Level),
    Off,
}

/// How the cost of services is made and shared.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Valuation {
    #[serde(default)]
    pub allocation: Allocation,
    /// Services in the order in which they are charged on, for step-down.
    #[serde(default)]
    pub order: Vec<String>,
    pub energy: Option<Energy>,
}

/// How services charge one another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    Direct,
    #[default]
    StepDown,
    Reciprocal,
}

impl Allocation {
    pub const ALL: [Allocation; 3] = [Allocation::Direct, Allocation::StepDown, Allocation::Reciprocal];

    pub fn name(self) -> &'static str {
        match self {
            Allocation::Direct => "direct",
            Allocation::StepDown => "step_down",
            Allocation::Reciprocal => "reciprocal",
        }
    }

    pub fn from_name(name: &str) -> Option<Allocation> {
        Allocation::ALL.into_iter().find(|allocation| allocation.name() == name)
    }
}

/// What the electricity of items costs.
#[derive(Clone, Debug, Deserialize)]
pub struct Energy {
    /// The rate of a kWh.
    pub tariff: String,
    /// The emission factor of a kWh.
    pub emission: Option<String>,
    /// Average draw as a share of the power that items say; all of it where absent.
    load: Option<String>,
}

impl Energy {
    pub fn load(&self) -> Percent {
        self.load.as_deref().and_then(|load| load.parse().ok()).unwrap_or(Percent::HUNDRED)
    }
}

/// When journals post depreciation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostingInterval {
    /// At the end of each month.
    #[default]
    Monthly,
    /// At the end of each fiscal year.
    Yearly,
}

/// One set of books.
#[derive(Clone, Debug, Deserialize)]
pub struct Book {
    /// How days are counted, such as `thirty_360`.
    pub convention: String,
    /// Whether reports use this book when none is named.
    #[serde(default)]
    pub default: bool,
    pub label: Option<String>,
    /// How annuities are split within a fiscal year, such as `last_takes_rest`.
    pub rounding: Option<String>,
    #[serde(default)]
    pub posting: PostingInterval,
    /// The book whose depreciation this one exceeds: the difference is excess tax depreciation.
    pub excess_over: Option<String>,
}

/// The plan that a new item of a class starts from, in one book.
#[derive(Clone, Debug)]
pub struct PlanDefault {
    pub method: String,
    pub life: Duration,
    pub salvage_value: Option<Money>,
}

impl Settings {
    /// Reads the record; `None` where it is not sound, in which case it has findings.
    pub fn read(record: &Record) -> Option<Settings> {
        if !record.is_sound() {
            return None;
        }
        let raw: Raw = serde_yaml::from_str(record.source().text()).ok()?;
        Some(Settings {
            organisation: raw.organisation.name,
            currency: raw.currency.parse().ok()?,
            calendar: calendar(raw.fiscal_year, raw.fiscal_years)?,
            books: raw.books,
            class_defaults: raw
                .class_defaults
                .into_iter()
                .map(|(class, raw)| Some((class, plans(raw)?)))
                .collect::<Option<_>>()?,
            calendars: raw
                .calendars
                .into_iter()
                .map(|(name, raw)| Some((name, BusinessHours::read(&raw.hours, &raw.holidays)?)))
                .collect::<Option<_>>()?,
            coverage: Coverage {
                support_required: raw.coverage.support_required,
                supplier_limit: match raw.coverage.supplier_limit {
                    Some(text) => Some(text.parse().ok()?),
                    None => None,
                },
            },
            verify_every: raw.verify_every.and_then(|text| text.parse().ok()),
            protected: raw.protected.classes,
            valuation: raw.valuation,
            accounts: raw.accounts,
            levels: raw.audit.levels.into_iter().map(|(rule, name)| (rule, level(&name))).collect(),
            stale_after: durations(raw.audit.stale_after)?,
        })
    }

    /// How long a sighting of an item of the class holds, before its record counts as stale; `None`
    /// where the settings leave it to [`STALE_AFTER`].
    pub fn stale_after(&self, class: &str) -> Option<Duration> {
        self.stale_after.get(class).or_else(|| self.stale_after.get(EVERY_CLASS)).copied()
    }

    /// The classes for which the settings state how long a sighting holds.
    pub fn stale_after_classes(&self) -> impl Iterator<Item = &str> {
        self.stale_after.keys().map(String::as_str).filter(|class| *class != EVERY_CLASS)
    }

    /// The book that reports use when none is named: the one marked so, or the first.
    pub fn default_book(&self) -> Option<&str> {
        let marked = self.books.iter().find(|(_, book)| book.default);
        marked.or(self.books.first()).map(|(name, _)| name.as_str())
    }

    /// The plans that a new item of `class` starts from, by book; empty where there are none.
    pub fn plan_defaults(&self, class: &str) -> impl Iterator<Item = (&str, &PlanDefault)> {
        let plans = self.class_defaults.get(class).into_iter().flatten();
        plans.map(|(book, plan)| (book.as_str(), plan))
    }
}

/// The file as written. Figures and dates stay text until they are parsed exactly.
#[derive(Deserialize)]
struct Raw {
    organisation: RawOrganisation,
    currency: String,
    fiscal_year: Option<RawFiscalYear>,
    fiscal_years: Option<Vec<RawListedYear>>,
    books: IndexMap<String, Book>,
    #[serde(default)]
    class_defaults: IndexMap<String, RawClass>,
    #[serde(default)]
    audit: RawAudit,
    #[serde(default)]
    calendars: IndexMap<String, RawCalendar>,
    #[serde(default)]
    coverage: RawCoverage,
    verify_every: Option<String>,
    #[serde(default)]
    protected: RawProtected,
    #[serde(default)]
    valuation: Valuation,
    #[serde(default)]
    accounts: Accounts,
}

#[derive(Deserialize)]
struct RawCalendar {
    hours: IndexMap<String, String>,
    #[serde(default)]
    holidays: Vec<String>,
}

#[derive(Deserialize, Default)]
struct RawCoverage {
    #[serde(default)]
    support_required: Vec<String>,
    supplier_limit: Option<String>,
}

#[derive(Deserialize, Default)]
struct RawProtected {
    #[serde(default)]
    classes: Vec<String>,
}

#[derive(Deserialize, Default)]
struct RawAudit {
    #[serde(default)]
    levels: IndexMap<String, String>,
    #[serde(default)]
    stale_after: IndexMap<String, String>,
}

#[derive(Deserialize)]
struct RawOrganisation {
    name: String,
}

#[derive(Deserialize)]
struct RawFiscalYear {
    start: String,
}

#[derive(Deserialize)]
struct RawListedYear {
    id: String,
    start: String,
    end: String,
}

#[derive(Deserialize)]
struct RawClass {
    #[serde(default)]
    schedule: IndexMap<String, RawPlan>,
}

#[derive(Deserialize)]
struct RawPlan {
    method: String,
    life: String,
    salvage_value: Option<String>,
}

/// The schema admits a level or `off`.
fn level(name: &str) -> LevelSetting {
    Level::from_name(name).map_or(LevelSetting::Off, LevelSetting::Level)
}

fn durations(raw: IndexMap<String, String>) -> Option<IndexMap<String, Duration>> {
    raw.into_iter().map(|(class, text)| Some((class, text.parse().ok()?))).collect()
}

fn calendar(yearly: Option<RawFiscalYear>, listed: Option<Vec<RawListedYear>>) -> Option<FiscalCalendar> {
    if let Some(years) = listed {
        let year = |raw: RawListedYear| {
            let period = Period { start: parse_date(&raw.start).ok()?, end: parse_date(&raw.end).ok()? };
            Some(FiscalYear { id: raw.id, period })
        };
        return years.into_iter().map(year).collect::<Option<Vec<_>>>().map(FiscalCalendar::Listed);
    }
    let (month, day) = yearly?.start.split_once('-').map(|(month, day)| (month.parse(), day.parse()))?;
    Some(FiscalCalendar::Yearly { month: month.ok()?, day: day.ok()? })
}

fn plans(raw: RawClass) -> Option<IndexMap<String, PlanDefault>> {
    let plan = |(book, raw): (String, RawPlan)| {
        let salvage_value = match raw.salvage_value {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        Some((book, PlanDefault { method: raw.method, life: raw.life.parse().ok()?, salvage_value }))
    };
    raw.schedule.into_iter().map(plan).collect()
}
