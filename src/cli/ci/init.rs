use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;
use estate::render::escape;
use estate::store::{Store, write_file};
use estate::yaml::{self, Data, Route};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};

/// Write the file that makes a service run the audit
///
/// It is written at the root of the git repository, for you to read and commit. A file that is
/// there with other content is left alone unless --force is given; the hook of pre-commit is added
/// to the hooks that are there.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate ci init github                                  .github/workflows/estate.yml
  estate ci init gitlab --branch trunk                   .gitlab-ci.yml
  estate ci init pre-commit -n                           show it, write nothing
  estate ci init github --source https://git.example.org/estate.git --tag v0.1.0")]
pub struct Args {
    service: Service,
    /// The git repository from which CI builds estate [default: estate is on CI's path]
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// The tag of --source to build
    #[arg(long, value_name = "TAG", default_value = concat!("v", env!("CARGO_PKG_VERSION")))]
    tag: String,
    /// The branch that is guarded
    #[arg(long, value_name = "NAME", default_value = "main")]
    branch: String,
    /// Replace a file that has other content
    #[arg(short, long)]
    force: bool,
    /// Show what would be written, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Service {
    Github,
    Gitlab,
    PreCommit,
}

impl Service {
    fn path(self) -> &'static str {
        match self {
            Service::Github => ".github/workflows/estate.yml",
            Service::Gitlab => ".gitlab-ci.yml",
            Service::PreCommit => ".pre-commit-config.yaml",
        }
    }
}

/// The id of the hook, also in `.pre-commit-hooks.yaml`.
const HOOK: &str = "estate-audit";

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    for (flag, value) in
        [("--branch", Some(&args.branch)), ("--tag", Some(&args.tag)), ("--source", args.source.as_ref())]
    {
        if value.is_some_and(|value| value.is_empty() || !value.bytes().all(is_plain)) {
            let message = format!("{flag}: letters, digits and -_./:@+~ can be written there");
            return Err(Failure::usage(message).into());
        }
    }
    let store = context.store()?;
    let path = args.service.path();
    let file = store.workdir()?.join(path);
    refuse_links(store.workdir()?, path)?;
    let there = match fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
    };
    let text = match args.service {
        Service::Github => filled(include_str!("github.yml"), args, &store),
        Service::Gitlab => filled(include_str!("gitlab.yml"), args, &store),
        Service::PreCommit => with_hook(there.as_deref(), args, &store)?,
    };
    if there.as_deref() == Some(text.as_str()) {
        context.say(&format!("{path} is as it should be: nothing to change"));
        return Ok(Exit::Done);
    }
    if args.dry_run {
        context.answer(&text)?;
        context.say(&format!("dry run: {path} would hold this"));
    }
    // The hook is added to what is there; a pipeline takes its place.
    if there.is_some() && !args.force && args.service != Service::PreCommit {
        return Err(Failure::failed(format!("{path} is there with other content"))
            .hint("-n shows what would be written, and --force replaces the file")
            .into());
    }
    if !args.dry_run {
        write_file(&file, text.as_bytes())?;
        context.say(&format!("wrote {path}; next: read it, then git add {path} && git commit"));
        if args.source.is_none() {
            let place = if args.service == Service::PreCommit { "your" } else { "the runner's" };
            context.say(&format!("note: it expects estate on {place} path; --source URL has it built"));
        }
    }
    Ok(Exit::Done)
}

/// What needs no quotes in YAML or in a shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./:@+~".contains(&byte)
}

/// Nothing is written through a link, which may lead out of the repository.
fn refuse_links(root: &Path, path: &str) -> anyhow::Result<()> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let is_link = |part: &str| root.join(part).symlink_metadata().is_ok_and(|found| found.is_symlink());
    match ends.filter_map(|end| path.get(..end)).find(|part| is_link(part)) {
        Some(link) => {
            Err(Failure::failed(format!("{link} is a symbolic link, through which nothing is written"))
                .into())
        }
        None => Ok(()),
    }
}

/// The command, in the folder of the estate where that is not the repository's.
fn command(store: &Store) -> String {
    match store.prefix().trim_end_matches('/') {
        "" => "estate".to_owned(),
        folder if folder.bytes().all(is_plain) => format!("estate -C {folder}"),
        folder => format!("estate -C '{}'", folder.replace('\'', "'\\''")),
    }
}

fn filled(template: &str, args: &Args, store: &Store) -> String {
    let (install, image) = match &args.source {
        Some(source) => {
            (format!("cargo install --locked --git {source} --tag {}", args.tag), "\n  image: rust:1")
        }
        None => ("estate --version".to_owned(), ""),
    };
    template
        .replace("{{install}}", &install)
        .replace("{{image}}", image)
        .replace("{{branch}}", &args.branch)
        .replace("{{estate}}", &command(store))
}

/// The configuration of pre-commit with our hook.
fn with_hook(there: Option<&str>, args: &Args, store: &Store) -> anyhow::Result<String> {
    let text = there.unwrap_or("# Run `pre-commit install` once in each clone.\nrepos:\n");
    if text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with(&format!("id: {HOOK}"))) {
        return Ok(text.to_owned());
    }
    let entry = format!("{} audit --staged", command(store));
    let repository = match &args.source {
        Some(source) => {
            let hook = Data::map([("id", Data::text(HOOK)), ("entry", Data::text(entry))]);
            vec![("repo", Data::text(source)), ("rev", Data::text(&args.tag)), ("hooks", Data::list([hook]))]
        }
        None => {
            let hook = Data::map([
                ("id", Data::text(HOOK)),
                ("name", Data::text("Audit the estate as it is staged")),
                ("entry", Data::text(entry)),
                ("language", Data::text("system")),
                ("pass_filenames", Data::plain(false)),
                ("always_run", Data::plain(true)),
            ]);
            vec![("repo", Data::text("local")), ("hooks", Data::list([hook]))]
        }
    };
    let appended = yaml::append(text, &Route::default().key("repos"), &Data::map(repository));
    appended.map_err(|error| {
        Failure::failed(format!("{}: {}", Service::PreCommit.path(), escape::terminal(&error.to_string())))
            .hint("mend the file, or add the hook by hand: -n in an empty repository shows it")
            .into()
    })
}
