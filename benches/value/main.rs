//! What it takes to value every service of a large estate, and one, beside a recursive query of
//! sqlite3 over the same graph and figures.
//!
//! `cargo bench --bench value` values 100 000 items, 1 000 services in five levels and 2 000
//! contracts; `-- 10000` fewer items; `-- --check` fails where a target is missed. "Warm" is with the
//! records in memory: what the commands take that read all files first is told apart, and the memory
//! is theirs. The estate is kept in `target/`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measuring program: it writes files, runs programs, prints ratios and stops at what fails"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use estate::date::{Period, parse_date};
use estate::store::Store;
use estate::value::{AllCosts, Basis, Valuation, explain};

mod generate;
#[path = "../measure/mod.rs"]
mod measure;

/// The most memory that a command may take, in MB.
const MOST_MB: f64 = 400.0;

/// Each is measured this often; the quickest counts, for others share the machine.
const REPEATS: u32 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let items = arguments.iter().find_map(|text| text.parse().ok()).unwrap_or(100_000);
    let check = arguments.iter().any(|text| text == "--check");
    let mut made = generate::generate(items, 1000, 2000);
    let root = written(&made, items);
    made.files.clear();
    let begun = Instant::now();
    let snapshot = Store::open(root.clone()).worktree().expect("the estate can be read");
    let read = begun.elapsed();
    assert!(snapshot.findings().next().is_none(), "the generated estate is sound");
    let day = |text: &str| parse_date(text).expect("a date");
    let period = Period { start: day("2026-01-01"), end: day("2026-12-31") };
    let basis = Basis::new(period, "accounting");
    let value = || AllCosts::of(&snapshot, basis).expect("a valuation");

    let all = quickest(|| drop(value()));
    let one = quickest(|| {
        let valued = Valuation::of_service(&snapshot, basis, "s-0999").expect("a valuation");
        let (valuation, at) = valued.expect("the last service");
        assert!(explain(&valuation, at, Some(1)).expect("a tree").len() > items / 1000);
    });
    let total = value().total.amount_text();
    let sums = Sums::of(&made);
    let query = sums.query(&made);
    assert_eq!(total, query.total, "the query and the valuation differ");

    println!("{items} items, 1000 services in five levels, 2000 contracts; all costs {total} EUR");
    println!("    read and checked in {} ms", read.as_millis());
    drop(snapshot);
    let mut missed = false;
    let mut line = |what: &str, time: Duration, target: u128| {
        let judged = if time.as_millis() > target { "over the target of" } else { "target" };
        missed |= time.as_millis() > target;
        let ratio = time.as_secs_f64() / query.time.as_secs_f64();
        println!("{what:<28} {:>6} ms  {judged} {target} ms; {ratio:.2} of the query", time.as_millis());
    };
    line("value --all", all, 1000);
    line("value one service", one, 150);
    println!("recursive query in sqlite3   {:>6} ms", query.time.as_millis());
    // The whole tree of a service that rests on half of the estate is as long as it is: it has no target.
    for (arguments, is_judged) in
        [(&["--all"][..], true), (&["s-0999", "--depth", "1"], true), (&["s-0999"], false)]
    {
        let run = value_command(&root, arguments);
        let is_over = is_judged && run.peak_mb > MOST_MB;
        missed |= is_over;
        let judged = match (is_judged, is_over) {
            (false, _) => String::new(),
            (true, false) => format!(", target {MOST_MB} MB"),
            (true, true) => format!(", over the target of {MOST_MB} MB"),
        };
        let (wall, cpu) = (run.wall.as_millis(), run.cpu.as_millis());
        let what = format!("estate value {}", arguments.join(" "));
        println!("{what:<28} {wall:>6} ms, {cpu} ms CPU; {:.0} MB at most{judged}", run.peak_mb);
    }
    if check && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn quickest(mut run: impl FnMut()) -> Duration {
    let times = (0..REPEATS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    times.min().unwrap_or_default()
}

/// The command itself with these arguments, its quickest run of three.
fn value_command(root: &Path, arguments: &[&str]) -> measure::Run {
    let run = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_estate"));
        command.current_dir(root).arg("value").args(arguments);
        command.args(["--as-of", "2026-06-30", "--allow-missing"]);
        let run = measure::run(command);
        assert_eq!(run.code, Some(0), "value {arguments:?}");
        run
    };
    (0..3).map(run).min_by_key(|run| run.wall).expect("three runs")
}

/// The folder of the estate, written at the first call.
fn written(made: &generate::Generated, items: usize) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("value-{items}"));
    let stamp = root.join("generated");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == generate::VERSION) {
        return root;
    }
    eprintln!("writing {items} items to {}", root.display());
    let _ = fs::remove_dir_all(&root);
    for (path, text) in &made.files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }
    fs::write(stamp, generate::VERSION).expect("the stamp can be written");
    root
}

/// The same question as SQL.
struct Sums {
    script: String,
}

struct Query {
    time: Duration,
    total: String,
}

impl Sums {
    fn of(made: &generate::Generated) -> Sums {
        let mut script = String::from(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;
CREATE TABLE item(id INTEGER PRIMARY KEY, cents REAL);
CREATE TABLE covered(item INTEGER, cents REAL);
CREATE TABLE uses_item(service INTEGER, item INTEGER, share REAL);
CREATE TABLE uses_service(service INTEGER, used INTEGER, share REAL);
",
        );
        for (at, (_, cents)) in made.items.iter().enumerate() {
            let _ = writeln!(script, "INSERT INTO item VALUES({at},{cents});");
        }
        for (cents, covers) in &made.contracts {
            for item in covers {
                let _ = writeln!(script, "INSERT INTO covered VALUES({item},{cents}.0/{});", covers.len());
            }
        }
        for (service, item, share) in &made.uses_item {
            let _ = writeln!(script, "INSERT INTO uses_item VALUES({service},{item},{share}/100.0);");
        }
        for (service, used, share) in &made.uses_service {
            let _ = writeln!(script, "INSERT INTO uses_service VALUES({service},{used},{share}/100.0);");
        }
        script.push_str(
            "CREATE INDEX covered_item ON covered(item);
CREATE INDEX uses_item_item ON uses_item(item);
CREATE INDEX uses_service_used ON uses_service(used);
COMMIT;
",
        );
        Sums { script }
    }

    /// Each service's direct cost, and its way up to every service that rests on it; what each
    /// leaves to consumers; and what nobody takes. Timed by Python's sqlite3 module, in memory.
    fn query(&self, made: &generate::Generated) -> Query {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (script, program) = (folder.join("value.sql"), folder.join("value.py"));
        fs::write(&script, &self.script).expect("the script can be written");
        fs::write(&program, PROGRAM).expect("the program can be written");
        let output = Command::new("python3")
            .arg(program)
            .arg(script)
            .arg(REPEATS.to_string())
            .output()
            .expect("python3 with sqlite3");
        let text = String::from_utf8_lossy(&output.stdout);
        let mut words = text.split_whitespace();
        let micros = words.next().and_then(|word| word.parse().ok());
        let total = words.next().unwrap_or_default().to_owned();
        let message = String::from_utf8_lossy(&output.stderr);
        let micros = micros.unwrap_or_else(|| panic!("{} items: {message}", made.items.len()));
        Query { time: Duration::from_micros(micros), total }
    }
}

const PROGRAM: &str = "
import sqlite3, sys, time
db = sqlite3.connect(':memory:')
db.executescript(open(sys.argv[1]).read())
query = '''
WITH RECURSIVE
cost(item, cents) AS (
  SELECT item.id, item.cents + coalesce((SELECT sum(cents) FROM covered WHERE covered.item = item.id), 0)
  FROM item),
direct(service, cents) AS (
  SELECT service, sum(cents * share) FROM uses_item JOIN cost USING (item) GROUP BY service),
up(service, cents) AS (
  SELECT service, cents FROM direct
  UNION ALL
  SELECT uses_service.service, cents * share FROM up JOIN uses_service ON used = up.service),
gross(service, cents) AS (SELECT service, sum(cents) FROM up GROUP BY service),
kept(cents) AS (
  SELECT sum(cents * (1 - coalesce((SELECT sum(share) FROM uses_service WHERE used = gross.service), 0)))
  FROM gross),
idle(cents) AS (
  SELECT sum(cents * (1 - coalesce((SELECT sum(share) FROM uses_item WHERE uses_item.item = cost.item), 0)))
  FROM cost)
SELECT kept.cents + idle.cents FROM kept, idle'''
best = None
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    total = db.execute(query).fetchone()[0]
    took = time.perf_counter() - begun
    best = took if best is None else min(best, took)
print(int(best * 1e6), '%.2f' % (round(total) / 100))
";
