//! How many depreciation schedules are computed in a second of one processor.
//!
//! 100 000 schedules in two books, straight line and French declining balance, ten fiscal years each:
//! two million rows. The same number of rows is summed by `awk`, to say what that is on the machine
//! at hand. Run with `cargo bench --bench schedule`.

#![allow(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, runs a program to compare with, and its figures are no money"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use estate::date::Date;
use estate::model::calendar::FiscalCalendar;
use estate::money::Money;
use estate::schedule::{CONVENTIONS, Details, METHODS, Plan, Rounding, Terms};

const SCHEDULES: u32 = 100_000;

fn terms(number: u32, method: &str, life: &str) -> Terms {
    let day = number % 28 + 1;
    let month = number / 28 % 12 + 1;
    // In service after the first day of the year: ten years of life touch eleven fiscal years, or
    // ten of declining balance.
    let start = Date::from_ymd_opt(2015, month, day).unwrap_or_default();
    let cost: Money = format!("{}.{:02} EUR", 1000 + number, number % 100).parse().unwrap();
    Terms {
        cost,
        salvage: Money::zero(cost.currency()),
        life: Some(life.parse().unwrap()),
        start,
        posted: None,
        acquired: None,
        method: METHODS.iter().find(|known| known.name == method).unwrap(),
        convention: CONVENTIONS.first().unwrap(),
        rounding: Rounding::LastTakesRest,
        calendar: Arc::new(FiscalCalendar::Yearly { month: 1, day: 1 }),
        details: Details::default(),
        events: Vec::new(),
    }
}

fn main() {
    let books: Vec<[Terms; 2]> = (0..SCHEDULES)
        .map(|number| [terms(number, "straight_line", "9y"), terms(number, "declining_balance", "10y")])
        .collect();
    let mut best = Duration::MAX;
    let mut rows = 0;
    for _ in 0..3 {
        let begin = Instant::now();
        rows = 0;
        for terms in books.iter().flatten() {
            let plan = Plan::compute(terms).unwrap();
            rows += std::hint::black_box(&plan.rows).len();
        }
        best = best.min(begin.elapsed());
    }
    let seconds = best.as_secs_f64();
    println!(
        "{SCHEDULES} schedules in 2 books, {rows} rows: {seconds:.3} s, {:.0} schedules/s",
        f64::from(SCHEDULES) / seconds
    );
    if let Some(awk) = awk(rows) {
        println!(
            "awk over {rows} rows: {:.3} s; ratio {:.2}",
            awk.as_secs_f64(),
            seconds / awk.as_secs_f64()
        );
    }
}

/// How long `awk` takes to add up a column of as many rows.
fn awk(rows: usize) -> Option<Duration> {
    let mut text = String::with_capacity(rows * 60);
    for row in 0..rows {
        text += &format!("srv-{row:06},accounting,2024-01-01,2024-12-31,{}.00,1000.00\n", row % 9000 + 1000);
    }
    let program = "BEGIN { FS = \",\" } { charge[$2] += $5; value[$2] += $6 - $5 } END { for (b in charge) printf \"%.2f %.2f\\n\", charge[b], value[b] }";
    let begin = Instant::now();
    let mut child =
        Command::new("awk").arg(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    child.wait().ok()?.success().then(|| begin.elapsed())
}
