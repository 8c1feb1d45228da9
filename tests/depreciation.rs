//! Published depreciation figures against the engine, through records as a user writes them.
//!
//! `tests/depreciation/*.yaml` holds the cases with their sources. A figure that we compute otherwise
//! on purpose stands under `differs` with our figure and the reason, and fails when it heals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use estate::date::{Date, Period, add_months, day_before, parse_date};
use estate::model::schedule::Schedule;
use estate::money::{Money, sum};
use estate::schedule::{
    CONVENTIONS, Measure, Plan, Planner, bonus, declining_coefficient, excess_by_year, section_179,
};
use estate::snapshot::{Content, Snapshot, Version};
use serde::Deserialize;
use serde_yaml::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    title: String,
    source: String,
    #[serde(default)]
    convention: String,
    #[serde(default)]
    fiscal_year: Option<String>,
    fiscal_years: Option<Value>,
    rounding: Option<String>,
    #[serde(default)]
    cost: String,
    acquired: Option<String>,
    schedule: Option<Value>,
    #[serde(default)]
    expect: BTreeMap<String, Figures>,
    #[serde(default)]
    differs: BTreeMap<String, Difference>,
    refused: Option<String>,
    not_computed: Option<String>,
    #[serde(default)]
    coefficients: Vec<[String; 3]>,
    #[serde(default)]
    section_179: Vec<[String; 3]>,
    #[serde(default)]
    bonus: Vec<[String; 3]>,
    #[serde(default)]
    begins: Vec<[String; 3]>,
    #[serde(default)]
    #[expect(dead_code, reason = "for the reader of the file")]
    note: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Figures {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Difference {
    ours: String,
    why: String,
}

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

impl Case {
    /// The case as files of an estate.
    fn snapshot(&self) -> Snapshot {
        let currency = self.cost.rsplit(' ').next().unwrap();
        let mut settings = format!("organisation: {{name: Test}}\ncurrency: {currency}\n");
        match &self.fiscal_years {
            Some(years) => {
                settings += &serde_yaml::to_string(&BTreeMap::from([("fiscal_years", years)])).unwrap()
            }
            None => {
                let start = self.fiscal_year.as_deref().unwrap_or("01-01");
                let _ = writeln!(settings, "fiscal_year: {{start: {start}}}");
            }
        }
        settings += "books:\n";
        let rounding =
            self.rounding.as_deref().map_or_else(String::new, |name| format!(", rounding: {name}"));
        for book in ["accounting", "tax"] {
            let _ = writeln!(settings, "  {book}: {{convention: {}{rounding}}}", self.convention);
        }
        let mut item =
            format!("id: thing\nclass: server\nname: Thing\nstatus: in_use\ncost: {}\n", self.cost);
        if let Some(acquired) = &self.acquired {
            let _ = writeln!(item, "acquired: {acquired}");
        }
        let fields = serde_yaml::to_string(self.schedule.as_ref().unwrap()).unwrap();
        let files = [
            ("inventory/items/server/thing.yaml", item),
            ("inventory/schedules/thing.yaml", format!("id: thing\nitem: thing\n{fields}")),
            ("inventory/settings.yaml", settings),
        ];
        let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        Snapshot::load(Version::Worktree, &paths, &[], |path| {
            let (_, text) = files.iter().find(|(name, _)| *name == path).unwrap();
            Content::Bytes(Cow::Owned(text.clone().into_bytes()))
        })
    }

    /// Every expected figure with the computed one, by name.
    fn figures(&self) -> Vec<(String, String, String)> {
        let mut figures = Vec::new();
        for [acquired, life, expected] in &self.coefficients {
            let months = life.parse::<estate::date::Duration>().unwrap().months().unwrap();
            let (numerator, denominator) = declining_coefficient(date(acquired), months).unwrap();
            let (whole, part) = (numerator / denominator, numerator % denominator * 100 / denominator);
            figures.push((format!("coefficient {life}"), expected.clone(), format!("{whole}.{part:02}")));
        }
        for [year, placed, expected] in &self.section_179 {
            let limit = section_179(date(&format!("{year}-01-01")), placed.parse().unwrap()).unwrap();
            figures.push((format!("limit {year} {placed}"), expected.clone(), limit.to_string()));
        }
        for [acquired, placed, expected] in &self.bonus {
            let rate = bonus(date(acquired), date(placed)).unwrap()[0];
            figures.push((format!("{acquired} {placed}"), expected.clone(), rate.to_string()));
        }
        for [name, start, expected] in &self.begins {
            let convention = CONVENTIONS.iter().find(|known| known.name == name).unwrap();
            let Measure::Running(running) = convention.measure else { panic!("{name} does not run") };
            let year = Period {
                start: date(&format!("{}-01-01", &start[..4])),
                end: date(&format!("{}-12-31", &start[..4])),
            };
            let begins = (running.begins)(date(start), year);
            figures.push((format!("{name} {start}"), expected.clone(), begins.to_string()));
        }
        if self.schedule.is_none() {
            return figures;
        }
        let snapshot = self.snapshot();
        let schedule = snapshot.schedules().next().unwrap();
        let planner = Planner::new(&snapshot);
        if let Some(reason) = &self.refused {
            let book = if schedule.book("tax").is_some() { "tax" } else { "accounting" };
            let problem = planner.plan(schedule, book).err().map_or_else(|| "a plan".to_owned(), |p| p.text);
            let found = if problem.contains(reason) { reason.clone() } else { problem };
            figures.push(("refused".to_owned(), reason.clone(), found));
        }
        for (name, expected) in &self.expect {
            let computed = computed(&planner, schedule, name);
            match expected {
                Figures::One(expected) => figures.push((name.clone(), expected.clone(), computed.join(" "))),
                Figures::Many(expected) => {
                    let of = name.strip_prefix("years").map_or(name.clone(), |rest| {
                        let book = rest.split(' ').nth(1).filter(|word| !word.contains('-'));
                        book.map_or("year".to_owned(), |book| format!("years {book}"))
                    });
                    let known_length = !name.starts_with("years ") || !name.contains('-');
                    let count = if known_length && !name.starts_with("months") {
                        expected.len().max(computed.len())
                    } else {
                        expected.len()
                    };
                    for at in 0..count {
                        let text = |list: &[String]| list.get(at).map_or("none".to_owned(), String::clone);
                        figures.push((format!("{of} {}", at + 1), text(expected), text(&computed)));
                    }
                }
            }
        }
        figures
    }
}

/// What a name such as `value 2024-12-31` asks for.
fn computed(planner: &Planner<'_>, schedule: Schedule<'_>, name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let day = |at: usize| date(words[at]);
    let plan_of =
        |book: &str| planner.plan(schedule, book).unwrap_or_else(|problem| panic!("{book}: {problem}"));
    let default = if schedule.book("accounting").is_some() { "accounting" } else { "tax" };
    let plan = plan_of(words.get(1).filter(|word| schedule.book(word).is_some()).unwrap_or(&default));
    let at = |day: Date| plan.values(day).unwrap();
    let row = |number: &str| number.parse::<usize>().ok().and_then(|number| plan.rows.get(number - 1));
    let text = |money: Money| vec![money.amount_text()];
    match words[0] {
        "years" => plan.rows.iter().map(|row| row.charge.amount_text()).collect(),
        "year" => row(words[1]).map_or(vec!["none".to_owned()], |row| text(row.charge)),
        "months" => months(&plan, words[1]),
        "charge" => text(plan.charge(Period { start: day(1), end: day(2) }).unwrap()),
        "accumulated" => text(plan.accumulated(day(1)).unwrap()),
        "value" => text(at(day(1)).net_book_value),
        "gross" => text(at(day(1)).gross),
        "movement" => text(plan.movements().unwrap()[words[1].parse::<usize>().unwrap() - 1].net_book_value),
        "gain" => text(plan.disposal.unwrap().gain),
        "given_up" => text(plan.disposal.unwrap().net_book_value),
        "total" => text(sum(plan.rows.iter().map(|row| row.charge), plan.cost.currency()).unwrap()),
        "excess" => {
            let years = excess_by_year(&plan_of("tax"), &plan_of("accounting")).unwrap();
            years.iter().map(|year| year.change.amount_text()).collect()
        }
        other => panic!("nothing is called {other}"),
    }
}

/// The charges of the calendar months from one on, to the last with a charge.
fn months(plan: &Plan, first: &str) -> Vec<String> {
    let mut month = date(&format!("{first}-01"));
    let last = plan.rows.last().unwrap().period.end;
    let mut charges = Vec::new();
    while month <= last {
        let next = add_months(month, 1).unwrap();
        charges.push(plan.charge(Period { start: month, end: day_before(next) }).unwrap().amount_text());
        month = next;
    }
    charges
}

#[test]
fn published_figures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/depreciation");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut failures, mut agreeing, mut differing, mut left_out) = (Vec::new(), 0, 0, 0);
    for path in paths {
        let cases: Vec<Case> = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for case in cases {
            assert!(!case.source.is_empty(), "{} has no source", case.id);
            let mut unused: Vec<&String> = case.differs.keys().collect();
            let figures = case.figures();
            left_out += usize::from(case.not_computed.is_some());
            assert!(case.not_computed.is_some() == figures.is_empty(), "{} says nothing", case.id);
            for (name, expected, ours) in figures {
                let Some(difference) = case.differs.get(&name) else {
                    if expected != ours {
                        failures.push(format!("{} {name}: published {expected}, computed {ours}", case.id));
                    }
                    agreeing += 1;
                    continue;
                };
                unused.retain(|known| **known != name);
                differing += 1;
                if ours != difference.ours || ours == expected {
                    let Difference { ours: said, why } = difference;
                    failures.push(format!(
                        "{} {name}: published {expected}, said to be {said} since {why}, computed {ours}",
                        case.id
                    ));
                }
            }
            failures.extend(unused.iter().map(|name| format!("{} {name}: no such figure", case.id)));
        }
    }
    assert!(failures.is_empty(), "{} figures:\n{}", failures.len(), failures.join("\n"));
    assert!(agreeing > 300 && differing < 50 && left_out < 10, "{agreeing} {differing} {left_out}");
}
