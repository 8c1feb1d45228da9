//! What the core costs on a large estate, as ratios to what git and ripgrep cost on the same files.
//!
//! `cargo bench --bench scale` measures 100 000 items; `-- 10000` fewer; `-- --check` fails where a
//! target is missed. The estate is generated from a seed, with a hundred commits that each
//! touch one file in a hundred, and kept in `target/`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "a measuring program: it writes files, runs programs, prints ratios and stops at what fails"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

mod generate;
mod history;
#[path = "../measure/mod.rs"]
mod measure;

/// The day for which everything is asked, so that runs compare.
const AS_OF: &str = "2026-06-30";
/// Short commands are run this often; their times are added up.
const REPEATS: u32 = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let items = arguments.iter().find_map(|text| text.parse().ok()).unwrap_or(100_000);
    let check = arguments.iter().any(|text| text == "--check");
    let estate = estate_of(items);
    let mut report = Report::default();

    let searcher = searcher();
    let grep = run(searching(searcher, &estate), 3);
    // Without a place for its secret, nothing is kept: each is a whole audit.
    let mut whole = verb(&estate, &["audit", "--as-of", AS_OF]);
    whole.env("XDG_STATE_HOME", "").env("LOCALAPPDATA", "").env("HOME", "");
    let audit = run(whole, 3);
    // The target is one for ripgrep; grep takes half its time.
    let target = (searcher == "rg").then_some(8.0);
    report.line(&format!("audit of {items} items, CPU / {searcher} -c"), audit.cpu_ratio(&grep), target);
    report.line(&format!("audit, wall / {searcher} -c"), audit.wall_ratio(&grep), None);
    report.line("audit, peak memory in MB", audit.peak_mb, Some(600.0));
    report.detail(searcher, &grep);
    report.detail("audit", &audit);

    let status = run(git(&estate, &["status", "--porcelain"]), REPEATS);
    let id = generate::laptop_id(items / 3);
    let show = run(verb(&estate, &["show", &id, "--as-of", AS_OF]), REPEATS);
    report.line("show, CPU / git status", show.cpu_ratio(&status), Some(1.5));
    report.line("show, wall / git status", show.wall_ratio(&status), None);
    let mut number = 0;
    let stamp = std::process::id();
    let set = run_each(REPEATS, || {
        number += 1;
        verb(&estate, &["set", &id, &format!("attributes.hostname=host-{stamp}-{number}"), "-q"])
    });
    report.line("set, CPU / git status", set.cpu_ratio(&status), Some(1.5));
    report.line("set, wall / git status", set.wall_ratio(&status), None);
    report.detail("git status", &status);
    report.detail("show", &show);
    report.detail("set", &set);
    against_git(&estate, &id, &mut report);

    print!("{}", report.text);
    if check && report.missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What changed and what was, next to git's answers to the same questions.
fn against_git(estate: &Path, id: &str, report: &mut Report) {
    let file = estate.join(format!("inventory/items/laptop/{id}.yaml"));
    let text = fs::read_to_string(&file).expect("the record is there");
    fs::write(&file, format!("{text}# changed\n")).expect("the record can be written");
    let status = run(git(estate, &["status", "--porcelain"]), REPEATS);
    let again = run(verb(estate, &["audit", "--as-of", AS_OF]), REPEATS);
    fs::write(&file, text).expect("the record can be written");
    report.line("audit after one change, CPU / git status", again.cpu_ratio(&status), Some(2.0));
    report.detail("git status", &status);
    report.detail("audit", &again);
    // At the end of the generated past: what `set` committed above touches one file, and each run adds
    // to it.
    for (since, target) in [("past~1", 2.0), ("past~50", 1.5)] {
        let stat = run(git(estate, &["diff", "--stat", since, "past"]), REPEATS);
        let diff = run(verb(estate, &["diff", since, "past"]), REPEATS);
        report.line(&format!("diff {since}, CPU / git diff --stat"), diff.cpu_ratio(&stat), Some(target));
        report.detail("git diff --stat", &stat);
        report.detail("diff", &diff);
    }
    let path = format!("inventory/items/laptop/{id}.yaml");
    let git_log = run(git(estate, &["log", "--oneline", "past", "--", &path]), REPEATS);
    let log = run(verb(estate, &["log", id, "--rev", "past"]), REPEATS);
    report.line("log ID, CPU / git log -- path", log.cpu_ratio(&git_log), Some(3.0));
    report.detail("git log", &git_log);
    report.detail("log", &log);
}

/// The generated estate of that size, made at the first call.
fn estate_of(items: usize) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scale-{items}"));
    let done = root.join(".git/generated");
    if fs::read_to_string(&done).is_ok_and(|text| text == generate::VERSION) {
        return root;
    }
    eprintln!("generating {items} items in {}", root.display());
    let _ = fs::remove_dir_all(&root);
    generate::write(&root, items).expect("the estate can be written");
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["config", "user.name", "Bench"],
        &["config", "user.email", "bench@example.org"],
        &["config", "gc.auto", "0"],
        &["add", "."],
        &["commit", "-q", "-m", "The generated estate"],
        &["repack", "-adq"],
    ] {
        assert!(git(&root, arguments).status().is_ok_and(|status| status.success()), "git {arguments:?}");
    }
    history::add(&root).expect("the estate can be given a past");
    fs::write(done, generate::VERSION).expect("the stamp can be written");
    root
}

fn verb(estate: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_estate"));
    command.current_dir(estate).args(arguments);
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn git(estate: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(estate).env("GIT_CONFIG_GLOBAL", "/dev/null").args(arguments);
    command
}

/// ripgrep; grep where there is none.
fn searcher() -> &'static str {
    let there = Command::new("rg").arg("--version").stdout(Stdio::null()).status().is_ok();
    if there { "rg" } else { "grep" }
}

/// The search for lines in the files that the audit reads.
fn searching(searcher: &str, estate: &Path) -> Command {
    let mut command = Command::new(searcher);
    let arguments = if searcher == "rg" { &["-c", ".", "-g", "*.yaml"][..] } else { &["-rc", "."] };
    command.current_dir(estate).args(arguments).arg("inventory");
    command
}

/// What runs of a command cost together.
struct Cost {
    runs: u32,
    cpu: Duration,
    wall: Duration,
    peak_mb: f64,
}

impl Cost {
    fn cpu_ratio(&self, to: &Cost) -> f64 {
        (self.cpu.as_secs_f64() / f64::from(self.runs)) / (to.cpu.as_secs_f64() / f64::from(to.runs))
    }

    fn wall_ratio(&self, to: &Cost) -> f64 {
        (self.wall.as_secs_f64() / f64::from(self.runs)) / (to.wall.as_secs_f64() / f64::from(to.runs))
    }
}

fn run(mut command: Command, runs: u32) -> Cost {
    let program = command.get_program().to_owned();
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let folder = command.get_current_dir().map(Path::to_owned);
    let variables: Vec<_> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    // Once to warm the cache of files, for whoever runs first.
    let _ = command.stdout(Stdio::null()).status();
    run_each(runs, || {
        let mut again = Command::new(&program);
        again
            .args(&arguments)
            .envs(variables.iter().cloned())
            .current_dir(folder.as_deref().unwrap_or(Path::new(".")));
        again
    })
}

fn run_each(runs: u32, mut command: impl FnMut() -> Command) -> Cost {
    let mut cost = Cost { runs, cpu: Duration::ZERO, wall: Duration::ZERO, peak_mb: 0.0 };
    for _ in 0..runs {
        let command = command();
        let what = format!("{command:?}");
        let run = measure::run(command);
        assert!(run.code.is_some_and(|code| code <= 1), "{what} ended with {:?}", run.code);
        cost.cpu += run.cpu;
        cost.wall += run.wall;
        cost.peak_mb = cost.peak_mb.max(run.peak_mb);
    }
    cost
}

#[derive(Default)]
struct Report {
    text: String,
    missed: bool,
}

impl Report {
    fn line(&mut self, what: &str, value: f64, target: Option<f64>) {
        let judged = match target {
            Some(target) if value > target => {
                self.missed = true;
                format!("over the target of {target}")
            }
            Some(target) => format!("target {target}"),
            None => String::new(),
        };
        let _ = writeln!(self.text, "{what:<45} {value:>8.2}  {judged}");
    }

    fn detail(&mut self, what: &str, cost: &Cost) {
        let each = |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(cost.runs);
        let (cpu, wall) = (each(cost.cpu), each(cost.wall));
        let _ = writeln!(self.text, "    {what}: {cpu:.0} ms CPU, {wall:.0} ms wall, {:.0} MB", cost.peak_mb);
    }
}
