//! What every verb is given: where the estate is, for which day, at which version, and how to
//! answer.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use estate::date::{Date, parse_date};
use estate::model::Record;
use estate::render::{self, Format, Style};
use estate::report::Report;
use estate::snapshot::Snapshot;
use estate::store::{Identity, Store, write_file};
use estate::suggest;

use super::failure::Failure;

/// Options of every verb.
#[derive(clap::Args, Clone)]
pub struct GlobalArgs {
    /// Work on the estate in this folder instead of the current one
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        global = true,
        help_heading = "Global options"
    )]
    directory: Option<PathBuf>,
    /// The value date: what the books say for this day [default: today]
    #[arg(long, value_name = "DATE", global = true, help_heading = "Global options")]
    as_of: Option<String>,
    /// The version: a branch, tag or commit [default: the files on disk]
    #[arg(long, value_name = "REV", global = true, help_heading = "Global options")]
    rev: Option<String>,
    /// The knowledge date: what the repository said at the end of this day, on HEAD or --rev
    #[arg(long, value_name = "DATE", global = true, help_heading = "Global options")]
    known_on: Option<String>,
    /// How to write the answer: table, plain, json, jsonl, csv, yaml, md or html
    #[arg(long, value_name = "FORMAT", global = true, help_heading = "Global options")]
    format: Option<String>,
    /// The same as --format json
    #[arg(long, global = true, conflicts_with = "format", help_heading = "Global options")]
    json: bool,
    /// Write the answer to a file
    #[arg(short, long, value_name = "FILE", global = true, help_heading = "Global options")]
    output: Option<PathBuf>,
    /// Say nothing but the answer and errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    /// Never ask
    #[arg(long, global = true, help_heading = "Global options")]
    no_input: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", help_heading = "Global options")]
    color: ColorChoice,
    /// Draw lines with ASCII characters only
    #[arg(long, global = true, help_heading = "Global options")]
    ascii: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl GlobalArgs {
    pub fn wants_json(&self) -> bool {
        self.json || self.format.as_deref() == Some("json")
    }
}

/// A verb's surroundings.
pub struct Context {
    pub as_of: Date,
    /// The version that is read; for a knowledge date the commit that it leads to.
    pub rev: Option<String>,
    known_on: Option<Date>,
    pub quiet: bool,
    format: Option<String>,
    output: Option<PathBuf>,
    directory: PathBuf,
    no_input: bool,
    color: ColorChoice,
    ascii: bool,
}

impl Context {
    pub fn new(global: &GlobalArgs) -> anyhow::Result<Self> {
        let as_of = match &global.as_of {
            Some(text) => parse_date(text).map_err(|error| Failure::usage(format!("--as-of: {error}")))?,
            None => today()?,
        };
        let directory = match &global.directory {
            Some(directory) => directory.clone(),
            None => std::env::current_dir().context("the current folder cannot be found")?,
        };
        let known_on = global.known_on.as_deref().map(parse_date).transpose();
        let known_on = known_on.map_err(|error| Failure::usage(format!("--known-on: {error}")))?;
        let mut context = Self {
            as_of,
            rev: global.rev.clone(),
            known_on,
            quiet: global.quiet,
            format: if global.json { Some("json".to_owned()) } else { global.format.clone() },
            output: global.output.clone(),
            directory,
            no_input: global.no_input,
            color: global.color,
            ascii: global.ascii,
        };
        if let Some(day) = known_on {
            let tip = context.rev.as_deref().unwrap_or("HEAD");
            context.rev = Some(context.known_on(&context.store()?, tip, day)?);
        }
        Ok(context)
    }

    /// The commit that a knowledge date leads to.
    pub fn known_on(&self, store: &Store, tip: &str, day: Date) -> anyhow::Result<String> {
        let known = store.known_on(tip, day)?;
        if let Some(earlier) = &known.out_of_order {
            let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
            self.say(&format!(
                "note: dates are not in order: {}, which {} builds on, is dated after {day}",
                short(earlier),
                short(&known.commit)
            ));
        }
        Ok(known.commit)
    }

    /// The folder that the command was given, or the current one.
    pub fn directory(&self) -> &std::path::Path {
        &self.directory
    }

    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::discover(&self.directory)?.with_identity(identity_of_environment()?))
    }

    /// The whole estate, at `--rev` or as it lies on disk.
    pub fn snapshot(&self, store: &Store) -> anyhow::Result<Snapshot> {
        Ok(match &self.rev {
            Some(rev) => store.at(rev)?,
            None => store.worktree()?,
        })
    }

    /// The header that every report begins with: value date and version.
    pub fn report(&self, name: &'static str, title: impl Into<String>, snapshot: &Snapshot) -> Report {
        let mut report = Report::new(name, title);
        report.header = self.header(snapshot);
        report
    }

    /// The same for answers that are no reports.
    pub fn header(&self, snapshot: &Snapshot) -> Vec<(&'static str, String)> {
        let mut header = vec![("as_of", self.as_of.to_string()), ("rev", snapshot.version().to_string())];
        self.add_known_on(&mut header);
        header
    }

    /// Every answer for a knowledge date says so, before the version that it led to.
    fn add_known_on(&self, header: &mut Vec<(&'static str, String)>) {
        let at = header.iter().position(|(key, _)| *key == "rev").unwrap_or(header.len());
        if let Some(day) = self.known_on.filter(|_| header.iter().all(|(key, _)| *key != "known_on")) {
            header.insert(at, ("known_on", day.to_string()));
        }
    }

    /// The format asked for; a table for a terminal and for pipes alike.
    pub fn format_name(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// The format of reports and documents.
    pub fn format(&self) -> anyhow::Result<Format> {
        let Some(name) = &self.format else { return Ok(Format::Table) };
        Ok(Format::named(name).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.info().name).collect();
            unknown_format(name, &known)
        })?)
    }

    pub fn show(&self, report: &Report) -> anyhow::Result<()> {
        let mut shown = Cow::Borrowed(report);
        if self.known_on.is_some() {
            self.add_known_on(&mut shown.to_mut().header);
        }
        self.answer(&render::report(&shown, self.format()?, &self.style()))
    }

    /// Writes the answer to stdout, or durably to the file of `--output`.
    pub fn answer(&self, text: &str) -> anyhow::Result<()> {
        match &self.output {
            Some(path) if path.as_os_str() != "-" => Ok(write_file(path, text.as_bytes())?),
            _ => {
                let mut stdout = std::io::stdout().lock();
                stdout
                    .write_all(text.as_bytes())
                    .and_then(|()| stdout.flush())
                    .context("cannot write the answer")
            }
        }
    }

    /// Says something beside the answer.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    pub fn style(&self) -> Style {
        let to_terminal = self.output.is_none() && std::io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
            ColorChoice::Auto => to_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        };
        let width = to_terminal.then(terminal_width).flatten();
        Style { color, width, ascii: self.ascii }
    }

    /// Whether a person is there to be asked.
    pub fn may_ask(&self) -> bool {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        !self.no_input && !in_ci && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }
}

pub fn unknown_format(name: &str, known: &[&str]) -> Failure {
    Failure::usage(format!("there is no format `{name}`")).hint(
        suggest::did_you_mean(name, known.iter().copied())
            .unwrap_or_else(|| format!("choose one of: {}", known.join(", "))),
    )
}

/// The record that the user means by an id or `kind/id`: the first kind that has it.
pub fn find<'s>(snapshot: &'s Snapshot, name: &str) -> anyhow::Result<&'s Record> {
    snapshot.named(name).first().copied().ok_or_else(|| {
        let ids = estate::model::Kind::ALL.into_iter().flat_map(|kind| snapshot.ids(kind));
        Failure::nothing(format!("there is no record `{name}`"))
            .hint_if(suggest::did_you_mean(name, ids))
            .into()
    })
}

/// The columns of the terminal, as the shell or the terminal library tells them.
fn terminal_width() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    told.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}

/// The day of the clock; [`Context::as_of`] is that for which the books are read.
pub fn today() -> anyhow::Result<Date> {
    match std::env::var("ESTATE_TODAY") {
        Ok(text) => Ok(parse_date(&text).map_err(|error| Failure::usage(format!("ESTATE_TODAY: {error}")))?),
        Err(_) => Ok(chrono::Local::now().date_naive()),
    }
}

/// Who commits, from the variables that git reads.
pub fn identity_of_environment() -> anyhow::Result<Option<Identity>> {
    let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let identity = Identity {
        name: text("GIT_AUTHOR_NAME"),
        email: text("GIT_AUTHOR_EMAIL"),
        time: text("GIT_AUTHOR_DATE").map(|date| parse_git_date(&date)).transpose()?,
    };
    Ok((identity != Identity::default()).then_some(identity))
}

/// `2026-10-12T09:30:00+02:00`, or `@1760254200 +0200` as git writes it itself.
fn parse_git_date(text: &str) -> anyhow::Result<(i64, i32)> {
    let wrong = || {
        Failure::usage(format!("GIT_AUTHOR_DATE: `{text}` is not a date such as 2026-10-12T09:30:00+02:00"))
    };
    if let Ok(date) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok((date.timestamp(), date.offset().local_minus_utc() / 60));
    }
    let (seconds, offset) = text.trim_start_matches('@').split_once(' ').ok_or_else(wrong)?;
    let seconds = seconds.parse().map_err(|_| wrong())?;
    let offset: i32 = offset.parse().map_err(|_| wrong())?;
    Ok((seconds, offset / 100 * 60 + offset % 100))
}
